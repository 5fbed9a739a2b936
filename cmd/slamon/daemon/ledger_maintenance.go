package daemon

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
)

// announced is maintenance as it is kept. What is taken back stays, with who did it.
type announced struct {
	web.Announcement
	Added     time.Time `json:"added"`
	Removed   time.Time `json:"removed,omitzero"`
	RemovedBy string    `json:"removed_by,omitempty"`
}

func (a announced) exclusion() sla.Exclusion {
	e := sla.Exclusion{Note: a.Note, ID: a.ID, Replaces: a.Replaces, Source: a.By}
	e.From, e.To = a.From.UTC(), a.To.UTC()
	if a.Announced != nil {
		e.Announced = a.Announced.UTC()
	}
	return e
}

// AddMaintenance keeps an announcement. It must fit to those of the same service.
func (l *ledger) AddMaintenance(a web.Announcement) (web.Announcement, error) {
	cfg := l.config()
	if !slices.ContainsFunc(cfg.Services, func(s check.Service) bool { return s.ID == a.Service }) {
		return a, refuse400("there is no service %q", a.Service)
	}
	if strings.TrimSpace(a.By) == "" {
		return a, refuse400("the announcement does not say who enters it: say by")
	}
	a.ID, a.Source = "", "command"
	entry := announced{Announcement: a, Added: time.Now().UTC()}
	others := l.exclusions(cfg, a.Service)
	if a.Replaces != "" && !slices.ContainsFunc(others, func(e sla.Exclusion) bool { return e.ID == a.Replaces }) {
		return a, refuse400("replaces %q: service %s has no such maintenance", a.Replaces, a.Service)
	}
	shown := entry.exclusion()
	shown.From, shown.To, shown.Announced = shown.From.In(cfg.Zone), shown.To.In(cfg.Zone), shown.Announced.In(cfg.Zone)
	if err := sla.CheckAnnouncement(shown, inZone(others, cfg.Zone)); err != nil {
		return a, web.Refusal{Err: err}
	}
	if err := l.unfrozen(cfg, a.Service, others, append(slices.Clone(others), entry.exclusion()), touchedBy(others, entry.exclusion())); err != nil {
		return a, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.ID = l.freeID(a)
	if err := l.put(maintenancePrefix+entry.ID, entry); err != nil {
		return a, err
	}
	l.announcements[entry.ID] = entry
	l.gather()
	return entry.Announcement, nil
}

func inZone(all []sla.Exclusion, zone *time.Location) []sla.Exclusion {
	out := slices.Clone(all)
	for i := range out {
		out[i].From, out[i].To, out[i].Announced = out[i].From.In(zone), out[i].To.In(zone), out[i].Announced.In(zone)
	}
	return out
}

// freeID names an announcement by its service and start.
func (l *ledger) freeID(a web.Announcement) string {
	base := fmt.Sprintf("%s-%s", a.Service, a.From.UTC().Format("20060102T1504Z"))
	id := base
	for n := 2; ; n++ {
		if _, taken := l.announcements[id]; !taken {
			return id
		}
		id = fmt.Sprintf("%s-%d", base, n)
	}
}

// RemoveMaintenance takes back what was announced by command. It stays in the store.
func (l *ledger) RemoveMaintenance(id, by string) error {
	if strings.TrimSpace(by) == "" {
		return refuse400("nobody is named who takes it back: say by")
	}
	l.mu.Lock()
	a, ok := l.announcements[id]
	l.mu.Unlock()
	if !ok || !a.Removed.IsZero() {
		return refuse400("no maintenance that was announced by command is named %q", id)
	}
	cfg := l.config()
	all := l.exclusions(cfg, a.Service)
	if err := l.unfrozen(cfg, a.Service, all, without(all, id), touchedBy(all, a.exclusion())); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a.Removed, a.RemovedBy = time.Now().UTC(), by
	if err := l.put(maintenancePrefix+id, a); err != nil {
		return err
	}
	l.announcements[id] = a
	l.gather()
	return nil
}
