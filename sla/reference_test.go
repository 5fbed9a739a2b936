package sla

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// reference is section D.6 of the accounting rules, step by step over single
// results, as slow and as plain as it is written there. Judge works on stretches
// and has to come to the same figures.
type reference struct {
	unknown, lo, hi, point float64 // seconds
	n, n1, further         int
	sureN, sureFurther     int
	shortEnds              float64
}

func (f *reference) judge(all []check.Result, p timeline.Period, interval, recheck time.Duration) {
	step := interval.Seconds()
	at := func(i int) float64 { return all[i].Sent.Sub(p.From).Seconds() }
	from, to := 0.0, p.Length().Seconds()
	inside := func(a, b float64) float64 { return math.Max(0, math.Min(b, to)-math.Max(a, from)) }
	if len(all) == 0 {
		f.unknown = to
		return
	}
	// The borders of the window: a pause of at most 1.5 Δ still belongs to the result
	// beside it.
	last := len(all) - 1
	head, tail := at(0)-from, to-at(last)
	headKnown := head <= 1.5*step && all[0].State != check.Unknown
	tailKnown := tail <= 1.5*step && all[last].State != check.Unknown
	if !headKnown {
		f.unknown += inside(from, at(0))
	}
	if !tailKnown {
		f.unknown += inside(at(last), to)
	}
	// Step 1: what is unknown.
	known := make([]bool, len(all)) // the segment that ends at i
	for i := 1; i < len(all); i++ {
		known[i] = all[i-1].State != check.Unknown && all[i].State != check.Unknown && at(i)-at(i-1) <= 2.5*step
		if !known[i] {
			f.unknown += inside(at(i-1), at(i))
		}
	}
	// Step 2: runs of neighbouring failures.
	for i := 0; i < len(all); i++ {
		if all[i].State != check.Down {
			continue
		}
		j := i
		for j+1 < len(all) && known[j+1] && all[j+1].State == check.Down {
			j++
		}
		var g, e float64
		front := i > 0 && known[i]
		switch {
		case front:
			g = at(i) - at(i-1)
		case i == 0 && headKnown:
			g = head
		}
		switch {
		case j < last && known[j+1]:
			e = at(j+1) - at(j)
		case j == last && tailKnown:
			e = tail
		}
		f.run(at(j)-at(i), g, e, j-i+1, front, step, recheck)
		i = j
	}
}

// run adds one run: steps 2 to 4.
func (f *reference) run(r, g, e float64, failed int, front bool, step float64, recheck time.Duration) {
	k := failed
	if recheck > 0 {
		k = int(math.Floor(r/step+1e-9)) + 1
	}
	f.lo += r
	f.hi += r + g + e
	f.n++
	f.further += k - 1
	if e < step/2 {
		f.shortEnds += e
	}
	if k == 1 {
		f.n1++
		f.point += step
	} else {
		f.point += r + (g+e)/2
	}
	if failed >= 2 {
		f.sureFurther += k - 1
		// Sharper than D.6, which knows no good re-probes: an open beginning hides
		// nothing, nor does one right after a re-probe.
		if front && g > 1.5*recheck.Seconds() {
			f.sureN++
		}
	}
}

// upper and lower are steps 5 and 6.
func (f *reference) upper(step, alpha float64) float64 {
	return min(
		f.hi+step*(poissonUpper(f.n1, alpha)-float64(f.n1)),
		f.lo+f.shortEnds+step*poissonUpper(f.n, alpha),
		step*float64(f.further)+step*poissonUpper(f.n, alpha),
	)
}

func (f *reference) lower(step, alpha float64) float64 {
	return max(
		f.lo+step/2*poissonLower(f.sureN, alpha),
		step*float64(f.sureFurther)+step*poissonLower(f.sureN, alpha),
	)
}

// drawProbing makes a history on a base grid, with or without fast probing until
// the service is back, with unknown slots and times when the monitor was off.
func drawProbing(t *rapid.T, interval, recheck time.Duration) ([]check.Result, timeline.Period) {
	slots := rapid.IntRange(2, 60).Draw(t, "slots")
	phase := time.Duration(rapid.Int64Range(0, int64(interval)-1).Draw(t, "phase"))
	p := timeline.Period{From: simStart, To: simStart.Add(time.Duration(slots) * interval)}
	var all []check.Result
	state := check.Up
	for at, slot := phase, phase; at < p.Length(); {
		if rapid.IntRange(0, 4).Draw(t, "turn") == 3 {
			state = rapid.SampledFrom([]check.State{check.Up, check.Up, check.Down, check.Unknown}).Draw(t, "state")
		}
		base := at == slot
		if base {
			slot += interval
		}
		if base && rapid.IntRange(0, 30).Draw(t, "off") == 17 {
			slot += 3 * interval // off for a while
			at = slot
			continue
		}
		all = append(all, check.Result{Sent: p.From.Add(at), Base: base, Outcome: check.Outcome{State: state}})
		if at = slot; state == check.Down && recheck > 0 {
			at = min(slot, all[len(all)-1].Sent.Sub(p.From)+recheck)
		}
	}
	return all, p
}

func TestJudgeIsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := 60 * time.Second
		recheck := rapid.SampledFrom([]time.Duration{0, 0, 7 * time.Second, 10 * time.Second}).Draw(t, "recheck")
		all, p := drawProbing(t, interval, recheck)
		series := timeline.Series{Interval: interval, Reprobe: recheck}
		var b timeline.Builder
		for _, r := range all {
			if closed, ok, _ := b.Add(r, interval); ok {
				series.Stretches = append(series.Stretches, closed)
			}
		}
		if b.Open().Results > 0 {
			series.Stretches = append(series.Stretches, b.Open())
		}
		var want reference
		want.judge(all, p, interval, recheck)
		v := Judge(Claim{Availability: Figure{PPB: 500_000_000}}, p, p.To, []timeline.Series{series}, nil)

		known := v.Accounted.Seconds() - want.unknown
		step := interval.Seconds()
		low, high := want.lower(step, 0.025), min(want.upper(step, 0.025), known)
		for _, what := range []struct {
			name      string
			got, want float64
		}{
			{"unknown", v.Unknown.Seconds(), want.unknown},
			{"lo", v.Downtime.HardLow.Seconds(), want.lo},
			{"hi", v.Downtime.HardHigh.Seconds(), want.hi},
			{"P", v.Downtime.Point.Seconds(), min(want.point, known)},
			{"L", v.Downtime.Low95.Seconds(), min(low, high)},
			{"U", v.Downtime.High95.Seconds(), high},
		} {
			if math.Abs(what.got-what.want) > 1e-6 {
				t.Fatalf("%s = %.9f s, want %.9f s\n%+v\n%+v", what.name, what.got, what.want, v.Downtime, all)
			}
		}
	})
}
