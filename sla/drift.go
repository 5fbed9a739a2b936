package sla

import (
	"math"
	"slices"
	"time"
)

const (
	// driftAnswers are kept of a check at most; of quicker ones every so manieth.
	driftAnswers = 128
	// minDriftAnswers are needed before anything is unusual: a check that asks every
	// five minutes needs half an hour.
	minDriftAnswers = 6
	// driftFloor is the least that an answer must be later than usual: nobody notices
	// less, and on a quick line a quarter more is nothing.
	driftFloor = 10 * time.Millisecond
)

// Drift watches whether the answers of one check leave their usual range. It is no
// outage: an answer that is late is still an answer. The zero value is ready.
//
// Each answer is held against the range of its own hour, so that a busy morning that
// is busy every week says nothing. The range is left once more than half of the
// answers of UsualRule.After lie above its upper end by more than the margin, and is
// kept to again once at least half of them lie inside: what swings around the border
// does not switch to and fro.
type Drift struct {
	Raised bool
	Since  time.Time // when the first of the unusual answers was sent; zero unless Raised

	above   []int16  // steps of the time grid above the usual high; a ring
	sent    []uint32 // of the same answers, milliseconds after begun
	begun   int64    // Unix milliseconds
	next    int
	full    bool
	skip    int
	middle  int           // median of above
	fresh   bool          // middle is of all that was added: boards ask more often than checks do
	pace    time.Duration // base interval
	resumed time.Time
}

// Resume takes over what was raised before a restart at now.
func (d *Drift) Resume(since, now time.Time) { d.Raised, d.Since, d.resumed = true, since, now }

// Add takes one answered result of the base grid at the interval. Where nothing is
// usual it says nothing.
func (d *Drift) Add(rule UsualRule, u *Usual, interval time.Duration, sent time.Time, took time.Duration) {
	_, high, ok := u.At(sent)
	if !ok || rule.After <= 0 || interval <= 0 {
		return
	}
	want := int(rule.After / interval)
	every := max(1, (want+driftAnswers-1)/driftAnswers)
	if d.skip++; d.skip < every {
		return
	}
	d.skip = 0
	d.pace = interval
	at := sent.UnixMilli()
	d.fit(max(want/every, minDriftAnswers), at, d.stale(rule, sent) || at < d.begun || at-d.begun > math.MaxUint32)
	steps := int(ResponseCell(took)) - int(ResponseCell(high))
	if took-high < driftFloor {
		steps = min(steps, 0)
	}
	d.above[d.next], d.sent[d.next], d.fresh = int16(steps), uint32(at-d.begun), false
	if d.next++; d.next == len(d.above) {
		d.next, d.full = 0, true
		d.rebase()
	}
}

// rebase keeps the times of the ring small as long as answers come: four bytes hold seven
// weeks, and there is a ring for each of some thousand checks.
func (d *Drift) rebase() {
	first := slices.Min(d.sent) // not always that of the oldest: clocks are set back
	for i := range d.sent {
		d.sent[i] -= first
	}
	d.begun += int64(first)
}

// at returns when an answer of the ring was sent.
func (d *Drift) at(i int) time.Time { return time.UnixMilli(d.begun + int64(d.sent[i])).UTC() }

// fit makes the ring as long as is wanted. Another length begins anew, and so does an
// answer after a long silence, or from before the others.
func (d *Drift) fit(n int, now int64, anew bool) {
	if len(d.above) != n || anew {
		d.above, d.sent = make([]int16, n), make([]uint32, n)
		d.next, d.full, d.begun = 0, false, now
	}
}

// driftSilence is how many times After may pass without an answer before an unusual
// time is no longer claimed: nobody knows.
const driftSilence = 2

func (d *Drift) stale(rule UsualRule, now time.Time) bool {
	return now.Sub(d.newest()) > driftSilence*max(rule.After, d.pace)
}

// Judge looks at the answers so far and reports whether Raised has changed.
func (d *Drift) Judge(rule UsualRule, now time.Time) (changed bool) {
	before := d.Raised
	switch median := d.median(); {
	case rule.After <= 0 || d.stale(rule, now):
		d.Raised = false
	case !d.full:
		// nothing new can be said yet; what was raised before a restart stays
	case median > marginSteps(rule.Margin):
		d.Raised = true
	case median <= 0:
		d.Raised = false
	}
	switch {
	case !d.Raised:
		d.Since = time.Time{}
	case !before:
		d.Since = d.firstAbove(marginSteps(rule.Margin))
	}
	return d.Raised != before
}

// marginSteps is a margin in steps of the time grid.
func marginSteps(margin float64) int { return int(math.Round(math.Log1p(margin) / logCell)) }

// median is that of the ring, the lower one of two.
func (d *Drift) median() int {
	if !d.full {
		return 0
	}
	if !d.fresh {
		list := slices.Clone(d.above)
		slices.Sort(list)
		d.middle, d.fresh = int(list[(len(list)-1)/2]), true
	}
	return d.middle
}

// newest returns when the newest answer was sent, or when watching was resumed.
func (d *Drift) newest() time.Time {
	if len(d.sent) == 0 || d.next == 0 && !d.full {
		return d.resumed
	}
	return d.at((d.next + len(d.sent) - 1) % len(d.sent))
}

// firstAbove returns when the oldest unusual answer of the ring was sent.
func (d *Drift) firstAbove(margin int) time.Time {
	for i := range d.above {
		at := (d.next + i) % len(d.above)
		if int(d.above[at]) > margin {
			return d.at(at)
		}
	}
	return d.newest()
}

// Recent returns the median of the answers that were looked at, as it would be at an
// hour whose usual high is given; zero before there are enough.
func (d *Drift) Recent(high time.Duration) time.Duration {
	if !d.full || high <= 0 {
		return 0
	}
	cell := int(ResponseCell(high)) + d.median()
	return CellMiddle(uint16(min(max(cell, 0), cellCount-1)))
}
