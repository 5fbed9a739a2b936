package web

import (
	"testing"
	"time"
)

var epoch = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

func FuzzPeriodOf(f *testing.F) {
	f.Add("2026-10-01", "2026-10-02T00:00:00+09:00")
	f.Add("", "0001-01-01")
	f.Fuzz(func(t *testing.T, from, to string) {
		p, err := periodOf(from, to, epoch, time.UTC)
		if err == nil && !p.From.Before(p.To) {
			t.Errorf("periodOf(%q, %q) = %v", from, to, p)
		}
	})
}
