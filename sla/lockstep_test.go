package sla

import (
	"testing"
	"time"

	"github.com/slamon/slamon/timeline"
)

// TestLockstep judges outages that come in step with the grid, as those of a nightly job
// or of a demonstration do. The phase is then the same for all of them, the formulas
// that rest on drawing it cross, and their figures must not become a certainty: for
// forty minutes they left an interval of no width, beside the truth.
func TestLockstep(t *testing.T) {
	window := 40 * time.Minute
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.991%")}
	for phase := 50 * time.Millisecond; phase < time.Second; phase += 50 * time.Millisecond {
		seen, all := lockstep(phase, window)
		v := Judge(claim, p, p.To, []timeline.Series{seen}, nil)
		truth, got := downtime(all, int64(window)), v.Downtime
		if got.HardLow > truth || truth > got.HardHigh {
			t.Errorf("phase %v: hard borders are %v and %v, want %v between them", phase, got.HardLow, got.HardHigh, truth)
		}
		if got.Low95 >= got.High95 || got.Least95 >= got.Most95 {
			t.Errorf("phase %v: intervals are %v to %v and %v to %v, want some width", phase, got.Low95, got.High95, got.Least95, got.Most95)
		}
		if got.Point < got.Low95 || got.Point > got.High95 {
			t.Errorf("phase %v: measured %v is not within its interval from %v to %v", phase, got.Point, got.Low95, got.High95)
		}
		t.Logf("phase %v: truth %v, measured %v, 95 %% interval %v to %v", phase, truth, got.Point, got.Low95, got.High95)
	}
}

// lockstep is the history of a probe with outages that come in step with its grid.
func lockstep(phase, window time.Duration) (timeline.Series, []outage) {
	var all []outage
	for at := 5 * time.Second; at < window; at += 15 * time.Second {
		all = append(all, outage{int64(at), int64(at + 4*time.Second)})
	}
	d := design{"", time.Second, 200 * time.Millisecond, 3, 0}
	seen := prober{design: d, outages: all, phase: int64(phase), end: int64(window)}
	return seen.probe(), all
}

// TestLockstepAnswer holds the same outages to claims on both sides of what was measured:
// no answer may rest on a limit that is not shown because it contradicts the measure.
func TestLockstepAnswer(t *testing.T) {
	window := 40 * time.Minute
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	for phase := 50 * time.Millisecond; phase < time.Second; phase += 50 * time.Millisecond {
		seen, _ := lockstep(phase, window)
		for _, claimed := range []string{"72.5%", "73%", "73.5%", "74%", "74.5%", "75%", "75.5%"} {
			v := Judge(Claim{Availability: figure(t, claimed)}, p, p.To, []timeline.Series{seen}, nil)
			d := v.Downtime
			if v.Answer == Breached && (d.Least95 <= v.Allowance || d.Point <= v.Allowance) ||
				v.Answer == Met && (d.Most95 > v.Allowance || d.Point > v.Allowance) {
				t.Errorf("phase %v, claim %s: %s with %v allowed, %v measured and %v to %v on one side", phase, claimed, v.Answer, v.Allowance, d.Point, d.Least95, d.Most95)
			}
		}
	}
}
