package sla

import (
	"testing"
	"time"
)

func TestPercentFloors(t *testing.T) {
	for _, what := range []struct {
		share    float64
		decimals int
		want     string
	}{
		{0.999909, 3, "99.990%"},
		{0.999909, 4, "99.9909%"},
		{0.99991, 4, "99.9910%"},
		{0.999999999999, 4, "99.9999%"},
		{1, 4, "100.0000%"},
		{1, 0, "100%"},
		{0, 2, "0.00%"},
		{0.5, -1, "50%"},
		{0.29, 2, "29.00%"}, // 0.29 is a little less than 29/100 in binary
		{0.123456789012, 10, "12.3456789012%"},
		{0.123456789012, 12, "12.3456789012%"},
	} {
		if got := Percent(what.share, what.decimals); got != what.want {
			t.Errorf("Percent(%v, %d) = %s, want %s", what.share, what.decimals, got, what.want)
		}
	}
}

func TestAtLeastAtMost(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                              {"0 s", "0 s"},
		1:                              {"0 s", "0.001 s"},
		999_900 * time.Microsecond:     {"0.999 s", "1 s"},
		9_950 * time.Millisecond:       {"9.9 s", "10 s"},
		10*time.Second + 1:             {"10 s", "11 s"},
		59*time.Second + 999e6:         {"59 s", "1 min"},
		2838*time.Second + 240e6:       {"47 min 18 s", "47 min 19 s"},
		time.Hour:                      {"1 h", "1 h"},
		26*time.Hour + 30*time.Second:  {"26 h 30 s", "26 h 30 s"},
		8760*time.Hour + 5*time.Minute: {"8760 h 5 min", "8760 h 5 min"},
	} {
		if got := [2]string{AtLeast(d), AtMost(d)}; got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
}

func TestApart(t *testing.T) {
	for _, what := range []struct {
		long, short time.Duration
		want        [2]string
	}{
		{50 * time.Minute, 47 * time.Minute, [2]string{"50 min", "47 min"}},
		{2838*time.Second + 300e6, 2838*time.Second + 240e6, [2]string{"47 min 18.3 s", "47 min 18.2 s"}},
		{2838*time.Second + 2, 2838*time.Second + 1, [2]string{"47 min 18.000000002 s", "47 min 18.000000001 s"}},
	} {
		if a, b := apart(what.long, what.short); [2]string{a, b} != what.want {
			t.Errorf("apart(%d, %d) = %q, %q, want %q", what.long, what.short, a, b, what.want)
		}
	}
}
