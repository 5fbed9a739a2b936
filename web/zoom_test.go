package web

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

func zoomVisit(t *testing.T, zone string, now time.Time, query string) *visit {
	t.Helper()
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/services/x?"+query, nil)
	return &visit{formatter: &formatter{english, place}, r: r, path: "/services/x", query: q, board: &status.Board{At: now, Zone: place}}
}

// TestZoom goes from a year into an hour, over the days on which clocks change.
func TestZoom(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, query string
		parts       int
		first, last string
	}{
		{"a year", "range=365d", 13, "2025-11", "2026-11"},
		{"a quarter", "range=90d", 14, "08-17", "11-16"},
		{"a month", "from=2026-02-28T23:00:00Z&to=2026-03-31T22:00:00Z", 31, "03-01", "03-31"},
		{"a week", "range=7d", 8, "11-13", "11-20"},
		{"a day that loses an hour", "from=2026-03-28T23:00:00Z&to=2026-03-29T22:00:00Z", 23, "00:00", "23:00"},
		{"a day that gains one", "from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z", 25, "00:00", "23:00"},
		{"an hour", "range=1h", 0, "", ""},
	} {
		v := zoomVisit(t, "Europe/Berlin", now, c.query)
		p, _ := v.period(nil)
		links := v.zoom(p, nil)
		if len(links) != c.parts || c.parts > 0 && (links[0].Word != c.first || links[len(links)-1].Word != c.last) {
			t.Errorf("%s: %d parts %v, want %d from %s to %s", c.name, len(links), links, c.parts, c.first, c.last)
			continue
		}
		end := time.Time{}
		for _, l := range links {
			u, err := url.Parse(l.URL)
			if err != nil {
				t.Fatal(err)
			}
			part, _ := zoomVisit(t, "Europe/Berlin", now, u.RawQuery).period(nil)
			if !end.IsZero() && !part.From.Equal(end) {
				t.Errorf("%s: %s begins at %s, but the part before ends at %s", c.name, l.Word, part.From, end)
			}
			end = part.To
		}
		if c.parts > 0 && end.Before(p.To) {
			t.Errorf("%s: the parts end at %s, the period at %s", c.name, end, p.To)
		}
	}
}

// TestZoomMarks marks the part in which something was down, by its worst.
func TestZoomMarks(t *testing.T) {
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	v := zoomVisit(t, "UTC", now, "range=7d")
	p, _ := v.period(nil)
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	rows := []stripView{
		{spans: []timeline.Span{{From: at(13, 0), To: at(15, 0), Kind: timeline.Up}, {From: at(15, 0), To: at(16, 0), Kind: timeline.Unknown}}},
		{spans: []timeline.Span{{From: at(15, 3), To: at(15, 4), Kind: timeline.Down}, {From: at(17, 0), To: at(18, 0), Kind: timeline.Excluded}, {From: at(19, 0), To: at(19, 1), Kind: timeline.Degraded}}},
	}
	var got []string
	for _, l := range v.zoom(p, rows) {
		got = append(got, l.Word+l.Class)
	}
	want := []string{"11-13", "11-14", "11-15down", "11-16", "11-17", "11-18", "11-19degraded"}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got, want)
			break
		}
	}
}

// TestAskedPeriod refuses what is no period.
func TestAskedPeriod(t *testing.T) {
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for query, ok := range map[string]bool{
		"from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z": true,
		"from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z": false,
		"from=2020-11-02T00:00:00Z&to=2026-11-01T00:00:00Z": false,
		"from=2027-11-02T00:00:00Z&to=2027-11-03T00:00:00Z": false,
		"from=yesterday&to=2026-11-01T00:00:00Z":            false,
		"to=2026-11-01T00:00:00Z":                           false,
	} {
		if _, got := zoomVisit(t, "UTC", now, query).asked(); got != ok {
			t.Errorf("%s: %v, want %v", query, got, ok)
		}
	}
}
