package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// Rules are what Decide goes by.
type Rules struct {
	Policies []Policy
	Rotas    map[string]Rota
	// Parents names the checks that a check hangs behind: while one of them is
	// down, the failure behind it is not told.
	Parents map[check.ID][]check.ID
}

// Decide returns the notices that have become due at now, and notes in memory that
// they were decided. Conditions are everything that is wrong at now.
func Decide(now time.Time, rules Rules, conditions []Condition, memory *Memory) []Notice {
	memory.ready()
	memory.rewind(now)
	d := decision{now: now, rules: rules, memory: memory, there: make(map[string]bool, len(conditions)),
		down: map[check.ID]bool{}, open: map[string]*Notice{}}
	for i := range conditions {
		c := &conditions[i]
		d.there[c.Key] = true
		if c.Type == Incident {
			d.down[c.Check] = true
		}
	}
	for i := range conditions {
		d.present(&conditions[i])
	}
	for _, key := range slices.Sorted(maps.Keys(memory.Items)) {
		if !d.there[key] {
			d.gone(key, memory.Items[key])
		}
	}
	d.calm()
	return d.finish()
}

// decision is one call of Decide.
type decision struct {
	now     time.Time
	rules   Rules
	memory  *Memory
	there   map[string]bool   // conditions, by key
	down    map[check.ID]bool // checks with an incident
	open    map[string]*Notice
	notices []*Notice
}

func (d *decision) policy(c *Condition) *Policy {
	for i := range d.rules.Policies {
		if d.rules.Policies[i].matches(c) {
			return &d.rules.Policies[i]
		}
	}
	return nil
}

// present handles a condition that is there.
func (d *decision) present(c *Condition) {
	it := d.memory.Items[c.Key]
	if it == nil {
		it = &Item{Seen: d.now}
		d.memory.Items[c.Key] = it
	}
	since := it.Condition.Since
	it.Condition, it.Gone = *c, time.Time{}
	if !since.IsZero() && since.Before(c.Since) {
		it.Condition.Since = since // what is read off a board anew each time has no begin of its own
	}
	p := d.policy(c)
	if p == nil {
		it.Held = "no policy is about it"
		return
	}
	it.Policy = p.ID
	if it.Confirmed.IsZero() && !d.confirm(it, p) {
		it.Held = fmt.Sprintf("%d of %d failed probes", c.Failed, p.Confirm)
		return
	}
	if it.Held = d.excused(it, p); it.Held != "" {
		it.Excused = true
		return
	}
	if it.Excused {
		it.Excused, it.Free = false, d.now
	}
	if d.now.Sub(it.Confirmed) < p.Wait {
		it.Held = "waiting for a quick recovery"
		return
	}
	if it.Told.IsZero() {
		d.tell(it, p)
	} else {
		d.again(it, p)
	}
}

// confirm notes when enough probes have failed, and counts the opening.
func (d *decision) confirm(it *Item, p *Policy) bool {
	if !p.confirms(&it.Condition) {
		return false
	}
	it.Confirmed = d.now
	s := d.memory.Subjects[it.Condition.Subject]
	if s == nil {
		s = &Subject{}
		d.memory.Subjects[it.Condition.Subject] = s
	}
	if s.note(d.now) {
		d.flap(it, p, s)
	}
	return true
}

// excused returns why nobody has to be told now, or nothing.
func (d *decision) excused(it *Item, p *Policy) string {
	c := &it.Condition
	if c.Maintenance && !p.Maintenance {
		return "announced maintenance"
	}
	for _, m := range d.memory.Mutes {
		if m.covers(c, d.now) {
			return "muted by " + m.By + " until " + m.Until.Format(time.RFC3339)
		}
	}
	if parent, ok := d.parentDown(c.Check, c.Check, len(d.rules.Parents)); ok && c.Type == Incident {
		return "hangs behind " + string(parent) + ", which is down"
	}
	if p.Quiet != nil && c.Severity < Critical && p.Quiet.In(d.now) {
		return "quiet hours"
	}
	if s := d.memory.Subjects[c.Subject]; s != nil && !s.Flapping.IsZero() {
		return "flapping, told as such"
	}
	return ""
}

// parentDown looks for a check above id that is down, self apart. Steps bound it
// against circles.
func (d *decision) parentDown(self, id check.ID, steps int) (check.ID, bool) {
	if id == "" || steps < 0 {
		return "", false
	}
	for _, parent := range d.rules.Parents[id] {
		if parent != self && d.down[parent] {
			return parent, true
		}
		if above, ok := d.parentDown(self, parent, steps-1); ok {
			return above, true
		}
	}
	return "", false
}

// tell opens a notice, or joins one that is opened at this moment. Within Group of
// the last one it waits, so that a network that fails bit by bit gives few notices.
func (d *decision) tell(it *Item, p *Policy) {
	n := d.open[p.ID]
	if n == nil {
		if last, ok := d.memory.Grouped[p.ID]; ok && d.now.Sub(last) < p.Group {
			it.Held = "joins the next notice of its group"
			return
		}
		n = d.notice(it, p, Opened, 0, "confirmed")
		n.Thread = n.ID
		d.open[p.ID] = n
		d.memory.Grouped[p.ID] = d.now
	} else {
		n.add(it)
	}
	it.Told, it.Last, it.ToldAs, it.Thread = d.now, d.now, it.Condition.Severity, n.Thread
	it.Heard = n.Channels
}

// again handles a condition that was told and is still there.
func (d *decision) again(it *Item, p *Policy) {
	switch {
	case it.Condition.Severity > it.ToldAs:
		it.ToldAs = it.Condition.Severity
		d.repeat(it, p, Changed, int(it.ToldAs), "more severe than told before")
	case it.Acted != nil:
		// somebody takes care of it
	case p.EscalateAfter > 0 && it.Escalated.IsZero() && d.now.Sub(it.Told) >= p.EscalateAfter:
		it.Escalated = d.now
		n := d.repeat(it, p, Escalated, 0, "not acknowledged within "+sla.PromiseTime(p.EscalateAfter))
		n.Channels = union(n.Channels, d.resolve(p.Escalation))
		it.Heard = union(it.Heard, n.Channels)
	case p.Remind > 0 && d.now.Sub(it.Last) >= p.Remind:
		it.Reminders++
		d.repeat(it, p, Reminder, it.Reminders, "still there "+sla.PromiseTime(p.Remind)+" after the last notice")
	}
}

// repeat says something again of a trouble that was told. What was told together is
// repeated together: thousands of checks behind one line are not thousands of mails.
func (d *decision) repeat(it *Item, p *Policy, kind Kind, number int, why string) *Notice {
	slot := fmt.Sprintf("%s %s %s", kind, p.ID, it.Thread)
	n := d.open[slot]
	if n == nil {
		n = d.notice(it, p, kind, number, why)
		n.Thread = it.Thread
		d.open[slot] = n
	} else {
		n.add(it)
	}
	n.Detected, n.Due = d.now, d.now.Add(p.Window)
	n.Channels = union(n.Channels, it.Heard)
	it.Last = d.now
	return n
}

// gone handles a condition that is no longer there.
func (d *decision) gone(key string, it *Item) {
	if it.Gone.IsZero() {
		it.Gone = d.now
	}
	if s := d.memory.Subjects[it.Condition.Subject]; s != nil && !s.Flapping.IsZero() {
		s.Heard = union(s.Heard, it.Heard)
		delete(d.memory.Items, key)
		return
	}
	if !it.Told.IsZero() && !it.Condition.Lasting {
		d.recovered(it)
	}
	delete(d.memory.Items, key)
}

// recovered tells whoever heard of the trouble, and nobody else, grouped by the
// notice that opened it.
func (d *decision) recovered(it *Item) {
	slot := "recovered " + it.Thread
	if n := d.open[slot]; n != nil {
		n.add(it)
		n.Detected = d.now
		n.Channels = union(n.Channels, it.Heard)
		return
	}
	p := d.byID(it.Policy)
	n := d.notice(it, p, Recovered, 0, "no longer there")
	n.Thread, n.Channels, n.Detected, n.Due = it.Thread, slices.Clone(it.Heard), d.now, d.now.Add(p.Window)
	d.open[slot] = n
}

// byID returns the policy, or one that only keeps the default window when the
// policy was taken out of the file meanwhile.
func (d *decision) byID(id string) *Policy {
	for i := range d.rules.Policies {
		if d.rules.Policies[i].ID == id {
			return &d.rules.Policies[i]
		}
	}
	return &Policy{ID: id, Window: time.Hour}
}

// notice makes a notice of one condition.
func (d *decision) notice(it *Item, p *Policy, kind Kind, number int, why string) *Notice {
	id := fmt.Sprintf("%s@%d/%s", it.Condition.Key, it.Seen.Unix(), kind)
	if number > 0 {
		id = fmt.Sprintf("%s/%d", id, number)
	}
	n := &Notice{
		ID: id, Kind: kind, Why: why, Policy: p.ID, Severity: it.Condition.Severity,
		Detected: it.clock(), Due: it.clock().Add(p.Window),
		Channels: d.resolve(p.Channels), Fallback: d.resolve(p.Fallback), Escalation: d.resolve(p.Escalation),
		Conditions: []Condition{it.Condition},
	}
	d.notices = append(d.notices, n)
	return n
}

// Reach replaces duties by whoever is on duty at now.
func (r Rules) Reach(now time.Time, channels []Channel) []Channel {
	var out []Channel
	for _, c := range channels {
		if name, ok := duty(c); ok {
			out = union(out, r.Rotas[name].On(now))
		} else {
			out = union(out, []Channel{c})
		}
	}
	return out
}

func (d *decision) resolve(channels []Channel) []Channel { return d.rules.Reach(d.now, channels) }

// finish closes the notices: the most severe conditions stand first, and the
// deadline follows the condition that was detected first.
func (d *decision) finish() []Notice {
	out := make([]Notice, 0, len(d.notices))
	for _, n := range d.notices {
		slices.SortStableFunc(n.Conditions, func(x, y Condition) int { return cmp.Compare(y.Severity, x.Severity) })
		p := d.byID(n.Policy)
		n.Due = n.Detected.Add(p.Window)
		out = append(out, *n)
	}
	return out
}
