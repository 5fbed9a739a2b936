package device

import (
	"fmt"
	"slices"
	"time"
)

// Watch is what is remembered of one series under one threshold. It is plain
// data, so that it can be written down and survives a restart of the monitor.
// The zero value has seen nothing.
type Watch struct {
	Raised   bool          `json:"raised,omitempty"`
	Since    time.Time     `json:"since,omitzero"` // when Raised last changed
	Waiting  time.Duration `json:"waiting,omitempty"`
	Pending  bool          `json:"pending,omitempty"` // the last value was on the other side
	From     time.Time     `json:"from,omitzero"`     // first reading of the present waiting
	Last     time.Time     `json:"last,omitzero"`     // last known reading
	Value    float64       `json:"value,omitempty"`   // what was last held against the limit
	Unstable bool          `json:"unstable,omitempty"`
	Changes  []time.Time   `json:"changes,omitempty"` // raises and clears of late, oldest first
	Samples  []Sample      `json:"samples,omitempty"` // for ByMean and ByP95, oldest first
}

// Sample is one known reading.
type Sample struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// Change is what became of a threshold.
type Change string

// The changes.
const (
	Raised   Change = "raised"
	Cleared  Change = "cleared"
	Unstable Change = "unstable" // passes to and fro too often; further raises and clears are kept quiet
	Settled  Change = "settled"  // no longer unstable; raised or cleared as Up says
)

// Crossing is one change of a threshold, to be told to people.
type Crossing struct {
	Threshold string    `json:"threshold"`
	Series    Series    `json:"series"`
	Severity  Severity  `json:"severity"`
	Change    Change    `json:"change"`
	Up        bool      `json:"raised"` // whether the threshold is passed from now on
	At        time.Time `json:"at"`     // the reading that decided
	From      time.Time `json:"from"`   // the first reading on that side
	Value     float64   `json:"value"`
	Limit     float64   `json:"limit"`
	Sentence  string    `json:"sentence"`
}

// Step holds one reading against the threshold and returns what to remember and
// what to tell. Readings must come in order of time; one that is not later than
// the last is ignored. A void reading decides nothing: what is raised stays
// raised, and the time without knowledge is not counted as waited.
func (t Threshold) Step(w Watch, r Reading) (Watch, []Crossing) {
	if !r.Known() || r.Value != r.Value || !r.At.After(w.Last) {
		return w, nil
	}
	gap := r.At.Sub(w.Last)
	seen := !w.Last.IsZero() && gap <= t.MaxGap
	w.Last = r.At
	value, enough := t.statistic(&w, r)
	if !enough {
		w.Pending, w.Waiting = false, 0
		return w, nil
	}
	w.Value = value
	var told []Crossing
	if t.wait(&w, r.At, seen, gap) {
		told = t.turn(&w, r)
	}
	return w, append(told, t.settle(&w, r)...)
}

// wait advances the waiting for a change and reports whether it is due.
func (t Threshold) wait(w *Watch, at time.Time, seen bool, gap time.Duration) bool {
	across, need := t.beyond(w.Value), t.RaiseAfter
	if w.Raised {
		across, need = t.within(w.Value), t.ClearAfter
	}
	switch {
	case !across:
		w.Pending, w.Waiting, w.From = false, 0, time.Time{}
		return false
	case w.Pending && seen:
		w.Waiting += gap
	default:
		w.Pending, w.Waiting, w.From = true, 0, at
	}
	return w.Waiting+t.MaxGap/jitterOfGap >= need
}

// jitterOfGap is the part of MaxGap by which readings may come early: a tenth of an
// interval where MaxGap is 2.5 of them. Four pauses of 4.9995 s are twenty seconds, and
// not a reason to wait for one more.
const jitterOfGap = 25

// turn makes the change and says so, unless the flap guard keeps it quiet.
func (t Threshold) turn(w *Watch, r Reading) []Crossing {
	from := w.From
	w.Raised, w.Since = !w.Raised, r.At
	w.Pending, w.Waiting, w.From = false, 0, time.Time{}
	w.Changes = append(slices.Clone(t.recent(w.Changes, r.At)), r.At)
	switch {
	case w.Unstable:
		return nil
	case len(w.Changes) > t.maxChanges():
		w.Unstable = true
		return []Crossing{t.crossing(Unstable, *w, r, from)}
	case w.Raised:
		return []Crossing{t.crossing(Raised, *w, r, from)}
	}
	return []Crossing{t.crossing(Cleared, *w, r, from)}
}

// settle ends an unstable time when nothing has changed for long enough.
func (t Threshold) settle(w *Watch, r Reading) []Crossing {
	if !w.Unstable || len(t.recent(w.Changes, r.At)) > 0 {
		return nil
	}
	w.Unstable, w.Changes = false, nil
	return []Crossing{t.crossing(Settled, *w, r, w.Since)}
}

// recent returns the changes that the flap guard still counts. Only as many as
// it can count are kept, however often an agent changes its mind.
func (t Threshold) recent(changes []time.Time, now time.Time) []time.Time {
	within := t.ChangesWithin
	if within == 0 {
		within = DefaultChangesWithin
	}
	for len(changes) > 0 && (now.Sub(changes[0]) >= within || len(changes) > t.maxChanges()+1) {
		changes = changes[1:]
	}
	return changes
}

func (t Threshold) maxChanges() int {
	if t.MaxChanges == 0 {
		return DefaultMaxChanges
	}
	return t.MaxChanges
}

// statistic returns what to hold against the limit. A mean of less than half of
// its time says nothing yet.
func (t Threshold) statistic(w *Watch, r Reading) (float64, bool) {
	if t.By == ByLatest {
		return r.Value, true
	}
	kept := slices.Clone(w.Samples)
	for len(kept) > 0 && (r.At.Sub(kept[0].At) > t.Over || len(kept) >= MaxSamples) {
		kept = kept[1:]
	}
	w.Samples = append(kept, Sample{r.At, r.Value})
	if r.At.Sub(w.Samples[0].At) < t.Over/2 {
		return 0, false
	}
	values := make([]float64, len(w.Samples))
	for i, s := range w.Samples {
		values[i] = s.Value
	}
	if t.By == ByMean {
		return Mean(values), true
	}
	return P95(values), true
}

func (t Threshold) crossing(c Change, w Watch, r Reading, from time.Time) Crossing {
	return Crossing{
		Threshold: t.ID, Series: r.Series, Severity: t.Severity, Change: c, Up: w.Raised,
		At: r.At, From: from, Value: w.Value, Limit: t.Limit, Sentence: t.sentence(c, w, r),
	}
}

func (t Threshold) sentence(c Change, w Watch, r Reading) string {
	side := "above"
	if t.Below != (c == Cleared || c == Settled && !w.Raised) {
		side = "below"
	}
	value, limit := Format(w.Value, t.Kind.Unit()), Format(t.Limit, t.Kind.Unit())
	switch c {
	case Unstable:
		return fmt.Sprintf("%s passed its limit of %s more than %d times of late; it is %s now (%s)",
			r.Series, limit, t.maxChanges(), value, t.By)
	case Settled:
		return fmt.Sprintf("%s has settled: %s (%s), %s its limit of %s", r.Series, value, t.By, side, limit)
	}
	return fmt.Sprintf("%s is %s (%s), %s its limit of %s", r.Series, value, t.By, side, limit)
}
