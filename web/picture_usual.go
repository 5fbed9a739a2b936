package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// usualPoints are the usual range over a period, where it is known. Over more than
// some days the hours of a week are too fine to see.
func usualPoints(u *sla.Usual, p timeline.Period) []point {
	if u == nil || p.Length() > rawPeriod {
		return nil
	}
	var out []point
	step := p.Length() / chartColumns
	for i := range chartColumns {
		at := (float64(i) + .5) / chartColumns
		if median, high, ok := u.At(p.From.Add(time.Duration(i)*step + step/2)); ok {
			out = append(out, point{at, 1.0 / chartColumns, median, high})
		}
	}
	return out
}

// drawUsual draws the range as a band behind the answers.
func drawUsual(b *strings.Builder, points []point, y func(time.Duration) float64) {
	for _, row := range unbroken(points) {
		var upper, lower strings.Builder
		for i, q := range row {
			fmt.Fprintf(&upper, "%.1f,%.1f ", 1000*q.at, y(q.p95))
			back := row[len(row)-1-i]
			fmt.Fprintf(&lower, "%.1f,%.1f ", 1000*back.at, y(back.median))
		}
		fmt.Fprintf(b, `<polygon class="usual" points="%s"/>`, strings.TrimSpace(upper.String()+lower.String()))
	}
}
