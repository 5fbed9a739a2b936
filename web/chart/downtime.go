package chart

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// Allowance draws how much of an allowance is used: the estimate solid, up to the end
// of the 95 % interval lighter, the allowance itself as the track. What is overdrawn
// lies beyond a mark. Nothing is drawn as used while nothing is known.
func Allowance(label string, allowance time.Duration, d sla.Downtime, known bool) template.HTML {
	scale := max(allowance, d.Point)
	// Where none is allowed and none was seen, a bar would show nothing but its scale.
	used := known && scale > 0
	if scale <= 0 {
		scale = max(d.High95, time.Second)
	}
	share := func(x time.Duration) string { return cents(min(max(float64(x)/float64(scale), 0), 1)) }
	var b strings.Builder
	open(&b, "bar", 16, label)
	fmt.Fprintf(&b, `<rect class="track" width="%s%%" y="3" height="10" rx="2"/>`, share(allowance))
	if used {
		fmt.Fprintf(&b, `<rect class="maybe" width="%s%%" y="3" height="10" rx="2"/>`, share(d.High95))
		fmt.Fprintf(&b, `<rect class="used" width="%s%%" y="3" height="10" rx="2"/>`, share(min(d.Point, allowance)))
		if d.Point > allowance {
			fmt.Fprintf(&b, `<rect class="over" x="%s%%" width="%s%%" y="3" height="10"/>`, share(allowance), share(d.Point-allowance))
		}
	}
	if d.Point > allowance {
		fmt.Fprintf(&b, `<line class="limit" x1="%[1]s%%" x2="%[1]s%%" y1="0" y2="16"/>`, share(allowance))
	}
	return done(&b)
}

// Scale is downtime on one line: hard bounds, the 95 % interval, the estimate and the
// allowance. It is the picture of a verdict.
type Scale struct {
	Label     string
	Downtime  sla.Downtime
	Allowance time.Duration
	Mark      string // the word beside the allowance
	Word      func(time.Duration) string
}

// Draw returns the picture.
func (s *Scale) Draw() template.HTML {
	t := &s.Downtime
	end := max(t.High95, t.HardHigh, s.Allowance, time.Second)
	end += end / 12
	x := func(at time.Duration) string { return cents(float64(max(at, 0)) / float64(end)) }
	var b strings.Builder
	open(&b, "scale", 108, s.Label)
	fmt.Fprintf(&b, `<rect class="allowed" x="0" y="26" width="%s%%" height="58"/>`, x(s.Allowance))
	fmt.Fprintf(&b, `<rect class="beyond" x="%s%%" y="26" width="%s%%" height="58"/>`, x(s.Allowance), x(end-s.Allowance))
	fmt.Fprintf(&b, `<rect class="interval" x="%s%%" y="38" width="%s%%" height="14" rx="2"/>`, x(t.Low95), x(max(t.High95-t.Low95, end/300)))
	fmt.Fprintf(&b, `<rect class="hard" x="%s%%" y="61" width="%s%%" height="8" rx="2"/>`, x(t.HardLow), x(max(t.HardHigh-t.HardLow, end/300)))
	fmt.Fprintf(&b, `<line class="estimate" x1="%[1]s%%" x2="%[1]s%%" y1="32" y2="76"/>`, x(t.Point))
	fmt.Fprintf(&b, `<line class="limit" x1="%[1]s%%" x2="%[1]s%%" y1="18" y2="90"/>`, x(s.Allowance))
	mark(&b, float64(s.Allowance)/float64(end), 12, s.Mark)
	for step, at := axisStep(end), time.Duration(0); at < end*19/20; at += step {
		class := "tick"
		if at == 0 {
			class = "tick first"
		}
		fmt.Fprintf(&b, `<text class="%s" x="%s%%" y="102">%s</text>`, class, x(at), template.HTMLEscapeString(s.Word(at)))
	}
	return done(&b)
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
