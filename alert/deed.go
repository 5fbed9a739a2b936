package alert

import (
	"time"

	"github.com/slamon/slamon/check"
)

// DeedKind is what a person did.
type DeedKind string

// The kinds of deed.
const (
	Acknowledged DeedKind = "acknowledged"
	Muted        DeedKind = "muted"
	Unmuted      DeedKind = "unmuted"
	Commented    DeedKind = "commented"
)

// Deed is something that a person did about a trouble, a service or a check. Memory
// forgets a trouble that is over; deeds are kept, for pages and reports.
type Deed struct {
	Kind    DeedKind        `json:"kind"`
	Key     string          `json:"key,omitempty"`   // of the condition; empty for mutes
	Title   string          `json:"title,omitempty"` // of the condition, as far as known
	Service check.ServiceID `json:"service,omitempty"`
	Check   check.ID        `json:"check,omitempty"`
	Until   time.Time       `json:"until,omitzero"` // of a mute
	Act
}

// Unsilence ends the mutes of a service, or of one of its checks alone when check is
// not empty. It returns how many it ended.
func (m *Memory) Unsilence(service check.ServiceID, id check.ID, now time.Time) (ended int) {
	kept := m.Mutes[:0]
	for _, old := range m.Mutes {
		switch {
		case !now.Before(old.Until):
		case old.Service == service && old.Check == id:
			ended++
		default:
			kept = append(kept, old)
		}
	}
	m.Mutes = kept
	return ended
}
