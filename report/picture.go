package report

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// The picture has a lane for each day of a month, or for each month of more. Its
// measures are units of the SVG's own.
const (
	pictureWidth = 760.0
	laneLabel    = 64.0 // to the left of a lane
	laneHeight   = 15.0
	lanePitch    = 19.0
	headHeight   = 14.0
	// thinnest is how wide a failure is drawn at least: a minute in a month would
	// otherwise be invisible, and it is what the report is about.
	thinnest = 1.6
	// dayLanes is up to how many days there is a lane for each.
	dayLanes = 35
	// maxLanes bounds a picture; windows are ten years long at most.
	maxLanes = 130
)

// lane is one line of the picture.
type lane struct {
	name string
	timeline.Period
	whole time.Duration // what the full width stands for
}

// byDay reports whether the lanes are days.
func (d *Document) byDay() bool { return d.input.Period.Length() <= dayLanes*24*time.Hour }

func (d *Document) lanes() []lane {
	zone := d.zone()
	p := d.input.Period
	var lanes []lane
	if !d.byDay() {
		for _, m := range sla.Months(p, zone) {
			lanes = append(lanes, lane{m.From.Format("2006-01"), m, 31 * 24 * time.Hour})
		}
		return lanes[:min(len(lanes), maxLanes)]
	}
	for day := sla.DateOf(p.From.In(zone)); len(lanes) < maxLanes; day = day.Next() {
		from := day.Start(zone)
		if !from.Before(p.To) {
			return lanes
		}
		lanes = append(lanes, lane{from.Format("01-02"), timeline.Period{From: from, To: day.Next().Start(zone)}, longestDay(p, zone)})
	}
	return lanes
}

// longestDay returns the length of the longest day of p: 25 hours when the clock is
// put back in it.
func longestDay(p timeline.Period, zone *time.Location) time.Duration {
	most := 24 * time.Hour
	for day := sla.DateOf(p.From.In(zone)); day.Start(zone).Before(p.To); day = day.Next() {
		most = max(most, day.Next().Start(zone).Sub(day.Start(zone)))
	}
	return most
}

// marks names places along the lanes: hours of a day, or days of a month.
func (d *Document) marks(b *strings.Builder, whole time.Duration) {
	step, unit, first := 7, 24*time.Hour, 1
	if d.byDay() {
		step, unit, first = 6, time.Hour, 0
	}
	for n := 0; time.Duration(n)*unit < whole; n += step {
		x := laneLabel + float64(time.Duration(n)*unit)/float64(whole)*(pictureWidth-laneLabel)
		fmt.Fprintf(b, `<text class="mark" x="%.1f" y="11">%d</text>`, x, n+first)
	}
}

// drawn are the kinds in the order in which they are painted, the most important
// last, since it covers the others.
var drawn = [...]timeline.Kind{timeline.Excluded, timeline.Degraded, timeline.Unknown, timeline.Down}

// picture draws the period as SVG. Kinds differ by shade and pattern as well as by
// colour, so that they can be told apart on a black-and-white print.
func (d *Document) picture(l *Language) template.HTML {
	var b strings.Builder
	lanes := d.lanes()
	height := lanePitch*float64(len(lanes)) + 2 + headHeight
	fmt.Fprintf(&b, `<svg class="timeline" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, pictureWidth, height, html.EscapeString(l.t("timeline")))
	b.WriteString(`<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" class="c-unknown"/><rect width="1.6" height="5" class="c-line"/></pattern>` +
		`<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" class="c-excluded"/><circle cx="2.5" cy="2.5" r="1" class="c-dot"/></pattern></defs>`)
	if len(lanes) > 0 {
		d.marks(&b, lanes[0].whole)
	}
	for i, lane := range lanes {
		d.drawLane(&b, lane, lanePitch*float64(i)+2+headHeight)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

func (d *Document) drawLane(b *strings.Builder, lane lane, y float64) {
	scale := (pictureWidth - laneLabel) / float64(lane.whole)
	x := func(t time.Time) float64 { return laneLabel + float64(t.Sub(lane.From))*scale }
	rect := func(class string, p timeline.Period, least float64) {
		from, to := x(p.From), x(p.To)
		if grow := least - (to - from); grow > 0 {
			from, to = max(from-grow/2, laneLabel), to+grow/2
		}
		fmt.Fprintf(b, `<rect class="%s" x="%.2f" y="%.1f" width="%.2f" height="%.1f"/>`, class, from, y, to-from, laneHeight)
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%.1f">%s</text>`, laneLabel-8, y+laneHeight-3.5, lane.name)
	rect("c-future", lane.Period, 0)
	seen := lane.Cut(timeline.Period{From: d.verdict.Period.From, To: d.verdict.Until})
	if !seen.From.Before(seen.To) {
		return
	}
	rect("c-up", seen, 0)
	for _, kind := range drawn {
		least := 0.0
		if kind == timeline.Down {
			least = thinnest
		}
		for _, p := range d.layers[kind] {
			if cut := seen.Cut(p); cut.From.Before(cut.To) {
				rect("c-"+kind.String(), cut, least)
			}
		}
	}
}

// scale draws downtime against what is allowed: the 95 % interval as a bar, what the
// probes alone prove darker in it, the best estimate as a line.
func (d *Document) scale(l *Language) template.HTML {
	v := &d.verdict
	if v.Accounted <= v.Unknown {
		return ""
	}
	most := max(v.Downtime.High95, v.Allowance, v.Downtime.HardHigh, time.Second)
	x := func(t time.Duration) float64 { return 10 + float64(t)/float64(most)*(pictureWidth-60) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="scale" viewBox="0 0 %.0f 56" role="img" aria-label="%s">`, pictureWidth, html.EscapeString(l.t("downtime")))
	fmt.Fprintf(&b, `<rect class="c-track" x="%.1f" y="22" width="%.1f" height="12" rx="2"/>`, x(0), x(v.Allowance)-x(0))
	fmt.Fprintf(&b, `<rect class="c-range" x="%.1f" y="25" width="%.1f" height="6"/>`, x(v.Downtime.Low95), max(x(v.Downtime.High95)-x(v.Downtime.Low95), 2))
	fmt.Fprintf(&b, `<rect class="c-hard" x="%.1f" y="25" width="%.1f" height="6"/>`, x(v.Downtime.HardLow), max(x(v.Downtime.HardHigh)-x(v.Downtime.HardLow), 1))
	fmt.Fprintf(&b, `<rect class="c-point" x="%.1f" y="20" width="2" height="16"/>`, x(v.Downtime.Point)-1)
	anchor := func(at float64) string {
		switch {
		case at < 120:
			return "start"
		case at > pictureWidth-160:
			return "end"
		}
		return "middle"
	}
	point, allowed := x(v.Downtime.Point), x(v.Allowance)
	fmt.Fprintf(&b, `<text x="%.1f" y="13" text-anchor="%s">%s %s</text>`, point, anchor(point), html.EscapeString(l.t("downtime")), html.EscapeString(l.t("about", l.duration(v.Downtime.Point))))
	fmt.Fprintf(&b, `<rect class="c-allowed" x="%.1f" y="18" width="2" height="20"/>`, allowed-1)
	fmt.Fprintf(&b, `<text x="%.1f" y="51" text-anchor="%s">%s %s</text></svg>`, allowed, anchor(allowed), html.EscapeString(l.t("allowance")), html.EscapeString(l.duration(v.Allowance)))
	return template.HTML(b.String())
}
