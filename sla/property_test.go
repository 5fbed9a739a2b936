package sla

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

const propertyInterval = 60 * time.Second

// drawResults makes a history with everything that occurs: outages, fast probing,
// lost slots, unknown slots, pauses of the monitor, uneven gaps.
func drawResults(t *rapid.T) []check.Result {
	var all []check.Result
	at := simStart.Add(time.Duration(rapid.IntRange(-200, 400).Draw(t, "start")) * time.Second)
	state := check.Up
	pauses := rapid.SampledFrom([]time.Duration{
		60 * time.Second, 60 * time.Second, 60 * time.Second, 10 * time.Second, 55 * time.Second,
		95 * time.Second, 120 * time.Second, 150 * time.Second, 151 * time.Second, 600 * time.Second,
	})
	for range rapid.IntRange(0, 60).Draw(t, "results") {
		if rapid.IntRange(0, 3).Draw(t, "turn") == 0 {
			state = rapid.SampledFrom([]check.State{check.Up, check.Up, check.Degraded, check.Down, check.Down, check.Unknown}).Draw(t, "state")
		}
		pause := pauses.Draw(t, "pause")
		at = at.Add(pause)
		all = append(all, check.Result{Sent: at, Base: pause > 10*time.Second, Outcome: check.Outcome{State: state}})
	}
	return all
}

// stretches parts at borders and lost slots, as the reader of files does. Inside a
// longer stretch their places are lost, and what a border cuts is estimated.
func stretches(all []check.Result, borders ...time.Time) []timeline.Stretch {
	var b timeline.Builder
	var list []timeline.Stretch
	for _, r := range all {
		open := b.Open()
		part := slices.ContainsFunc(borders, func(t time.Time) bool { return open.Last.Before(t) && !r.Sent.Before(t) })
		if open.Results > 0 && (part || r.Sent.Sub(open.Last) > timeline.LongGap(propertyInterval)) {
			list = append(list, open)
			b.Resume(timeline.Stretch{})
		}
		if closed, ok, _ := b.Add(r, propertyInterval); ok {
			list = append(list, closed)
		}
	}
	if open := b.Open(); open.Results > 0 {
		list = append(list, open)
	}
	return list
}

func seriesOf(all []check.Result, borders ...time.Time) timeline.Series {
	return timeline.Series{Check: "a", Interval: propertyInterval, Reprobe: 10 * time.Second, Stretches: stretches(all, borders...)}
}

// drawClaim makes the window as long as some 40 probes, and the allowance such
// that every answer occurs.
func drawClaim(t *rapid.T) (Claim, timeline.Period) {
	from := simStart.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "from")) * time.Second)
	return Claim{
		Availability: Figure{PPB: rapid.Int64Range(0, whole).Draw(t, "figure"), Digits: 7},
		DegradedDown: rapid.Bool().Draw(t, "degraded_down"),
	}, timeline.Period{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 3600).Draw(t, "seconds")) * time.Second)}
}

func drawExclusions(t *rapid.T) []Exclusion {
	var all []Exclusion
	for range rapid.IntRange(0, 3).Draw(t, "exclusions") {
		from := simStart.Add(time.Duration(rapid.IntRange(-100, 3000).Draw(t, "excluded from")) * time.Second)
		all = append(all, Exclusion{Period: timeline.Period{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "excluded for")) * time.Second)}})
	}
	return all
}

// rank orders the answers by how good they are for the vendor.
func rank(a Answer) int {
	return slices.Index([]Answer{BreachedCertain, Breached, CannotTell, MetIfUnknownAlike, Met}, a)
}

// TestUnknownNeverHelps inserts unknown results anywhere: the answer must not get
// better, and the downtime that there may have been must not shrink. Without
// exclusions, since the hits of a run that one cuts are estimated, and what is
// inserted can make the estimate finer.
func TestUnknownNeverHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawResults(t)
		claim, p := drawClaim(t)
		before := Judge(claim, p, p.To, []timeline.Series{seriesOf(all, p.From, p.To)}, nil)

		more := slices.Clone(all)
		for range rapid.IntRange(1, 3).Draw(t, "inserted") {
			at := simStart.Add(time.Duration(rapid.IntRange(-300, 4000).Draw(t, "unknown at")) * time.Second)
			more = append(more, check.Result{Sent: at, Base: rapid.Bool().Draw(t, "unknown base"), Outcome: check.Outcome{State: check.Unknown}})
		}
		slices.SortStableFunc(more, func(a, b check.Result) int { return a.Sent.Compare(b.Sent) })
		after := Judge(claim, p, p.To, []timeline.Series{seriesOf(more, p.From, p.To)}, nil)

		if after.Answer != before.Answer && rank(after.Answer) > rank(before.Answer) &&
			!(rank(before.Answer) <= rank(Breached)) { // losing sight of a breach makes it doubtful, not met
			t.Fatalf("unknown results turned %s into %s\n%+v\n%+v\n%+v\n%+v", before.Answer, after.Answer, before, after, seriesOf(all, p.From, p.To), seriesOf(more, p.From, p.To))
		}
		if rank(before.Answer) <= rank(Breached) && rank(after.Answer) > rank(CannotTell) {
			t.Fatalf("unknown results turned %s into %s\n%+v\n%+v\n%+v\n%+v", before.Answer, after.Answer, before, after, seriesOf(all, p.From, p.To), seriesOf(more, p.From, p.To))
		}
		if was, is := before.Downtime.High95+before.Unknown, after.Downtime.High95+after.Unknown; is < was {
			t.Fatalf("possible downtime shrank from %s to %s", was, is)
		}
		if after.Unknown < before.Unknown {
			t.Fatalf("unknown time shrank from %s to %s", before.Unknown, after.Unknown)
		}
	})
}

// TestFiguresAgree holds the figures of a verdict against each other and against
// the spans of the same history.
func TestFiguresAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := seriesOf(drawResults(t))
		claim, p := drawClaim(t)
		ex := drawExclusions(t)
		claim.ExcludeMaintenance = len(ex) > 0
		v := Judge(claim, p, p.To, []timeline.Series{series}, ex)

		var excluded []timeline.Period
		for _, e := range ex {
			excluded = append(excluded, e.Period)
		}
		sums := map[timeline.Kind]time.Duration{}
		for _, s := range timeline.Spans(series, p, excluded, claim.DegradedDown) {
			sums[s.Kind] += s.To.Sub(s.From)
		}
		if sums[timeline.Unknown] != v.Unknown || sums[timeline.Excluded] != v.Excluded {
			t.Fatalf("unknown %s, excluded %s in the spans; %s, %s in the verdict",
				sums[timeline.Unknown], sums[timeline.Excluded], v.Unknown, v.Excluded)
		}
		if v.Accounted+v.Excluded != p.Length() {
			t.Fatalf("accounted %s and excluded %s do not make %s", v.Accounted, v.Excluded, p.Length())
		}
		var low, high time.Duration
		for _, i := range v.Incidents {
			low, high = low+i.Low, high+i.High
		}
		if down := sums[timeline.Down]; down < low || down > high {
			t.Fatalf("the spans are down for %s, the incidents %s to %s", down, low, high)
		}
		d := v.Downtime
		if d.HardLow != low || d.HardHigh != high {
			t.Fatalf("hard bounds %s to %s, incidents %s to %s", d.HardLow, d.HardHigh, low, high)
		}
		if d.HardLow > d.Low95 || d.Low95 > d.High95 || d.HardLow > d.Point || d.High95 > v.Accounted-v.Unknown {
			t.Fatalf("the bounds are out of order: %+v", d)
		}
		a := v.Availability
		if a.Low95 > a.High95 || a.Low95 < 0 || a.High95 > 1 {
			t.Fatalf("the availability is out of order: %+v", a)
		}
	})
}

// TestCombinations holds two checks judged together against each one alone.
func TestCombinations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := seriesOf(drawResults(t)), seriesOf(drawResults(t))
		claim, p := drawClaim(t)
		alone := Judge(claim, p, p.To, []timeline.Series{a}, nil)
		other := Judge(claim, p, p.To, []timeline.Series{b}, nil)
		claim.Combine = AnyDown
		anyDown := Judge(claim, p, p.To, []timeline.Series{a, b}, nil)
		claim.Combine = AllDown
		allDown := Judge(claim, p, p.To, []timeline.Series{a, b}, nil)

		if l := max(alone.Downtime.HardLow, other.Downtime.HardLow); anyDown.Downtime.HardLow < l {
			t.Fatalf("any down: certain for %s, but one check alone for %s", anyDown.Downtime.HardLow, l)
		}
		if h := alone.Downtime.HardHigh + other.Downtime.HardHigh; anyDown.Downtime.HardHigh > h {
			t.Fatalf("any down: seen for at most %s, more than both checks together, %s", anyDown.Downtime.HardHigh, h)
		}
		if l := min(alone.Downtime.HardLow, other.Downtime.HardLow); allDown.Downtime.HardLow > l {
			t.Fatalf("all down: certain for %s, but one check only for %s", allDown.Downtime.HardLow, l)
		}
		if anyDown.Unknown > alone.Unknown+other.Unknown || allDown.Unknown > anyDown.Unknown+anyDown.Downtime.HardHigh {
			t.Fatalf("unknown: any %s, all %s, alone %s and %s", anyDown.Unknown, allDown.Unknown, alone.Unknown, other.Unknown)
		}
		for _, v := range []Verdict{anyDown, allDown} {
			if d := v.Downtime; d.HardLow > d.HardHigh || d.Low95 > d.High95 || d.HardLow > d.Point {
				t.Fatalf("the bounds are out of order: %+v", d)
			}
		}
	})
}
