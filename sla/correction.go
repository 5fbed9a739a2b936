package sla

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// CountsAs is what a correction makes of a period.
type CountsAs string

// What a period can be corrected to.
const (
	AsUp       CountsAs = "up"       // a false alarm, as both sides agree
	AsDown     CountsAs = "down"     // a failure that no probe could see
	AsUnknown  CountsAs = "unknown"  // what was seen cannot be relied on
	AsExcluded CountsAs = "excluded" // an agreed exception
)

// Correction changes how a period of the past counts: an entry, never an edit.
type Correction struct {
	ID     string    `json:"id"`
	Claim  ClaimID   `json:"claim"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	As     CountsAs  `json:"counts_as"`
	Why    string    `json:"why"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Before float64   `json:"availability_before"` // point of the window, 0-1; of a claim on response time the share in time
	After  float64   `json:"availability_after"`
}

// Check returns what is missing in a correction, as a sentence. A reason is asked
// for always, and all the more where the period was closed: its figure has been
// handed out.
func (c Correction) Check(frozen bool) error {
	switch {
	case !c.From.Before(c.To):
		return fmt.Errorf("the correction ends at %s, which is not after it begins", c.To.Format(time.RFC3339))
	case c.As != AsUp && c.As != AsDown && c.As != AsUnknown && c.As != AsExcluded:
		return fmt.Errorf("counts_as %q: want up, down, unknown or excluded", c.As)
	case strings.TrimSpace(c.By) == "":
		return fmt.Errorf("the correction does not say who makes it")
	case strings.TrimSpace(c.Why) == "" && frozen:
		return fmt.Errorf("the period is closed and its figure is frozen: a correction needs a reason")
	case strings.TrimSpace(c.Why) == "":
		return fmt.Errorf("a correction needs a reason")
	}
	return nil
}

// states are what corrected results become.
var states = map[CountsAs]check.State{AsUp: check.Up, AsDown: check.Down, AsUnknown: check.Unknown}

// Corrected returns the history and the exclusions as the corrections leave them;
// the arguments stay as they are. Later corrections go over earlier ones.
func Corrected(series []timeline.Series, ex []Exclusion, all []Correction) ([]timeline.Series, []Exclusion) {
	for _, c := range all {
		p := timeline.Period{From: c.From, To: c.To}
		state, ok := states[c.As]
		if !ok {
			ex = append(ex[:len(ex):len(ex)], Exclusion{Period: p, Note: c.Why, Closed: true})
			continue
		}
		changed := make([]timeline.Series, len(series))
		for i, s := range series {
			changed[i] = s
			changed[i].Stretches = correct(s.Stretches, p, state)
		}
		series = changed
	}
	return series, ex
}

// correct gives the results inside p another state. Where a border cuts a stretch,
// its results are taken as evenly spaced.
func correct(all []timeline.Stretch, p timeline.Period, state check.State) []timeline.Stretch {
	out := make([]timeline.Stretch, 0, len(all)+2)
	for _, s := range all {
		before, inside, after := cutStretch(s, p)
		if before.Results > 0 {
			out = append(out, before)
		}
		if inside.Results > 0 {
			inside.State, inside.Reason = state, check.ReasonNone
			if !state.Good() {
				inside.Reason = check.ReasonInternal
			}
			if state == check.Down {
				inside.Reason = s.Reason
			}
			out = append(out, inside)
		}
		if after.Results > 0 {
			out = append(out, after)
		}
	}
	return out
}

// cutStretch cuts s at the borders of p.
func cutStretch(s timeline.Stretch, p timeline.Period) (before, inside, after timeline.Stretch) {
	step := s.Interval
	if s.Results > 1 {
		step = s.Last.Sub(s.First) / time.Duration(s.Results-1)
	}
	n1 := timeline.GridPoints(s.First, step, s.Results, timeline.Period{From: s.First, To: p.From})
	n2 := timeline.GridPoints(s.First, step, s.Results, timeline.Period{From: s.First, To: p.To})
	n1, n2 = max(n1, 0), max(n2, n1)
	return piece(s, step, 0, n1), piece(s, step, n1, n2), piece(s, step, n2, s.Results)
}

// piece returns the results from the first to before the last index.
func piece(s timeline.Stretch, step time.Duration, first, last int) timeline.Stretch {
	n := last - first
	if n <= 0 {
		return timeline.Stretch{}
	}
	if n == s.Results {
		return s
	}
	out := s
	out.First = s.First.Add(time.Duration(first) * step)
	if last < s.Results {
		out.Last = s.First.Add(time.Duration(last-1) * step)
	}
	out.Results = n
	out.Base = s.Base*last/s.Results - s.Base*first/s.Results
	out.LongGaps = s.LongGaps * time.Duration(n) / time.Duration(s.Results)
	return out
}
