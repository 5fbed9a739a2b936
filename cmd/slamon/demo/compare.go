package demo

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/cmd/slamon/simulate"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// newsPause is how often the board is looked at for a change to tell.
const newsPause = 250 * time.Millisecond

// news prints every change of state of a check, until ctx is done.
func (d *showing) news(ctx context.Context, watcher *daemon.Daemon) error {
	ticker := time.NewTicker(newsPause)
	defer ticker.Stop()
	known := map[check.ID]check.State{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		for _, s := range watcher.Board().Services {
			for _, c := range s.Checks {
				if was, ok := known[c.ID]; c.Last.Sent.IsZero() || ok && was == c.Last.State {
					continue
				}
				known[c.ID] = c.Last.State
				sentence := ""
				if c.Last.Detail != nil {
					sentence = c.Last.Detail.Sentence
				}
				fmt.Fprintf(d.out, "%s  %-13s %-9s%s\n", c.Since.Local().Format("15:04:05.000"), c.ID, c.Last.State, sentence)
			}
		}
	}
}

// compare prints the truth beside what was measured, and fails when a true value
// lies outside its bounds.
func (d *showing) compare(board *status.Board) error {
	outside := 0
	fmt.Fprintf(d.out, "\nThe truth and the measurement:\n\n")
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "SERVICE\tTROUBLE\tTRUE DOWNTIME\tMEASURED\tBOUNDS\tTRUTH INSIDE\n")
	for _, s := range board.Services {
		for _, c := range s.Claims[:min(1, len(s.Claims))] {
			outside += d.compareClaim(table, s, c.Verdict)
		}
	}
	table.Flush()
	fmt.Fprintf(d.out, "\nThe claims:\n\n")
	for _, s := range board.Services {
		for _, c := range s.Claims {
			fmt.Fprintf(d.out, "  %s, %s %s: %s\n", s.Name, strings.ToLower(c.Claim.Name), c.Claim.Availability, strings.ToUpper(c.Answer.Words()))
			fmt.Fprintf(d.out, "      %s\n", c.Explanation)
		}
		for _, c := range s.Responses {
			fmt.Fprintf(d.out, "  %s, %s %s: %s\n", s.Name, strings.ToLower(c.Claim.Name), c.Claim.Promise, strings.ToUpper(c.Answer.Words()))
			fmt.Fprintf(d.out, "      %s\n", c.Explanation)
		}
	}
	if outside > 0 {
		return fmt.Errorf("%d true values lie outside the measured bounds", outside)
	}
	return nil
}

// compareClaim prints a row for each true outage and one for the total.
func (d *showing) compareClaim(table *tabwriter.Writer, s status.Service, v sla.Verdict) (outside int) {
	var total time.Duration
	for _, h := range d.truth(s.ID) {
		trouble := string(h.Kind)
		if h.Path != "" {
			trouble = h.Path + " " + trouble
		}
		if !h.Kind.Down() {
			fmt.Fprintf(table, "%s\t%s\t-\t-\tanswered, so not down\t\n", s.ID, trouble)
			continue
		}
		length := h.To.Sub(h.From)
		total += length
		low, point, high := measured(v.Incidents, h)
		outside += row(table, string(s.ID), trouble, length, point, low, high)
	}
	return outside + row(table, string(s.ID), "total", total, v.Downtime.Point, v.Downtime.Low95, v.Downtime.High95)
}

func (d *showing) truth(id check.ServiceID) []simulate.Happened {
	switch id {
	case "meeting":
		return d.meeting.Happened()
	case "rooms":
		return d.rooms.Happened()
	}
	return d.seminar.Happened()
}

// measured sums up the incidents that overlap a true outage.
func measured(incidents []sla.Incident, h simulate.Happened) (low, point, high time.Duration) {
	for _, i := range incidents {
		if i.FirstBad.Before(h.To) && i.LastBad.After(h.From) {
			low, point, high = low+i.Low, point+i.Point, high+i.High
		}
	}
	return low, point, high
}

func row(table *tabwriter.Writer, service, trouble string, truth, point, low, high time.Duration) (outside int) {
	word := "yes"
	if truth < low || truth > high {
		word, outside = "NO", 1
	}
	fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s to %s\t%s\n", service, trouble, inSeconds(truth), inSeconds(point), inSeconds(low), inSeconds(high), word)
	return outside
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }
