package chart

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
)

// Columns are the points that a line is made of at most.
const Columns = 240

// tall is the height of the field of a line; beside it is room for words.
const tall = 150

// Point is a value in one column of time.
type Point struct {
	At, Wide     float64 // middle and width, as shares of the period
	Middle, High float64 // the line, and the upper edge of the band above it
	Most         float64 // what was highest, marked where it stands out; 0 for none
}

// Limit is a value that is marked.
type Limit struct {
	At   float64
	Word string
}

// Line is a value over time: a line with a band above it, and behind them the usual
// band where one is known.
type Line struct {
	Label         string
	Points, Usual []Point
	Limits        []Limit // those above Top are left out
	Top, Step     float64 // of the axis of values
	Word          func(float64) string
	Period        timeline.Period
	Zone          *time.Location
}

// Highest returns the highest value of some points.
func Highest(rows ...[]Point) (top float64) {
	for _, row := range rows {
		for _, q := range row {
			top = max(top, q.High)
		}
	}
	return top
}

// Draw returns the picture.
func (l *Line) Draw() template.HTML {
	var b strings.Builder
	open(&b, "plot", tall+30, l.Label)
	axis := ticks(l.Period, l.Zone)
	drawGrid(&b, axis, 10, tall+10)
	for value := 0.0; value <= l.Top*1.001; value += l.Step {
		fmt.Fprintf(&b, `<line class="grid" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"/>`, l.row(value))
	}
	fmt.Fprintf(&b, `<svg x="0" y="10" width="100%%" height="%d" viewBox="0 0 1000 100" preserveAspectRatio="none">`, tall)
	for _, part := range unbroken(l.Usual) {
		fmt.Fprintf(&b, `<polygon class="usual" points="%s"/>`, l.band(part))
	}
	for _, part := range unbroken(l.Points) {
		l.drawPart(&b, part)
	}
	l.drawMost(&b)
	b.WriteString(`</svg>`)
	for _, limit := range l.Limits {
		if limit.At <= l.Top {
			fmt.Fprintf(&b, `<line class="limit" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"/><text class="tick last" x="100%%" y="%[2]d">%[3]s</text>`,
				l.row(limit.At), l.row(limit.At)-3, template.HTMLEscapeString(limit.Word))
		}
	}
	for value := l.Step; value <= l.Top*1.001; value += l.Step {
		fmt.Fprintf(&b, `<text class="tick first" x="2" y="%d">%s</text>`, l.row(value)-3, template.HTMLEscapeString(l.Word(value)))
	}
	drawTicks(&b, axis, tall+26)
	return done(&b)
}

// y is the height of a value in the field, from 0 at its top to 100.
func (l *Line) y(value float64) float64 { return 100 * (1 - min(max(value, 0), l.Top)/l.Top) }

// row is the height of a value in pixels.
func (l *Line) row(value float64) int { return 10 + int(l.y(value)*tall/100) }

// unbroken splits points where some are missing, so that no line is drawn over time
// about which nothing is known.
func unbroken(points []Point) [][]Point {
	var rows [][]Point
	start := 0
	for i := 1; i <= len(points); i++ {
		if i == len(points) || points[i].At-points[i-1].At > 2.5*points[i].Wide {
			rows = append(rows, points[start:i])
			start = i
		}
	}
	return rows
}

func (l *Line) drawPart(b *strings.Builder, part []Point) {
	if len(part) == 1 { // a lone point becomes a dash as wide as its column
		q := part[0]
		part = []Point{q, q}
		part[0].At, part[1].At = q.At-q.Wide/2, q.At+q.Wide/2
	}
	var line strings.Builder
	for _, q := range part {
		fmt.Fprintf(&line, "%.1f,%.1f ", 1000*q.At, l.y(q.Middle))
	}
	fmt.Fprintf(b, `<polygon class="p95" points="%s"/><polyline class="p50" points="%s"/>`, l.band(part), strings.TrimSpace(line.String()))
}

// standsOut is how many times the upper edge of the band a value is worth a mark.
const standsOut = 1.5

// drawMost marks the highest values that the band does not show, at the edge of the
// field where they lie beyond it: of thousands of answers in a column, one that hung is
// what somebody looks for.
func (l *Line) drawMost(b *strings.Builder) {
	var marks strings.Builder
	for _, q := range l.Points {
		if q.Most > standsOut*q.High {
			fmt.Fprintf(&marks, "M%.1f,%.1fh%.1f", 1000*(q.At-q.Wide/2), l.y(q.Most), 1000*q.Wide)
		}
	}
	if marks.Len() > 0 {
		fmt.Fprintf(b, `<path class="most" d="%s"/>`, marks.String())
	}
}

// band is the area between the line and its upper edge.
func (l *Line) band(part []Point) string {
	var area strings.Builder
	for _, q := range part {
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.At, l.y(q.High))
	}
	for _, q := range slices.Backward(part) {
		fmt.Fprintf(&area, "%.1f,%.1f ", 1000*q.At, l.y(q.Middle))
	}
	return strings.TrimSpace(area.String())
}
