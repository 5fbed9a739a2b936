package sla

import (
	"fmt"
	"math"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// CountResponses returns the operations of one check that were asked within a set of
// time, unknown slots apart.
type CountResponses func(check.ID, timeline.Set) (Responses, error)

// ResponseHistory is what a claim on response time is held against.
type ResponseHistory struct {
	Series      []timeline.Series // of the claim's checks, as recorded
	Exclusions  []Exclusion
	Corrections []Correction // oldest first; they are applied here
	Count       CountResponses
}

// Hold holds the operations of a window to a claim on response time, as the function
// Hold does the downtime: what lies outside service hours or in maintenance that the
// claim leaves out is not counted, what is not known is carried as slots of the base
// interval, and corrections change how the past counts. An error is that of counting.
//
// What counts are the results of the base grid. Re-probes follow failures and would
// count bad times many times over; the grid asks at all times alike. A degraded
// answer counts by its time, a failed operation as late, since a user who gets no
// answer has waited longer than any limit.
func (c ResponseClaim) Hold(p timeline.Period, until time.Time, h ResponseHistory) (ResponseVerdict, error) {
	v := ResponseVerdict{Claim: c, Period: p, Until: clamp(until, p), Final: !until.Before(p.To)}
	series, ex := Corrected(h.Series, h.Exclusions, h.Corrections)
	excluded := c.excluded(p, ex)
	seen := timeline.Period{From: p.From, To: v.Until}
	v.Excluded = excluded.Within(seen)
	counted := timeline.SetOf(seen).Minus(excluded)
	ahead := timeline.SetOf(timeline.Period{From: v.Until, To: p.To}).Minus(excluded).Length()
	fixed := correctedTime(h.Corrections)
	var all Responses
	for i := range series {
		s := &series[i]
		r, err := fixed.count(s.Check, counted, c.Limit, h.Count)
		if err != nil {
			return v, err
		}
		one := c.Claim
		one.Checks, one.Rule, one.Availability = []check.ID{s.Check}, nil, Figure{}
		known := Hold(one, p, until, series[i:i+1], ex)
		interval := s.Interval
		if interval <= 0 {
			interval = max(known.Interval, time.Second)
		}
		v.Interval = max(v.Interval, interval)
		r.Unknown = max(slots(known.Unknown, interval), missing(r, known, counted))
		r.Coming = slots(ahead, interval)
		v.Checks = append(v.Checks, FiguresOf(s.Check, r, c.Limit))
		all.Add(r)
	}
	v.judge(all)
	return v, nil
}

// excluded is the time that Hold leaves out of the account.
func (c Claim) excluded(p timeline.Period, ex []Exclusion) timeline.Set {
	all := make([]Exclusion, 0, len(ex))
	for _, e := range ex {
		if c.ExcludeMaintenance || e.Closed {
			all = append(all, e)
		}
	}
	if c.Hours != nil {
		for _, q := range c.Hours.Closed(p) {
			all = append(all, Exclusion{Period: q, Closed: true})
		}
	}
	return plannedTime(c, all)
}

// missing is how many slots gave no result although no pause was long enough to be
// unknown time: every second one, say. The grid is drawn anew every day, so a day, and
// what maintenance leaves of one, may have one slot less than it has room for; and of
// several intervals in the history the slowest counts.
func missing(r Responses, known Verdict, counted timeline.Set) int {
	if known.Interval <= 0 {
		return 0
	}
	days := int(known.Accounted/(24*time.Hour)) + len(counted)
	return int(known.Accounted/known.Interval) - days - r.Asked()
}

// slots is how many operations have room in d, rounded up: more unknown never helps.
func slots(d, interval time.Duration) int {
	if d <= 0 {
		return 0
	}
	return int((d + interval - 1) / interval)
}

// JudgeResponses holds operations to the claim over a window without borders.
func JudgeResponses(c ResponseClaim, r Responses) ResponseVerdict {
	v := ResponseVerdict{Claim: c, Final: r.Coming == 0}
	v.judge(r)
	return v
}

// judge fills in the figures and the answer. Slots without measurement and those to
// come are neither in time nor late: the claim is met only if it were met with all of
// them late, and breached only if it were breached with all of them in time.
//
// The limits are those of Clopper and Pearson, which suppose that operations are slow
// independently of each other. Slow ones come in clusters; sampled on an even grid,
// clusters are caught more evenly than by chance, so the limits are rather too wide
// than too narrow (Cochran, Sampling Techniques, 3rd edition, section 8.3).
func (v *ResponseVerdict) judge(r Responses) {
	v.ResponseFigures = FiguresOf("", r, v.Claim.Limit)
	v.Point, v.Low95, v.High95, v.Answer = math.NaN(), 0, 1, CannotTell
	if n := v.Operations; n > 0 {
		v.Point = float64(v.Least+v.Most) / 2 / float64(n)
		v.Low95 = 1 - binomialUpper(n-v.Least, n, intervalLevel)
		v.High95 = 1 - binomialLower(n-v.Most, n, intervalLevel)
		v.Answer = v.answer()
		v.Deciding = v.deciding()
	}
	v.Explanation = v.words()
}

func (v *ResponseVerdict) answer() Answer {
	n, rest, want := v.Operations, v.Unknown+v.Coming, v.Claim.Share.Ratio()
	whole := n + rest
	switch {
	case 1-binomialUpper(whole-v.Least, whole, verdictLevel) >= want:
		return Met
	case 1-binomialLower(n-v.Most, whole, verdictLevel) < want:
		return Breached
	case v.Final && v.Unknown <= whole/100 && 1-binomialUpper(n-v.Least, n, verdictLevel) >= want:
		return MetIfUnknownAlike
	}
	return CannotTell
}

// Blind reports whether nothing can be told for want of measurements alone: of what was
// asked the share is clearly on one side of the claim.
func (v *ResponseVerdict) Blind() bool {
	want := v.Claim.Share.Ratio()
	return v.Answer == CannotTell && v.Unknown > 0 && v.Operations > 0 && (v.Low95 >= want || v.High95 < want)
}

// finest bounds how much denser a grid is tried: from a day to a hundredth of a second.
const finest = 1 << 23

// deciding looks for the widest interval at which as many operations of the same
// shares would have given another answer than that nothing can be told.
func (v *ResponseVerdict) deciding() time.Duration {
	if v.Answer != CannotTell || !v.Final || v.Interval <= 0 {
		return 0
	}
	decided := func(times int) bool {
		denser := *v
		denser.Operations, denser.Unknown = v.Operations*times, v.Unknown*times
		denser.Least, denser.Most = v.Least*times, v.Most*times
		return denser.answer() != CannotTell
	}
	times := 2
	for ; times < finest && !decided(times); times *= 2 {
	}
	if times >= finest {
		return 0
	}
	low, high := times/2, times
	for high-low > 1 {
		if mid := (low + high) / 2; decided(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return v.Interval / time.Duration(high)
}

func (v *ResponseVerdict) words() string {
	goal := fmt.Sprintf("%s within %s", v.Claim.Share, PromiseTime(v.Claim.Limit))
	if v.Operations == 0 {
		return "Cannot tell: nothing was measured, so nothing can be said of " + goal + "."
	}
	share := fmt.Sprintf("of %d operations %s took at most %s, at 95 %% confidence between %s and %s of what users did; claimed are %s",
		v.Operations, Percent(v.Point, v.digits()), PromiseTime(v.Claim.Limit), Percent(v.Low95, v.digits()), Percent(v.High95, v.digits()), v.Claim.Share)
	switch {
	case v.Blind():
		share += fmt.Sprintf(", but %d slots are unknown and could change that", v.Unknown)
	case v.Unknown > 0 && v.Answer == CannotTell:
		share += fmt.Sprintf(", and %d slots are unknown", v.Unknown)
	}
	switch {
	case v.Answer == Met:
		return "Met: " + share + "."
	case v.Answer == MetIfUnknownAlike:
		return fmt.Sprintf("Met if the %d slots without measurement were like the rest: %s.", v.Unknown, share)
	case v.Answer == Breached:
		return "Breached: " + share + "."
	case !v.Final:
		return "Cannot tell before the window ends: " + share + "."
	case v.Deciding > 0:
		return fmt.Sprintf("Cannot tell: %s. An operation every %s instead of every %s would have decided it.", share, AtLeast(v.Deciding), AtLeast(v.Interval))
	}
	return "Cannot tell: " + share + "."
}

// digits are the decimals that a share is shown with: one more than was claimed, as
// for availability, and at least two.
func (v *ResponseVerdict) digits() int { return max(2, v.Claim.Share.Digits+1) }
