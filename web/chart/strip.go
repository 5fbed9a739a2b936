package chart

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
)

// Strip is a timeline: what each moment of a period was.
type Strip struct {
	Label  string
	Spans  []timeline.Span
	Period timeline.Period
	Zone   *time.Location
	// Title is shown when somebody points at a bar: what it is, from when, and for how
	// long in all.
	Title func(kind timeline.Kind, from time.Time, total time.Duration) string
}

// stripColumns are the columns that a strip is summed up in: one for every two
// pixels of a wide page.
const stripColumns = 480

// Strips tell kinds of time by height as well as by colour: a failure is the
// tallest and starts at the top, what is unknown is a low band at the bottom.
type band struct {
	kind      timeline.Kind
	top, tall int
}

const (
	stripTall = 46 // of the bars
	axisTall  = 20 // of the line of times below
)

var bands = []band{
	{timeline.Up, 14, 32},
	{timeline.Degraded, 7, 39},
	{timeline.Excluded, 26, 20},
	{timeline.Unknown, 34, 12},
	{timeline.Down, 0, 46},
}

// Swatch explains one kind of time: the band of a strip, in a box 14 pixels tall.
type Swatch struct {
	Kind timeline.Kind
	Y, H int
}

// Legend returns the swatches of all kinds.
func Legend() []Swatch {
	var rows []Swatch
	for _, k := range []timeline.Kind{timeline.Up, timeline.Degraded, timeline.Down, timeline.Excluded, timeline.Unknown} {
		for _, b := range bands {
			if b.kind == k {
				rows = append(rows, Swatch{k, b.top * 14 / stripTall, max(b.tall*14/stripTall, 4)})
			}
		}
	}
	return rows
}

// Sums is how much time there is of each kind.
type Sums [len(Kinds)]time.Duration

// Kinds are all kinds of time.
var Kinds = [...]timeline.Kind{timeline.Unknown, timeline.Up, timeline.Degraded, timeline.Down, timeline.Excluded}

// Sum adds up the kinds of time.
func Sum(spans []timeline.Span) Sums {
	var c Sums
	for _, s := range spans {
		c[s.Kind] += s.To.Sub(s.From)
	}
	return c
}

// columns sums spans up. Time after the last span, the future, is nothing.
func columns(spans []timeline.Span, p timeline.Period, n int) []Sums {
	out := make([]Sums, n)
	width := p.Length() / time.Duration(n)
	if width <= 0 {
		return nil
	}
	for _, s := range spans {
		from := max(s.From.Sub(p.From), 0)
		to := min(s.To.Sub(p.From), p.Length())
		for from < to {
			i := min(int(from/width), n-1)
			end := to
			if i < n-1 {
				end = min(to, time.Duration(i+1)*width)
			}
			out[i][s.Kind] += end - from
			from = end
		}
	}
	return out
}

// Draw returns the picture.
func (s *Strip) Draw() template.HTML {
	var b strings.Builder
	open(&b, "strip", stripTall+axisTall, s.Label)
	b.WriteString(`<rect class="ground" x="0" y="14" width="100%" height="32"/>`)
	axis := ticks(s.Period, s.Zone)
	drawGrid(&b, axis, 0, 50)
	cols := columns(s.Spans, s.Period, stripColumns)
	for _, band := range bands {
		s.drawBand(&b, band, cols)
	}
	drawTicks(&b, axis, stripTall+15)
	return done(&b)
}

// shows reports whether a band is drawn in a column. Up and excluded time need
// not be drawn where something else takes nearly all of the column; whatever is
// down or unknown is drawn however short it was.
func (c *Sums) shows(k timeline.Kind) bool {
	if k != timeline.Up {
		return c[k] > 0
	}
	var all time.Duration
	for _, d := range c {
		all += d
	}
	return c[k]*50 > all
}

// drawBand joins neighbouring columns into one bar.
func (s *Strip) drawBand(b *strings.Builder, band band, cols []Sums) {
	n := len(cols)
	for i := 0; i < n; i++ {
		if !cols[i].shows(band.kind) {
			continue
		}
		from, total := i, time.Duration(0)
		for i < n && cols[i].shows(band.kind) {
			total += cols[i][band.kind]
			i++
		}
		fmt.Fprintf(b, `<rect class="k-%s" x="%s%%" y="%d" width="%s%%" height="%d">`,
			band.kind, cents(float64(from)/float64(n)), band.top, cents(float64(i-from)/float64(n)), band.tall)
		if band.kind != timeline.Up {
			at := s.Period.From.Add(s.Period.Length() / time.Duration(n) * time.Duration(from))
			fmt.Fprintf(b, `<title>%s</title>`, template.HTMLEscapeString(s.Title(band.kind, at.In(s.Zone), total)))
		}
		b.WriteString(`</rect>`)
	}
}
