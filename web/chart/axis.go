package chart

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/slamon/slamon/timeline"
)

// tick is a moment of the axis.
type tick struct {
	at   float64 // share of the period
	text string
}

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// ticks chooses round local moments, seven at most, so that the words do not
// touch on a phone.
func ticks(p timeline.Period, zone *time.Location) []tick {
	step, layout := tickStep(p.Length())
	var out []tick
	for t := firstTick(p.From.In(zone), step); t.Before(p.To); t = nextTick(t, step) {
		share := float64(t.Sub(p.From)) / float64(p.Length())
		if share > 0.02 && share < 0.97 {
			out = append(out, tick{share, t.Format(layout)})
		}
	}
	return out
}

func tickStep(length time.Duration) (time.Duration, string) {
	for _, step := range []time.Duration{
		time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour,
		12 * time.Hour, day, 2 * day, 7 * day, 14 * day, month, 2 * month, 3 * month, 6 * month,
	} {
		if length/step <= 6 {
			switch {
			case step < day:
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
	for step < day && !start.Add(step).After(t) {
		start = start.Add(step)
	}
	return start
}

func nextTick(t time.Time, step time.Duration) time.Time {
	switch {
	case step >= month:
		return t.AddDate(0, int(step/month), 0)
	case step >= day:
		return t.AddDate(0, 0, int(step/day))
	}
	return t.Add(step)
}

// drawGrid draws a line at every tick.
func drawGrid(b *strings.Builder, all []tick, top, bottom int) {
	for _, t := range all {
		fmt.Fprintf(b, `<line class="grid" x1="%[1]s%%" x2="%[1]s%%" y1="%[2]d" y2="%[3]d"/>`, cents(t.at), top, bottom)
	}
}

// drawTicks writes the words of the ticks.
func drawTicks(b *strings.Builder, all []tick, y int) {
	for i, t := range all {
		class := "tick"
		if i%2 == 1 {
			class = "tick odd" // left out where it is narrow
		}
		fmt.Fprintf(b, `<text class="%s" x="%s%%" y="%d">%s</text>`, class, cents(t.at), y, t.text)
	}
}

// Round returns a round upper end of an axis that reaches to v, and its step: at most
// five of them.
func Round(v float64) (top, step float64) {
	v = max(v, 1e-3)
	power := math.Pow(10, math.Floor(math.Log10(v/3)))
	for _, m := range []float64{1, 2, 5, 10} {
		if step = m * power; step*4 >= v {
			break
		}
	}
	return math.Ceil(v/step) * step, step
}
