package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

// defaultPolicy tells everything over every channel.
func defaultPolicy(n *Notify) alert.Policy {
	p := alert.Policy{ID: "default", Confirm: defaultConfirm, Remind: defaultRemind, Group: defaultGroup, Window: n.Window}
	for _, l := range n.Channels {
		p.Channels = append(p.Channels, l.ID)
	}
	return p
}

func (r *reader) policies(c *Config, f *notifyFile, channels *idSet) {
	n := &c.Notify
	var services idSet
	for _, s := range c.Services {
		services.add(string(s.ID))
	}
	for i := range f.Policy {
		n.Policies = append(n.Policies, r.policy(c, &f.Policy[i], channels, &services))
	}
	if len(f.Policy) == 0 && len(n.Channels) > 0 {
		n.Policies = []alert.Policy{defaultPolicy(n)}
	}
	if len(r.complaints) > 0 {
		return // what follows would only repeat them
	}
	for _, reach := range c.Reaches() {
		if reach.Worst <= reach.Window {
			continue
		}
		at := f.at
		for i := range f.Policy {
			if f.Policy[i].ID.v == reach.Policy {
				at = f.Policy[i].ID.at
			}
		}
		r.complain(at, "fewer failed probes to confirm, a shorter interval, wait, group or timeout, or a longer window", "%s", reach.Text)
	}
}

// confirmSites reads from how many places a failure must be seen to be confirmed
// whatever the number of probes.
func (r *reader) confirmSites(c *Config, f field[int64]) int {
	n := int(r.within(f, "confirm_sites", 0, maxPeers+1, 0))
	switch most := 1 + len(c.Peers); {
	case n == 0 || !f.ok:
		return 0
	case most == 1:
		r.complain(f.at, "add [[peer]], or take the key out", "confirm_sites %d: there is no other place that could see the failure", n)
	case n == 1 || n > most:
		r.complain(f.at, fmt.Sprintf("confirm_sites = %d", min(max(n, 2), most)), "confirm_sites %d: want 2 to %d, this place and its peers", n, most)
	}
	return n
}

func (r *reader) policy(c *Config, f *policyFile, channels, services *idSet) alert.Policy {
	p := alert.Policy{
		ID:            r.id(f.ID, "policy", &f.table),
		Confirm:       int(r.within(f.Confirm, "confirm", 1, maxConfirm, defaultConfirm)),
		Sites:         r.confirmSites(c, f.ConfirmSites),
		Wait:          r.between(f.Wait, "wait", 0, maxWait, 0),
		Remind:        r.between(f.Remind, "remind", 0, 31*24*time.Hour, defaultRemind),
		EscalateAfter: r.between(f.EscalateAfter, "escalate_after", 0, maxWindow, 0),
		Group:         r.between(f.Group, "group", 0, time.Hour, defaultGroup),
		Window:        r.between(f.Window, "window", minWindow, maxWindow, c.Notify.Window),
		Maintenance:   f.Maintenance.v,
		Channels:      r.channels(f.Channels, channels),
		Escalation:    r.channels(f.Escalation, channels),
		Fallback:      r.channels(f.Fallback, channels),
		Quiet:         r.quiet(c, f.Quiet),
	}
	if len(f.Channels) == 0 {
		r.required(false, &f.table, "channels", `channels = ["mail"]`, "policy %q tells nobody", p.ID)
	}
	if p.EscalateAfter > 0 && len(f.Escalation) == 0 {
		r.complain(f.EscalateAfter.at, `escalation = ["phone"]`, "escalate_after has no use without escalation")
	}
	for _, s := range f.Services {
		if s.ok && r.known(s, "there is no service", services) {
			p.Services = append(p.Services, check.ServiceID(s.v))
		}
	}
	classes := make([]string, len(check.Classes))
	for i, class := range check.Classes {
		classes[i] = string(class)
	}
	for _, class := range f.Classes {
		if w := r.oneOf(class, "classes", "", classes...); w != "" {
			p.Classes = append(p.Classes, check.Class(w))
		}
	}
	types := make([]string, len(alert.Types))
	for i, t := range alert.Types {
		types[i] = string(t)
	}
	for _, t := range f.Types {
		if w := r.oneOf(t, "types", "", types...); w != "" {
			p.Types = append(p.Types, alert.Type(w))
		}
	}
	p.MinSeverity, _ = alert.ParseSeverity(r.oneOf(f.Severity, "severity", "info", "info", "warning", "critical"))
	return p
}

func (r *reader) channels(list []field[string], known *idSet) []alert.Channel {
	var out []alert.Channel
	for _, f := range list {
		if f.ok && r.known(f, "there is no channel", known) {
			out = append(out, alert.Channel(f.v))
		}
	}
	return out
}

// days of the week, by time.Weekday.
var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (r *reader) quiet(c *Config, f *quietFile) *alert.Hours {
	if f == nil {
		return nil
	}
	h := &alert.Hours{Zone: r.zone(f.Timezone, c.Zone)}
	from := r.required(f.From.set, &f.table, "from", `from = "22:00"`, "the quiet hours have no from")
	to := r.required(f.To.set, &f.table, "to", `to = "07:00"`, "the quiet hours have no to")
	if from && to {
		h.From, h.To = r.clock(f.From, "from", "22:00"), r.clock(f.To, "to", "07:00")
		if f.From.ok && f.To.ok && h.From == h.To {
			r.complain(f.To.at, `to = "07:00"`, "the quiet hours end when they begin")
		}
	}
	for _, d := range f.Days {
		for i, name := range days {
			if d.v == name {
				h.Days[i] = true
			}
		}
		r.oneOf(d, "days", "mon", days...)
	}
	return h
}

// clock reads a time of day as "22:00".
func (r *reader) clock(f field[string], key, example string) time.Duration {
	if !f.ok {
		return 0
	}
	t, err := time.Parse("15:04", f.v)
	if err != nil {
		r.complain(f.at, key+` = "`+example+`"`, "%s %s: want a time of day such as %q", key, quote(f.v), example)
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// behind is one thing with what it hangs behind.
type behind struct {
	id field[string]
	on []field[string]
}

// behinds are the checks and the devices of the file: a device stands for the check of
// its agent.
func (f *file) behinds() (all []behind) {
	for i := range f.Service {
		for k := range f.Service[i].Check {
			c := &f.Service[i].Check[k]
			all = append(all, behind{c.ID, c.DependsOn})
		}
	}
	for i := range f.Device {
		all = append(all, behind{f.Device[i].ID, f.Device[i].DependsOn})
	}
	return all
}

// depends reads depends_on, holds it against the checks and devices that there are, and
// refuses circles.
func (r *reader) depends(c *Config, f *file) {
	var ids idSet
	all := f.behinds()
	for _, b := range all {
		if b.id.ok {
			ids.add(b.id.v)
		}
	}
	each := func(do func(id check.ID, on field[string])) {
		for _, b := range all {
			for _, on := range b.on {
				if on.ok && b.id.ok {
					do(check.ID(b.id.v), on)
				}
			}
		}
	}
	c.Parents = map[check.ID][]check.ID{}
	each(func(id check.ID, on field[string]) {
		if r.known(on, "there is no check and no device", &ids) {
			c.Parents[id] = append(c.Parents[id], check.ID(on.v))
		}
	})
	each(func(id check.ID, on field[string]) {
		if leads(c.Parents, check.ID(on.v), id, map[check.ID]bool{}) {
			r.complain(on.at, "take one of them out", "check %q hangs behind itself, through %q", id, on.v)
		}
	})
}

// leads reports whether from hangs behind to, or is it.
func leads(above map[check.ID][]check.ID, from, to check.ID, seen map[check.ID]bool) bool {
	if from == to || seen[from] {
		return from == to
	}
	seen[from] = true
	for _, next := range above[from] {
		if leads(above, next, to, seen) {
			return true
		}
	}
	return false
}

// Reach is the longest time that a policy can take to tell people.
type Reach struct {
	Policy string
	Check  check.ID      // the slowest one that the policy is about; empty when it is about none
	First  time.Duration // from the end of the first failed probe to the first attempt to tell
	Worst  time.Duration // to the end of the last attempt, that of the last rung of the ladder
	Window time.Duration
	Text   string // all of this in words
}

// What lies between a durable result and the first attempt, at most.
const (
	commitDelay = 2 * time.Second  // the store writes twice a second; a slow disk takes longer
	boardDelay  = 15 * time.Second // boards are made when a state changes, at most every half second, and never take more than a fiftieth of the time
)

// Reaches returns the worst case of every policy, in the order of the file.
func (c *Config) Reaches() []Reach {
	d := alert.Delays{Commit: commitDelay, Board: boardDelay}
	for _, a := range c.Anchors {
		d.Anchors = max(d.Anchors, a.Timeout)
	}
	for _, l := range c.Notify.Channels {
		d.Send = max(d.Send, l.Timeout)
	}
	reaches := make([]Reach, 0, len(c.Notify.Policies))
	for i := range c.Notify.Policies {
		p := &c.Notify.Policies[i]
		reach := Reach{Policy: p.ID, Window: p.Window, Worst: p.Worst(check.Check{}, d), First: p.FirstAttempt(check.Check{}, d)}
		slowest := check.Check{}
		for _, s := range c.Services {
			for _, k := range s.Checks {
				if first := p.FirstAttempt(k, d); alert.Match(c.Notify.Policies, k) == p && (reach.Check == "" || first > reach.First) {
					slowest, reach.Check, reach.First, reach.Worst = k, k.ID, first, p.Worst(k, d)
				}
			}
		}
		reach.Text = reachWords(p, slowest, d, reach)
		reaches = append(reaches, reach)
	}
	return reaches
}

// reachWords spells the sum out.
func reachWords(p *alert.Policy, k check.Check, d alert.Delays, reach Reach) string {
	var parts []string
	add := func(t time.Duration, what string) {
		if t > 0 {
			parts = append(parts, FormatDuration(t)+" "+what)
		}
	}
	whom := "it is about no check"
	if k.ID != "" {
		whom = fmt.Sprintf("check %q, the slowest", k.ID)
		pace := p.Pace(k)
		add(time.Duration(p.Confirm-1)*pace, fmt.Sprintf("until %d probes failed, one every %s", p.Confirm, FormatDuration(pace)))
	}
	add(d.Anchors, "for the anchors")
	add(d.Commit, "until the result is durable")
	add(d.Board, "until it is looked at")
	add(p.Wait, "wait")
	add(p.Group, "for what fails along with it")
	begin := fmt.Sprintf("policy %q: first attempt to tell within %s (%s: %s)", p.ID, FormatDuration(reach.First), whom, strings.Join(parts, " + "))
	if reach.First > p.Window*3/4 {
		return begin + fmt.Sprintf("; with %s for an attempt that is %s, and the window is %s", FormatDuration(d.Send), FormatDuration(reach.Worst), FormatDuration(p.Window))
	}
	return begin + fmt.Sprintf("; the last channels are asked before three quarters of the window and, with %s for an attempt, have answered within %s of %s",
		FormatDuration(d.Send), FormatDuration(reach.Worst), FormatDuration(p.Window))
}
