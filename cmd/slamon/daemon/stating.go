package daemon

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

// stating lets people state things through the API, and shows what they stated.
type stating struct{ *Daemon }

func (s stating) done(err error, kind, text string) error {
	if err == nil {
		s.event(status.Event{At: time.Now(), Kind: kind, Text: text})
		s.refresh(time.Now())
		nudge(s.replies.wake) // response times are counted beside the board
	}
	return err
}

// AddMaintenance keeps an announcement.
func (s stating) AddMaintenance(a web.Announcement) (web.Announcement, error) {
	out, err := s.ledger.AddMaintenance(a)
	return out, s.done(err, "maintenance", fmt.Sprintf("%s announced by %s", out.ID, a.By))
}

// RemoveMaintenance takes one back.
func (s stating) RemoveMaintenance(id, by string) error {
	return s.done(s.ledger.RemoveMaintenance(id, by), "maintenance", fmt.Sprintf("%s taken back by %s", id, by))
}

// Confirm keeps who is responsible for an incident.
func (s stating) Confirm(incident string, c sla.Cause) error {
	return s.done(s.ledger.Confirm(incident, c), "cause", fmt.Sprintf("%s: %s, by %s", incident, c.Side, c.By))
}

// Correct keeps a correction.
func (s stating) Correct(c sla.Correction) (sla.Correction, error) {
	out, err := s.ledger.Correct(c)
	return out, s.done(err, "correction", fmt.Sprintf("%s by %s: %s", out.ID, c.By, c.Why))
}
