package sla

import (
	"strings"
	"testing"
	"time"
)

func TestKnown(t *testing.T) {
	tests := map[string]struct {
		v                Verdict
		low, point, high float64
		ok               bool
	}{
		"nothing seen": {v: Verdict{Accounted: time.Hour, Unknown: time.Hour}},
		"all seen": {
			v:   Verdict{Accounted: 1000 * time.Second, Downtime: Downtime{Point: 10 * time.Second, Low95: 5 * time.Second, High95: 20 * time.Second}},
			low: .98, point: .99, high: .995, ok: true},
		"half seen, a tenth of it down": {
			v:   Verdict{Accounted: 1000 * time.Second, Unknown: 500 * time.Second, Downtime: Downtime{Point: 50 * time.Second, Low95: 40 * time.Second, High95: 60 * time.Second}},
			low: .44, point: .9, high: .96, ok: true},
		"all that was seen was down": {
			v:   Verdict{Accounted: 1000 * time.Second, Unknown: 900 * time.Second, Downtime: Downtime{Point: 100 * time.Second, Low95: 90 * time.Second, High95: 110 * time.Second}},
			low: 0, point: 0, high: .91, ok: true},
	}
	for name, tt := range tests {
		low, point, high, ok := tt.v.Known()
		if low != tt.low || point != tt.point || high != tt.high || ok != tt.ok {
			t.Errorf("%s: Known() = %v %v %v %t, want %v %v %v %t", name, low, point, high, ok, tt.low, tt.point, tt.high, tt.ok)
		}
	}
}

// TestOneSided holds that nobody reads a contradiction: where the interval beside
// an answer lies across the allowance, the sentence says why.
func TestOneSided(t *testing.T) {
	for _, c := range []struct {
		name string
		v    Verdict
		want string
	}{
		{"clearly met", Verdict{Answer: Met, Accounted: time.Hour, Allowance: time.Minute, Downtime: Downtime{High95: time.Minute}}, ""},
		{"met from one side", Verdict{Answer: Met, Accounted: time.Hour, Allowance: time.Minute, Downtime: Downtime{High95: 61 * time.Second}}, "reaches 1 min 1 s"},
		{"met, unknown time beside", Verdict{Answer: Met, Accounted: time.Hour, Unknown: 2 * time.Second, Allowance: time.Minute,
			Downtime: Downtime{High95: 59 * time.Second}}, "reaches 59 s"},
		{"clearly breached", Verdict{Answer: Breached, Accounted: time.Hour, Allowance: time.Minute, Downtime: Downtime{Low95: 61 * time.Second}}, ""},
		{"breached from one side", Verdict{Answer: Breached, Accounted: time.Hour, Allowance: time.Minute, Downtime: Downtime{Low95: time.Minute}}, "begins at 1 min"},
		{"open to both sides", Verdict{Answer: CannotTell, Accounted: time.Hour, Allowance: time.Minute, Downtime: Downtime{High95: time.Hour}}, ""},
	} {
		got := c.v.beside()
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) || c.v.OneSided() != (c.want != "") {
			t.Errorf("%s: beside() = %q, want %q in it", c.name, got, c.want)
		}
	}
}
