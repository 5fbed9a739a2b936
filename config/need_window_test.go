package config

import (
	"testing"
	"time"
)

// TestNeedOfWindows: what a claim needs rests on its shortest window, and on the hours
// in which the service is promised.
func TestNeedOfWindows(t *testing.T) {
	const head = `[[service]]
id = "s"
[[service.check]]
id = "c"
interval = "1m"
tcp = { address = "192.0.2.1:1" }
[[service.claim]]
id = "k"
kind = "contract"
availability = "99%"
`
	for text, days := range map[string]float64{
		`window = { kind = "calendar_month" }`:                                              28,
		`window = { kind = "calendar_quarter" }`:                                            90,
		`window = { kind = "fiscal_quarter", starts = { month = 12, day = 1 } }`:            89,
		`window = { kind = "contract_year", starts = { month = 4, day = 1 } }`:              365,
		"window = { kind = \"rolling\", days = 28 }\nservice_hours = \"Mo-Fr 08:00-18:00\"": 28 * 50.0 / 168,
	} {
		c := mustParse(t, "x", head+text+"\n")
		want := time.Duration(days * 24 * float64(time.Hour))
		if got := c.Needs()[0].Window; (got - want).Abs() > time.Second {
			t.Errorf("%s needs %s, want %s", text, got, want)
		}
	}
}
