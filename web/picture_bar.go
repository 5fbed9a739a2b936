package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// allowanceBar draws how much of the allowance is used: the estimate solid, up to
// the end of the 95 % interval lighter, the allowance itself as the track.
// What is overdrawn lies beyond a mark.
func (v *visit) allowanceBar(d *sla.Verdict) template.HTML {
	scale := max(d.Allowance, d.Downtime.Point)
	if scale <= 0 {
		scale = max(d.Downtime.High95, time.Second)
	}
	share := func(x time.Duration) string { return cents(min(max(float64(x)/float64(scale), 0), 1)) }
	label := v.allowanceText(d)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bar" width="100%%" height="16" role="img" aria-label="%s"><rect class="track" width="%s%%" y="3" height="10" rx="2"/>`,
		template.HTMLEscapeString(label), share(d.Allowance))
	if known(d) && scaleKnown(d) {
		fmt.Fprintf(&b, `<rect class="maybe" width="%s%%" y="3" height="10" rx="2"/>`, share(d.Downtime.High95))
		fmt.Fprintf(&b, `<rect class="used" width="%s%%" y="3" height="10" rx="2"/>`, share(min(d.Downtime.Point, d.Allowance)))
		if d.Downtime.Point > d.Allowance {
			fmt.Fprintf(&b, `<rect class="over" x="%s%%" width="%s%%" y="3" height="10"/>`, share(d.Allowance), share(d.Downtime.Point-d.Allowance))
		}
	}
	if d.Downtime.Point > d.Allowance {
		fmt.Fprintf(&b, `<line class="limit" x1="%[1]s%%" x2="%[1]s%%" y1="0" y2="16"/>`, share(d.Allowance))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// scaleKnown reports whether there is anything to measure downtime by: where none
// is allowed and none was seen, a bar would show nothing but its own scale.
func scaleKnown(d *sla.Verdict) bool { return d.Allowance > 0 || d.Downtime.Point > 0 }

// scale draws downtime on one line: hard bounds, the 95 % interval, the estimate
// and the allowance. It is the picture of the verdict.
func (v *visit) scale(d *sla.Verdict) template.HTML {
	t := &d.Downtime
	end := max(t.High95, t.HardHigh, d.Allowance, time.Second)
	end += end / 12
	x := func(at time.Duration) string { return cents(float64(max(at, 0)) / float64(end)) }
	var b strings.Builder
	label := v.t("scale.label", v.length(t.Point, roundNear), v.length(t.Low95, roundDown), v.length(t.High95, roundUp), v.length(d.Allowance, roundDown))
	fmt.Fprintf(&b, `<svg class="scale" width="100%%" height="108" role="img" aria-label="%s">`, template.HTMLEscapeString(label))
	fmt.Fprintf(&b, `<rect class="allowed" x="0" y="26" width="%s%%" height="58"/>`, x(d.Allowance))
	fmt.Fprintf(&b, `<rect class="beyond" x="%s%%" y="26" width="%s%%" height="58"/>`, x(d.Allowance), x(end-d.Allowance))
	fmt.Fprintf(&b, `<rect class="interval" x="%s%%" y="38" width="%s%%" height="14" rx="2"/>`, x(t.Low95), x(max(t.High95-t.Low95, end/300)))
	fmt.Fprintf(&b, `<rect class="hard" x="%s%%" y="61" width="%s%%" height="8" rx="2"/>`, x(t.HardLow), x(max(t.HardHigh-t.HardLow, end/300)))
	fmt.Fprintf(&b, `<line class="estimate" x1="%[1]s%%" x2="%[1]s%%" y1="32" y2="76"/>`, x(t.Point))
	fmt.Fprintf(&b, `<line class="limit" x1="%[1]s%%" x2="%[1]s%%" y1="18" y2="90"/>`, x(d.Allowance))
	mark(&b, float64(d.Allowance)/float64(end), 12, v.t("scale.allowance", v.length(d.Allowance, roundDown)))
	for step, at := axisStep(end), time.Duration(0); at < end*19/20; at += step {
		class := "tick"
		if at == 0 {
			class = "tick first"
		}
		fmt.Fprintf(&b, `<text class="%s" x="%s%%" y="102">%s</text>`, class, x(at), v.length(at, roundNear))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// axisStep returns a round step that divides the axis into at most five parts.
func axisStep(end time.Duration) time.Duration {
	for _, s := range []int{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 5 * 86400} {
		if step := time.Duration(s) * time.Second; end/step <= 5 {
			return step
		}
	}
	return end / 5
}

// mark writes a word beside a line, on the side where there is room.
func mark(b *strings.Builder, at float64, y int, word string) {
	side := "first"
	if at > 0.6 {
		side = "last"
	}
	fmt.Fprintf(b, `<text class="name %s" x="%s%%" y="%d">%s</text>`, side, cents(at), y, template.HTMLEscapeString(word))
}

// bounds draws what is known of one incident: surely down between the failed
// probes, perhaps down on both sides out to the good ones.
func (v *visit) bounds(i *status.Incident, now time.Time) template.HTML {
	from, to := i.LastGood, i.FirstGood
	if from.IsZero() {
		from = i.FirstBad
	}
	if to.IsZero() {
		to = i.LastBad
		if i.Ongoing {
			to = now
		}
	}
	pad := max(to.Sub(from)/8, time.Second)
	start, length := from.Add(-pad), to.Sub(from)+2*pad
	x := func(t time.Time) float64 { return min(max(float64(t.Sub(start))/float64(length), 0), 1) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="inc" width="100%%" height="86" role="img" aria-label="%s">`, template.HTMLEscapeString(v.incidentSentence(i)))
	fmt.Fprintf(&b, `<rect class="k-up" x="0" y="30" width="100%%" height="26"/>`)
	if i.FirstGood.IsZero() {
		fmt.Fprintf(&b, `<rect class="ground" x="%s%%" y="30" width="%s%%" height="26"/>`, cents(x(to)), cents(1-x(to)))
	}
	fmt.Fprintf(&b, `<rect class="perhaps" x="%s%%" y="24" width="%s%%" height="32"/>`, cents(x(from)), cents(x(to)-x(from)))
	fmt.Fprintf(&b, `<rect class="k-down" x="%s%%" y="20" width="%s%%" height="36"/>`, cents(x(i.FirstBad)), cents(max(x(i.LastBad)-x(i.FirstBad), 0.004)))
	for _, p := range []struct {
		t    time.Time
		good bool
		y    int
	}{{i.LastGood, true, 76}, {i.FirstBad, false, 13}, {i.LastBad, false, 13}, {i.FirstGood, true, 76}} {
		v.dot(&b, p.t, x(p.t), p.good, p.y)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// dot marks one probe: round for good, square for failed.
func (v *visit) dot(b *strings.Builder, t time.Time, at float64, good bool, y int) {
	if t.IsZero() {
		return
	}
	if good {
		fmt.Fprintf(b, `<circle class="probe good" cx="%s%%" cy="43" r="5"/>`, cents(at))
	} else {
		fmt.Fprintf(b, `<svg x="%s%%" y="43" overflow="visible"><rect class="probe bad" x="-4.5" y="-4.5" width="9" height="9"/></svg>`, cents(at))
	}
	side := "middle"
	if at < 0.15 {
		side = "first"
	} else if at > 0.85 {
		side = "last"
	}
	fmt.Fprintf(b, `<text class="tick %s" x="%s%%" y="%d">%s</text>`, side, cents(at), y, t.In(v.zone).Format("15:04:05"))
}
