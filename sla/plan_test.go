package sla

import (
	"testing"
	"time"

	"github.com/slamon/slamon/timeline"
)

// The table of the accounting rules, D.5: the longest interval that can prove a
// claim without a failure, and after two long outages that used half of it.
func TestPlanPublished(t *testing.T) {
	for _, what := range []struct {
		claim        string
		month, year  float64 // seconds
		two, percent float64
	}{
		{"99.9%", 865, 2.92 * 3600, 52.5 * 60, 1},
		{"99.95%", 433, 88 * 60, 26.2 * 60, 1},
		{"99.99%", 86.5, 1053, 312, 0.6},
		{"99.991%", 77.9, 947, 280, 0.2},
		{"99.995%", 43.3, 526, 154, 0.4},
		{"99.999%", 8.65, 105, 28, 3},
	} {
		month := NewPlan(figure(t, what.claim), 30*day, 0, 10*time.Second)
		year := NewPlan(figure(t, what.claim), 365*day, 0, 10*time.Second)
		for name, pair := range map[string][2]float64{
			"month": {month.Deciding.Seconds(), what.month},
			"year":  {year.Deciding.Seconds(), what.year},
			"two":   {year.DecidingTwo.Seconds(), what.two},
		} {
			if miss := pair[0]/pair[1] - 1; miss < -what.percent/100 || miss > what.percent/100 {
				t.Errorf("%s, %s: every %.4g s decides, want %.4g s", what.claim, name, pair[0], pair[1])
			}
		}
	}
}

func TestPlanPresent(t *testing.T) {
	plan := NewPlan(figure(t, "99.991%"), 365*day, 300*time.Second, 0)
	p := plan.Present
	if p.Singles != 4 || p.Hidden != 300*time.Second || p.Refuting != plan.Allowance+600*time.Second {
		t.Errorf("300 s: %+v, want 4 single failures borne, 300 s hidden, the allowance and 600 s refuting", p)
	}
	// What it promises, Judge keeps: with 4 isolated failures the claim is met, with 5 not.
	for singles, want := range map[int]Answer{4: Met, 5: CannotTell} {
		var all []outage
		for i := range singles {
			from := int64(time.Duration(i+1) * 20 * day)
			all = append(all, outage{from, from + int64(300*time.Second)})
		}
		d := prober{design: designs[0], outages: all, end: int64(365 * day), skip: true}
		series := d.probe()
		window := Window{Kind: Rolling, Length: 365 * day, Zone: time.UTC}.Period(simStart.Add(365 * day))
		if v := Judge(Claim{Availability: plan.Claim}, window, window.To, []timeline.Series{series}, nil); v.Answer != want || len(v.Incidents) != singles {
			t.Errorf("%d isolated failures of %d incidents: %s, want %s", singles, len(v.Incidents), v.Answer, want)
		}
	}
	if p := NewPlan(figure(t, "99.991%"), 30*day, 300*time.Second, 0).Present; p.Singles != -1 {
		t.Errorf("300 s over 30 days bears %d single failures, want -1: it cannot prove the claim", p.Singles)
	}
	if p := NewPlan(figure(t, "50%"), 365*day, time.Second, 0).Present; p.Singles != mostSingles {
		t.Errorf("a generous claim bears %d single failures, want the bound %d", p.Singles, mostSingles)
	}
	if p := NewPlan(figure(t, "100%"), 365*day, 0, 0); p.Deciding != 0 || p.DecidingTwo != 0 || p.Allowance != 0 {
		t.Errorf("100 %%: %+v, want no interval that decides", p)
	}
}

func TestPerDay(t *testing.T) {
	for interval, want := range map[time.Duration]int{0: 0, day: 1, 300 * time.Second: 288, 7 * time.Second: 12343, 2 * day: 1} {
		if got := PerDay(interval); got != want {
			t.Errorf("PerDay(%s) = %d, want %d", interval, got, want)
		}
	}
}
