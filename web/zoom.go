package web

import (
	"time"

	"github.com/slamon/slamon/timeline"
)

// zoomLink leads from a period to a part of it, and says what was the matter there.
type zoomLink struct {
	Word, URL   string
	Class, Kind string // the worst of the part; empty when nothing was the matter
}

// A period is cut into months, weeks, days or hours, so that there are some 7 to 40
// parts: few enough to be read, and from a year it takes three steps to an hour.
const (
	zoomMonths = 100 * 24 * time.Hour
	zoomWeeks  = 45 * 24 * time.Hour
	zoomDays   = 36 * time.Hour
	zoomHours  = 2 * time.Hour
)

// zoom cuts the period at the borders of the calendar, with the worst kind that any of
// the rows of spans has in each part.
func (v *visit) zoom(p timeline.Period, rows []stripView) []zoomLink {
	p = soFar(p, v.board.At)
	next, layout := v.zoomStep(p.Length())
	if next == nil {
		return nil
	}
	var out []zoomLink
	for from := next(p.From, 0); from.Before(p.To); from = next(from, 1) {
		part := timeline.Period{From: from, To: next(from, 1)}
		link := zoomLink{
			Word: from.In(v.zone).Format(layout),
			URL:  v.with("range", "", "from", part.From.UTC().Format(time.RFC3339), "to", part.To.UTC().Format(time.RFC3339)),
		}
		if kind, bad := worstIn(rows, p.Cut(part)); bad {
			link.Class, link.Kind = kind.String(), v.kind(kind)
		}
		out = append(out, link)
	}
	return out
}

// zoomStep returns how to step through a period of a length, and how to write a step.
// Step 0 goes back to the start of the part that holds t.
func (v *visit) zoomStep(length time.Duration) (next func(t time.Time, n int) time.Time, layout string) {
	day := func(t time.Time, n int) time.Time {
		y, m, d := t.In(v.zone).Date()
		return time.Date(y, m, d+n, 0, 0, 0, 0, v.zone)
	}
	switch {
	case length > zoomMonths:
		return func(t time.Time, n int) time.Time {
			y, m, _ := t.In(v.zone).Date()
			return time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, v.zone)
		}, "2006-01"
	case length > zoomWeeks:
		return func(t time.Time, n int) time.Time {
			monday := (int(t.In(v.zone).Weekday()) + 6) % 7
			return day(t, 7*n-monday)
		}, "01-02"
	case length > zoomDays:
		return day, "01-02"
	case length > zoomHours:
		return func(t time.Time, n int) time.Time {
			// Hours of time, not of the clock: a day of 25 hours has 25.
			return t.Truncate(time.Hour).Add(time.Duration(n) * time.Hour)
		}, "15:04"
	}
	return nil, ""
}

// worstIn returns the worst kind of time in a part; what is up or left out is not bad.
func worstIn(rows []stripView, part timeline.Period) (worst timeline.Kind, bad bool) {
	order := [...]timeline.Kind{timeline.Unknown, timeline.Degraded, timeline.Down}
	rank := -1
	for _, row := range rows {
		for _, s := range row.spans {
			if !s.From.Before(part.To) || !part.From.Before(s.To) {
				continue
			}
			for i, k := range order {
				if s.Kind == k && i > rank {
					rank, worst = i, k
				}
			}
		}
	}
	return worst, rank >= 0
}
