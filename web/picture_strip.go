package web

import (
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

// legendRow explains one kind of time.
type legendRow struct {
	Class, Word string
	Y, H        int
}

func (v *visit) legend() []legendRow {
	var rows []legendRow
	for _, s := range chart.Legend() {
		rows = append(rows, legendRow{s.Kind.String(), v.kind(s.Kind), s.Y, s.H})
	}
	return rows
}

// strip draws what each moment of the period was.
func (v *visit) strip(name string, spans []timeline.Span, p timeline.Period) template.HTML {
	s := chart.Strip{
		Label: name + ": " + v.sumsText(chart.Sum(spans)), Spans: spans, Period: p, Zone: v.zone,
		Title: func(kind timeline.Kind, from time.Time, total time.Duration) string {
			return from.Format("2006-01-02 15:04") + " " + v.kind(kind) + " · " + v.length(total, roundNear)
		},
	}
	return s.Draw()
}

// sumsText is the strip in words, for those who do not see it and as caption.
func (v *visit) sumsText(c chart.Sums) string {
	var all time.Duration
	for _, d := range c {
		all += d
	}
	parts := []string{}
	for _, k := range []timeline.Kind{timeline.Down, timeline.Degraded, timeline.Excluded, timeline.Unknown} {
		if c[k] > 0 {
			parts = append(parts, v.t("strip.part", v.kind(k), "≈ "+v.length(c[k], roundNear)))
		}
	}
	if c[timeline.Up] > 0 {
		parts = append(parts, v.t("strip.part", v.kind(timeline.Up), percent(all-c[timeline.Up], all, 3)))
	}
	return strings.Join(parts, v.t("strip.join"))
}
