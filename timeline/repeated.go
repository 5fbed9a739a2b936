package timeline

import (
	"math"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// Repeated returns the time that came twice because the wall clock was set back: what a
// clock mark is about, an unknown result with check.ReasonClock that was sent when the
// clock would have shown it, and took as long as the clock was set back. One hundredth is
// added, since a history keeps durations to half of that.
func Repeated(r check.Result) (Period, bool) {
	if r.State != check.Unknown || r.Reason != check.ReasonClock || r.Took <= 0 {
		return Period{}, false
	}
	from := r.Sent.Add(-r.Took - r.Took/100).Truncate(time.Millisecond)
	return Period{from, r.Sent}, true
}

// markOf is the stretch of a clock mark. It may overlap those before it; see Settle.
func markOf(p Period, r check.Result, interval time.Duration) Stretch {
	mark := Stretch{State: check.Unknown, Reason: check.ReasonClock, First: p.From, Last: p.To, Results: 1, Interval: interval, Beside: !r.Base}
	if r.Base {
		mark.Base = 1
	}
	return mark
}

// Settle makes repeated time unknown: of such a moment two things are known, what was
// seen at its first coming and at its second, and neither can stand for it. What other
// stretches have there is cut off, with one base interval beside it, because it is not
// known when the last result before the border was sent. The list is in order of First;
// it comes back as it is when nothing overlaps, which is nearly always.
func Settle(all []Stretch) []Stretch {
	overlap := false
	for i := 1; i < len(all) && !overlap; i++ {
		overlap = all[i].First.Before(all[i-1].Last)
	}
	if !overlap {
		return all
	}
	var twice []Period
	for _, s := range all {
		if s.isMark() {
			twice = append(twice, Period{s.First, s.Last})
		}
	}
	repeated := SetOf(twice...)
	settled := make([]Stretch, 0, len(all)+len(repeated))
	interval := time.Duration(0)
	for _, s := range all {
		interval = max(interval, s.Interval)
		if !s.isMark() {
			settled = s.without(repeated, settled)
		}
	}
	for _, p := range repeated {
		settled = append(settled, Stretch{State: check.Unknown, Reason: check.ReasonClock, First: p.From, Last: p.To, Results: 1, Interval: interval})
	}
	slices.SortFunc(settled, func(a, b Stretch) int { return a.First.Compare(b.First) })
	return settled
}

// isMark reports whether the stretch is that of a clock mark.
func (s *Stretch) isMark() bool {
	return s.State == check.Unknown && s.Reason == check.ReasonClock && s.First.Before(s.Last)
}

// without appends what is left of a stretch.
func (s Stretch) without(repeated Set, to []Stretch) []Stretch {
	if !s.First.Before(s.Last) {
		if repeated.Holds(s.First) {
			return to
		}
		return append(to, s)
	}
	rest := Set{{s.First, s.Last}}.Minus(repeated)
	if rest.Length() == s.Last.Sub(s.First) {
		return append(to, s)
	}
	for _, p := range rest {
		piece := s
		if p.From.After(s.First) {
			p.From, piece.Beside = p.From.Add(s.Interval), false
		}
		if p.To.Before(s.Last) {
			p.To = p.To.Add(-s.Interval)
		}
		if p.To.Before(p.From) {
			continue
		}
		share := float64(p.Length()) / float64(s.Last.Sub(s.First))
		piece.First, piece.Last = p.From, p.To
		piece.Results = max(1, int(math.Round(share*float64(s.Results))))
		piece.Base = min(piece.Results, int(math.Round(share*float64(s.Base))))
		piece.LongGaps = min(s.LongGaps, p.Length())
		to = append(to, piece)
	}
	return to
}
