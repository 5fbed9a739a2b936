package sla

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

func TestHoursOpen(t *testing.T) {
	for _, c := range []struct {
		name, rule, zone string
		from, to         Date // to not part of it
		want             time.Duration
	}{
		{"a plain week", "Mo-Fr 08:00-18:00", "Asia/Tokyo", Date{2026, 11, 16}, Date{2026, 11, 23}, 50 * time.Hour},
		{"a week with a holiday", "Mo-Fr 08:00-18:00", "Asia/Tokyo", Date{2026, 11, 23}, Date{2026, 11, 30}, 40 * time.Hour},
		{"two pieces and Saturday", "Mo-Fr 09:00-12:00,13:00-18:00; Sa 09:00-12:00", "UTC", Date{2026, 11, 16}, Date{2026, 11, 23}, 43 * time.Hour},
		{"overnight, over the border of the week", "Su 22:00-02:00", "UTC", Date{2026, 11, 16}, Date{2026, 11, 23}, 4 * time.Hour},
		{"always, on the day of 23 hours", "Mo-Su 00:00-24:00", "Europe/Berlin", Date{2026, 3, 29}, Date{2026, 3, 30}, 23 * time.Hour},
		{"always, on the day of 25 hours", "Mo-Su 00:00-24:00", "Europe/Berlin", Date{2026, 10, 25}, Date{2026, 10, 26}, 25 * time.Hour},
		{"beginning in the hour that is left out", "Su 02:30-04:00", "Europe/Berlin", Date{2026, 3, 29}, Date{2026, 3, 30}, time.Hour},
		{"days over the end of the week", "Sa-Mo 00:00-24:00", "UTC", Date{2028, 2, 26}, Date{2028, 3, 1}, 72 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone := zone(t, c.zone)
			h, err := ParseHours(c.rule, zone, Calendar{Date{2026, 11, 23}: "Labour Thanksgiving Day"})
			if err != nil {
				t.Fatal(err)
			}
			p := timeline.Period{From: c.from.Start(zone), To: c.to.Start(zone)}
			if got := h.Open(p).Length(); got != c.want {
				t.Errorf("open for %s, want %s: %v", got, c.want, h.Open(p))
			}
			if sum := h.Open(p).Length() + h.Closed(p).Length(); sum != p.Length() {
				t.Errorf("open and closed sum to %s, want %s", sum, p.Length())
			}
		})
	}
}

func TestHoursRefused(t *testing.T) {
	for _, rule := range []string{"", "Mo-Fr", "Mo-Xx 08:00-18:00", "Mo 8-18", "Mo 08:00-25:00", "Mo 24:00-24:00", "Mo -8:00-18:00"} {
		if _, err := ParseHours(rule, time.UTC, nil); err == nil || !strings.Contains(err.Error(), "such as") && !strings.Contains(err.Error(), "want") {
			t.Errorf("ParseHours(%q) = %v, want a sentence with an example", rule, err)
		}
	}
}

// TestHoldHours: an outage at night costs nothing, and the denominator is what was
// promised.
func TestHoldHours(t *testing.T) {
	h, err := ParseHours("Mo-Fr 08:00-18:00", time.UTC, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := timeline.Period{From: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	night := p.From.Add(2 * time.Hour)
	stretch := func(state check.State, from, to time.Time) timeline.Stretch {
		n := int(to.Sub(from)/time.Minute) + 1
		return timeline.Stretch{State: state, First: from, Last: to, Results: n, Base: n, Interval: time.Minute}
	}
	series := []timeline.Series{{Interval: time.Minute, Stretches: []timeline.Stretch{
		stretch(check.Up, p.From, night), stretch(check.Down, night.Add(time.Minute), night.Add(time.Hour)),
		stretch(check.Up, night.Add(61*time.Minute), p.To.Add(-time.Minute)),
	}}}
	claim := Claim{Availability: Figure{PPB: 999_000_000, Digits: 1}, Window: Window{Kind: Fixed, Zone: time.UTC}}
	if v := Hold(claim, p, p.To, series, nil); v.Downtime.Point == 0 || v.Accounted != 7*24*time.Hour {
		t.Errorf("without hours: downtime %s of %s, want some of a week", v.Downtime.Point, v.Accounted)
	}
	claim.Hours = h
	v := Hold(claim, p, p.To, series, nil)
	if v.Downtime.Point != 0 || v.Accounted != 50*time.Hour {
		t.Errorf("with hours: downtime %s of %s, want none of 50 hours", v.Downtime.Point, v.Accounted)
	}
	if v.Claim.ExcludeMaintenance {
		t.Error("the verdict's claim leaves maintenance out, and the claim does not")
	}
}

func FuzzParseHours(f *testing.F) {
	for _, rule := range []string{"Mo-Fr 08:00-18:00", "Mo-Fr 09:00-12:00,13:00-18:00; Sa 09:00-12:00", "Su 22:00-02:00", "Sa-Mo 00:00-24:00"} {
		f.Add(rule)
	}
	p := timeline.Period{From: time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC)}
	zone := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, rule string) {
		h, err := ParseHours(rule, zone, nil)
		if err != nil {
			return
		}
		open := h.Open(p)
		if open.Length() <= 0 || open.Length()+h.Closed(p).Length() != p.Length() {
			t.Errorf("%q is open %s of %s", rule, open.Length(), p.Length())
		}
	})
}
