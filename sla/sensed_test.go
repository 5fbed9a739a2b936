package sla

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/slamon/slamon/timeline"
)

// TestSensedPointIsFair: probes that are sent because a connection broke meet the
// outages that the grid would miss. They must neither count twice nor hide those that
// break no connection: the mean of the point estimate is the mean of the truth.
func TestSensedPointIsFair(t *testing.T) {
	window := 365 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.991%")}
	for _, law := range processes {
		for _, sensed := range []float64{0, 0.5, 1} {
			d := design{"", 300 * time.Second, 10 * time.Second, 3, sensed}
			r := rand.New(rand.NewPCG(11, uint64(100*sensed)))
			var bias, square, truth float64
			n := float64(*simulations)
			for range *simulations {
				all := law.outages(r, window.Seconds())
				v := Judge(claim, p, p.To, []timeline.Series{d.seen(r, all, window)}, nil)
				down := downtime(all, int64(window))
				off := (v.Downtime.Point - down).Seconds()
				truth += down.Seconds() / n
				bias, square = bias+off/n, square+off*off/n
			}
			spread := math.Sqrt((square-bias*bias)/n) * 4
			// Between two re-probes the middle is taken for the end, a tenth too much where
			// outages are as short as the pause; and at most an eighth of the interval is
			// missing of an outage between one and two intervals long, of which 12 a year are
			// the most here.
			if most := truth/10 + spread; bias > most || bias < -(most+12*300/8) {
				t.Errorf("%s, %.0f %% sensed: mean error of the estimate %+.0f s, want within %.0f s of %.0f s", law.name, 100*sensed, bias, most, truth)
			}
			t.Logf("%-26s %3.0f %% sensed: mean error %+5.0f s, four standard errors %.0f s", law.name, 100*sensed, bias, spread)
		}
	}
}
