package web

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

const (
	// chartColumns are the points of a response chart.
	chartColumns = 240
	chartTall    = 150
	// rawPeriod is up to where a chart is made of raw results; a longer one takes
	// the summaries of days. A week at 10 s are 60,000 results, read in some 20 ms.
	rawPeriod = 7 * 24 * time.Hour
)

// chartView is a picture with its caption.
type chartView struct {
	Picture template.HTML
	Caption string
}

// point is the response time in one column.
type point struct {
	at          float64 // middle, as share of the period
	wide        float64 // as share
	median, p95 time.Duration
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
	var usual []point
	if full, _ := findCheck(v.board, c.ID); full != nil {
		usual = usualPoints(full.Usual.Range, p)
	}
	if len(usual) > 0 {
		caption += " " + v.t("response.band")
	}
	return chartView{v.drawChart(points, usual, p), caption}
}

func (s *server) points(id check.ID, p timeline.Period) ([]point, error) {
	if p.Length() > rawPeriod {
		return s.dayPoints(id, p)
	}
	buckets := make([][]time.Duration, chartColumns)
	for r, err := range s.History.Results(id, p) {
		if err != nil {
			return nil, err
		}
		if r.State.Good() {
			i := int(float64(r.Sent.Sub(p.From)) / float64(p.Length()) * chartColumns)
			if i >= 0 && i < chartColumns {
				buckets[i] = append(buckets[i], r.Took)
			}
		}
	}
	var out []point
	for i, b := range buckets {
		if len(b) > 0 {
			slices.Sort(b)
			out = append(out, point{(float64(i) + .5) / chartColumns, 1.0 / chartColumns, b[len(b)/2], b[len(b)*95/100]})
		}
	}
	return out, nil
}

func (s *server) dayPoints(id check.ID, p timeline.Period) ([]point, error) {
	days, err := s.History.Days(id, p)
	var out []point
	for _, d := range days {
		if d.P50 > 0 {
			middle := d.Start.Add(12 * time.Hour)
			out = append(out, point{float64(middle.Sub(p.From)) / float64(p.Length()), float64(hours24) / float64(p.Length()), d.P50, d.P95})
		}
	}
	return out, err
}

func (v *visit) drawChart(points, usual []point, p timeline.Period) template.HTML {
	top := time.Duration(0)
	for _, q := range points {
		top = max(top, q.p95)
	}
	for _, q := range usual {
		top = max(top, q.p95)
	}
	top, step := niceTop(top)
	y := func(d time.Duration) float64 { return 100 * (1 - float64(d)/float64(top)) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" width="100%%" height="%d" role="img" aria-label="%s">`, chartTall+30,
		template.HTMLEscapeString(v.chartText(points)))
	ticks := v.ticks(p)
	for _, t := range ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%[1]s%%" x2="%[1]s%%" y1="10" y2="%[2]d"/>`, cents(t.at), chartTall+10)
	}
	for d := time.Duration(0); d <= top; d += step {
		at := 10 + int(y(d)*chartTall/100)
		fmt.Fprintf(&b, `<line class="grid" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"/>`, at)
	}
	fmt.Fprintf(&b, `<svg x="0" y="10" width="100%%" height="%d" viewBox="0 0 1000 100" preserveAspectRatio="none">`, chartTall)
	drawUsual(&b, usual, y)
	for _, row := range unbroken(points) {
		drawBand95(&b, row, y)
	}
	b.WriteString(`</svg>`)
	for d := step; d <= top; d += step {
		fmt.Fprintf(&b, `<text class="tick first" x="2" y="%d">%s</text>`, 10+int(y(d)*chartTall/100)-3, shortTook(d))
	}
	drawTicks(&b, ticks, chartTall+26)
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// unbroken splits points where some are missing, so that no line is drawn over
// time without answers.
func unbroken(points []point) [][]point {
	var rows [][]point
	start := 0
	for i := 1; i <= len(points); i++ {
		if i == len(points) || points[i].at-points[i-1].at > 2.5*points[i].wide {
			rows = append(rows, points[start:i])
			start = i
		}
	}
	return rows
}

func drawBand95(b *strings.Builder, row []point, y func(time.Duration) float64) {
	if len(row) == 1 { // a lone point becomes a dash as wide as its column
		q := row[0]
		row = []point{q, q}
		row[0].at, row[1].at = q.at-q.wide/2, q.at+q.wide/2
	}
	var line, area strings.Builder
	for _, q := range row {
		fmt.Fprintf(&line, "%.1f,%.1f ", 1000*q.at, y(q.median))
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.at, y(q.p95))
	}
	for _, q := range slices.Backward(row) {
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.at, y(q.median))
	}
	fmt.Fprintf(b, `<polygon class="p95" points="%s"/><polyline class="p50" points="%s"/>`, strings.TrimSpace(area.String()), strings.TrimSpace(line.String()))
}

// niceTop returns a round upper end of the axis and its step.
func niceTop(d time.Duration) (top, step time.Duration) {
	d = max(d, time.Millisecond)
	power := time.Duration(math.Pow(10, math.Floor(math.Log10(float64(d)/3))))
	for _, m := range []time.Duration{1, 2, 5, 10} {
		step = m * power
		if step*4 >= d {
			break
		}
	}
	return (d + step - 1) / step * step, step
}

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
func (v *visit) chartText(points []point) string {
	medians := make([]time.Duration, len(points))
	worst := time.Duration(0)
	for i, q := range points {
		medians[i] = q.median
		worst = max(worst, q.p95)
	}
	slices.Sort(medians)
	return v.t("chart.label", v.took(medians[len(medians)/2]), v.took(worst))
}
