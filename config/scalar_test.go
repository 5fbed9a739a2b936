package config

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		text string
		want time.Duration
	}{
		{"10s", 10 * time.Second},
		{"5m", 5 * time.Minute},
		{"400d", 400 * day},
		{"2w", 14 * day},
		{"1h30m", 90 * time.Minute},
		{"1w2d3h4m5s6ms7us8ns", 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond + 7*time.Microsecond + 8},
		{" 10s ", 10 * time.Second},
		{"0s", 0},
		{"90m", 90 * time.Minute},
		{"36500d", 36500 * day},
	} {
		got, err := ParseDuration(c.text)
		if err != nil || got != c.want {
			t.Errorf("ParseDuration(%q) = %s, %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	for _, c := range []struct{ text, remedy string }{
		{"", "10s"},
		{"s", "10s"},
		{"10", "10s"},
		{"10 s", "10s"},
		{"1.5h", "1h30m"},
		{"-5s", "5s"},
		{"30s1m", "1m30s"},
		{"1m1m", "2m"},
		{"5 min", "5m"},
		{"2 Weeks", "14d"},
		{"10sec", "10s"},
		{"5M", "5m"},
		{"1y", "10s"},
		{"99999999999999999999d", "10s"},
		{"36601d", "10s"},
		{"１０s", "10s"},
	} {
		if d, err := ParseDuration(c.text); err == nil {
			t.Errorf("ParseDuration(%q) = %s, want an error", c.text, d)
		}
		if got := durationRemedy(c.text); got != c.remedy {
			t.Errorf("durationRemedy(%q) = %q, want %q", c.text, got, c.remedy)
		}
	}
}

func TestParseSize(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
	}{
		{"2GiB", 2 << 30},
		{"500MB", 500e6},
		{"0B", 0},
		{"64 KiB", 64 << 10},
		{"1kB", 1000},
		{"8388607TiB", 8388607 << 40},
	} {
		got, err := ParseSize(c.text)
		if err != nil || got != c.want {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", c.text, got, err, c.want)
		}
	}
}

func TestParseSizeRefuses(t *testing.T) {
	for _, c := range []struct{ text, remedy string }{
		{"", "2GiB"},
		{"1024", "1024B"},
		{"64KB", "64KiB"},
		{"10 gb", "10GB"},
		{"10G", "10GiB"},
		{"1.5GiB", "2GiB"},
		{"-1B", "2GiB"},
		{"8388608TiB", "2GiB"},
		{"5 PB", "2GiB"},
	} {
		if n, err := ParseSize(c.text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", c.text, n)
		}
		if got := sizeRemedy(c.text); got != c.remedy {
			t.Errorf("sizeRemedy(%q) = %q, want %q", c.text, got, c.remedy)
		}
	}
}

func TestFigureRemedy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"99,991%", "99.991%"},
		{"99.991", "99.991%"},
		{"99.991 percent", "99.991%"},
		{"101%", "100%"},
		{"0.9995", "99.95%"},
		{"0.99991%", "99.991%"},
		{"three nines", "99.9%"},
		{"", "99.9%"},
	} {
		if got := figureRemedy(c.text); got != c.want {
			t.Errorf("figureRemedy(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDateRemedy(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2021-09-31", "2021-09-30"},
		{"2021/10/26", "2021-10-26"},
		{"2023-02-29", "2023-02-28"},
		{"2024-02-30", "2024-02-29"},
		{"2020-13-01", "2020-12-01"},
		{"2020-10-01T00:00:00Z", "2020-10-01"},
		{"soon", "2026-10-01"},
	} {
		if got := dateRemedy(c.text); got != c.want {
			t.Errorf("dateRemedy(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// TestScalarsPrintBack: what is printed is read back as the same value.
func TestScalarsPrintBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "duration"))
		if got, err := ParseDuration(FormatDuration(d)); err != nil || got != d {
			t.Fatalf("ParseDuration(%q) = %s, %v, want %s", FormatDuration(d), got, err, d)
		}
		n := rapid.Int64Range(0, math.MaxInt64).Draw(t, "size") >> rapid.IntRange(0, 62).Draw(t, "shift")
		if got, err := ParseSize(FormatSize(n)); err != nil || got != n {
			t.Fatalf("ParseSize(%q) = %d, %v, want %d", FormatSize(n), got, err, n)
		}
	})
}

func TestClosest(t *testing.T) {
	known := []string{"path", "retention", "max_size", "backup_every", "url", "tls", "tcp", "AAAA", "A"}
	for _, c := range []struct{ word, want string }{
		{"retenton", "retention"},
		{"Retention", "retention"},
		{"max-size", "max_size"},
		{"maxsize", "max_size"},
		{"ulr", "url"},
		{"patth", "path"},
		{"AAA", "AAAA"},
		{"encryption", ""},
		{"x", ""},
	} {
		if got, _ := closest(c.word, known); got != c.want {
			t.Errorf("closest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
