package webtest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

// Stated is what people state about the made year, and who was told what. It keeps
// what it is told, in memory. It is safe for concurrent use.
type Stated struct {
	mu        sync.Mutex
	remarks   map[string][]web.Remark
	corrected []sla.Correction
	entered   map[string]web.Announcement
	acts      map[string]alert.Act
	mutes     []alert.Mute
	told      []web.Notice
	tellings  map[string][]alert.Telling
}

// NewStated returns the notices and the statements of the made year.
func (m *Made) NewStated() *Stated {
	s := &Stated{
		remarks: map[string][]web.Remark{}, entered: map[string]web.Announcement{}, acts: map[string]alert.Act{},
		tellings: map[string][]alert.Telling{},
		corrected: []sla.Correction{{
			ID: "meeting-year-000001", Claim: "meeting-year", From: at(time.April, 3, 18, 41), To: at(time.April, 3, 18, 42),
			As: sla.AsUp, Why: "False alarm: our proxy presented its own certificate.", By: "Sato", At: at(time.April, 6, 9, 12), Before: .999_912_4, After: .999_914_1,
		}},
	}
	for _, i := range m.Incidents("files") {
		if i.Ongoing {
			s.told = append(s.told, notice(i, 1, i.FirstBad.Add(70*time.Second), 9*time.Minute, false))
		}
	}
	for n, i := range m.Incidents("meeting") {
		s.told = append(s.told, notice(i, n+2, i.FirstBad.Add(20*time.Second), time.Duration(n*n)*41*time.Second+8*time.Second, true))
	}
	return s
}

// Incidents returns those of a service.
func (m *Made) Incidents(id check.ServiceID) []status.Incident {
	for _, s := range m.Board.Services {
		if s.ID == id {
			return s.Incidents
		}
	}
	return nil
}

// notice is one about an incident; one that is not accepted was tried twice.
func notice(i status.Incident, n int, detected time.Time, after time.Duration, accepted bool) web.Notice {
	out := web.Notice{
		ID: fmt.Sprintf("n-%03d", n), Kind: alert.Opened, Severity: alert.Critical, Why: "2 probes failed", Title: string(i.Check) + " is down", TitleJA: string(i.Check) + " の停止",
		Keys: []string{"incident/" + i.ID}, Path: "/incidents/" + i.ID, Detected: detected.In(Tokyo), Due: detected.Add(time.Hour).In(Tokyo),
	}
	d := web.Delivery{Channel: "mail-ops", Tries: 1, Attempts: []web.Attempt{}}
	if accepted {
		when := detected.Add(after).In(Tokyo)
		delay := after.Seconds()
		out.Accepted, out.Delay, out.Missed = &when, &delay, after > time.Hour
		d.Accepted, d.Answer = &when, "250 2.0.0 Ok: queued as 4F2A1"
	} else {
		d.Tries = 2
		d.Attempts = []web.Attempt{{At: detected.Add(time.Second), Took: 30, Error: "dial tcp 192.0.2.25:25: i/o timeout"}, {At: detected.Add(time.Minute), Took: .2, Error: "421 4.3.2 try again later"}}
	}
	out.Deliveries = []web.Delivery{d}
	return out
}

// AddMaintenance keeps an announcement.
func (s *Stated) AddMaintenance(a web.Announcement) (web.Announcement, error) {
	if !a.From.Before(a.To) {
		return a, web.Refusal{Err: errors.New("the maintenance ends before it begins")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ID = string(a.Service) + "-" + a.From.UTC().Format("20060102T1504Z")
	s.entered[a.ID] = a
	return a, nil
}

// RemoveMaintenance takes one back.
func (s *Stated) RemoveMaintenance(id, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.entered[id]; !ok {
		return web.Refusal{Err: errors.New("no maintenance that was entered is named " + id)}
	}
	delete(s.entered, id)
	return nil
}

// Entered reports whether an announcement was entered.
func (s *Stated) Entered(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.entered[id]
	return ok
}

func (s *Stated) remark(incident string, r web.Remark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remarks[incident] = append(s.remarks[incident], r)
}

// Confirm keeps a cause.
func (s *Stated) Confirm(incident string, c sla.Cause) error {
	if _, err := sla.ParseSide(string(c.Side)); err != nil {
		return web.Refusal{Err: err}
	}
	s.remark(incident, web.Remark{Kind: web.Confirmed, Side: c.Side, Act: alert.Act{By: c.By, At: c.At, Note: c.Note}})
	return nil
}

// Comment keeps a comment.
func (s *Stated) Comment(incident string, act alert.Act) error {
	s.remark(incident, web.Remark{Kind: web.Commented, Act: act})
	return nil
}

// Remarks returns what was said.
func (s *Stated) Remarks(incident string) ([]web.Remark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.remarks[incident]), nil
}

// Correct keeps a correction.
func (s *Stated) Correct(c sla.Correction) (sla.Correction, error) {
	if err := c.Check(false); err != nil {
		return c, web.Refusal{Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.ID, c.Before, c.After = fmt.Sprintf("%s-%06d", c.Claim, len(s.corrected)+1), .999_8, .999_9
	s.corrected = append(s.corrected, c)
	return c, nil
}

// Corrections returns those of a claim.
func (s *Stated) Corrections(id sla.ClaimID) []sla.Correction {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.corrected), func(c sla.Correction) bool { return c.Claim != id })
}

// Versions returns what was handed out: three months, of which one was corrected.
func (s *Stated) Versions(id sla.ClaimID) ([]web.Version, error) {
	if id == "meeting-year" { // a year that is over, and its first month
		from := at(time.October, 1, 0, 0).AddDate(-1, 0, 0)
		year := web.Version{From: from, To: from.AddDate(1, 0, 0), Version: 1, At: from.AddDate(1, 0, 0), Digits: 3, Availability: .999_92, Answer: sla.Met}
		month := year
		month.To, month.Availability, month.Answer = from.AddDate(0, 1, 0), .998, sla.Breached
		return []web.Version{year, month}, nil
	}
	if id != "meeting-month" {
		return nil, nil
	}
	var list []web.Version
	for _, m := range []struct {
		month time.Month
		share float64
		said  sla.Answer
	}{{time.August, .999_97, sla.Met}, {time.July, .999_79, sla.Met}, {time.June, .997_8, sla.MetIfUnknownAlike}} {
		from := at(m.month, 1, 0, 0)
		v := web.Version{From: from, To: from.AddDate(0, 1, 0), Version: 1, At: from.AddDate(0, 1, 0).Add(time.Hour), Digits: 1, Availability: m.share, Answer: m.said}
		if list = append(list, v); m.month == time.July {
			v.Version, v.At, v.Correction, v.Why, v.Availability = 2, at(m.month+1, 5, 11, 3), "meeting-month-000001", "The vendor's own log shows two minutes more.", .999_75
			list = append(list, v)
		}
	}
	return list, nil
}
