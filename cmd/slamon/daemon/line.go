package daemon

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/timeline"
)

const (
	// slowTimes is by how much an anchor's answer must be later than usual, and slowLeast
	// at least, to show that the line is busy: a full queue on the way adds some 100 ms.
	slowTimes = 3
	slowLeast = 30 * time.Millisecond

	// usualDays is how far back the usual pace of an anchor is looked for.
	usualDays = 7
)

// lineSlow asks all anchors at once whether they answer at their usual pace. When fewer
// do than must answer for our own network to count as alive, our line is slow. An anchor
// without history is taken as quick if it answers: nothing can be held against it.
func (d *Daemon) lineSlow(ctx context.Context) (said string, slow bool) {
	cfg, anchors := d.config.Load(), d.anchors.Load()
	if cfg == nil || anchors == nil || len(*anchors) == 0 {
		return "", false
	}
	late := make([]string, len(*anchors))
	var wait sync.WaitGroup
	for i := range *anchors {
		wait.Go(func() { late[i] = d.late(ctx, &(*anchors)[i]) })
	}
	wait.Wait()
	quick, example := 0, ""
	for _, l := range late {
		if l == "" {
			quick++
		} else if example == "" {
			example = " (" + l + ")"
		}
	}
	return fmt.Sprintf("%d of %d anchors answer at their usual pace%s", quick, len(late), example), quick < cfg.Need
}

// late asks one anchor, and says how it is worse than usual; nothing when it is not.
func (d *Daemon) late(ctx context.Context, anchor *schedule.Task) string {
	ctx, cancel := context.WithTimeout(ctx, anchor.Check.Timeout)
	defer cancel()
	o := anchor.Probe(ctx)
	name := strings.TrimSpace(anchor.Check.Name)
	if !o.State.Good() {
		return name + ": " + o.Reason.String()
	}
	usual := d.usualPace(anchor.Check.ID, time.Now())
	if usual == 0 || o.Took <= max(slowTimes*usual, usual+slowLeast) {
		return ""
	}
	return fmt.Sprintf("%s took %s, usually %s", name, check.Rounded(o.Took), check.Rounded(usual))
}

// usualPace is the median of the days that took longest to answer in the middle, of the
// last ones: 0 when nothing is known.
func (d *Daemon) usualPace(id check.ID, now time.Time) time.Duration {
	days, err := d.store.Days(id, timeline.Period{From: now.AddDate(0, 0, -usualDays), To: now})
	if err != nil {
		return 0
	}
	var usual time.Duration
	for _, day := range days {
		usual = max(usual, day.Quantile(0.5))
	}
	return usual
}
