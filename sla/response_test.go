package sla

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBinomialLimits holds the limits against closed forms and published tables.
func TestBinomialLimits(t *testing.T) {
	for _, c := range []struct {
		x, n         int
		lower, upper float64
	}{
		{0, 100, 0, 1 - math.Pow(.05, .01)},
		{1, 100, 1 - math.Pow(.95, .01), 0.04655981},
		{5, 10, 0.22244110, 0.77755890},
		{100, 100, math.Pow(.05, .01), 1},
		{0, 259_200_000, 0, 1.15576e-8},
	} {
		if got := binomialLower(c.x, c.n, .05); math.Abs(got-c.lower) > 1e-7*math.Max(1e-6, c.lower)+1e-9 {
			t.Errorf("binomialLower(%d, %d) = %.9g, want %.9g", c.x, c.n, got, c.lower)
		}
		if got := binomialUpper(c.x, c.n, .05); math.Abs(got-c.upper) > 1e-6*c.upper+1e-12 {
			t.Errorf("binomialUpper(%d, %d) = %.9g, want %.9g", c.x, c.n, got, c.upper)
		}
	}
}

func quick(n int) Responses {
	return Responses{Buckets: []ResponseBucket{{From: 100 * time.Millisecond, UpTo: 120 * time.Millisecond, Count: n}}}
}

func TestJudgeResponses(t *testing.T) {
	claim := ResponseClaim{Promise: Promise{Limit: 3 * time.Second, Share: Figure{PPB: 990_000_000}}}
	slow := func(n int) ResponseBucket {
		return ResponseBucket{From: 4 * time.Second, UpTo: 5 * time.Second, Count: n}
	}
	edge := func(n int) ResponseBucket {
		return ResponseBucket{From: 2900 * time.Millisecond, UpTo: 3100 * time.Millisecond, Count: n}
	}
	with := func(r Responses, change func(*Responses)) Responses { change(&r); return r }
	for name, c := range map[string]struct {
		r    Responses
		want Answer
	}{
		"nothing measured":                {Responses{}, CannotTell},
		"too few to tell":                 {quick(100), CannotTell},
		"enough, all quick":               {quick(1000), Met},
		"two slow":                        {with(quick(998), func(r *Responses) { r.Buckets = append(r.Buckets, slow(2)) }), Met},
		"as many slow as allowed":         {with(quick(990), func(r *Responses) { r.Buckets = append(r.Buckets, slow(10)) }), CannotTell},
		"far too many slow":               {with(quick(970), func(r *Responses) { r.Buckets = append(r.Buckets, slow(30)) }), Breached},
		"failed ones are late":            {with(quick(970), func(r *Responses) { r.Failed = 30 }), Breached},
		"the limit cuts a bucket":         {with(quick(970), func(r *Responses) { r.Buckets = append(r.Buckets, edge(30)) }), CannotTell},
		"unknown, and enough without":     {with(quick(100_000), func(r *Responses) { r.Unknown = 500 }), Met},
		"unknown, and they could decide":  {with(quick(1000), func(r *Responses) { r.Unknown = 10 }), MetIfUnknownAlike},
		"unknown, too much to be alike":   {with(quick(1000), func(r *Responses) { r.Unknown = 500 }), CannotTell},
		"most is still to come":           {with(quick(1000), func(r *Responses) { r.Coming = 500 }), CannotTell},
		"what comes can change nothing":   {with(quick(100_000), func(r *Responses) { r.Coming = 500 }), Met},
		"what comes cannot save it":       {with(quick(900), func(r *Responses) { r.Failed, r.Coming = 100, 100 }), Breached},
		"unknown do not hide a breach":    {with(quick(900), func(r *Responses) { r.Failed, r.Unknown = 100, 100 }), Breached},
		"unknown may have been all quick": {with(quick(970), func(r *Responses) { r.Failed, r.Unknown = 30, 100_000 }), CannotTell},
	} {
		v := JudgeResponses(claim, c.r)
		if v.Answer != c.want {
			t.Errorf("%s: %s, want %s: %s", name, v.Answer, c.want, v.Explanation)
		}
		if v.Explanation == "" || !math.IsNaN(v.Point) && (v.Low95 > v.Point || v.High95 < v.Point) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestPercentile(t *testing.T) {
	r := Responses{Buckets: []ResponseBucket{{0, 10, 50}, {10, 20, 45}, {20, 30, 5}}}
	for q, want := range map[float64][2]time.Duration{0: {0, 10}, .5: {0, 10}, .51: {10, 20}, .95: {10, 20}, .99: {20, 30}, 1: {20, 30}} {
		if low, high, ok := r.Percentile(q); !ok || low != want[0] || high != want[1] {
			t.Errorf("Percentile(%v) = %v, %v, %v, want %v", q, low, high, ok, want)
		}
	}
	if _, _, ok := (Responses{}).Percentile(.5); ok {
		t.Error("a percentile of nothing")
	}
}

// TestResponsesAdd: days added up in any order are the same window.
func TestResponsesAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var forth, back Responses
		days := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "days")
		day := func(i int) Responses {
			from := time.Duration(days[i]) * time.Second
			return Responses{Buckets: []ResponseBucket{{from, from + time.Second, 1 + i}}, Failed: i, Unknown: 1}
		}
		for i := range days {
			forth.Add(day(i))
			back.Add(day(len(days) - 1 - i))
		}
		for _, q := range []float64{0, .5, .9, 1} {
			l1, h1, ok1 := forth.Percentile(q)
			l2, h2, ok2 := back.Percentile(q)
			if l1 != l2 || h1 != h2 || ok1 != ok2 {
				t.Fatalf("Percentile(%v): %v-%v and %v-%v", q, l1, h1, l2, h2)
			}
		}
		if forth.Answered() != back.Answered() || forth.Failed != back.Failed || forth.Unknown != back.Unknown {
			t.Fatalf("%+v and %+v", forth, back)
		}
	})
}

// TestResponseVerdictsAreHonest: of windows whose true share is just below the claim,
// at most one in twenty may be called met; just at the claim, at most one in twenty
// breached.
func TestResponseVerdictsAreHonest(t *testing.T) {
	claim := ResponseClaim{Promise: Promise{Limit: time.Second, Share: Figure{PPB: 990_000_000}}}
	random := rand.New(rand.NewPCG(1, 2))
	const windows = 2000
	for _, c := range []struct {
		share float64
		wrong Answer
	}{{.98999, Met}, {.99, Breached}} {
		wrong := 0
		for range windows {
			r := Responses{}
			good := 0
			for range 2000 {
				if random.Float64() < c.share {
					good++
				}
			}
			r.Add(quick(good))
			r.Failed = 2000 - good
			if JudgeResponses(claim, r).Answer == c.wrong {
				wrong++
			}
		}
		if wrong > windows*65/1000 { // 5 % and three standard errors
			t.Errorf("share %v: %d of %d windows are called %s", c.share, wrong, windows, c.wrong)
		}
	}
}

// TestUnknownNeverHelps: inserting unknown slots never improves a verdict.
func TestUnknownNeverHelpsResponses(t *testing.T) {
	rank := map[Answer]int{Breached: 0, CannotTell: 1, MetIfUnknownAlike: 2, Met: 3}
	rapid.Check(t, func(t *rapid.T) {
		claim := ResponseClaim{Promise: Promise{Limit: time.Second, Share: Figure{PPB: rapid.Int64Range(500_000_000, 999_000_000).Draw(t, "share")}}}
		r := quick(rapid.IntRange(1, 5000).Draw(t, "good"))
		r.Failed = rapid.IntRange(0, 200).Draw(t, "failed")
		before := JudgeResponses(claim, r).Answer
		r.Unknown = rapid.IntRange(1, 5000).Draw(t, "unknown")
		after := JudgeResponses(claim, r).Answer
		if before != Breached && rank[after] > rank[before] {
			t.Fatalf("%s became %s with %d unknown", before, after, r.Unknown)
		}
	})
}
