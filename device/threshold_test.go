package device

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var cpu = Series{Device: "box", Kind: CPU}

// busyRule is the suggestion for polls every minute.
var busyRule = Threshold{
	ID: "busy", Kind: CPU, Severity: Warning, Limit: 0.5, Margin: 0.05,
	RaiseAfter: 5 * time.Minute, ClearAfter: 10 * time.Minute, MaxGap: 150 * time.Second,
}

// feed steps through values a minute apart, starting at minute 0. A negative
// value is void. It returns what was told with the minute of each.
func feed(t Threshold, w Watch, start int, values ...float64) (Watch, []told) {
	var all []told
	for i, v := range values {
		r := Reading{Series: cpu, At: minute(start + i), Value: v}
		if v < 0 {
			r.Value, r.Void = 0, VoidSilent
		}
		var crossings []Crossing
		w, crossings = t.Step(w, r)
		for _, c := range crossings {
			all = append(all, told{start + i, c.Change, int(c.From.Sub(minute(0)) / time.Minute), c.Up})
		}
	}
	return w, all
}

type told struct {
	Minute int
	Change Change
	From   int
	Up     bool
}

func minute(n int) time.Time {
	return time.Unix(1_700_000_000, 0).UTC().Add(time.Duration(n) * time.Minute)
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func join(parts ...[]float64) []float64 {
	var out []float64
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestThreshold(t *testing.T) {
	below := busyRule
	below.Below, below.Limit, below.Margin = true, 0.2, 0.1
	at := busyRule
	at.RaiseAfter, at.ClearAfter = 0, 0
	mean := busyRule
	mean.By, mean.Over, mean.RaiseAfter, mean.ClearAfter = ByMean, 10*time.Minute, 0, 0
	p95 := mean
	p95.By = ByP95
	for _, test := range []struct {
		name   string
		rule   Threshold
		values []float64
		want   []told
	}{
		{"raises after its time", busyRule, repeat(0.9, 8), []told{{5, Raised, 0, true}}},
		{"a peak is nothing", busyRule, join(repeat(0.9, 5), repeat(0.1, 5), repeat(0.9, 5)), nil},
		{"exactly the limit is not above it", busyRule, repeat(0.5, 20), nil},
		{"clears after its time", busyRule, join(repeat(0.9, 6), repeat(0.1, 12)), []told{{5, Raised, 0, true}, {16, Cleared, 6, false}}},
		{"between the marks nothing changes", busyRule, join(repeat(0.9, 6), repeat(0.47, 30)), []told{{5, Raised, 0, true}}},
		{"a dip starts the waiting anew", busyRule, join(repeat(0.9, 4), []float64{0.5}, repeat(0.9, 7)), []told{{10, Raised, 5, true}}},
		{"void is no dip", busyRule, join(repeat(0.9, 3), []float64{-1}, repeat(0.9, 4)), []told{{5, Raised, 0, true}}},
		{"a long void is not waited", busyRule, join(repeat(0.9, 3), repeat(-1, 5), repeat(0.9, 6)), []told{{13, Raised, 8, true}}},
		{"silence does not clear", busyRule, join(repeat(0.9, 6), repeat(-1, 60)), []told{{5, Raised, 0, true}}},
		{"below a limit", below, join(repeat(0.1, 6), repeat(0.25, 5), repeat(0.31, 11)), []told{{5, Raised, 0, true}, {21, Cleared, 11, false}}},
		{"at once", at, []float64{0.9, 0.1}, []told{{0, Raised, 0, true}, {1, Cleared, 1, false}}},
		{"the mean of half its time says nothing", mean, repeat(0.9, 5), nil},
		{"by mean", mean, join(repeat(0.4, 10), repeat(0.9, 4)), []told{{12, Raised, 12, true}}},
		{"by p95", p95, join(repeat(0.4, 10), repeat(0.9, 1)), []told{{10, Raised, 10, true}}},
		{"flapping is one alarm", at, []float64{1, 0, 1, 0, 1, 0, 1, 0},
			[]told{{0, Raised, 0, true}, {1, Cleared, 1, false}, {2, Raised, 2, true}, {3, Cleared, 3, false}, {4, Unstable, 4, true}}},
		{"and settles", at, join([]float64{1, 0, 1, 0, 1, 0}, repeat(0.1, 65)),
			[]told{{0, Raised, 0, true}, {1, Cleared, 1, false}, {2, Raised, 2, true}, {3, Cleared, 3, false}, {4, Unstable, 4, true}, {65, Settled, 5, false}}},
	} {
		if err := test.rule.Check(); err != nil {
			t.Errorf("%s: Check() = %v", test.name, err)
		}
		if _, got := feed(test.rule, Watch{}, 0, test.values...); !cmp.Equal(test.want, got, cmpopts.EquateEmpty()) {
			t.Errorf("%s: told (-want +got):\n%s", test.name, cmp.Diff(test.want, got))
		}
	}
}

// Readings that come some milliseconds early are as good as those on time.
func TestJitterIsNotWaitedFor(t *testing.T) {
	var w Watch
	for i := range 6 {
		r := Reading{Series: cpu, At: minute(i).Add(-time.Duration(i) * 5 * time.Millisecond), Value: 0.9}
		var told []Crossing
		if w, told = busyRule.Step(w, r); (len(told) > 0) != (i == 5) {
			t.Errorf("minute %d: told %+v", i, told)
		}
	}
}

func TestCrossingSpeaks(t *testing.T) {
	_, crossings := Threshold{
		ID: "now", Kind: CPU, Severity: Critical, Limit: 0.9, Margin: 0.05, MaxGap: time.Minute,
	}.Step(Watch{}, Reading{Series: cpu, At: minute(0), Value: 0.953})
	want := []Crossing{{
		Threshold: "now", Series: cpu, Severity: Critical, Change: Raised, Up: true, At: minute(0), From: minute(0),
		Value: 0.953, Limit: 0.9, Sentence: "box cpu is 95.3 % (latest), above its limit of 90 %",
	}}
	if diff := cmp.Diff(want, crossings); diff != "" {
		t.Errorf("Step() (-want +got):\n%s", diff)
	}
}

// The state is all there is: written down and read back between any two
// readings, the same is told.
func TestWatchSurvivesARestart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := drawThreshold(t)
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{-1, 0.1, 0.44, 0.47, 0.5, 0.6, 0.9}), 1, 150).Draw(t, "values")
		_, want := feed(rule, Watch{}, 0, values...)
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		w, got := feed(rule, Watch{}, 0, values[:cut]...)
		b, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		var read Watch
		if err := json.Unmarshal(b, &read); err != nil {
			t.Fatal(err)
		}
		_, rest := feed(rule, read, cut, values[cut:]...)
		if diff := cmp.Diff(want, append(got, rest...), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("told (-whole +cut):\n%s", diff)
		}
	})
}

func drawThreshold(t *rapid.T) Threshold {
	rule := busyRule
	rule.By = rapid.SampledFrom([]Statistic{ByLatest, ByMean, ByP95}).Draw(t, "by")
	rule.Over = 5 * time.Minute
	rule.RaiseAfter = time.Duration(rapid.IntRange(0, 5).Draw(t, "raise")) * time.Minute
	rule.ClearAfter = time.Duration(rapid.IntRange(0, 5).Draw(t, "clear")) * time.Minute
	return rule
}

// What is told makes sense whatever comes: raises and clears take turns, nothing
// is told within an unstable time, and what is kept is bounded.
func TestThresholdInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := drawThreshold(t)
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{-1, 0.1, 0.47, 0.9}), 1, 300).Draw(t, "values")
		var w Watch
		up, unstable := false, false
		for i, v := range values {
			r := Reading{Series: cpu, At: minute(i), Value: v}
			if v < 0 {
				r.Value, r.Void = 0, VoidSilent
			}
			before := w
			var crossings []Crossing
			w, crossings = rule.Step(w, r)
			if v < 0 && !cmp.Equal(before, w) {
				t.Fatalf("a void reading changed the state: %s", cmp.Diff(before, w))
			}
			for _, c := range crossings {
				switch c.Change {
				case Raised, Cleared:
					if unstable || up == (c.Change == Raised) {
						t.Fatalf("minute %d: %s while raised = %v, unstable = %v", i, c.Change, up, unstable)
					}
				case Unstable, Settled:
					if unstable == (c.Change == Unstable) {
						t.Fatalf("minute %d: %s while unstable = %v", i, c.Change, unstable)
					}
					unstable = c.Change == Unstable
				}
				up = c.Up
			}
			if len(w.Changes) > DefaultMaxChanges+2 || len(w.Samples) > MaxSamples {
				t.Fatalf("%d changes and %d samples are kept", len(w.Changes), len(w.Samples))
			}
		}
	})
}

// Step must not write into the state that it was given: it may be on its way to
// the disk.
func TestStepLeavesItsArgument(t *testing.T) {
	rule := busyRule
	rule.By, rule.Over, rule.RaiseAfter, rule.ClearAfter = ByMean, 5*time.Minute, 0, 0
	w, _ := feed(rule, Watch{}, 0, join(repeat(0.9, 7), repeat(0.1, 7))...)
	b, _ := json.Marshal(w)
	feed(rule, w, 14, join(repeat(0.9, 7), repeat(0.1, 7))...)
	if after, _ := json.Marshal(w); string(after) != string(b) {
		t.Errorf("the state changed from %s to %s", b, after)
	}
}

func TestThresholdCheck(t *testing.T) {
	for name, change := range map[string]func(*Threshold){
		"no id":           func(r *Threshold) { r.ID = "" },
		"no kind":         func(r *Threshold) { r.Kind = NoKind },
		"negative margin": func(r *Threshold) { r.Margin = -1 },
		"mean of no time": func(r *Threshold) { r.By = ByMean },
		"negative time":   func(r *Threshold) { r.RaiseAfter = -1 },
		"no gap":          func(r *Threshold) { r.MaxGap = 0 },
	} {
		rule := busyRule
		change(&rule)
		if rule.Check() == nil {
			t.Errorf("%s: Check() = nil", name)
		}
	}
}

func TestWatches(t *testing.T) {
	rule := Threshold{Kind: Storage, Instance: "/"}
	for s, want := range map[Series]bool{
		{"a", Storage, "/"}: true, {"b", Storage, "/"}: true, {"a", Storage, "/home"}: false, {"a", CPU, "/"}: false,
	} {
		if got := rule.Watches(s); got != want {
			t.Errorf("Watches(%s) = %v, want %v", s, got, want)
		}
	}
}

// TestThresholdUnits passes limits on shares, rates and absolute values, by each
// statistic, and says so in the unit of the reading.
func TestThresholdUnits(t *testing.T) {
	for _, test := range []struct {
		kind     Kind
		by       Statistic
		limit    float64
		below    bool
		value    float64
		severity Severity
		want     string
	}{
		{InUse, ByLatest, .8, false, .93, Warning, "box in_use is 93 % (latest), above its limit of 80 %"},
		{InBits, ByMean, 800e6, false, 912e6, Critical, "box in_bits is 912 Mbit/s (mean), above its limit of 800 Mbit/s"},
		{InErrors, ByP95, 5, false, 12.5, Info, "box in_errors is 12.5/s (p95), above its limit of 5/s"},
		{MemoryUsed, ByLatest, 8 << 30, false, 9 << 30, Warning, "box memory_used is 9 GiB (latest), above its limit of 8 GiB"},
		{BatteryRemaining, ByLatest, 900, true, 600, Critical, "box battery_remaining is 10m0s (latest), below its limit of 15m0s"},
		{LinkUp, ByLatest, 1, true, 0, Critical, "box link_up is no (latest), below its limit of yes"},
	} {
		rule := Threshold{ID: "x", Kind: test.kind, Severity: test.severity, By: test.by, Over: 4 * time.Minute, Limit: test.limit, Below: test.below, MaxGap: time.Hour}
		if test.by == ByLatest {
			rule.Over = 0
		}
		if err := rule.Check(); err != nil {
			t.Fatal(err)
		}
		var w Watch
		var told []Crossing
		for i := range 5 {
			var crossings []Crossing
			w, crossings = rule.Step(w, Reading{Series: Series{Device: "box", Kind: test.kind}, At: minute(i), Value: test.value})
			told = append(told, crossings...)
		}
		if len(told) != 1 || told[0].Sentence != test.want || told[0].Severity != test.severity || !told[0].Up {
			t.Errorf("%s: told %+v, want %q", test.kind, told, test.want)
		}
	}
}
