package store

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// history is what the store holds in memory of one check: everything that still
// grows. Only the writer changes it, with Store.mu held; readers hold Store.mu for
// reading. It shows durable results only.
type history struct {
	no    uint32
	id    check.ID
	named bool // the number is on disk; writer only
	dirty bool // changed since the last checkpoint

	latest  check.Result // zero Sent before the first
	setting setting      // of the newest result
	builder timeline.Builder
	gate    gate

	chunk  chunk   // growing
	chunks []chunk // complete, until the next checkpoint writes them
	day    counts  // growing
	days   []counts
}

// setting is what seldom changes between the results of a check.
type setting struct {
	interval time.Duration
	site     uint32
}

// apply takes the next durable result, the ordinal-th of the store. It returns true
// when the result was sent before one that was already there (the clock was stepped
// back): it is kept raw, and its time stays what it was.
func (h *history) apply(r record, ordinal uint64) (late bool) {
	h.dirty = true
	h.setting = setting{r.interval, r.site}
	_, _, late = h.builder.Add(r.result("", ""), r.interval)
	h.gate.note(r)
	if !h.chunk.takes(r) {
		h.closeChunk()
		h.chunk = startChunk(r, ordinal)
	}
	h.chunk.add(r)
	if d := dayOf(r.ms); h.day.results == 0 || h.day.day != d {
		h.closeDay()
		h.day = counts{day: d}
	}
	h.day.add(r)
	return late
}

// closeChunk lays the growing chunk aside for the next checkpoint.
func (h *history) closeChunk() {
	if h.chunk.count > 0 {
		h.chunks = append(h.chunks, h.chunk)
	}
	h.chunk = chunk{}
}

// closeDay lays the growing day aside for the next checkpoint.
func (h *history) closeDay() {
	if h.day.results > 0 {
		h.days = append(h.days, h.day)
	}
	h.day = counts{}
}

// sealGrace is how long after the end of a block a result of it may still come: the
// longest probe, and the pause between sending and storing.
const sealGrace = 2 * time.Minute

// age closes what the newest result of the whole store, sent at high, shows to be
// over: a check that is paused or removed must not keep a chunk open for ever.
func (h *history) age(high int64) {
	high -= sealGrace.Milliseconds()
	if h.chunk.count > 0 && h.chunk.end() <= high {
		h.closeChunk()
		h.dirty = true
	}
	if h.day.results > 0 && int64(h.day.day+1)*dayMS <= high {
		h.closeDay()
		h.dirty = true
	}
}
