package sla

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

func TestParseCombine(t *testing.T) {
	for _, c := range []struct {
		text   string
		checks int
		want   Combine
		err    string
	}{
		{text: "any_down", checks: 3, want: AnyDown},
		{text: "mean", checks: 1, want: Mean},
		{text: "2 of 3 down", checks: 3, want: "2 of 3 down"},
		{text: " 2  of 3 down", checks: 3, want: "2 of 3 down"},
		{text: "3 of 3 up", checks: 3, want: "1 of 3 down"},
		{text: "2 of 5 up", checks: 5, want: "4 of 5 down"},
		{text: "2 of 3", checks: 3, err: "does not say of what"},
		{text: "4 of 3 down", checks: 3, err: "from 1 to 3"},
		{text: "0 of 3 down", checks: 3, err: "from 1 to 3"},
		{text: "2 of 3 down", checks: 2, err: "speaks of 3 checks, and there are 2"},
		{text: "two of 3 down", checks: 3, err: "whole numbers"},
		{text: "most", checks: 3, err: "want any_down"},
	} {
		got, err := ParseCombine(c.text, c.checks)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("ParseCombine(%q, %d) = %q, %v, want %q, %q", c.text, c.checks, got, err, c.want, c.err)
		}
	}
}

// figuresOf is what two ways of combining have to agree in.
func figuresOf(v Verdict) any {
	return struct {
		Downtime Downtime
		Unknown  time.Duration
		Answer   Answer
		Deciding time.Duration
	}{v.Downtime, v.Unknown, v.Answer, v.Deciding}
}

// TestQuorums: one of them is any, all of them is all, the more have to be down the
// less the service is, and nothing gets better by a limit being tighter than it.
func TestQuorums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim, p := drawClaim(t)
		var series []timeline.Series
		for i := range rapid.IntRange(2, 4).Draw(t, "checks") {
			s := seriesOf(drawResults(t))
			s.Check = check.ID(rune('a' + i))
			series = append(series, s)
		}
		judge := func(how Combine) Verdict {
			c := claim
			c.Combine = how
			return Judge(c, p, p.To, series, nil)
		}
		m := len(series)
		if one, any := figuresOf(judge(quorum(1, m))), figuresOf(judge(AnyDown)); one != any {
			t.Fatalf("1 of %d is %+v, any %+v", m, one, any)
		}
		if whole, all := figuresOf(judge(quorum(m, m))), figuresOf(judge(AllDown)); whole != all {
			t.Fatalf("%d of %d is %+v, all %+v", m, m, whole, all)
		}
		for n := 2; n <= m; n++ {
			less, more := judge(quorum(n-1, m)), judge(quorum(n, m))
			if l, h := less.Downtime.HardLow, more.Downtime.HardLow; l+less.Unknown < h {
				t.Fatalf("%d of %d: down for at least %s, but with %d for %s", n, m, h, n-1, l)
			}
			if d := more.Downtime; d.HardLow > d.HardHigh || d.Low95 > d.High95 || d.HardLow > d.Point || d.Point > d.High95 {
				t.Fatalf("the bounds are out of order: %+v", d)
			}
			if more.Downtime.HardHigh > more.Downtime.High95 && more.Downtime.High95 < more.Downtime.HardLow {
				t.Fatalf("limit below what is certain: %+v", more.Downtime)
			}
		}
	})
}

// TestMean: of equal histories the mean is each of them, equal weights are none,
// a weight is as good as a copy, and the mean lies between the least and the most.
func TestMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claim, p := drawClaim(t)
		a, b := seriesOf(drawResults(t)), seriesOf(drawResults(t))
		a.Check, b.Check = "a", "b"
		claim.Combine, claim.Weights = Mean, nil
		judge := func(c Claim, all ...timeline.Series) Verdict { return Judge(c, p, p.To, all, nil) }

		alone, other, both := judge(claim, a), judge(claim, b), judge(claim, a, b)
		twin := judge(claim, a, a)
		if twin.Downtime.Point != alone.Downtime.Point || twin.Downtime.HardLow != alone.Downtime.HardLow || twin.Unknown != alone.Unknown {
			t.Fatalf("twice the same is %+v, once %+v", twin.Downtime, alone.Downtime)
		}
		mean := func(x, y time.Duration) bool { return x == y || x == y+1 } // half a nanosecond
		if want := (alone.Downtime.HardLow + other.Downtime.HardLow) / 2; both.Downtime.HardLow != want {
			t.Fatalf("certain for %s, want %s", both.Downtime.HardLow, want)
		}
		if want := (alone.Unknown + other.Unknown) / 2; !mean(both.Unknown, want) {
			t.Fatalf("unknown for %s, want %s", both.Unknown, want)
		}
		weighted := claim
		weighted.Weights = map[check.ID]int{"a": 7, "b": 7}
		if x, y := figuresOf(judge(weighted, a, b)), figuresOf(both); x != y {
			t.Fatalf("equal weights make %+v, none %+v", x, y)
		}
		weighted.Weights = map[check.ID]int{"a": 3}
		if got, want := judge(weighted, a, b).Downtime.HardLow, (3*alone.Downtime.HardLow+other.Downtime.HardLow)/4; got != want {
			t.Fatalf("three to one is certain for %s, want %s", got, want)
		}
		if d := judge(weighted, a, b).Downtime; d.HardLow > d.HardHigh || d.Low95 > d.High95 || d.HardLow > d.Point || d.Point > d.High95+1 {
			t.Fatalf("the bounds are out of order: %+v", d)
		}
	})
}

// TestChernoffUpper holds the limit against its equation and the Poisson limit.
func TestChernoffUpper(t *testing.T) {
	for _, alpha := range []float64{0.05, 0.025, 0.001} {
		for n := range 40 {
			exact, bound := poissonUpper(n, alpha), chernoffUpper(float64(n), alpha)
			if bound < exact-1e-9 || bound > 1.5*exact+1 {
				t.Errorf("for %d at %v: %v, exact is %v", n, alpha, bound, exact)
			}
		}
	}
}
