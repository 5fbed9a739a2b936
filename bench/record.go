package main

import (
	"slices"
	"sync"
	"time"
)

// start is one probe: which target, when it was due and when it was sent.
type start struct {
	target    int
	due, sent time.Time
}

// record collects the probes of a window. Safe for concurrent use.
type record struct {
	mu     sync.Mutex
	starts []start
	missed int // slots that could not be used
	failed int // probes whose target did not answer well
}

func (r *record) sent(s start) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.starts = append(r.starts, s)
}

func (r *record) miss() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missed++
}

func (r *record) fail() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
}

// window is what a prober saw since it was last asked.
type window struct {
	Probes, Missed, Failed int
	// Late is of probes of targets from Skip on: those below were told to hang.
	LateP50, LateP99, LateMax time.Duration
	Peak                      int   // most probes sent in any 100 ms
	Bytes                     int64 // of the store
	Stored, Lost              uint64
}

// take returns the window and starts a new one. Probes of targets below skip
// are left out of the lateness.
func (r *record) take(skip int) window {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := window{Probes: len(r.starts), Missed: r.missed, Failed: r.failed}
	late := make([]time.Duration, 0, len(r.starts))
	sent := make([]time.Time, 0, len(r.starts))
	for _, s := range r.starts {
		sent = append(sent, s.sent)
		if s.target >= skip {
			late = append(late, max(0, s.sent.Sub(s.due)))
		}
	}
	slices.Sort(late)
	w.LateP50, w.LateP99, w.LateMax = quantile(late, 0.5), quantile(late, 0.99), quantile(late, 1)
	w.Peak = peak(sent)
	r.starts, r.missed, r.failed = r.starts[:0], 0, 0
	return w
}

// quantile returns the value that the share q of sorted values does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// peak returns the most moments that lie within 100 ms of each other.
func peak(at []time.Time) int {
	slices.SortFunc(at, time.Time.Compare)
	most, from := 0, 0
	for i := range at {
		for at[i].Sub(at[from]) >= 100*time.Millisecond {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}
