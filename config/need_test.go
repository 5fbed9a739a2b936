package config

import (
	"math"
	"strings"
	"testing"
	"time"
)

// needy is a file with one claim over checks with the given intervals.
func needy(availability, window, combine string, intervals ...string) string {
	var b strings.Builder
	b.WriteString("[[service]]\nid = \"web\"\n[[own_network.anchor]]\nid = \"gateway\"\nicmp = { host = \"192.0.2.1\" }\n")
	for i, interval := range intervals {
		b.WriteString("[[service.check]]\nid = \"c" + string(rune('0'+i)) + "\"\ninterval = \"" + interval + "\"\ntcp = { address = \"192.0.2.1:80\" }\n")
	}
	b.WriteString("[[service.claim]]\nid = \"year\"\nkind = \"contract\"\navailability = \"" + availability + "\"\ncombine = \"" + combine + "\"\nwindow = { " + window + " }\n")
	return b.String()
}

const year = `kind = "fixed", from = 2020-10-01, to = 2021-09-30, timezone = "Asia/Tokyo"`

// TestNeeds holds the figures against the table of the largest deciding
// intervals, (1−A)·T/2.996, and the exact Poisson limits 2.996, 4.744, 6.296,
// 7.754 and 9.154 of nought to four counts.
func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		name, file string
		longest    time.Duration // to the second
		failures   int
		advised    time.Duration
		text       string
		warned     bool
	}{
		{"year at 5 minutes", needy("99.991%", year, "any_down", "5m"), 947 * time.Second, 4, 5 * time.Minute,
			"claim year: 99.991% over 365 days leaves 47m18s; checks every 5m can prove it if at most 4 short outages are seen (every 15m47s would do without any)", false},
		{"year at 15 minutes", needy("99.991%", year, "any_down", "15m"), 947 * time.Second, 0, 5 * time.Minute,
			"claim year: 99.991% over 365 days leaves 47m18s; checks every 15m can prove it if no outage is seen (every 15m47s would do without any)", false},
		{"year at 10 seconds", needy("99.991%", year, "any_down", "10s"), 947 * time.Second, 255, 5 * time.Minute, "at most 255 short outages are seen", false},
		{"month at 5 minutes", needy("99.991%", `kind = "rolling", days = 30`, "any_down", "5m"), 77 * time.Second, -1, 30 * time.Second,
			"claim year: 99.991% over 30 days leaves 3m53s; checks every 5m cannot prove it, as even without a failure up to 14m58s can stay unseen; checks every 30s can", true},
		{"shortest month", needy("99.99%", `kind = "calendar_month"`, "any_down", "1m"), 80 * time.Second, 0, 30 * time.Second, "over 28 days leaves 4m1s", false},
		{"everything", needy("100%", year, "any_down", "10s"), 0, -1, 0,
			"claim year: 100% over 365 days leaves nothing: no probing can prove it, one confirmed outage refutes it; checks every 10s without a failure leave at most 29.95s unseen", false},
		{"guideline", needy("95%", year, "any_down", "10s"), 526348 * time.Second, 1000, 12 * time.Hour,
			"claim year: 95% over 365 days leaves 18d6h; checks every 10s prove it with room to spare (6d2h12m would still do without a failure)", false},
		{"hopeless", needy("99.9999%", `kind = "rolling", days = 1`, "any_down", "1s"), 0, -1, 0,
			"claim year: 99.9999% over 1 day leaves 80ms; checks every 1s cannot prove it, as even without a failure up to 2.99s can stay unseen; no interval of a second or more can", true},
		{"the slowest of parts", needy("99.991%", year, "any_down", "10s", "5m", "1m"), 947 * time.Second, 4, 5 * time.Minute, "checks every 5m can prove", false},
		{"the quickest of replacements", needy("99.991%", year, "all_down", "5m", "10s", "1m"), 947 * time.Second, 255, 5 * time.Minute, "checks every 10s can prove", false},
		{"the second slowest of three", needy("99.991%", year, "2 of 3 down", "5m", "10s", "1m"), 947 * time.Second, 35, 5 * time.Minute, "checks every 1m can prove", false},
		{"the slowest of a mean", needy("99.991%", year, "mean", "5m", "10s", "1m"), 947 * time.Second, 4, 5 * time.Minute, "checks every 5m can prove", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := mustParse(t, "slamon.toml", c.file)
			n := cfg.Needs()[0]
			if n.Longest.Truncate(time.Second) != c.longest || n.Failures != c.failures || n.Advised() != c.advised {
				t.Errorf("longest %s, failures %d, advised %s, want %s, %d, %s", n.Longest, n.Failures, n.Advised(), c.longest, c.failures, c.advised)
			}
			if !strings.Contains(n.Text, c.text) {
				t.Errorf("text = %s\nwant   %s", n.Text, c.text)
			}
			if got := len(cfg.Warnings) > 0; got != c.warned {
				t.Errorf("warnings = %v, want some: %t", cfg.Warnings, c.warned)
			}
		})
	}
}

func TestWork(t *testing.T) {
	c := mustParse(t, "slamon.toml", needy("99%", year, "any_down", "1s", "10s", "1m")+"[[service.check]]\nid = \"off\"\npaused = true\ntcp = { address = \"192.0.2.1:80\" }\n")
	got := c.Work()
	want := Work{Services: 1, Checks: 4, Paused: 1, Anchors: 1, Claims: 1, ProbesPerSecond: got.ProbesPerSecond, BytesPerDay: 420480, BytesKept: 168192000}
	if rate := 1 + 0.1 + 1.0/60 + 0.1; got != want || math.Abs(got.ProbesPerSecond-rate) > 1e-9 {
		t.Errorf("Work() = %+v, want %+v", got, want)
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"no anchors", withCheck(""), "slamon.toml: no anchors: an outage of our own line will be counted as the vendor's"},
		{"small disk", needy("99%", year, "any_down", "1s") + "[storage]\nmax_size = \"100MB\"\n",
			`slamon.toml:17:12: max_size "100MB" is full after about 263 days of results, and retention is 400d`},
		{"paused", strings.Replace(needy("99%", year, "any_down", "10s"), "interval =", "paused = true\ninterval =", 1),
			`slamon.toml:11:11: claim "year" rests on check "c0", which is paused: its time is unknown`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
			var all []string
			for _, w := range mustParse(t, "slamon.toml", c.file).Warnings {
				if strings.HasPrefix(w.String(), c.want+"\ntry: ") {
					return
				}
				all = append(all, w.String())
			}
			t.Errorf("warnings:\n%s\nwant:\n%s", strings.Join(all, "\n"), c.want)
		})
	}
}
