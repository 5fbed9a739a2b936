package sla

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// seenFrom is a place whose view of the service has these outages.
func seenFrom(name string, r *rand.Rand, d design, window time.Duration, own, common []outage) Site {
	down := asSet(own, window).Union(asSet(common, window))
	series := d.seen(r, fromSet(down), window)
	series.Check = "login"
	return Site{name, []timeline.Series{series}}
}

// TestSitesTakeLocalTroubleOut has a service that keeps its claim, and one site with a
// bad line: alone it would break the claim, together with two others it does not.
func TestSitesTakeLocalTroubleOut(t *testing.T) {
	const window = 30 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.9%")} // 43 min 12 s
	r := rand.New(rand.NewPCG(3, 3))
	d := designs[3]
	local := equal(r, 20, 7200, window.Seconds())
	common := equal(r, 2, 1200, window.Seconds())
	sites := []Site{
		seenFrom("inside", r, d, window, local, common),
		seenFrom("outside", r, d, window, nil, common),
		seenFrom("far", r, d, window, nil, common),
	}
	v := JudgeSites(claim, p, p.To, sites, Majority(3), nil)
	if got := v.Sites[0].Verdict.Answer; got != BreachedCertain {
		t.Errorf("inside alone: %s, want breached_certain", got)
	}
	if v.Together == nil || v.Together.Answer != Met || v.Answer() != Met {
		t.Fatalf("together: %+v, want met", v.Together)
	}
	truth := 1200 * time.Second
	if got := v.Together.Downtime; truth < got.Low95 || truth > got.High95 {
		t.Errorf("true downtime %s lies outside %+v", truth, got)
	}
	if v := JudgeSites(claim, p, p.To, sites, 1, nil); v.Answer() != BreachedCertain {
		t.Errorf("when one site is enough: %s, want breached_certain", v.Answer())
	}
}

// TestBlindSiteProvesNothing: a site that was off can have seen the service well.
func TestBlindSiteProvesNothing(t *testing.T) {
	const window = 30 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	r := rand.New(rand.NewPCG(4, 4))
	common := equal(r, 2, 7200, window.Seconds())
	sees := seenFrom("inside", r, designs[3], window, nil, common)
	blind := Site{"outside", []timeline.Series{{Check: "login", Interval: time.Minute, Stretches: []timeline.Stretch{
		{State: check.Unknown, Reason: check.ReasonStopped, First: p.From, Last: p.To, Results: 2, Base: 2, Interval: time.Minute}}}}}
	v := JudgeSites(Claim{Availability: figure(t, "99.9%")}, p, p.To, []Site{sees, blind}, 2, nil)
	if v.Sites[0].Verdict.Answer != BreachedCertain || v.Answer() != CannotTell {
		t.Errorf("inside %s, together %s; want breached_certain and cannot_tell", v.Sites[0].Verdict.Answer, v.Answer())
	}
	if v.Together.Unknown < 2*time.Hour-10*time.Minute || v.Together.Unknown > 3*time.Hour {
		t.Errorf("together unknown for %s, want the time that inside saw down", v.Together.Unknown)
	}
}

// TestSitesWithOtherChecks cannot be told together.
func TestSitesWithOtherChecks(t *testing.T) {
	p := timeline.Period{From: simStart, To: simStart.Add(30 * day)}
	r := rand.New(rand.NewPCG(5, 5))
	one := seenFrom("inside", r, designs[3], 30*day, nil, nil)
	two := seenFrom("outside", r, designs[3], 30*day, nil, equal(r, 3, 14400, (30*day).Seconds()))
	other := two.Series[0]
	other.Check = "join"
	two.Series = append(two.Series, other)
	v := JudgeSites(Claim{Availability: figure(t, "99.9%")}, p, p.To, []Site{one, two}, 2, nil)
	if v.Together != nil || v.Answer() != CannotTell || len(v.Sites) != 2 {
		t.Errorf("together %v, answer %s, %d sites; want none, cannot_tell, 2", v.Together, v.Answer(), len(v.Sites))
	}
}
