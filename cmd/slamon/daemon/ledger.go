package daemon

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// The keys of what people state. Each fact is an entry of its own: nothing is
// overwritten but by a person.
const (
	maintenancePrefix = "maintenance/"
	causePrefix       = "cause/"
	correctionPrefix  = "correction/"
	frozenPrefix      = "frozen/"
)

// maxFacts bounds what is read of one kind: a statement a day for a hundred years.
const maxFacts = 36_500

// ledger is what people stated, beside what was measured: maintenance, causes and
// corrections, kept as facts of the store, and what watched files say.
type ledger struct {
	store   *store.Store
	config  func() *config.Config
	version string // of the program, as reports name it
	log     *slog.Logger

	replies *responses // that counts response times; nil where no daemon runs
	places  elsewhere  // what other places saw; nil for nothing

	edition  atomic.Uint64 // grows with all that people and files state
	assigned atomic.Uint64 // grows with every cause that somebody confirms

	closing sync.Mutex      // one change of frozen periods at a time; guards closed
	closed  map[string]bool // periods that need no more looking at

	mu            sync.Mutex // guards what follows
	announcements map[string]announced
	causes        map[string]sla.Cause
	corrections   map[sla.ClaimID][]sla.Correction
	files         map[config.WatchedFile]*sourceFile
	// stated is what announcements and files say, by service: boards ask for it again
	// and again. Each list is replaced and never changed.
	stated map[check.ServiceID][]sla.Exclusion
}

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

// openLedger reads what was stated before.
func openLedger(s *store.Store, cfg func() *config.Config, version string, log *slog.Logger) (*ledger, error) {
	l := &ledger{store: s, config: cfg, version: version, log: log, closed: map[string]bool{},
		announcements: map[string]announced{}, causes: map[string]sla.Cause{},
		corrections: map[sla.ClaimID][]sla.Correction{}, files: map[config.WatchedFile]*sourceFile{}}
	err := errors.Join(
		eachFact(s, maintenancePrefix, func(key string, a announced) { l.announcements[key] = a }),
		eachFact(s, causePrefix, func(key string, c sla.Cause) { l.causes[key] = c }),
		eachFact(s, correctionPrefix, func(_ string, c sla.Correction) { l.corrections[c.Claim] = append(l.corrections[c.Claim], c) }),
	)
	l.gather()
	return l, err
}

// eachFact decodes all facts of one kind, in order of their keys.
func eachFact[T any](s *store.Store, prefix string, take func(key string, v T)) error {
	facts, err := s.Scan(prefix, maxFacts)
	if err != nil {
		return err
	}
	for _, f := range facts {
		var v T
		if err := json.Unmarshal(f.Value, &v); err != nil {
			return fmt.Errorf("the entry %s of the store cannot be read: %w", f.Key, err)
		}
		take(strings.TrimPrefix(f.Key, prefix), v)
	}
	return nil
}

// put keeps one entry, durably.
func (l *ledger) put(key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return l.store.PutAll([]store.Fact{{Key: key, Value: text}})
}

// exclusions returns the maintenance of a service from all sources, in order of time.
func (l *ledger) exclusions(cfg *config.Config, id check.ServiceID) []sla.Exclusion {
	all := cfg.Exclusions(id)
	l.mu.Lock()
	stated := l.stated[id]
	l.mu.Unlock()
	all = append(all, stated...) // all was made for this call
	slices.SortStableFunc(all, func(a, b sla.Exclusion) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// gather makes stated anew; the caller holds mu.
func (l *ledger) gather() {
	l.edition.Add(1)
	l.stated = map[check.ServiceID][]sla.Exclusion{}
	for _, a := range l.announcements {
		if a.Removed.IsZero() {
			l.stated[a.Service] = append(l.stated[a.Service], a.exclusion())
		}
	}
	for f, kept := range l.files {
		l.stated[f.Service] = append(l.stated[f.Service], kept.exclusions...)
	}
}

// cause returns what a person has confirmed about an incident.
func (l *ledger) cause(incident string) sla.Cause {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.causes[incident]
}

func (l *ledger) correctionsOf(id sla.ClaimID) []sla.Correction {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.corrections[id])
}

func refuse400(format string, args ...any) error {
	return web.Refusal{Err: fmt.Errorf(format, args...)}
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

// Confirm keeps who is responsible for an incident.
func (l *ledger) Confirm(incident string, c sla.Cause) error {
	if _, err := sla.ParseSide(string(c.Side)); err != nil {
		return web.Refusal{Err: err}
	}
	if strings.TrimSpace(c.By) == "" {
		return refuse400("nobody is named who confirms it: say by")
	}
	if !l.isIncident(incident) {
		return refuse400("no incident is named %q", incident)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.put(causePrefix+incident, c); err != nil {
		return err
	}
	l.causes[incident] = c
	l.assigned.Add(1)
	return l.confirmed(incident, c)
}

// isIncident reports whether a failure of that name is in the history: a check that
// failed at that moment.
func (l *ledger) isIncident(name string) bool {
	id, first := splitIncident(name)
	if first.IsZero() {
		return false
	}
	series, err := l.store.Series(id, periodOf(first.Add(-time.Second), first.Add(time.Second)))
	if err != nil {
		return false
	}
	for _, s := range series.Stretches {
		if s.State == check.Down && s.First.Truncate(time.Millisecond).Equal(first) {
			return true
		}
	}
	return false
}
