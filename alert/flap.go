package alert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/slamon/slamon/sla"
)

// flap tells once that a subject comes and goes; while it does, its single
// openings and recoveries are not told.
func (d *decision) flap(it *Item, p *Policy, s *Subject) {
	slot := "flapping " + p.ID
	n := d.open[slot]
	if n == nil {
		n = d.notice(it, p, Flapping, 0, "failed more than four times within an hour")
		n.Thread = n.ID
		d.open[slot] = n
	} else {
		n.add(it)
	}
	n.Channels = union(n.Channels, it.Heard)
	s.Policy, s.Thread, s.Heard = p.ID, n.Thread, n.Channels
}

// calm ends the flapping of subjects that were quiet for long enough, and forgets
// those that are quiet anyway.
func (d *decision) calm() {
	busy := map[string]bool{}
	for _, it := range d.memory.Items {
		busy[it.Condition.Subject] = true
	}
	for _, name := range slices.Sorted(maps.Keys(d.memory.Subjects)) {
		s := d.memory.Subjects[name]
		s.trim(d.now)
		last := len(s.Opened) - 1
		switch {
		case busy[name]:
		case s.Flapping.IsZero():
			if last < 0 {
				delete(d.memory.Subjects, name)
			}
		case last < 0 || d.now.Sub(s.Opened[last]) >= flapCalm:
			d.stable(name, s)
			delete(d.memory.Subjects, name)
		}
	}
}

// stable tells that a subject no longer flaps, together with those that were told
// with it and calm down at the same time.
func (d *decision) stable(name string, s *Subject) {
	c := Condition{Subject: name, Title: name + " is stable again", Sentence: "It no longer comes and goes.",
		JA: ja("断続しなくなりました。", "%s の安定", name)}
	slot := "stable " + s.Thread
	if n := d.open[slot]; n != nil {
		n.add(&Item{Condition: c, Seen: d.now})
		return
	}
	p := d.byID(s.Policy)
	n := &Notice{
		ID: fmt.Sprintf("%s@%d/%s", name, s.Flapping.Unix(), Stable), Thread: s.Thread, Kind: Stable, Policy: s.Policy,
		Why:      "quiet for " + sla.PromiseTime(flapCalm),
		Detected: d.now, Due: d.now.Add(p.Window), Channels: s.Heard, Fallback: d.resolve(p.Fallback),
		Conditions: []Condition{c},
	}
	d.open[slot] = n
	d.notices = append(d.notices, n)
}

// duty returns the name of the rota that a channel stands for.
func duty(c Channel) (string, bool) { return strings.CutPrefix(string(c), "duty:") }

// union appends what is not there yet, keeping the order.
func union(to, more []Channel) []Channel {
	out := slices.Clone(to)
	for _, c := range more {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
