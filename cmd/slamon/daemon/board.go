package daemon

import (
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
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
	devices   *devices
	peers     *peers
	replies   *responses
	usuals    *usuals
	log       *slog.Logger
	version   string
	started   time.Time
	incidents map[check.ID][]status.Incident
	turns     turns                        // claims that are judged in turn
	judged    map[sla.ClaimID]status.Claim // to be taken over into the board that is being made
	current   atomic.Pointer[status.Board]
}

// refresh makes the board of now.
func (b *boards) refresh(now time.Time, cfg *config.Config, own status.Own) *status.Board {
	board := &status.Board{
		At: now, Site: cfg.Site, Zone: cfg.Zone, Version: b.version, Started: b.started, Own: own,
		Services: make([]status.Service, 0, len(cfg.Services)+1),
	}
	for _, s := range cfg.Services {
		board.Services = append(board.Services, b.service(now, s, cfg))
	}
	if len(cfg.Anchors) > 0 {
		line := check.Service{ID: check.OwnNetworkService, Name: "Own network", Checks: cfg.Anchors}
		board.Services = append(board.Services, b.service(now, line, cfg))
	}
	if checks := cfg.DeviceChecks(); len(checks) > 0 {
		agents := check.Service{ID: check.DevicesService, Name: "Devices", Checks: checks}
		board.Services = append(board.Services, b.service(now, agents, cfg))
		board.Devices = b.devices.board(cfg)
	}
	board.Sites = b.peers.views(cfg)
	board.Reviews, board.Capacity = b.devices.listReviews(now), cfg.SNMP.Capacity
	b.usuals.save()
	b.current.Store(board)
	return board
}

func (b *boards) service(now time.Time, s check.Service, cfg *config.Config) status.Service {
	out := status.Service{Service: s, Maintenance: b.ledger.exclusions(cfg, s.ID), Checks: make([]status.Check, 0, len(s.Checks)), State: check.Unknown}
	rank := -1
	for _, c := range s.Checks {
		shown := status.Check{Check: c}
		if m, ok := b.latest.get(c.ID); ok {
			shown.Last, shown.Since, shown.LastGood, shown.Failed = m.last, m.since, m.lastGood, m.failed
		}
		shown.Usual = b.usuals.state(c.ID, now)
		out.Checks = append(out.Checks, shown)
		if at := severity(shown.Last.State); !c.Paused && at > rank {
			rank, out.State = at, shown.Last.State
		}
		out.Incidents = append(out.Incidents, b.incidentsOf(now, c)...)
	}
	for i := range out.Incidents {
		out.Incidents[i].Cause = b.ledger.cause(out.Incidents[i].ID)
	}
	slices.SortStableFunc(out.Incidents, func(x, y status.Incident) int { return y.FirstBad.Compare(x.FirstBad) })
	for i := range cfg.Claims { // by index: a claim is large, and every service looks at all of them
		claim := &cfg.Claims[i]
		if claim.Service != s.ID {
			continue
		}
		judged, known := b.judged[claim.ID]
		if !known {
			judged = b.claim(now, *claim, out.Maintenance)
		}
		out.Claims = append(out.Claims, judged)
	}
	for _, claim := range cfg.Responses {
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
			b.log.Error("history cannot be read", "check", id, "error", err)
			s = timeline.Series{Check: id} // no history is unknown time
		}
		all = append(all, s)
	}
	return all
}

// incidentsOf lists the failures of one check. They are read again only when the
// check's state changed, or while it is down.
func (b *boards) incidentsOf(now time.Time, c check.Check) []status.Incident {
	if known, ok := b.incidents[c.ID]; ok && !b.latest.settle(c.ID) {
		return known
	}
	p := timeline.Period{From: now.AddDate(0, 0, -incidentDays), To: now}
	alone := sla.Claim{Checks: []check.ID{c.ID}, Combine: sla.AnyDown}
	verdict := sla.Judge(alone, p, now, b.series(alone.Checks, p), nil)
	list := make([]status.Incident, 0, len(verdict.Incidents))
	for _, i := range verdict.Incidents {
		list = append(list, status.Incident{Incident: i, ID: status.IncidentID(c.ID, i.FirstBad), Service: c.Service, Detail: b.firstEvidence(c.ID, i)})
	}
	b.incidents[c.ID] = list
	return list
}

func (b *boards) firstEvidence(id check.ID, i sla.Incident) *check.Evidence {
	kept, err := b.history.Evidence(id, timeline.Period{From: i.FirstBad, To: i.LastBad.Add(time.Nanosecond)}, 1)
	if err != nil || len(kept) == 0 {
		return nil
	}
	return &kept[0].Evidence
}
