package chart

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// Outage draws what is known of one incident: surely down between the failed probes,
// perhaps down on both sides out to the good ones. One that goes on reaches to now.
func Outage(label string, i sla.Incident, ongoing bool, now time.Time, zone *time.Location) template.HTML {
	from, to := i.LastGood, i.FirstGood
	if from.IsZero() {
		from = i.FirstBad
	}
	if to.IsZero() {
		to = i.LastBad
		if ongoing {
			to = now
		}
	}
	pad := max(to.Sub(from)/8, time.Second)
	start, length := from.Add(-pad), to.Sub(from)+2*pad
	x := func(t time.Time) float64 { return min(max(float64(t.Sub(start))/float64(length), 0), 1) }
	var b strings.Builder
	open(&b, "inc", 86, label)
	b.WriteString(`<rect class="k-up" x="0" y="30" width="100%" height="26"/>`)
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
		if !p.t.IsZero() {
			probe(&b, x(p.t), p.good, p.y, p.t.In(zone).Format("15:04:05"))
		}
	}
	return done(&b)
}

// probe marks one: round for good, square for failed.
func probe(b *strings.Builder, at float64, good bool, y int, word string) {
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
	fmt.Fprintf(b, `<text class="tick %s" x="%s%%" y="%d">%s</text>`, side, cents(at), y, word)
}
