package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
)

// stripColumns are the columns that a strip is summed up in: one for every two
// pixels of a wide page.
const stripColumns = 480

// Strips tell kinds of time by height as well as by colour: a failure is the
// tallest and starts at the top, what is unknown is a low band at the bottom.
// Coordinates are percentages across and pixels down, so that text keeps its
// size and shape at any width.
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

// legendRow explains one band.
type legendRow struct {
	Class, Word string
	Y, H        int
}

func (v *visit) legend() []legendRow {
	var rows []legendRow
	for _, k := range []timeline.Kind{timeline.Up, timeline.Degraded, timeline.Down, timeline.Excluded, timeline.Unknown} {
		for _, b := range bands {
			if b.kind == k {
				rows = append(rows, legendRow{k.String(), v.kind(k), b.top * 14 / stripTall, max(b.tall*14/stripTall, 4)})
			}
		}
	}
	return rows
}

// column is the time of each kind in one column.
type column [len(kindOrder)]time.Duration

var kindOrder = [...]timeline.Kind{timeline.Unknown, timeline.Up, timeline.Degraded, timeline.Down, timeline.Excluded}

// columns sums spans up. Time after the last span, the future, is nothing.
func columns(spans []timeline.Span, p timeline.Period, n int) []column {
	out := make([]column, n)
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

// sums adds up the kinds of time.
func sums(spans []timeline.Span) column {
	var c column
	for _, s := range spans {
		c[s.Kind] += s.To.Sub(s.From)
	}
	return c
}

// strip draws what each moment of the period was.
func (v *visit) strip(name string, spans []timeline.Span, p timeline.Period) template.HTML {
	cols := columns(spans, p, stripColumns)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="strip" width="100%%" height="%d" role="img" aria-label="%s">`,
		stripTall+axisTall, template.HTMLEscapeString(name+": "+v.sumsText(sums(spans))))
	fmt.Fprintf(&b, `<rect class="ground" x="0" y="14" width="100%%" height="32"/>`)
	ticks := v.ticks(p)
	for _, t := range ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%[1]s%%" x2="%[1]s%%" y1="0" y2="50"/>`, cents(t.at))
	}
	for _, band := range bands {
		v.drawBand(&b, band, cols, p)
	}
	drawTicks(&b, ticks, stripTall+15)
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// shows reports whether a band is drawn in a column. Up and excluded time need
// not be drawn where something else takes nearly all of the column; whatever is
// down or unknown is drawn however short it was.
func (c *column) shows(k timeline.Kind) bool {
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
func (v *visit) drawBand(b *strings.Builder, band band, cols []column, p timeline.Period) {
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
			at := v.at(p.From.Add(p.Length() / time.Duration(n) * time.Duration(from)))
			fmt.Fprintf(b, `<title>%s %s · %s</title>`, at.Text[:16], template.HTMLEscapeString(v.kind(band.kind)), v.length(total, roundNear))
		}
		b.WriteString(`</rect>`)
	}
}

// sumsText is the strip in words, for those who do not see it and as caption.
func (v *visit) sumsText(c column) string {
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

// cents prints a share as percent for a coordinate.
func cents(share float64) string {
	s := fmt.Sprintf("%.3f", 100*share)
	s = strings.TrimRight(s, "0")
	return strings.TrimSuffix(s, ".")
}

// tick is a moment of the axis.
type tick struct {
	at   float64 // share of the period
	text string
}

// ticks chooses round local moments, seven at most, so that the words do not
// touch on a phone.
func (v *visit) ticks(p timeline.Period) []tick {
	step, layout := tickStep(p.Length())
	var out []tick
	for t := firstTick(p.From.In(v.zone), step); t.Before(p.To); t = nextTick(t, step) {
		share := float64(t.Sub(p.From)) / float64(p.Length())
		if share > 0.02 && share < 0.97 {
			out = append(out, tick{share, t.Format(layout)})
		}
	}
	return out
}

const (
	hours24 = 24 * time.Hour
	month   = 30 * hours24
)

func tickStep(length time.Duration) (time.Duration, string) {
	for _, step := range []time.Duration{
		time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour,
		12 * time.Hour, hours24, 2 * hours24, 7 * hours24, 14 * hours24, month, 2 * month, 3 * month, 6 * month,
	} {
		if length/step <= 6 {
			switch {
			case step < hours24:
				return step, "15:04"
			case step < month:
				return step, "01-02"
			}
			return step, "2006-01"
		}
	}
	return 12 * month, "2006-01"
}

// firstTick returns the first round moment not before t, in t's zone. Steps of a
// day and longer start at midnight, those of months at the first.
func firstTick(t time.Time, step time.Duration) time.Time {
	y, m, d := t.Date()
	if step >= month {
		return time.Date(y, m, 1, 0, 0, 0, 0, t.Location())
	}
	start := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	for step < hours24 && !start.Add(step).After(t) {
		start = start.Add(step)
	}
	return start
}

func nextTick(t time.Time, step time.Duration) time.Time {
	switch {
	case step >= month:
		return t.AddDate(0, int(step/month), 0)
	case step >= hours24:
		return t.AddDate(0, 0, int(step/hours24))
	}
	return t.Add(step)
}

func drawTicks(b *strings.Builder, ticks []tick, y int) {
	for i, t := range ticks {
		class := "tick"
		if i%2 == 1 {
			class = "tick odd" // left out where it is narrow
		}
		fmt.Fprintf(b, `<text class="%s" x="%s%%" y="%d">%s</text>`, class, cents(t.at), y, t.text)
	}
}
