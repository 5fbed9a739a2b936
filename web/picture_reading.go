package web

import (
	"html/template"
	"slices"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web/chart"
)

const (
	// hourPeriod is up to where a chart of readings is made of hours; a longer one
	// takes days. Raw readings serve up to rawPeriod, if a series has no more than
	// rawReadings in it, and up to dayPeriod in any case: twelve series of a week that are
	// read every 10 s have 700,000, of which a column of the chart would show a hundred.
	hourPeriod  = 31 * 24 * time.Hour
	dayPeriod   = 25 * time.Hour // with the hour that a day in autumn has more
	rawReadings = 5000
	// limitWithin is how many times its highest value a chart may reach, to show a limit.
	limitWithin = 4
)

// readingPoint is a reading in one column.
type readingPoint struct {
	chart.Point         // mean and 95th percentile
	upper       float64 // the highest reading
}

// readingChart draws one series over a period; empty without any known reading.
func (s *server) readingChart(v *visit, series device.Series, interval time.Duration, limits []limitLine, p timeline.Period) chartView {
	points, err := s.readingPoints(series, interval, p)
	if err != nil {
		s.Log.Warn("readings cannot be read", "series", series.String(), "error", err)
	}
	if len(points) == 0 {
		return chartView{}
	}
	return chartView{v.drawReadings(series, points, limits, p), v.t("devices.caption", v.seriesName(series))}
}

func (s *server) readingPoints(series device.Series, interval time.Duration, p timeline.Period) ([]readingPoint, error) {
	if l := p.Length(); l <= dayPeriod || l <= rawPeriod && l/max(interval, time.Second) <= rawReadings {
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
			out = append(out, readingPoint{chart.Point{At: float64(middle.Sub(p.From)) / float64(p.Length()),
				Wide: float64(sum.Length) / float64(p.Length()), Middle: sum.Mean, High: sum.P95}, sum.Max})
		}
	}
	return out, err
}

func (s *server) rawPoints(series device.Series, p timeline.Period) ([]readingPoint, error) {
	readings, err := s.Readings.Readings(series, p)
	buckets := make([][]float64, chart.Columns)
	for _, r := range readings {
		i := int(float64(r.At.Sub(p.From)) / float64(p.Length()) * chart.Columns)
		if r.Known() && i >= 0 && i < chart.Columns {
			buckets[i] = append(buckets[i], r.Value)
		}
	}
	var out []readingPoint
	wide := 1.0 / chart.Columns
	if n := len(readings); n > 1 { // polls may be further apart than columns
		apart := float64(readings[n-1].At.Sub(readings[0].At)) / float64(n-1) / float64(p.Length())
		wide = max(wide, apart)
	}
	for i, b := range buckets {
		if len(b) > 0 {
			out = append(out, readingPoint{chart.Point{At: (float64(i) + .5) / chart.Columns, Wide: wide, Middle: device.Mean(b), High: device.P95(b)}, slices.Max(b)})
		}
	}
	return out, err
}

func (v *visit) drawReadings(series device.Series, points []readingPoint, limits []limitLine, p timeline.Period) template.HTML {
	unit := series.Kind.Unit()
	l := chart.Line{
		Label: v.readingText(series, points), Period: p, Zone: v.zone,
		Word: func(value float64) string { return device.Format(value, unit) },
	}
	for _, q := range points {
		l.Points = append(l.Points, q.Point)
	}
	highest := chart.Highest(l.Points)
	top := highest
	for _, limit := range limits {
		if limit.value <= limitWithin*highest {
			top = max(top, limit.value)
		}
		l.Limits = append(l.Limits, chart.Limit{At: limit.value, Word: limit.text})
	}
	if l.Top, l.Step = chart.Round(top); unit == device.Ratio {
		l.Top, l.Step = 1, .25
	}
	return l.Draw()
}

// readingText is the chart in words.
func (v *visit) readingText(series device.Series, points []readingPoint) string {
	means, most := make([]float64, len(points)), 0.0
	for i, q := range points {
		means[i], most = q.Middle, max(most, q.upper)
	}
	unit := series.Kind.Unit()
	return v.t("devices.chart", v.seriesName(series), device.Format(device.Mean(means), unit), device.Format(most, unit))
}
