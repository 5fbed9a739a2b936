package web

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

const (
	// hourPeriod is up to where a chart of readings is made of hours; a longer one
	// takes days. Raw readings serve up to rawPeriod.
	hourPeriod = 31 * 24 * time.Hour
	// limitWithin is how many times its highest value a chart may reach, to show a limit.
	limitWithin = 4
)

// readingPoint is a reading in one column.
type readingPoint struct {
	at, wide         float64 // middle and width, as shares of the period
	mean, p95, upper float64
}

// readingChart draws one series over a period; empty without any known reading.
func (s *server) readingChart(v *visit, series device.Series, limits []limitLine, p timeline.Period) chartView {
	points, err := s.readingPoints(series, p)
	if err != nil {
		s.Log.Warn("readings cannot be read", "series", series.String(), "error", err)
	}
	if len(points) == 0 {
		return chartView{}
	}
	return chartView{v.drawReadings(series, points, limits, p), v.t("devices.caption", v.seriesName(series))}
}

func (s *server) readingPoints(series device.Series, p timeline.Period) ([]readingPoint, error) {
	if p.Length() <= rawPeriod {
		return s.rawPoints(series, p)
	}
	read := s.Readings.ReadingDays
	if p.Length() <= hourPeriod {
		read = s.Readings.ReadingHours
	}
	sums, err := read(series, p)
	var out []readingPoint
	for _, sum := range sums {
		if sum.Known > 0 {
			middle := sum.Start.Add(sum.Length / 2)
			out = append(out, readingPoint{float64(middle.Sub(p.From)) / float64(p.Length()),
				float64(sum.Length) / float64(p.Length()), sum.Mean, sum.P95, sum.Max})
		}
	}
	return out, err
}

func (s *server) rawPoints(series device.Series, p timeline.Period) ([]readingPoint, error) {
	readings, err := s.Readings.Readings(series, p)
	buckets := make([][]float64, chartColumns)
	for _, r := range readings {
		i := int(float64(r.At.Sub(p.From)) / float64(p.Length()) * chartColumns)
		if r.Known() && i >= 0 && i < chartColumns {
			buckets[i] = append(buckets[i], r.Value)
		}
	}
	var out []readingPoint
	wide := 1.0 / chartColumns
	if n := len(readings); n > 1 { // polls may be further apart than columns
		apart := float64(readings[n-1].At.Sub(readings[0].At)) / float64(n-1) / float64(p.Length())
		wide = max(wide, apart)
	}
	for i, b := range buckets {
		if len(b) > 0 {
			out = append(out, readingPoint{(float64(i) + .5) / chartColumns, wide, device.Mean(b), device.P95(b), slices.Max(b)})
		}
	}
	return out, err
}

func (v *visit) drawReadings(series device.Series, points []readingPoint, limits []limitLine, p timeline.Period) template.HTML {
	top := 0.0
	for _, q := range points {
		top = max(top, q.p95)
	}
	highest := top
	for _, limit := range limits {
		if limit.value <= limitWithin*highest {
			top = max(top, limit.value)
		}
	}
	step := top
	if series.Kind.Unit() == device.Ratio {
		top, step = 1, .25
	} else {
		top, step = niceValue(top)
	}
	y := func(value float64) float64 { return 100 * (1 - min(max(value, 0), top)/top) }
	line := func(value float64) int { return 10 + int(y(value)*chartTall/100) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" width="100%%" height="%d" role="img" aria-label="%s">`, chartTall+30,
		template.HTMLEscapeString(v.readingText(series, points)))
	ticks := v.ticks(p)
	for _, t := range ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%[1]s%%" x2="%[1]s%%" y1="10" y2="%[2]d"/>`, cents(t.at), chartTall+10)
	}
	for value := 0.0; value <= top*1.001; value += step {
		fmt.Fprintf(&b, `<line class="grid" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"/>`, line(value))
	}
	fmt.Fprintf(&b, `<svg x="0" y="10" width="100%%" height="%d" viewBox="0 0 1000 100" preserveAspectRatio="none">`, chartTall)
	for _, row := range unbrokenReadings(points) {
		drawReadingRow(&b, row, y)
	}
	b.WriteString(`</svg>`)
	for _, limit := range limits {
		if limit.value <= top {
			fmt.Fprintf(&b, `<line class="limit" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"/><text class="tick last" x="100%%" y="%[2]d">%[3]s</text>`,
				line(limit.value), line(limit.value)-3, template.HTMLEscapeString(limit.text))
		}
	}
	for value := step; value <= top*1.001; value += step {
		fmt.Fprintf(&b, `<text class="tick first" x="2" y="%d">%s</text>`, line(value)-3, template.HTMLEscapeString(device.Format(value, series.Kind.Unit())))
	}
	drawTicks(&b, ticks, chartTall+26)
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// unbrokenReadings splits points where some are missing: unknown has no line.
func unbrokenReadings(points []readingPoint) [][]readingPoint {
	var rows [][]readingPoint
	start := 0
	for i := 1; i <= len(points); i++ {
		if i == len(points) || points[i].at-points[i-1].at > 2.5*points[i].wide {
			rows = append(rows, points[start:i])
			start = i
		}
	}
	return rows
}

func drawReadingRow(b *strings.Builder, row []readingPoint, y func(float64) float64) {
	if len(row) == 1 { // a lone point becomes a dash as wide as its column
		q := row[0]
		row = []readingPoint{q, q}
		row[0].at, row[1].at = q.at-q.wide/2, q.at+q.wide/2
	}
	var line, area strings.Builder
	for _, q := range row {
		fmt.Fprintf(&line, "%.1f,%.1f ", 1000*q.at, y(q.mean))
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.at, y(q.p95))
	}
	for _, q := range slices.Backward(row) {
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.at, y(q.mean))
	}
	fmt.Fprintf(b, `<polygon class="p95" points="%s"/><polyline class="p50" points="%s"/>`, strings.TrimSpace(area.String()), strings.TrimSpace(line.String()))
}

// niceValue returns a round upper end of the axis and its step.
func niceValue(v float64) (top, step float64) {
	v = max(v, 1e-3)
	power := math.Pow(10, math.Floor(math.Log10(v/3)))
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * power; step*4 >= v {
			break
		}
	}
	return math.Ceil(v/step) * step, step
}

// readingText is the chart in words.
func (v *visit) readingText(series device.Series, points []readingPoint) string {
	means, most := make([]float64, len(points)), 0.0
	for i, q := range points {
		means[i], most = q.mean, max(most, q.upper)
	}
	unit := series.Kind.Unit()
	return v.t("devices.chart", v.seriesName(series), device.Format(device.Mean(means), unit), device.Format(most, unit))
}
