package web

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPercent(t *testing.T) {
	year := 365 * 24 * time.Hour
	for _, c := range []struct {
		down, whole time.Duration
		decimals    int
		want        string
	}{
		{0, year, 4, "100.0000 %"},
		{1, year, 4, "99.9999 %"}, // one nanosecond is not a hundred
		{year * 91 / 1_000_000, year, 4, "99.9909 %"},
		{year * 9 / 100_000, year, 4, "99.9910 %"}, // exactly the claim
		{year, year, 3, "0.000 %"},
		{year + 1, year, 3, "0.000 %"},
		{time.Hour, 0, 3, ""},
		{time.Minute, time.Hour, 0, "98 %"},
	} {
		if got := percent(c.down, c.whole, c.decimals); got != c.want {
			t.Errorf("percent(%v, %v, %d) = %q, want %q", c.down, c.whole, c.decimals, got, c.want)
		}
	}
}

// TestPercentNeverUp holds the figure against exact fractions.
func TestPercentNeverUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := time.Duration(rapid.Int64Range(1, int64(366*24*time.Hour)).Draw(t, "whole"))
		lost := time.Duration(rapid.Int64Range(0, int64(whole)).Draw(t, "lost"))
		decimals := rapid.IntRange(0, 8).Draw(t, "decimals")
		shown, ok := new(big.Rat).SetString(strings.TrimSuffix(percent(lost, whole, decimals), " %"))
		if !ok {
			t.Fatalf("not a number: %q", percent(lost, whole, decimals))
		}
		exact := new(big.Rat).SetFrac64(int64(whole-lost), int64(whole))
		exact.Mul(exact, big.NewRat(100, 1))
		digit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		if shown.Cmp(exact) > 0 || new(big.Rat).Add(shown, digit).Cmp(exact) <= 0 {
			t.Fatalf("%s is shown of %s", shown, exact.FloatString(12))
		}
	})
}

func TestLength(t *testing.T) {
	f := &formatter{english, time.UTC}
	for _, c := range []struct {
		d    time.Duration
		r    rounding
		want string
	}{
		{0, roundNear, "0 s"},
		{1, roundDown, "0 s"},
		{1, roundUp, "0.001 s"},
		{5400 * time.Microsecond, roundDown, "0.005 s"},
		{1500 * time.Millisecond, roundNear, "1.5 s"},
		{9*time.Second + 980*time.Millisecond, roundNear, "10 s"},
		{59*time.Second + 400*time.Millisecond, roundUp, "1 min"},
		{47*time.Minute + 18*time.Second, roundDown, "47 min 18 s"},
		{2838*time.Second + 240*time.Millisecond, roundDown, "47 min 18 s"},
		{2838*time.Second + 240*time.Millisecond, roundUp, "47 min 19 s"},
		{time.Hour, roundNear, "1 h"},
		{25*time.Hour + 61*time.Second, roundNear, "1 d 1 h 1 min"},
		{365 * 24 * time.Hour, roundNear, "365 d"},
		{-time.Minute, roundDown, "−1 min"},
		{-1, roundDown, "−0.001 s"},
	} {
		if got := f.length(c.d, c.r); got != c.want {
			t.Errorf("length(%v, %d) = %q, want %q", c.d, c.r, got, c.want)
		}
	}
}

func TestTook(t *testing.T) {
	f := &formatter{english, time.UTC}
	for d, want := range map[time.Duration]string{
		0: "–", 250 * time.Microsecond: "250 µs", 3400 * time.Microsecond: "3.4 ms", 42 * time.Millisecond: "42 ms", 1234 * time.Millisecond: "1.23 s",
	} {
		if got := f.took(d); got != want {
			t.Errorf("took(%v) = %q, want %q", d, got, want)
		}
	}
}
