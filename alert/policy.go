package alert

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// Channel names a way to reach people, as the file does. "duty:NAME" stands for
// whoever is on duty in the rota of that name.
type Channel string

// Policy says who is told what. The first policy that matches a condition counts.
type Policy struct {
	ID string

	// What it is about; an empty list takes all.
	Services    []check.ServiceID
	Classes     []check.Class
	Types       []Type
	MinSeverity Severity

	Confirm       int           // failed probes before an incident is told; at least 1
	Sites         int           // places that see it fail confirm it too, whatever the number of probes; 0 for not
	Wait          time.Duration // after confirmation; a recovery meanwhile is never told
	Remind        time.Duration // between reminders while nobody acknowledged; 0 for none
	EscalateAfter time.Duration // without acknowledgement; 0 for never
	Group         time.Duration // what fails within this time after a notice goes into the next one
	Window        time.Duration // within which a notice must be accepted, from detection; 1 h in the sheet
	Maintenance   bool          // tell also what fails during announced maintenance

	Channels   []Channel // told first
	Escalation []Channel // told too when nobody acknowledges
	Fallback   []Channel // told when the others cannot be reached

	Quiet *Hours // what is not critical waits until they are over
}

// matches reports whether the policy is about c.
func (p *Policy) matches(c *Condition) bool {
	return c.Severity >= p.MinSeverity &&
		(len(p.Services) == 0 || slices.Contains(p.Services, c.Service)) &&
		(len(p.Classes) == 0 || slices.Contains(p.Classes, c.Class)) &&
		(len(p.Types) == 0 || slices.Contains(p.Types, c.Type))
}

// confirms reports whether enough probes have failed, or enough places agree.
func (p *Policy) confirms(c *Condition) bool {
	return c.Type != Incident || c.Failed >= p.Confirm || p.Sites > 0 && c.Sites >= p.Sites
}

// Delays are what lies between a failed probe and the first attempt to tell.
type Delays struct {
	Anchors time.Duration // a failure waits for the verdict on our own line
	Commit  time.Duration // until a result is durable
	Board   time.Duration // until conditions are looked at
	Send    time.Duration // limit of one attempt to send
}

// FirstAttempt returns the longest time from the detection of a failure of c, the
// end of the first failed probe, to the first attempt to tell people.
func (p Policy) FirstAttempt(c check.Check, d Delays) time.Duration {
	confirm := time.Duration(max(p.Confirm, 1)-1) * p.Pace(c)
	return confirm + d.Anchors + d.Commit + d.Board + p.Wait + p.Group
}

// Pace returns the longest time from one failed probe of c to the end of the next.
func (p Policy) Pace(c check.Check) time.Duration {
	pace := c.Interval
	if c.Reprobe > 0 {
		pace = min(pace, c.Reprobe)
	}
	return max(pace, c.Timeout)
}

// Match returns the policy that a failure of c falls under; nil for none.
func Match(policies []Policy, c check.Check) *Policy {
	failure := Condition{Type: Incident, Severity: Critical, Service: c.Service, Class: c.Class}
	for i := range policies {
		if policies[i].matches(&failure) {
			return &policies[i]
		}
	}
	return nil
}

// Worst returns the longest time from the detection of a failure of c to the end
// of the last attempt that the policy makes: the fallback's, which begins when
// three quarters of the window have passed. A policy whose worst case is beyond its
// Window cannot keep its promise.
func (p Policy) Worst(c check.Check, d Delays) time.Duration {
	return max(p.FirstAttempt(c, d), p.Window*3/4) + d.Send
}

// Hours are a daily time in a zone, for example 22:00 to 07:00.
type Hours struct {
	From, To time.Duration // since midnight; To before From runs over midnight
	Days     [7]bool       // of the evening on which they begin, by time.Weekday; none set means every day
	Zone     *time.Location
}

// In reports whether t lies in the hours.
func (h *Hours) In(t time.Time) bool {
	t = t.In(h.Zone)
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
	if h.From <= h.To {
		return clock >= h.From && clock < h.To && h.on(t.Weekday())
	}
	if clock >= h.From {
		return h.on(t.Weekday())
	}
	return clock < h.To && h.on((t.Weekday()+6)%7)
}

func (h *Hours) on(d time.Weekday) bool { return h.Days == [7]bool{} || h.Days[d] }
