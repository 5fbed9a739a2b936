package config

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// Need is what it takes to decide a claim.
type Need struct {
	Claim        sla.ClaimID
	Availability sla.Figure
	Window       time.Duration // length; of the shortest month for a calendar month
	Allowance    time.Duration // downtime that the claim leaves in the window
	Interval     time.Duration // the base interval that decides: see below
	// Longest is the longest interval that can prove the claim: that of a window
	// without any failure. Zero when none can, because the claim leaves nothing.
	Longest time.Duration
	// Failures is how many outages, each seen by a single probe, the claim can bear
	// and still be proven with Interval; -1 when it cannot be proven at all.
	Failures int
	Text     string // all of this in words
}

// maxFailures bounds the search: a claim that bears more is decided anyway.
const maxFailures = 1000

// Needs returns what each claim needs, in the order of the file.
func (c *Config) Needs() []Need {
	intervals := map[check.ID]time.Duration{}
	for _, s := range c.Services {
		for _, k := range s.Checks {
			intervals[k.ID] = k.Interval
		}
	}
	needs := make([]Need, len(c.Claims))
	for i, claim := range c.Claims {
		needs[i] = needOf(claim, decidingInterval(claim, intervals))
	}
	return needs
}

// decidingInterval returns the interval that limits what can be said. Where
// every part is needed, an outage may hide behind the slowest check; where the
// parts replace each other, a good answer of the quickest one is enough to know
// that the service was up. Where two have to be down, it takes the second slowest.
func decidingInterval(claim sla.Claim, intervals map[check.ID]time.Duration) time.Duration {
	if len(claim.Checks) == 0 {
		return 0
	}
	all := make([]time.Duration, 0, len(claim.Checks))
	for _, id := range claim.Checks {
		all = append(all, intervals[id])
	}
	slices.Sort(all)
	return all[len(all)-max(1, claim.Combine.Need(len(all)))] // the slowest limits a mean
}

func needOf(claim sla.Claim, interval time.Duration) Need {
	n := Need{Claim: claim.ID, Availability: claim.Availability, Window: promised(claim), Interval: interval, Failures: -1}
	n.Allowance = claim.Availability.Allowance(n.Window)
	n.Longest = time.Duration(float64(n.Allowance) / sla.UnseenLimit(0))
	for n.Failures < maxFailures && sla.UnseenLimit(n.Failures+1)*float64(interval) <= float64(n.Allowance) {
		n.Failures++
	}
	n.Text = n.words()
	return n
}

// promised returns the time of a window in which the service is promised: all of it,
// or the share that the service hours of a week have.
func promised(claim sla.Claim) time.Duration {
	length := windowLength(claim.Window)
	if claim.Hours == nil {
		return length
	}
	const week = 7 * 24 * time.Hour
	monday := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) // a week without a change of the clock anywhere
	open := claim.Hours.Open(timeline.Period{From: monday, To: monday.Add(week)}).Length()
	return time.Duration(float64(length) * float64(open) / float64(week))
}

// windowLength returns the length that counts for planning: that of the shortest
// window, where they differ.
func windowLength(w sla.Window) time.Duration {
	switch w.Kind {
	case sla.Fixed:
		return w.Period(time.Time{}).Length()
	case sla.CalendarMonth:
		return 28 * 24 * time.Hour
	case sla.CalendarQuarter:
		return 90 * 24 * time.Hour
	case sla.FiscalQuarter:
		return 89 * 24 * time.Hour // December to February
	case sla.ContractYear:
		return 365 * 24 * time.Hour
	}
	return w.Length
}

func (n Need) words() string {
	begin := fmt.Sprintf("claim %s: %s over %s leaves ", n.Claim, n.Availability, spoken(n.Window))
	unseen := time.Duration(sla.UnseenLimit(0) * float64(n.Interval))
	switch {
	case n.Allowance == 0:
		return begin + fmt.Sprintf("nothing: no probing can prove it, one confirmed outage refutes it; checks every %s without a failure leave at most %s unseen",
			FormatDuration(n.Interval), rough(unseen))
	case n.Failures < 0:
		can := "no interval of a second or more can"
		if d := n.Advised(); d > 0 {
			can = "checks every " + FormatDuration(d) + " can"
		}
		return begin + fmt.Sprintf("%s; checks every %s cannot prove it, as even without a failure up to %s can stay unseen; %s",
			rough(n.Allowance), FormatDuration(n.Interval), rough(unseen), can)
	case n.Failures >= maxFailures:
		return begin + fmt.Sprintf("%s; checks every %s prove it with room to spare (%s would still do without a failure)",
			rough(n.Allowance), FormatDuration(n.Interval), rough(n.Longest))
	}
	return begin + fmt.Sprintf("%s; checks every %s can prove it if %s seen (every %s would do without any)",
		rough(n.Allowance), FormatDuration(n.Interval), shortOutages(n.Failures), rough(n.Longest))
}

func shortOutages(n int) string {
	switch n {
	case 0:
		return "no outage is"
	case 1:
		return "at most 1 short outage is"
	}
	return fmt.Sprintf("at most %d short outages are", n)
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// spoken writes the length of a window.
func spoken(d time.Duration) string {
	if d < 48*time.Hour && d%(24*time.Hour) != 0 {
		return rough(d)
	}
	days := math.Round(d.Hours() / 24) // a daylight-saving change does not show
	return fmt.Sprintf("%.0f %s", days, plural(int(days), "day", "days"))
}

// rough cuts a length of time to what people remember: whole seconds from a
// minute on.
func rough(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		d = d.Truncate(time.Minute)
	case d >= time.Minute:
		d = d.Truncate(time.Second)
	default:
		return d.Truncate(10 * time.Millisecond).String()
	}
	return FormatDuration(d)
}

// round are the intervals that people choose.
var round = [...]time.Duration{
	12 * time.Hour, 6 * time.Hour, 3 * time.Hour, time.Hour, 30 * time.Minute, 15 * time.Minute, 10 * time.Minute, 5 * time.Minute,
	2 * time.Minute, time.Minute, 30 * time.Second, 20 * time.Second, 10 * time.Second, 5 * time.Second, 2 * time.Second, time.Second,
}

// Advised returns the longest round interval that proves the claim even if one
// short outage is seen; without one, the longest that proves it at all; zero if
// no interval of a second or more can.
func (n Need) Advised() time.Duration {
	for _, bears := range []int{1, 0} {
		for _, d := range round {
			if sla.UnseenLimit(bears)*float64(d) <= float64(n.Allowance) {
				return d
			}
		}
	}
	return 0
}
