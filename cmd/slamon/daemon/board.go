package daemon

import (
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/cmd/slamon/daemon/gear"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// incidentDays is how far back a board lists incidents. Older ones are found
// through the claim that they count against.
const incidentDays = 30

// history is what a board reads of the store.
type history interface {
	Series(check.ID, timeline.Period) (timeline.Series, error)
	Evidence(check.ID, timeline.Period, int) ([]web.Evidence, error)
}

// boards makes a status.Board at every refresh. It belongs to one goroutine at a
// time; only current is read by others.
type boards struct {
	history   history
	latest    *latest
	ledger    *ledger // what people stated
	devices   *gear.Devices
	peers     *peers
	replies   *responses
	usuals    *usuals
	log       *slog.Logger
	version   string
	started   time.Time
	incidents map[check.ID][]status.Incident
	unread    unread
	turns     turns    // claims that are judged in turn
	lists     []listed // by the places of a layout
	layout    atomic.Pointer[layout]
	verdicts  atomic.Pointer[verdicts] // of the newest board
	current   atomic.Pointer[status.Board]
}

// refresh makes the board of now, with verdicts that were reached before. Claims that
// are not among them are judged.
func (b *boards) refresh(now time.Time, cfg *config.Config, own status.Own, judged *verdicts) *status.Board {
	l := b.layoutOf(cfg)
	judged = b.verdictsFor(now, l, judged)
	board := &status.Board{
		At: now, Site: cfg.Site, Zone: cfg.Zone, Version: b.version, Started: b.started, Own: own,
		Services: make([]status.Service, len(l.services)),
	}
	for i := range l.services {
		board.Services[i] = b.service(now, l, i)
		board.Services[i].Claims = judged.claims[i]
	}
	if len(cfg.SNMP.Devices) > 0 {
		board.Devices = b.devices.Board(cfg)
	}
	board.Sites = b.peers.views(cfg)
	board.Reviews, board.Capacity = b.devices.Reviews(now), cfg.SNMP.Capacity
	b.usuals.save()
	b.verdicts.Store(judged)
	b.current.Store(board)
	return board
}

// service makes what a board shows of one service, but for its claims.
func (b *boards) service(now time.Time, l *layout, place int) status.Service {
	s := l.services[place]
	out := status.Service{
		Service: s, State: check.Unknown, Checks: make([]status.Check, len(s.Checks)),
		Maintenance: b.ledger.exclusions(l.of, s.ID), Incidents: b.list(now, l, place),
	}
	b.latest.show(s.Checks, out.Checks)
	rank := -1
	for i := range out.Checks {
		shown := &out.Checks[i]
		shown.Usual = b.usuals.state(shown.ID, now)
		if at := severity(shown.Last.State); !shown.Paused && at > rank {
			rank, out.State = at, shown.Last.State
		}
	}
	for _, claim := range l.of.Responses {
		if claim.Service == s.ID {
			out.Responses = append(out.Responses, b.replies.get(claim, now))
		}
	}
	return out
}

// severity orders states for the one word that is shown for a service.
func severity(s check.State) int {
	return slices.Index([]check.State{check.Up, check.Unknown, check.Degraded, check.Down}, s)
}

// claim judges one claim over its own window and over the rolling ones. The
// history is read once, for the longest of them.
func (b *boards) claim(now time.Time, claim sla.Claim, ex []sla.Exclusion) status.Claim {
	own := claim.Window.Period(now)
	until := own.To
	if until.After(now) {
		until = now
	}
	longest := timeline.Period{From: now.Add(-status.Windows[len(status.Windows)-1].Length), To: now}
	if own.From.Before(longest.From) {
		longest.From = own.From
	}
	series := b.series(claim.Checks, longest)
	if corrections := b.ledger.correctionsOf(claim.ID); len(corrections) > 0 {
		series, ex = sla.Corrected(series, ex, corrections)
	}
	out := status.Claim{Verdict: sla.Hold(claim, own, until, series, ex), Rolling: make([]status.Rolling, 0, len(status.Windows))}
	if announcedIn(ex, timeline.Period{From: own.From, To: until}) {
		turned := claim
		turned.ExcludeMaintenance = !claim.ExcludeMaintenance
		other := sla.Hold(turned, own, until, series, ex)
		out.Other = &other
	}
	for _, w := range status.Windows {
		p := timeline.Period{From: now.Add(-w.Length), To: now}
		out.Rolling = append(out.Rolling, status.Rolling{Name: w.Name, Verdict: sla.Hold(claim, p, now, series, ex)})
	}
	if alert.Burns(claim.Availability.Ratio()) {
		for _, w := range alert.BurnWindows {
			p := timeline.Period{From: now.Add(-w.Length), To: now}
			out.Burn = append(out.Burn, status.Rolling{Name: w.Name, Verdict: sla.Hold(claim, p, now, series, ex)})
		}
	}
	return out
}

// announcedIn reports whether any maintenance lies in the period.
func announcedIn(ex []sla.Exclusion, p timeline.Period) bool {
	return slices.ContainsFunc(ex, func(e sla.Exclusion) bool { return e.From.Before(p.To) && p.From.Before(e.To) })
}

func (b *boards) series(ids []check.ID, p timeline.Period) []timeline.Series {
	all := make([]timeline.Series, 0, len(ids))
	for _, id := range ids {
		s, err := b.history.Series(id, p)
		if err != nil {
			b.unread.tell(b.log, p.To, id, err)
			s = timeline.Series{Check: id} // no history is unknown time
		}
		all = append(all, s)
	}
	return all
}

// readIncidents lists the failures of checks, and reports whether any list is another.
// They are read again only when a check's state changed, or while it is down.
func (b *boards) readIncidents(now time.Time, checks []check.Check) (changed bool) {
	for _, i := range b.latest.settle(checks, b.incidents) {
		c := &checks[i]
		list, err := b.incidentsOf(now, c)
		if err != nil { // what is known stands: a failure that cannot be read has not ended
			b.unread.tell(b.log, now, c.ID, err)
			b.latest.again(c.ID)
			continue
		}
		b.incidents[c.ID] = list
		changed = true
	}
	return changed
}

// incidentsOf reads the failures of one check.
func (b *boards) incidentsOf(now time.Time, c *check.Check) ([]status.Incident, error) {
	p := timeline.Period{From: now.AddDate(0, 0, -incidentDays), To: now}
	alone := sla.Claim{Checks: []check.ID{c.ID}, Combine: sla.AnyDown}
	series, err := b.history.Series(c.ID, p)
	if err != nil {
		return nil, err
	}
	verdict := sla.Judge(alone, p, now, []timeline.Series{series}, nil)
	list := make([]status.Incident, 0, len(verdict.Incidents))
	for _, i := range verdict.Incidents {
		list = append(list, status.Incident{Incident: i, ID: status.IncidentID(c.ID, i.FirstBad), Service: c.Service, Detail: b.firstEvidence(c.ID, i)})
	}
	return list, nil
}

func (b *boards) firstEvidence(id check.ID, i sla.Incident) *check.Evidence {
	kept, err := b.history.Evidence(id, timeline.Period{From: i.FirstBad, To: i.LastBad.Add(time.Nanosecond)}, 1)
	if err != nil || len(kept) == 0 {
		return nil
	}
	return &kept[0].Evidence
}
