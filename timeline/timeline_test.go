package timeline

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
)

var epoch = time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC)

const interval = 60 * time.Second

// at is an instant by its seconds.
func at(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }

func window(from, to int) Period { return Period{at(from), at(to)} }

// history builds a series from pairs of a second and a state.
func history(pairs ...any) Series {
	var b Builder
	s := Series{Check: "a", Interval: interval}
	for i := 0; i < len(pairs); i += 2 {
		state := pairs[i+1].(check.State)
		reason := check.ReasonNone
		switch state {
		case check.Down:
			reason = check.ReasonTimeout
		case check.Unknown:
			reason = check.ReasonOwnNetwork
		case check.Degraded:
			reason = check.ReasonSlow
		}
		r := check.Result{Sent: at(pairs[i].(int)), Base: true, Outcome: check.Outcome{State: state, Reason: reason}}
		if closed, ok, _ := b.Add(r, interval); ok {
			s.Stretches = append(s.Stretches, closed)
		}
	}
	if b.Open().Results > 0 {
		s.Stretches = append(s.Stretches, b.Open())
	}
	return s
}

const (
	up, degraded, down, unknown = check.Up, check.Degraded, check.Down, check.Unknown
)

func TestSpans(t *testing.T) {
	stopped, own := check.ReasonStopped, check.ReasonOwnNetwork
	for name, what := range map[string]struct {
		series   Series
		excluded []Period
		slow     bool // degraded counts as down
		want     []Span
	}{
		"nothing at all": {history(), nil, false, []Span{{at(0), at(600), Unknown, stopped}}},
		"up from border to border": {
			history(60, up, 120, up, 180, up, 240, up, 300, up, 360, up, 420, up, 480, up, 540, up), nil, false,
			[]Span{{at(0), at(600), Up, 0}},
		},
		"up results beyond both borders": {
			history(-30, up, 30, up, 90, up, 150, up, 210, up, 270, up, 330, up, 390, up, 450, up, 510, up, 570, up, 630, up), nil, false,
			[]Span{{at(0), at(600), Up, 0}},
		},
		"a late first and an early last result": {
			history(91, up, 150, up, 210, up, 270, up, 330, up, 390, up, 450, up, 509, up), nil, false,
			[]Span{{at(0), at(91), Unknown, stopped}, {at(91), at(509), Up, 0}, {at(509), at(600), Unknown, stopped}},
		},
		"a failure, its borders in the middle of the pauses": {
			history(0, up, 60, up, 120, down, 180, down, 240, up, 300, up, 360, up, 420, up, 480, up, 540, up), nil, false,
			[]Span{{at(0), at(90), Up, 0}, {at(90), at(210), Down, check.ReasonTimeout}, {at(210), at(600), Up, 0}},
		},
		"one unknown result takes both pauses": {
			history(0, up, 60, up, 120, unknown, 180, up, 240, up, 300, up, 360, up, 420, up, 480, up, 540, up), nil, false,
			[]Span{{at(0), at(60), Up, 0}, {at(60), at(180), Unknown, own}, {at(180), at(600), Up, 0}},
		},
		"a pause of 2.5 intervals is known, a longer one is not": {
			history(0, up, 150, up, 301, up, 361, up, 421, up, 481, up, 541, up), nil, false,
			[]Span{{at(0), at(150), Up, 0}, {at(150), at(301), Unknown, stopped}, {at(301), at(600), Up, 0}},
		},
		"slow is available": {
			history(0, up, 60, degraded, 120, up, 180, up, 240, up, 300, up, 360, up, 420, up, 480, up, 540, up), nil, false,
			[]Span{{at(0), at(30), Up, 0}, {at(30), at(90), Degraded, check.ReasonSlow}, {at(90), at(600), Up, 0}},
		},
		"slow is down where the claim says so": {
			history(0, up, 60, degraded, 120, up, 180, up, 240, up, 300, up, 360, up, 420, up, 480, up, 540, up), nil, true,
			[]Span{{at(0), at(30), Up, 0}, {at(30), at(90), Down, check.ReasonSlow}, {at(90), at(600), Up, 0}},
		},
		"excluded time hides a failure, out of order and overlapping": {
			history(0, up, 60, up, 120, down, 180, down, 240, down, 300, up, 360, up, 420, up, 480, up, 540, up),
			[]Period{window(170, 200), window(-50, 10), window(130, 180), window(590, 700)}, false,
			[]Span{
				{at(0), at(10), Excluded, 0}, {at(10), at(90), Up, 0}, {at(90), at(130), Down, check.ReasonTimeout},
				{at(130), at(200), Excluded, 0}, {at(200), at(270), Down, check.ReasonTimeout}, {at(270), at(590), Up, 0},
				{at(590), at(600), Excluded, 0},
			},
		},
		"all results lie before the period": {
			history(-300, up, -240, down), nil, false, []Span{{at(0), at(600), Unknown, stopped}},
		},
		"all results lie behind the period": {
			history(700, up, 760, up), nil, false, []Span{{at(0), at(600), Unknown, stopped}},
		},
		"the failure lasts at the end": {
			history(0, up, 60, up, 120, up, 180, up, 240, up, 300, up, 360, up, 420, up, 480, down, 540, down), nil, false,
			[]Span{{at(0), at(450), Up, 0}, {at(450), at(600), Down, check.ReasonTimeout}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Spans(what.series, window(0, 600), what.excluded, what.slow)
			if diff := cmp.Diff(what.want, got); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
	if got := Spans(history(0, up), window(5, 5), nil, false); got != nil {
		t.Errorf("the spans of an empty period are %v, want none", got)
	}
}

func TestRuns(t *testing.T) {
	run := Run{Reason: check.ReasonTimeout, Interval: interval}
	for name, what := range map[string]struct {
		series Series
		want   []Run
	}{
		"known on both sides": {
			history(0, up, 60, down, 120, down, 180, up),
			[]Run{{LastGood: at(0), FirstBad: at(60), LastBad: at(120), FirstGood: at(180), Failed: 2, Base: 2, Hits: 2, Possible: window(0, 180)}},
		},
		"isolated": {
			history(0, up, 60, down, 120, up),
			[]Run{{LastGood: at(0), FirstBad: at(60), LastBad: at(60), FirstGood: at(120), Failed: 1, Base: 1, Hits: 1, Possible: window(0, 120)}},
		},
		"unknown before, and lasting": {
			history(0, up, 60, unknown, 120, down, 180, down),
			[]Run{{FirstBad: at(120), LastBad: at(180), Failed: 2, Base: 2, Hits: 2, Ongoing: true, Possible: window(120, 180)}},
		},
		"cut in two by unknown time": {
			history(0, up, 60, down, 120, unknown, 180, down, 240, up),
			[]Run{
				{LastGood: at(0), FirstBad: at(60), LastBad: at(60), Failed: 1, Base: 1, Hits: 1, Possible: window(0, 60)},
				{FirstBad: at(180), LastBad: at(180), FirstGood: at(240), Failed: 1, Base: 1, Hits: 1, Possible: window(180, 240)},
			},
		},
		"cut in two by a long pause": {
			history(0, up, 60, down, 211, down, 271, up),
			[]Run{
				{LastGood: at(0), FirstBad: at(60), LastBad: at(60), Failed: 1, Base: 1, Hits: 1, Possible: window(0, 60)},
				{FirstBad: at(211), LastBad: at(211), FirstGood: at(271), Failed: 1, Base: 1, Hits: 1, Possible: window(211, 271)},
			},
		},
		"from the border of the period": {
			history(80, down, 140, up),
			[]Run{{FirstBad: at(80), LastBad: at(80), FirstGood: at(140), Failed: 1, Base: 1, Hits: 1, Possible: window(0, 140)}},
		},
		"up to the border of the period": {
			history(500, up, 560, down),
			[]Run{{LastGood: at(500), FirstBad: at(560), LastBad: at(560), Failed: 1, Base: 1, Hits: 1, Ongoing: true, Possible: window(500, 600)}},
		},
		"from before the period": {
			history(-120, up, -60, down, 0, down, 60, up),
			[]Run{{LastGood: at(-120), FirstBad: at(-60), LastBad: at(0), FirstGood: at(60), Failed: 2, Base: 2, Hits: 1, Possible: window(-120, 60)}},
		},
		"only the pause reaches in": {
			history(-120, up, -60, down, 40, up),
			[]Run{{LastGood: at(-120), FirstBad: at(-60), LastBad: at(-60), FirstGood: at(40), Failed: 1, Base: 1, Possible: window(-120, 40)}},
		},
		"beyond the period": {
			history(480, up, 540, down, 600, down, 660, down, 720, up),
			[]Run{{LastGood: at(480), FirstBad: at(540), LastBad: at(660), FirstGood: at(720), Failed: 3, Base: 3, Hits: 1, Possible: window(480, 720)}},
		},
		"wholly outside": {history(-200, down, -140, up, 0, up, 700, down), nil},
		"none":           {history(0, up, 60, degraded), nil},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range what.want {
				what.want[i].Reason, what.want[i].Interval = run.Reason, run.Interval
			}
			got := Runs(what.series, window(0, 600))
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(what.want, got); diff != "" {
				t.Errorf("runs (-want +got):\n%s", diff)
			}
		})
	}
}

// A change of the base interval does not end a failure.
func TestRunAcrossIntervals(t *testing.T) {
	var b Builder
	s := Series{Interval: 10 * time.Second}
	for _, r := range []struct {
		second int
		state  check.State
		every  time.Duration
	}{{0, up, interval}, {60, down, interval}, {120, down, interval}, {130, down, 10 * time.Second}, {140, up, 10 * time.Second}} {
		closed, ok, _ := b.Add(check.Result{Sent: at(r.second), Base: true, Outcome: check.Outcome{State: r.state}}, r.every)
		if ok {
			s.Stretches = append(s.Stretches, closed)
		}
	}
	s.Stretches = append(s.Stretches, b.Open())
	got := Runs(s, window(0, 600))
	if len(got) != 1 || got[0].Failed != 3 || !got[0].LastBad.Equal(at(130)) || !got[0].FirstGood.Equal(at(140)) {
		t.Errorf("runs = %+v, want one of three failed probes until second 130", got)
	}
}

// TestSpansCover draws histories, exclusions and periods: spans touch, cover the
// period and sum to it to the nanosecond, whatever the results are.
func TestSpansCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pairs []any
		second := rapid.IntRange(-300, 300).Draw(t, "start")
		for range rapid.IntRange(0, 40).Draw(t, "results") {
			second += rapid.SampledFrom([]int{0, 1, 10, 60, 60, 60, 95, 150, 151, 900}).Draw(t, "pause")
			pairs = append(pairs, second, rapid.SampledFrom(check.States[:]).Draw(t, "state"))
		}
		p := Period{at(0).Add(time.Duration(rapid.Int64Range(-1e9, 1e9).Draw(t, "from"))), at(rapid.IntRange(2, 2000).Draw(t, "to"))}
		var excluded []Period
		for range rapid.IntRange(0, 4).Draw(t, "exclusions") {
			from := rapid.IntRange(-100, 2100).Draw(t, "excluded from")
			excluded = append(excluded, window(from, from+rapid.IntRange(-5, 500).Draw(t, "excluded for")))
		}
		series := history(pairs...)
		spans := Spans(series, p, excluded, rapid.Bool().Draw(t, "slow is down"))
		var sum, out time.Duration
		border := p.From
		for i, s := range spans {
			if !s.From.Equal(border) || !s.From.Before(s.To) {
				t.Fatalf("span %d is %s to %s after %s", i, s.From, s.To, border)
			}
			if i > 0 && s.Kind == spans[i-1].Kind && s.Reason == spans[i-1].Reason {
				t.Fatalf("span %d says the same as the one before: %v", i, s)
			}
			border = s.To
			sum += s.To.Sub(s.From)
			if s.Kind == Excluded {
				out += s.To.Sub(s.From)
			}
		}
		if !border.Equal(p.To) || sum != p.Length() {
			t.Fatalf("the spans end at %s and sum to %s, the period is %s long and ends at %s", border, sum, p.Length(), p.To)
		}
		if want := SetOf(excluded...).Within(p); out != want {
			t.Fatalf("excluded for %s, want %s", out, want)
		}
	})
}

// TestSets holds the algebra of sets against counting seconds one by one.
func TestSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() ([]Period, [100]bool) {
		var periods []Period
		var in [100]bool
		for range r.IntN(6) {
			from := r.IntN(100)
			to := min(99, from+r.IntN(20)-3)
			periods = append(periods, window(from, to))
			for s := from; s < to; s++ {
				in[s] = true
			}
		}
		return periods, in
	}
	for range 2000 {
		ap, a := draw()
		bp, b := draw()
		x, y := SetOf(ap...), SetOf(bp...)
		for name, what := range map[string]struct {
			got  Set
			want func(s int) bool
		}{
			"set":       {x, func(s int) bool { return a[s] }},
			"union":     {x.Union(y), func(s int) bool { return a[s] || b[s] }},
			"intersect": {x.Intersect(y), func(s int) bool { return a[s] && b[s] }},
			"minus":     {x.Minus(y), func(s int) bool { return a[s] && !b[s] }},
		} {
			var length, within time.Duration
			for s := range 100 {
				if what.got.Holds(at(s)) != what.want(s) {
					t.Fatalf("%s of %v and %v: second %d is wrong in %v", name, x, y, s, what.got)
				}
				if what.want(s) {
					length += time.Second
					if s >= 20 && s < 70 {
						within += time.Second
					}
				}
			}
			if what.got.Length() != length || what.got.Within(window(20, 70)) != within {
				t.Fatalf("%s: length %s, within %s, want %s, %s", name, what.got.Length(), what.got.Within(window(20, 70)), length, within)
			}
			for i := 1; i < len(what.got); i++ {
				if !what.got[i-1].To.Before(what.got[i].From) {
					t.Fatalf("%s: the periods of %v touch or are out of order", name, what.got)
				}
			}
		}
	}
}

func TestBuilder(t *testing.T) {
	var b Builder
	add := func(second int, state check.State, reason check.Reason, base bool, every time.Duration) (Stretch, bool, bool) {
		return b.Add(check.Result{Sent: at(second), Base: base, Outcome: check.Outcome{State: state, Reason: reason}}, every)
	}
	add(0, up, 0, true, interval)
	add(60, up, 0, true, interval)
	if _, ok, late := add(59, down, 0, true, interval); ok || !late {
		t.Errorf("a result before the last one: closed %t, late %t, want false, true", ok, late)
	}
	add(160, up, 0, false, interval) // 100 s: a lost slot
	closed, ok, _ := add(220, down, check.ReasonTimeout, true, interval)
	want := Stretch{State: up, First: at(0), Last: at(160), Results: 3, Base: 2, Interval: interval, LongGaps: 100 * time.Second}
	if diff := cmp.Diff(want, closed); !ok || diff != "" {
		t.Errorf("closed %t (-want +got):\n%s", ok, diff)
	}

	open := b.Open()
	b = Builder{}
	b.Resume(open)
	if _, ok, _ := add(230, down, check.ReasonRefused, false, interval); ok {
		t.Error("another reason ends a failure, want the same stretch")
	}
	if closed, ok, _ := add(381, down, check.ReasonTimeout, true, interval); !ok || closed.Results != 2 || closed.Reason != check.ReasonTimeout {
		t.Errorf("a pause of more than 2.5 intervals: closed %t %+v, want the two before", ok, closed)
	}
	if _, ok, _ := add(391, down, check.ReasonTimeout, true, 10*time.Second); !ok {
		t.Error("another interval goes on with the stretch, want a new one")
	}
	add(400, unknown, check.ReasonMissed, true, 10*time.Second)
	if _, ok, _ := add(410, unknown, check.ReasonOwnNetwork, true, 10*time.Second); !ok {
		t.Error("another reason of unknown time goes on with the stretch, want a new one")
	}
}

// What a border cuts off a stretch is counted by its share, and hits by even spacing.
func TestAccountAtBorders(t *testing.T) {
	s := history(-120, down, -60, down, 0, down, 60, down, 120, up, 180, up, 240, up, 300, unknown, 360, unknown, 420, up)
	var a Account
	a.Read(s, window(0, 240), false)
	if a.Total != 4 || a.Failed != 2 || a.Skipped != 0 {
		t.Errorf("results %d, failed %d, unknown %d, want 4, 2, 0", a.Total, a.Failed, a.Skipped)
	}
	if len(a.Runs) != 1 || a.Runs[0].Hits != 2 || a.Runs[0].Base != 4 {
		t.Errorf("runs %+v, want one with 2 of its 4 hits in the period", a.Runs)
	}
	a.Read(s, window(200, 500), false)
	if got := a.Unknown.Length(); got != 180*time.Second {
		t.Errorf("unknown for %s, want 180 s around the two unknown results", got)
	}
	if a.Total != 4 || a.Skipped != 2 || len(a.Runs) != 0 {
		t.Errorf("results %d, unknown %d, runs %d, want 4, 2, 0", a.Total, a.Skipped, len(a.Runs))
	}
}
