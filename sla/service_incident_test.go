package sla

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestServiceIncidentsAddUp: however checks are combined and time is counted, those that
// count are as many as the verdict says, what they count adds up to its downtime, and
// their borders and lengths are in order.
func TestServiceIncidentsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim, p := drawClaim(t)
		claim.ExcludeMaintenance = rapid.Bool().Draw(t, "exclude")
		claim.Weights = map[check.ID]int{"b": 3}
		if rapid.Bool().Draw(t, "ruled") {
			claim.Rule = drawRule(t)
			claim.Rule.MinRunTotal = 0
		}
		var series []timeline.Series
		for i := range rapid.IntRange(1, 3).Draw(t, "checks") {
			s := seriesOf(drawResults(t))
			s.Check = check.ID(rune('a' + i))
			series, claim.Checks = append(series, s), append(claim.Checks, s.Check)
		}
		m := len(series)
		claim.Combine = rapid.SampledFrom([]Combine{AnyDown, AllDown, quorum(min(2, m), m), Mean}).Draw(t, "combine")
		v := Judge(claim, p, p.To, series, drawExclusions(t))
		counts, sum := 0, time.Duration(0)
		for _, is := range v.ServiceIncidents() {
			orderOf(t, &v, &is)
			if is.Counts {
				counts++
				sum += is.Counted
			}
		}
		if counts != v.Failures {
			t.Fatalf("%d incidents count, and the verdict says %d (%+v)", counts, v.Failures, v.ServiceIncidents())
		}
		if c := v.Count; c != nil {
			if most := c.Stages[stages-1].Point; sum > most || sum < most-time.Duration(counts) { // a nanosecond of each is rounded
				t.Fatalf("the incidents count %s, the rule %s", sum, most)
			}
		}
	})
}

func orderOf(t *rapid.T, v *Verdict, is *ServiceIncident) {
	if is.Low > is.Point || is.Point > is.High {
		t.Fatalf("lengths out of order: %+v", is)
	}
	if is.Began.From.After(is.Began.To) || is.Ended.From.After(is.Ended.To) || is.Began.From.After(is.Ended.From) || is.Began.To.After(is.Ended.To) {
		t.Fatalf("borders out of order: %+v", is)
	}
	// A rule can count buckets of which nobody saw anything, and those that reach beyond
	// the window by what happened there.
	if ruled := v.Claim.Rule != nil && v.Claim.Rule.Bucket > 0; !ruled && (len(is.Parts) == 0 || len(is.Checks) == 0) {
		t.Fatalf("an incident of no check: %+v of %+v", is, v.Incidents)
	}
	if !is.Counts && is.Less == "" {
		t.Fatalf("an incident does not count, and nobody says why: %+v", is)
	}
}

// TestServiceIncidentOfTwo: two of three are down for a while together, with work
// announced in the middle of it. That is one incident, of two checks, counted in part.
func TestServiceIncidentOfTwo(t *testing.T) {
	at := func(minutes int) time.Time { return simStart.Add(time.Duration(minutes) * time.Minute) }
	series := make([]timeline.Series, 3)
	for i, down := range [][2]int{{20, 60}, {30, 70}, {90, 100}} {
		var results []check.Result
		for m := range 121 {
			state := check.Up
			if m >= down[0] && m < down[1] {
				state = check.Down
			}
			results = append(results, check.Result{Sent: at(m), Base: true, Outcome: check.Outcome{State: state}})
		}
		series[i] = seriesOf(results)
		series[i].Check = check.ID(rune('a' + i))
	}
	claim := Claim{Availability: figure(t, "99%"), Checks: []check.ID{"a", "b", "c"}, Combine: quorum(2, 3), ExcludeMaintenance: true}
	p := timeline.Period{From: at(0), To: at(120)}
	v := Judge(claim, p, p.To, series, []Exclusion{{Period: timeline.Period{From: at(40), To: at(50)}}})
	all := v.ServiceIncidents()
	if len(all) != 1 || v.Failures != 1 {
		t.Fatalf("%d incidents, %d failures: %+v", len(all), v.Failures, all)
	}
	is := all[0]
	want := ServiceIncident{
		Period: timeline.Period{From: at(29).Add(30 * time.Second), To: at(59).Add(30 * time.Second)},
		Began:  timeline.Period{From: at(29), To: at(30)}, Ended: timeline.Period{From: at(59), To: at(60)},
		Low: 29 * time.Minute, Point: 30 * time.Minute, High: 31 * time.Minute,
		Counts: true, Counted: 20 * time.Minute, Less: LessPart, Runs: 1, Parts: []int{0, 1}, Checks: []check.ID{"a", "b"},
	}
	if got, want := is.JSON(nil, time.UTC), want.JSON(nil, time.UTC); got.Seconds != want.Seconds || got.Counted != want.Counted || got.Less != want.Less ||
		!is.Began.From.Equal(at(29)) || !is.Began.To.Equal(at(30)) || !is.Ended.From.Equal(at(59)) || !is.Ended.To.Equal(at(60)) || len(is.Checks) != 2 || is.Checks[0] != "a" {
		t.Errorf("got %+v, want %+v", is, want)
	}
}
