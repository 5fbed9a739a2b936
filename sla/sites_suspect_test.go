package sla

import (
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestSitesSuspect: while one place sees a check down, the one that would have to see it
// too is off. That unknown time is not like the rest, whether the claim has one check or
// another one beside it that never fails.
func TestSitesSuspect(t *testing.T) {
	const window = 30 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.9%")}
	from, to := simStart.Add(10*day), simStart.Add(10*day+2*time.Hour)
	seen := func(id check.ID, during check.State) timeline.Series {
		s := timeline.Series{Check: id, Interval: time.Minute}
		add := func(from, to time.Time, state check.State) {
			n := int(to.Sub(from) / time.Minute)
			s.Stretches = append(s.Stretches, timeline.Stretch{First: from, Last: to.Add(-time.Minute), Results: n, Base: n, Interval: time.Minute, State: state})
		}
		add(simStart, from, check.Up)
		add(from, to, during)
		add(to, p.To, check.Up)
		return s
	}
	for _, calm := range []bool{false, true} {
		var sites []Site
		for name, during := range map[string]check.State{"far": check.Unknown, "inside": check.Down, "outside": check.Up} {
			s := Site{name, []timeline.Series{seen("login", during)}}
			if calm {
				s.Series = append(s.Series, seen("relay", check.Up))
			}
			sites = append(sites, s)
		}
		v := JudgeSites(claim, p, p.To, sites, 2, nil).Together
		if v == nil || v.Unknown < to.Sub(from) || v.Answer != CannotTell {
			t.Errorf("with another check beside it %t: %s of the unknown %v: %s", calm, v.Answer, v.Unknown, v.Explanation)
		}
	}
}

// TestSitesIncidentBorders: two places see one failed probe each, 20 s apart. Nobody knows
// when both would have seen the check down, with another check beside it or without.
func TestSitesIncidentBorders(t *testing.T) {
	p := timeline.Period{From: simStart, To: simStart.Add(day)}
	seen := func(id check.ID, phase time.Duration, failed int) timeline.Series {
		var results []check.Result
		for n := range int(day / time.Minute) {
			r := check.Result{Sent: simStart.Add(phase + time.Duration(n)*time.Minute), Base: true, Outcome: check.Outcome{State: check.Up}}
			if n == failed {
				r.State = check.Down
			}
			results = append(results, r)
		}
		s := seriesOf(results)
		s.Check = id
		return s
	}
	for _, calm := range []bool{false, true} {
		var sites []Site
		for i, name := range []string{"far", "inside", "outside"} {
			phase, failed := time.Duration(10+20*i)*time.Second, 100
			if i == 2 {
				failed = -1
			}
			s := Site{name, []timeline.Series{seen("login", phase, failed)}}
			if calm {
				s.Series = append(s.Series, seen("relay", phase, -1))
			}
			sites = append(sites, s)
		}
		v := JudgeSites(Claim{Availability: figure(t, "99.9%")}, p, p.To, sites, 2, nil).Together
		all := v.ServiceIncidents()
		if len(all) != 1 {
			t.Fatalf("with another check beside it %t: %d incidents, want one", calm, len(all))
		}
		if is := all[0]; is.Low != 0 || is.Began != is.Ended {
			t.Errorf("with another check beside it %t: at least %v, began %v, ended %v: want nothing for certain", calm, is.Low, is.Began, is.Ended)
		}
	}
}
