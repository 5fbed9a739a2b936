package sla

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestCellsHoldTheirTimes: every time lies in its cell, cells touch, and none is wider
// than 0.4 % to both sides.
func TestCellsHoldTheirTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(1000, int64(25*time.Hour)).Draw(t, "ns"))
		cell := ResponseCell(d)
		from, upTo := CellBounds(cell)
		if d < from || d > upTo {
			t.Fatalf("%v is in cell %d, %v to %v", d, cell, from, upTo)
		}
		if middle := CellMiddle(cell); middle > 100*time.Microsecond && (math.Abs(float64(upTo)/float64(middle)-1) > .00402 || ResponseCell(middle) != cell) {
			t.Fatalf("cell %d has the middle %v and reaches to %v", cell, middle, upTo)
		}
	})
	if from, _ := CellBounds(0); from != 0 || ResponseCell(0) != 0 {
		t.Error("no time at all has no cell")
	}
}

// TestResponseCounter: counted at once or in parts, the bounds hold the truth.
func TestResponseCounter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.SliceOfN(rapid.Int64Range(1000, int64(10*time.Second)), 1, 200).Draw(t, "took")
		limit := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(10*time.Second)).Draw(t, "limit"))
		var whole, half ResponseCounter
		within := 0
		for i, ns := range took {
			d := time.Duration(ns)
			state := check.States[rapid.IntRange(0, len(check.States)-1).Draw(t, "state")]
			if state.Good() && d <= limit {
				within++
			}
			whole.Count(state, d)
			half.Count(state, d)
			if i == len(took)/2 {
				before := half.Take()
				half.Add(before)
			}
		}
		got, parts := whole.Take().Responses(), half.Take().Responses()
		least, most := got.Within(limit)
		if within < least || within > most {
			t.Fatalf("%d within %v, counted %d to %d", within, limit, least, most)
		}
		if l, m := parts.Within(limit); l != least || m != most || parts.Failed != got.Failed || parts.Answered() != got.Answered() {
			t.Fatalf("in parts %d to %d, at once %d to %d", l, m, least, most)
		}
		if again := whole.Take(); len(again.Cells) != 0 || again.Failed != 0 {
			t.Fatal("a counter that was taken is not empty")
		}
	})
}

func TestParsePromise(t *testing.T) {
	for text, want := range map[string]string{
		"3s for 99%": "3s for 99%", "800 ms for 99.5 %": "800ms for 99.5%", "1m30s for 95.00%": "1m30s for 95.00%",
		"2m for 100%": "2m for 100%", "1h for 50%": "1h for 50%", "1.5s for 99%": "1.5s for 99%",
	} {
		p, err := ParsePromise(text)
		if err != nil || p.String() != want {
			t.Errorf("ParsePromise(%q) = %q, %v, want %q", text, p, err, want)
		}
	}
	for _, text := range []string{"", "3s", "99%", "3s for", "3s for 99", "0s for 99%", "-3s for 99%", "3 for 99%", "3s for 101%", "3s for 49%", "5h for 99%", "3s  99%"} {
		if p, err := ParsePromise(text); err == nil {
			t.Errorf("ParsePromise(%q) = %q, want an error", text, p)
		}
	}
}

// FuzzParsePromise: what is read is printed, and read back as the same.
func FuzzParsePromise(f *testing.F) {
	for _, s := range []string{"3s for 99%", "800 ms for 99.5 %", "1h0m0s for 100%", "2m0.5s for 50%", "3s for 3s for 99%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePromise(text)
		if err != nil {
			return
		}
		if back, err := ParsePromise(p.String()); err != nil || back != p {
			t.Errorf("ParsePromise(%q) = %q, read back as %q, %v", text, p, back, err)
		}
	})
}

func TestProvable(t *testing.T) {
	for text, want := range map[string]int{"3s for 99%": 299, "3s for 95%": 59, "3s for 100%": 0, "3s for 50%": 5} {
		p, err := ParsePromise(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Provable(); got != want {
			t.Errorf("%s: Provable() = %d, want %d", text, got, want)
		}
	}
}

// responsesOf counts made results: one every minute, slow from time to time.
func responsesOf(slowEvery int) CountResponses {
	return func(_ check.ID, set timeline.Set) (Responses, error) {
		var c ResponseCounter
		for _, p := range set {
			for at := p.From.Truncate(time.Minute); at.Before(p.To); at = at.Add(time.Minute) {
				if at.Before(p.From) {
					continue
				}
				took := 200 * time.Millisecond
				if slowEvery > 0 && at.Minute()%slowEvery == 0 {
					took = 5 * time.Second
				}
				c.Count(check.Up, took)
			}
		}
		return c.Take().Responses(), nil
	}
}

// TestHoldResponses: what is excluded is not counted, what is unknown or lies ahead is
// carried as slots.
func TestHoldResponses(t *testing.T) {
	from := monday
	p := timeline.Period{From: from, To: from.Add(24 * time.Hour)}
	seen := func(from, to time.Time) []timeline.Series {
		n := int(to.Sub(from) / time.Minute)
		return []timeline.Series{{Check: "join", Interval: time.Minute, Stretches: []timeline.Stretch{{State: check.Up, First: from, Last: to.Add(-time.Minute), Results: n, Base: n, Interval: time.Minute}}}}
	}
	claim := ResponseClaim{Promise: Promise{Limit: 3 * time.Second, Share: Figure{PPB: 990_000_000}}, Claim: Claim{Checks: []check.ID{"join"}, Window: Window{Zone: time.UTC}}}
	work := []Exclusion{{Period: timeline.Period{From: from.Add(10 * time.Hour), To: from.Add(11 * time.Hour)}}}
	leaving := claim
	leaving.ExcludeMaintenance = true
	for name, c := range map[string]struct {
		claim                       ResponseClaim
		until                       time.Time
		series                      []timeline.Series
		slow                        int
		want                        Answer
		operations, unknown, coming int
	}{
		"all quick":             {claim, p.To, seen(p.From, p.To), 0, Met, 1440, 0, 0},
		"maintenance is left":   {leaving, p.To, seen(p.From, p.To), 0, Met, 1380, 0, 0},
		"slow every 20 minutes": {claim, p.To, seen(p.From, p.To), 20, Breached, 1440, 0, 0},
		"half a day":            {claim, p.From.Add(12 * time.Hour), seen(p.From, p.To), 0, CannotTell, 720, 0, 720},
		"half a day, lost":      {claim, p.From.Add(23 * time.Hour), seen(p.From, p.To), 10, Breached, 1380, 0, 60},
	} {
		v, err := c.claim.Hold(p, c.until, ResponseHistory{Series: c.series, Exclusions: work, Count: responsesOf(c.slow)})
		if err != nil {
			t.Fatal(err)
		}
		if v.Answer != c.want || v.Operations != c.operations || v.Unknown != c.unknown || v.Coming != c.coming {
			t.Errorf("%s: %s, %d operations, %d unknown, %d coming, want %s, %d, %d, %d: %s", name, v.Answer, v.Operations, v.Unknown, v.Coming, c.want, c.operations, c.unknown, c.coming, v.Explanation)
		}
		if len(v.Checks) != 1 || v.Checks[0].Check != "join" || v.Quantiles[0].Low > 200*time.Millisecond || v.Quantiles[0].High < 200*time.Millisecond {
			t.Errorf("%s: figures %+v", name, v.ResponseFigures)
		}
	}
	gone, err := claim.Hold(p, p.To, ResponseHistory{Series: seen(p.From, p.From.Add(12*time.Hour)), Count: responsesOf(0)})
	if err != nil || gone.Unknown < 700 || gone.Answer != CannotTell {
		t.Errorf("half of the day unknown: %s with %d unknown, %v", gone.Answer, gone.Unknown, err)
	}
}

// TestDeciding: at the interval that is named the same shares decide, at a wider one
// they do not.
func TestDecidingResponses(t *testing.T) {
	claim := ResponseClaim{Promise: Promise{Limit: time.Second, Share: Figure{PPB: 990_000_000}}}
	v := ResponseVerdict{Claim: claim, Final: true, Interval: 5 * time.Minute}
	r := quick(995)
	r.Failed = 5
	v.judge(r)
	if v.Answer != CannotTell || v.Deciding <= 0 || v.Deciding >= 5*time.Minute {
		t.Fatalf("%s, deciding at %v: %s", v.Answer, v.Deciding, v.Explanation)
	}
	times := int(5 * time.Minute / v.Deciding)
	denser := quick(995 * times)
	denser.Failed = 5 * times
	if again := JudgeResponses(claim, denser); again.Answer != Met {
		t.Errorf("%d times as many: %s", times, again.Explanation)
	}
}
