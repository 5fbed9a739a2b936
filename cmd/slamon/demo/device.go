package demo

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/cmd/slamon/simulate"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// loads are what the gateway's processor suffers: over 50 %, and then over 90 %.
var loads = []simulate.Load{
	{After: 8 * time.Second, For: 8 * time.Second, Percent: 64},
	{After: 16 * time.Second, For: 10 * time.Second, Percent: 96},
}

// limits are the thresholds of the demo's configuration, with when the processor
// is truly beyond them.
var limits = []struct {
	threshold string
	limit     float64
	from, to  time.Duration
}{
	{"processor-half", .5, loads[0].After, loads[1].After + loads[1].For},
	{"processor-full", .9, loads[1].After, loads[1].After + loads[1].For},
}

// clearTime is how long after the load the thresholds have cleared: two seconds below
// them, and two polls.
const clearTime = 5 * time.Second

const gatewayID device.ID = "gateway"

// compareDevice prints how long the gateway's processor was truly beyond its limits
// beside what was read of it, and whether that was told.
func (d *showing) compareDevice(out io.Writer, readings []device.Reading, told []device.Crossing) (outside int) {
	fmt.Fprintf(out, "\nThe gateway's processor:\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintf(table, "THRESHOLD\tTRULY BEYOND\tREAD\tBOUNDS\tTRUTH INSIDE\tTOLD\n")
	for _, l := range limits {
		if l.to+clearTime > d.length {
			fmt.Fprintf(table, "%s\t-\t-\t-\tthe demo is too short\t\n", l.threshold)
			continue
		}
		low, high := beyond(readings, l.limit)
		truth, inside := l.to-l.from, "yes"
		if truth < low || truth > high {
			inside, outside = "NO", outside+1
		}
		raised, cleared := d.toldAt(told, l.threshold)
		words := fmt.Sprintf("raised after %s, cleared after %s", inSeconds(raised), inSeconds(cleared))
		if raised < l.from || cleared < l.to || cleared <= raised {
			words, outside = "NOT TOLD", outside+1
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s to %s\t%s\t%s\n", l.threshold, inSeconds(truth), inSeconds((low+high)/2), inSeconds(low), inSeconds(high), inside, words)
	}
	return outside
}

// beyond returns how long readings were above a limit: at least from the first to the
// last of them, at most from the one before to the one after.
func beyond(readings []device.Reading, limit float64) (low, high time.Duration) {
	first, last := -1, -1
	for i, r := range readings {
		if r.Known() && r.Value > limit {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return 0, 0
	}
	before, after := readings[first].At, readings[last].At
	low = after.Sub(before)
	for i := first - 1; i >= 0; i-- {
		if before = readings[i].At; readings[i].Known() {
			break
		}
	}
	for i := last + 1; i < len(readings); i++ {
		if after = readings[i].At; readings[i].Known() {
			break
		}
	}
	return low, after.Sub(before)
}

// toldAt returns when a threshold was raised and cleared, from the start of the demo.
func (d *showing) toldAt(told []device.Crossing, threshold string) (raised, cleared time.Duration) {
	for _, c := range told {
		if c.Threshold != threshold {
			continue
		}
		if c.Up {
			raised = c.At.Sub(d.start)
		} else {
			cleared = c.At.Sub(d.start)
		}
	}
	return raised, cleared
}

// readProcessor returns what was read of the gateway's processor.
func (d *showing) readProcessor(watcher *daemon.Daemon) ([]device.Reading, error) {
	return watcher.Readings(device.Series{Device: gatewayID, Kind: device.CPU},
		timeline.Period{From: d.start.Add(-time.Minute), To: time.Now().Add(time.Minute)})
}
