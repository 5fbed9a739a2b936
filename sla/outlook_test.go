package sla

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

func TestForecastNeedsFive(t *testing.T) {
	year := 365 * 24 * time.Hour
	four := []time.Duration{time.Minute, time.Minute, time.Hour, time.Hour}
	if o := Forecast(four, year); o.Enough || o.Low != 0 || o.High != 1 {
		t.Errorf("Forecast of four = %+v, want too few", o)
	}
	if o := Forecast(append(four, time.Minute), year); !o.Enough || !(0 < o.Low && o.Low < o.High && o.High < 1) {
		t.Errorf("Forecast of five = %+v, want an interval", o)
	}
}

// TestForecastCoverage holds the interval against the simulation of accounting
// D.10: with some ten exponential outages it covers the truth in 99 % of worlds.
func TestForecastCoverage(t *testing.T) {
	const worlds, rate, mean = 2000, 10.0, 600.0 // a year, seconds
	year := 365 * 24 * time.Hour
	truth := 1 - rate*mean/year.Seconds()
	r := rand.New(rand.NewPCG(1, 2))
	covered, all := 0, 0
	for range worlds {
		var lengths []time.Duration
		for at := r.ExpFloat64(); at < rate; at += r.ExpFloat64() {
			lengths = append(lengths, time.Duration(r.ExpFloat64()*mean*1e9))
		}
		o := Forecast(lengths, year)
		if !o.Enough {
			continue
		}
		all++
		if o.Low <= truth && truth <= o.High {
			covered++
		}
	}
	if share := float64(covered) / float64(all); share < 0.97 {
		t.Errorf("the interval covers the truth in %.3f of worlds, want at least 0.97", share)
	}
}

func TestCorrected(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	min := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	stretch := func(state check.State, from, to int) timeline.Stretch {
		return timeline.Stretch{State: state, First: min(from), Last: min(to), Results: to - from + 1, Base: to - from + 1, Interval: time.Minute}
	}
	series := []timeline.Series{{Interval: time.Minute, Stretches: []timeline.Stretch{stretch(check.Up, 0, 99), stretch(check.Down, 100, 119), stretch(check.Up, 120, 999)}}}
	p := timeline.Period{From: start, To: min(1000)}
	claim := Claim{Availability: Figure{PPB: 990_000_000}, Window: Window{Kind: Fixed, Zone: time.UTC}}
	for _, c := range []struct {
		as       CountsAs
		from, to int
		down     time.Duration
		unknown  time.Duration
		excluded time.Duration
	}{
		{AsUp, 90, 130, 0, 0, 0},
		{AsUp, 110, 130, 10 * time.Minute, 0, 0},
		{AsUnknown, 100, 120, 0, 21 * time.Minute, 0},
		{AsExcluded, 95, 125, 0, 0, 30 * time.Minute},
		{AsDown, 200, 210, 30 * time.Minute, 0, 0},
	} {
		s, ex := Corrected(series, nil, []Correction{{From: min(c.from), To: min(c.to), As: c.as}})
		v := Hold(claim, p, p.To, s, ex)
		if v.Downtime.Point != c.down || v.Unknown != c.unknown || v.Excluded != c.excluded {
			t.Errorf("%s %d-%d: down %s, unknown %s, excluded %s, want %s, %s, %s", c.as, c.from, c.to,
				v.Downtime.Point, v.Unknown, v.Excluded, c.down, c.unknown, c.excluded)
		}
	}
	if v := Hold(claim, p, p.To, series, nil); v.Downtime.Point != 20*time.Minute {
		t.Errorf("the history itself was changed: down %s, want 20m", v.Downtime.Point)
	}
}

func TestCorrectionNeedsReason(t *testing.T) {
	c := Correction{From: time.Unix(0, 0), To: time.Unix(60, 0), As: AsUp, By: "Sato"}
	for _, frozen := range []bool{false, true} {
		if err := c.Check(frozen); err == nil {
			t.Errorf("frozen %v: no reason was taken for one", frozen)
		}
	}
	c.Why = "both sides agree that our proxy was at fault"
	if err := c.Check(true); err != nil {
		t.Errorf("Check = %v, want nil", err)
	}
}

// TestOutlookOfSeveral: two checks that replace each other and failed five times each,
// never together, are no service that failed at all.
func TestOutlookOfSeveral(t *testing.T) {
	p := timeline.Period{From: simStart, To: simStart.Add(365 * day)}
	var all []timeline.Series
	for n, id := range []check.ID{"a", "b"} {
		s := timeline.Series{Check: id, Interval: time.Minute}
		at := p.From
		put := func(state check.State, length time.Duration) {
			k := int(length / time.Minute)
			s.Stretches = append(s.Stretches, timeline.Stretch{State: state, First: at, Last: at.Add(time.Duration(k-1) * time.Minute), Results: k, Base: k, Interval: time.Minute})
			at = at.Add(time.Duration(k) * time.Minute)
		}
		for i := range 6 {
			put(check.Up, 50*day+time.Duration(n)*day)
			put(check.Down, time.Duration(10+i)*time.Minute)
		}
		put(check.Up, p.To.Sub(at))
		all = append(all, s)
	}
	claim := Claim{Availability: figure(t, "99.9%"), Checks: []check.ID{"a", "b"}, Combine: AllDown}
	if v := Judge(claim, p, p.To, all, nil); v.Failures != 0 || v.Outlook().Incidents != 0 {
		t.Errorf("all down: %d failures, outlook from %d", v.Failures, v.Outlook().Incidents)
	}
	claim.Combine = AnyDown
	if v := Judge(claim, p, p.To, all, nil); v.Failures != 12 || v.Outlook().Incidents != 12 || !v.Outlook().Enough {
		t.Errorf("any down: %d failures, outlook %+v", v.Failures, v.Outlook())
	}
	claim.Combine = Mean
	if v := Judge(claim, p, p.To, all, nil); v.Failures != 12 || v.Outlook().Incidents != 12 {
		t.Errorf("mean: %d failures, outlook %+v", v.Failures, v.Outlook())
	}
}
