package web

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

// rawPeriod is up to where a chart is made of raw results; a longer one takes the
// summaries of days. A week at a second, which is the least, are 600,000 results.
const rawPeriod = 7 * 24 * time.Hour

// chartView is a picture with its caption.
type chartView struct {
	Picture template.HTML
	Caption string
}

// chart draws the response times of one check over a period; empty without any.
func (s *server) chart(v *visit, c *check.Check, p timeline.Period) chartView {
	if s.History == nil {
		return chartView{}
	}
	points, err := s.points(c.ID, p)
	if err != nil {
		s.Log.Warn("response times cannot be read", "check", c.ID, "error", err)
	}
	if len(points) == 0 {
		return chartView{}
	}
	caption := v.t("chart.caption", nameOf(c.Name, c.ID))
	var usual []chart.Point
	if full, _ := findCheck(v.board, c.ID); full != nil {
		usual = usualPoints(full.Usual.Range, p)
	}
	if len(usual) > 0 {
		caption += " " + v.t("response.band")
	}
	top, step := chart.Round(max(chart.Highest(points, usual), float64(time.Millisecond)))
	l := chart.Line{
		Label: v.chartText(points), Points: points, Usual: usual, Top: top, Step: step, Period: p, Zone: v.zone,
		Word: func(d float64) string { return shortTook(time.Duration(d)) },
	}
	return chartView{l.Draw(), caption}
}

// points are the median, the 95th percentile and the slowest, in nanoseconds, of what was
// answered in each column.
func (s *server) points(id check.ID, p timeline.Period) ([]chart.Point, error) {
	if p.Length() > rawPeriod {
		return s.dayPoints(id, p)
	}
	columns, err := s.History.Columns(id, p, chart.Columns)
	var out []chart.Point
	for i, c := range columns {
		if c.Count > 0 {
			out = append(out, chart.Point{
				At: (float64(i) + .5) / chart.Columns, Wide: 1.0 / chart.Columns,
				Middle: float64(c.P50), High: float64(c.P95), Most: float64(c.Max),
			})
		}
	}
	return out, err
}

func (s *server) dayPoints(id check.ID, p timeline.Period) ([]chart.Point, error) {
	days, err := s.History.Days(id, p)
	var out []chart.Point
	for _, d := range days {
		if d.P50 > 0 {
			middle := d.Start.Add(12 * time.Hour)
			out = append(out, chart.Point{
				At: float64(middle.Sub(p.From)) / float64(p.Length()), Wide: float64(hours24) / float64(p.Length()),
				Middle: float64(d.P50), High: float64(d.P95), Most: float64(d.Max),
			})
		}
	}
	return out, err
}

// usualPoints are the usual range over a period, where it is known. Over more than
// some days the hours of a week are too fine to see.
func usualPoints(u *sla.Usual, p timeline.Period) []chart.Point {
	if u == nil || p.Length() > rawPeriod {
		return nil
	}
	var out []chart.Point
	step := p.Length() / chart.Columns
	for i := range chart.Columns {
		if median, high, ok := u.At(p.From.Add(time.Duration(i)*step + step/2)); ok {
			out = append(out, chart.Point{At: (float64(i) + .5) / chart.Columns, Wide: 1.0 / chart.Columns, Middle: float64(median), High: float64(high)})
		}
	}
	return out
}

// hours24 is a day of elapsed time, not of a calendar.
const hours24 = 24 * time.Hour

func shortTook(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return trimZero(fmt.Sprintf("%.1f", float64(d)/1e6)) + " ms"
	}
	return trimZero(fmt.Sprintf("%.1f", d.Seconds())) + " s"
}

// chartText is the chart in words.
func (v *visit) chartText(points []chart.Point) string {
	medians := make([]float64, len(points))
	for i, q := range points {
		medians[i] = q.Middle
	}
	slices.Sort(medians)
	return v.t("chart.label", v.took(time.Duration(medians[len(medians)/2])), v.took(time.Duration(chart.Highest(points))))
}
