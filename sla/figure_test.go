package sla

import (
	"strings"
	"testing"
	"time"
)

func TestParseFigure(t *testing.T) {
	for text, want := range map[string]Figure{
		"99.991%":      {999_910_000, 3},
		" 99.991 % ":   {999_910_000, 3},
		"99.9910%":     {999_910_000, 4},
		"100%":         {1_000_000_000, 0},
		"100.0%":       {1_000_000_000, 1},
		"0%":           {0, 0},
		"0.0000001%":   {1, 7},
		"099.5%":       {995_000_000, 1},
		"99.9999999%":  {999_999_999, 7},
		"100.0000000%": {1_000_000_000, 7},
	} {
		if got, err := ParseFigure(text); err != nil || got != want {
			t.Errorf("ParseFigure(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestParseFigureRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"99.991":       "with its sign",
		"":             "with its sign",
		"99,991%":      "a point between",
		"99.%":         "at most seven decimals",
		".5%":          "at most seven decimals",
		"%":            "at most seven decimals",
		"99.99999999%": "at most seven decimals",
		"1000%":        "at most seven decimals",
		"100.001%":     "above 100%",
		"-1%":          "digits only",
		"9x.5%":        "digits only",
		"99 .5%":       "digits only",
		"9.9.9%":       "digits only",
	} {
		if got, err := ParseFigure(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFigure(%q) = %v, %v, want an error with %q", text, got, err, want)
		}
	}
}

func TestAllowance(t *testing.T) {
	for _, what := range []struct {
		figure string
		window time.Duration
		want   time.Duration
	}{
		{"99.991%", 365 * day, 2838*time.Second + 240*time.Millisecond},
		{"99.991%", 30 * day, 233*time.Second + 280*time.Millisecond},
		{"100%", 365 * day, 0},
		{"0%", time.Hour, time.Hour},
		{"99.9%", -time.Hour, 0},
		{"99.9999999%", time.Second, 1}, // 10^-9 of a second, exactly
		{"99.9999999%", time.Second - 1, 0},
		{"50%", 36525 * day, 36525 * day / 2}, // no overflow over a century
	} {
		if got := figure(t, what.figure).Allowance(what.window); got != what.want {
			t.Errorf("%s over %s allows %s, want %s", what.figure, what.window, got, what.want)
		}
	}
}

func FuzzParseFigure(f *testing.F) {
	for _, seed := range []string{"99.991%", "100%", "0 %", "99.", "", "1e2%", "99.99999999%", "％", "-0%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		figure, err := ParseFigure(text)
		if err != nil {
			return
		}
		if figure.PPB < 0 || figure.PPB > whole || figure.Digits < 0 || figure.Digits > 7 {
			t.Fatalf("ParseFigure(%q) = %+v", text, figure)
		}
		again, err := ParseFigure(figure.String())
		if err != nil || again != figure {
			t.Fatalf("%q prints as %q, which is read as %+v, %v", text, figure, again, err)
		}
		if a := figure.Allowance(365 * day); a < 0 || a > 365*day {
			t.Fatalf("%s allows %s of a year", figure, a)
		}
	})
}
