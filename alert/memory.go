package alert

import (
	"time"

	"github.com/slamon/slamon/check"
)

// Memory is what Decide knows of before. It is kept as JSON. The zero value is
// empty; a Memory belongs to one goroutine.
type Memory struct {
	Items    map[string]*Item     `json:"items"`    // by condition key
	Subjects map[string]*Subject  `json:"subjects"` // by subject, while it comes and goes
	Grouped  map[string]time.Time `json:"grouped"`  // by policy: the last notice that opened something
	Mutes    []Mute               `json:"mutes,omitempty"`
}

// Item is a condition that is or was there, and who was told of it.
type Item struct {
	Condition Condition `json:"condition"`
	Seen      time.Time `json:"seen"`                // detection: when the condition was first there
	Excused   bool      `json:"excused,omitempty"`   // quiet hours, maintenance or a mute hold it back
	Free      time.Time `json:"free,omitzero"`       // when they last ended; zero when there were none
	Confirmed time.Time `json:"confirmed,omitzero"`  // zero until the policy's Confirm is reached
	Told      time.Time `json:"told,omitzero"`       // the first notice; zero when nobody was told
	Last      time.Time `json:"last,omitzero"`       // the newest notice
	Reminders int       `json:"reminders,omitempty"` // so far
	Escalated time.Time `json:"escalated,omitzero"`  // zero when it was not
	ToldAs    Severity  `json:"told_as"`             // highest severity that was told
	Thread    string    `json:"thread,omitempty"`    // of the notice that told it first
	Policy    string    `json:"policy,omitempty"`    // that matched
	Heard     []Channel `json:"heard,omitempty"`     // who was told
	Held      string    `json:"held,omitempty"`      // why nobody is told at present
	Gone      time.Time `json:"gone,omitzero"`       // when it was no longer there
	Acted     *Act      `json:"acted,omitempty"`     // acknowledgement
}

// clock returns when the window of the item's first notice begins: at detection, or
// when quiet hours, maintenance or a mute ended that held it back.
func (it *Item) clock() time.Time {
	if it.Free.After(it.Seen) {
		return it.Free
	}
	return it.Seen
}

// Act is what a person did about a condition.
type Act struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// Mute keeps a service or a check quiet for a while.
type Mute struct {
	Service check.ServiceID `json:"service,omitempty"`
	Check   check.ID        `json:"check,omitempty"` // of the service; empty for the whole service
	Until   time.Time       `json:"until"`
	Act
}

// covers reports whether the mute holds back c at now.
func (m Mute) covers(c *Condition, now time.Time) bool {
	return now.Before(m.Until) && m.Service == c.Service && (m.Check == "" || m.Check == c.Check)
}

// Subject is something whose conditions come and go.
type Subject struct {
	Opened   []time.Time `json:"opened"` // confirmed openings within flapWindow
	Flapping time.Time   `json:"flapping,omitzero"`
	Policy   string      `json:"policy,omitempty"`
	Heard    []Channel   `json:"heard,omitempty"`
	Thread   string      `json:"thread,omitempty"`
}

const (
	// flapWindow and flapLimit: a check that fails more than four times in an hour
	// is one piece of news, not ten (the same guard as for readings).
	flapWindow = time.Hour
	flapLimit  = 4
	// flapCalm is how long it must be quiet to be called stable again.
	flapCalm = 30 * time.Minute
)

// note counts an opening and returns whether the subject has just begun to flap.
func (s *Subject) note(at time.Time) bool {
	s.Opened = append(s.trim(at), at)
	if len(s.Opened) > flapLimit && s.Flapping.IsZero() {
		s.Flapping = at
		return true
	}
	return false
}

// trim forgets openings that are too old to count.
func (s *Subject) trim(now time.Time) []time.Time {
	for len(s.Opened) > 0 && now.Sub(s.Opened[0]) > flapWindow {
		s.Opened = s.Opened[1:]
	}
	return s.Opened
}

// Acknowledge notes that somebody takes care of a condition: no more reminders,
// no escalation. It reports whether the condition is known.
func (m *Memory) Acknowledge(key string, act Act) bool {
	it, ok := m.Items[key]
	if !ok {
		return false
	}
	it.Acted = &act
	return true
}

// Silence adds a mute. Those that are over are forgotten.
func (m *Memory) Silence(mute Mute, now time.Time) {
	kept := m.Mutes[:0]
	for _, old := range m.Mutes {
		if now.Before(old.Until) {
			kept = append(kept, old)
		}
	}
	m.Mutes = append(kept, mute)
}

// rewind pulls instants that lie in the future back to now. After the clock was
// stepped back nothing may wait until it is where it was.
func (m *Memory) rewind(now time.Time) {
	pull := func(list ...*time.Time) {
		for _, t := range list {
			if t.After(now) {
				*t = now
			}
		}
	}
	for _, it := range m.Items {
		pull(&it.Seen, &it.Free, &it.Confirmed, &it.Told, &it.Last, &it.Escalated, &it.Gone)
	}
	for policy, at := range m.Grouped {
		pull(&at)
		m.Grouped[policy] = at
	}
	for _, s := range m.Subjects {
		pull(&s.Flapping)
		for i := range s.Opened {
			pull(&s.Opened[i])
		}
	}
}

func (m *Memory) ready() {
	if m.Items == nil {
		m.Items = map[string]*Item{}
	}
	if m.Subjects == nil {
		m.Subjects = map[string]*Subject{}
	}
	if m.Grouped == nil {
		m.Grouped = map[string]time.Time{}
	}
}
