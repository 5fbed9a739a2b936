package sla

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// drawRule makes rules of every kind. Rounding up or to the nearest minute is drawn
// apart: joining two failures can make them count less there.
func drawRule(t *rapid.T) *Rule {
	r := &Rule{
		Basis:       rapid.SampledFrom(Bases[:]).Draw(t, "basis"),
		Bucket:      rapid.SampledFrom([]time.Duration{0, time.Minute, time.Minute, 5 * time.Minute}).Draw(t, "bucket"),
		Share:       rapid.SampledFrom([]Share{{}, {PPB: 50_000_000}, {PPB: 500_000_000, Reached: true}, {PPB: whole, Reached: true}}).Draw(t, "share"),
		MinRun:      time.Duration(rapid.SampledFrom([]int{0, 0, 1, 5, 10}).Draw(t, "min_run")) * time.Minute,
		MinRunTotal: time.Duration(rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "min_run_total")) * time.Minute,
		Weight:      rapid.SampledFrom([]Weight{WeightNone, WeightNone, WeightAffected}).Draw(t, "weight"),
		Empty:       rapid.SampledFrom(Empties[:3]).Draw(t, "empty"),
		MergeGap:    time.Duration(rapid.IntRange(0, 5).Draw(t, "merge")) * time.Minute,
	}
	if r.Bucket > 0 {
		r.RecoverAfter = rapid.IntRange(1, 3).Draw(t, "recover")
	} else {
		r.Empty, r.Round = EmptyUnknown, rapid.SampledFrom([]Round{RoundNone, RoundDown}).Draw(t, "round")
		if r.Basis == ByIntervalErrorRate {
			r.Basis = ByRequest
		}
	}
	return r
}

// TestRuleBounds holds the figures of a rule against each other, and against the
// order of the stages.
func TestRuleBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := seriesOf(drawResults(t))
		claim, p := drawClaim(t)
		claim.Rule = drawRule(t)
		v := Judge(claim, p, p.To, []timeline.Series{series}, drawExclusions(t))
		d := v.Downtime
		if d.HardLow > d.HardHigh || d.HardLow > d.Point || d.Low95 > d.High95 || d.HardLow > d.Low95 || d.High95 > max(v.Count.Denominator, d.HardLow) {
			t.Fatalf("the bounds are out of order: %+v of %s", d, v.Count.Denominator)
		}
		for _, s := range v.Count.Stages {
			if s.Low > s.Point || s.Point > s.High {
				t.Fatalf("stage out of order: %+v", s)
			}
		}
		last := v.Count.Stages[len(v.Count.Stages)-1]
		if plain := v.Count.Stages[3]; last.High > plain.High {
			t.Fatalf("rounding down and dropping made %s of %s", last.High, plain.High)
		}
		if v.Answer == Met && d.HardHigh+v.Count.Unknown > v.Allowance {
			t.Fatalf("met with %s possible and %s unknown of %s", d.HardHigh, v.Count.Unknown, v.Allowance)
		}
		if v.Explanation == "" {
			t.Fatal("no explanation")
		}
	})
}

// TestRuleMonotone adds failures: no rule may count less for them. A longer shortest
// run never counts more, and merging changes no length.
func TestRuleMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawResults(t)
		claim, p := drawClaim(t)
		claim.Rule = drawRule(t)
		judge := func(r Rule, results []check.Result) Verdict {
			claim.Rule = &r
			return Judge(claim, p, p.To, []timeline.Series{seriesOf(results, p.From, p.To)}, nil)
		}
		v := judge(*claim.Rule, all)
		rule := *claim.Rule

		worse := make([]check.Result, len(all))
		copy(worse, all)
		for i := range worse {
			if worse[i].State.Good() && rapid.IntRange(0, 5).Draw(t, "fails") == 0 {
				worse[i].State = check.Down
			}
		}
		w := judge(rule, worse)
		// The probes of a stretch are taken as evenly spaced: where empty buckets are
		// down, another state can move one into a bucket that had none.
		shifted := rule.Empty == EmptyDown && rule.samples() > 0
		if !shifted && (w.Downtime.HardLow < v.Downtime.HardLow || w.Downtime.HardHigh < v.Downtime.HardHigh) {
			t.Fatalf("more failures count less: %+v, before %+v", w.Downtime, v.Downtime)
		}

		longer := rule
		longer.MinRun += 5 * time.Minute
		if l := judge(longer, all); l.Downtime.HardHigh > v.Downtime.HardHigh || l.Downtime.HardLow > v.Downtime.HardLow {
			t.Fatalf("a longer shortest run counts more: %+v, before %+v", l.Downtime, v.Downtime)
		}

		merged := rule
		merged.MergeGap = time.Hour
		m := judge(merged, all)
		if diff := cmp.Diff(m.Count.Stages, v.Count.Stages); diff != "" || m.Count.Incidents > v.Count.Incidents {
			t.Fatalf("merging changed lengths or made %d incidents of %d:\n%s", m.Count.Incidents, v.Count.Incidents, diff)
		}
	})
}

// TestBucketsAddUp cuts failures at the borders of buckets: without thresholds they
// are together as long as before.
func TestBucketsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var line timeline.Set
		at := simStart
		for range rapid.IntRange(0, 20).Draw(t, "failures") {
			at = at.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "good")) * time.Second)
			to := at.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "bad")) * time.Second)
			line = append(line, timeline.Period{From: at, To: to})
			at = to
		}
		size := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 5 * time.Minute, time.Hour}).Draw(t, "bucket")
		rule := &Rule{Bucket: size, Basis: ByIntervalErrorRate}
		b := bucketer{grid: newGrid(size, simStart, time.UTC), rule: rule, edge: at.Add(2 * time.Hour)}
		var sum time.Duration
		var last time.Time
		for _, p := range b.count(line) {
			if p.From.Before(last) || !p.From.Before(p.To) {
				t.Fatalf("pieces out of order: %v after %s", p, last)
			}
			last = p.To
			sum += p.value(p.Length())
		}
		if want := line.Length(); sum != want {
			t.Fatalf("buckets of %s hold %s of %s", size, sum, want)
		}
	})
}

// TestEmptyBuckets holds the quick way through dense stretches against one bucket
// after the other.
func TestEmptyBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := seriesOf(drawResults(t))
		g := newGrid(rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Minute}).Draw(t, "bucket"), simStart, time.UTC)
		p := g.around(timeline.Period{From: simStart.Add(7 * time.Minute), To: simStart.Add(50 * time.Minute)})
		need := rapid.IntRange(1, 4).Draw(t, "need")
		empty := g.emptyBuckets(series, p, need)
		for i := g.index(p.From); i < g.index(p.To); i++ {
			bucket := timeline.Period{From: g.start(i), To: g.start(i + 1)}
			n := 0
			for _, s := range series.Stretches {
				if known(&s) {
					step := time.Duration(1)
					if s.Results > 1 {
						step = max(1, s.Last.Sub(s.First)/time.Duration(s.Results-1))
					}
					n += timeline.GridPoints(s.First, step, s.Results, bucket)
				}
			}
			if got := empty.Within(bucket) > 0; got != (n < need) {
				t.Fatalf("bucket %s with %d probes of %d: empty %t", bucket.From, n, need, got)
			}
		}
	})
}

// BenchmarkRule counts a year of 201 stretches by rules with buckets; it has to take
// less than a millisecond.
func BenchmarkRule(b *testing.B) {
	for _, what := range []struct {
		name string
		rule Rule
	}{
		{"continuous, min_run", Rule{MinRun: 5 * time.Minute}},
		{"5-minute buckets", Rule{Bucket: 5 * time.Minute, Share: Share{whole, true}}},
		{"1-hour buckets of requests", Rule{Bucket: time.Hour, Basis: ByRequest, Share: Share{PPB: 50_000_000}, MinSamples: 5}},
	} {
		b.Run(what.name, func(b *testing.B) {
			series := []timeline.Series{yearOf(100)}
			claim := Claim{Availability: figure(b, "99.991%"), Rule: &what.rule}
			p := timeline.Period{From: simStart, To: simStart.Add(365 * day)}
			b.ReportAllocs()
			for b.Loop() {
				Judge(claim, p, p.To, series, nil)
			}
		})
	}
}

// TestRuleUnknown inserts unknown results: what can count, unknown time included,
// never shrinks, unless the contract says what empty buckets count as.
func TestRuleUnknown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawResults(t)
		claim, p := drawClaim(t)
		claim.Rule = drawRule(t)
		claim.Rule.Empty = EmptyUnknown
		judge := func(results []check.Result) Verdict {
			return Judge(claim, p, p.To, []timeline.Series{seriesOf(results, p.From, p.To)}, nil)
		}
		before := judge(all)
		blind := make([]check.Result, len(all))
		copy(blind, all)
		for i := range blind {
			if rapid.IntRange(0, 5).Draw(t, "unknown") == 0 {
				blind[i].State = check.Unknown
			}
		}
		after := judge(blind)
		if was, is := before.Downtime.HardHigh, after.Downtime.HardHigh+after.Count.Unknown; is < min(was, after.Count.Denominator) {
			t.Fatalf("possible downtime shrank from %s to %s", was, is)
		}
		if after.Downtime.HardLow > before.Downtime.HardLow {
			t.Fatalf("less knowledge made %s certain, %s before", after.Downtime.HardLow, before.Downtime.HardLow)
		}
	})
}
