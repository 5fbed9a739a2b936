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
	_, _, late = place(&h.builder, r.result("", ""), r.interval)
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

// wrongClock is how far back a result must lie to show that the clock had been wrong
// before: the step back of a night without a time server is less.
const wrongClock = 24 * time.Hour

// place adds a result to the stretches. One that is late by more than wrongClock
// begins anew, or else a clock that was years ahead for a moment would keep
// everything after it out of the figures for years. What was recorded in that future
// ends, and is left out by Series as long as it lies in the future.
func place(b *timeline.Builder, r check.Result, interval time.Duration) (closed timeline.Stretch, ok, late bool) {
	open := b.Open()
	if open.Results == 0 || open.Last.Sub(r.Sent) <= wrongClock {
		return b.Add(r, interval)
	}
	b.Resume(timeline.Stretch{})
	b.Add(r, interval)
	return open, true, true
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

// age closes what the newest results of the whole store, sent at high, show to be
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
