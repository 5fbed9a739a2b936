package timeline

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
)

// passes draws a check whose clock is set back once or twice, with failures anywhere, and
// builds its stretches as a store does: in order of sending, closed ones filed by First.
type passes struct {
	interval time.Duration
	all      []check.Result
	repeated Set // what came twice
	bad      []Period
}

func drawPasses(t *rapid.T) passes {
	p := passes{interval: time.Minute}
	clock := epoch
	state, until := check.Up, 0
	steps := rapid.SliceOfN(rapid.IntRange(30, 300), 1, 2).Draw(t, "slots before each step")
	back := rapid.SliceOfN(rapid.IntRange(2, 200), len(steps), len(steps)).Draw(t, "minutes back")
	for pass := range len(steps) + 1 {
		slots := 400
		if pass < len(steps) {
			slots = steps[pass]
		}
		for i := range slots {
			if i >= until {
				state = rapid.SampledFrom([]check.State{check.Up, check.Up, check.Down}).Draw(t, "state")
				until = i + rapid.IntRange(1, 100).Draw(t, "slots of it")
			}
			p.all = append(p.all, check.Result{Sent: clock, Base: true, Outcome: check.Outcome{State: state}})
			if state == check.Down {
				p.bad = append(p.bad, Period{clock, clock.Add(p.interval)})
			}
			clock = clock.Add(p.interval)
		}
		until = 0
		if pass < len(steps) {
			step := time.Duration(back[pass]) * time.Minute
			p.all = append(p.all, check.Result{Sent: clock, Outcome: check.Outcome{Reason: check.ReasonClock, Took: step}})
			p.repeated = p.repeated.Union(SetOf(Period{clock.Add(-step), clock}))
			clock = clock.Add(-step)
		}
	}
	return p
}

func (p passes) settled() []Stretch {
	var b Builder
	var filed []Stretch
	for _, r := range p.all {
		if closed, ok, _ := b.Add(r, p.interval); ok {
			filed = append(filed, closed)
		}
	}
	filed = append(filed, b.Open())
	slices.SortStableFunc(filed, func(a, b Stretch) int { return cmp.Compare(a.First.UnixNano(), b.First.UnixNano()) })
	return Settle(filed)
}

// TestRepeatedTimeIsUnknown: whatever was seen at either coming of a moment, it is
// unknown; what follows is in order, so that every account of it sums up.
func TestRepeatedTimeIsUnknown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPasses(t)
		settled := p.settled()
		for i := 1; i < len(settled); i++ {
			if settled[i].First.Before(settled[i-1].Last) {
				t.Fatalf("stretches overlap: %v and %v", settled[i-1], settled[i])
			}
		}
		end := epoch
		for _, r := range p.all {
			end = later(end, r.Sent)
		}
		whole := Period{epoch, end}
		var a Account
		a.Read(Series{Interval: p.interval, Stretches: settled}, whole, false)
		if missing := p.repeated.Intersect(Set{whole}).Minus(a.Unknown); missing.Length() > 0 {
			t.Fatalf("known although it came twice: %v", missing)
		}
		// Never better than the truth: what failed, at whichever coming, is down or unknown.
		var possible []Period
		for _, r := range a.Runs {
			possible = append(possible, r.Possible)
		}
		counted := SetOf(possible...).Union(a.Unknown)
		for _, bad := range p.bad {
			if !bad.From.Before(end) {
				continue
			}
			if good := (Set{whole.Cut(Period{bad.From, bad.From.Add(time.Second)})}).Minus(counted); good.Length() > 0 {
				t.Fatalf("counts as good although a probe failed there: %v of %v; unknown %v, runs %v", good, bad, a.Unknown, possible)
			}
		}
		var sum time.Duration
		for _, s := range Spans(Series{Stretches: settled}, whole, nil, false) {
			sum += s.To.Sub(s.From)
		}
		if sum != whole.Length() {
			t.Fatalf("spans sum to %s of %s", sum, whole.Length())
		}
	})
}

func TestSettleKeepsOrder(t *testing.T) {
	ordinary := []Stretch{
		{State: check.Up, First: epoch, Last: epoch.Add(time.Hour), Results: 61, Interval: time.Minute},
		{State: check.Down, First: epoch.Add(61 * time.Minute), Last: epoch.Add(70 * time.Minute), Results: 10, Interval: time.Minute},
	}
	if got := Settle(ordinary); &got[0] != &ordinary[0] {
		t.Error("a list without overlap was copied")
	}
	if _, ok := Repeated(check.Result{Outcome: check.Outcome{Reason: check.ReasonClock}}); ok {
		t.Error("a step forward repeats time")
	}
}
