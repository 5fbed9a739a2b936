package daemon

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// layout is what a configuration says of every board: its services, and which claims
// are made on which. It is made once for a configuration, since looking for the claims
// of 100 services among 10,000 takes longer than all the rest of a board.
type layout struct {
	of       *config.Config
	services []check.Service // in the order of the board
	claims   [][]int         // of each service, places in the configuration's claims
	where    []place         // of each of these claims
}

// place is where a claim stands on a board.
type place struct{ service, at int }

// layoutOf returns the layout of a configuration. It may be asked from anywhere.
func (b *boards) layoutOf(cfg *config.Config) *layout {
	if l := b.layout.Load(); l != nil && l.of == cfg {
		return l
	}
	l := &layout{of: cfg, services: append([]check.Service(nil), cfg.Services...)}
	if len(cfg.Anchors) > 0 {
		l.services = append(l.services, check.Service{ID: check.OwnNetworkService, Name: "Own network", Checks: cfg.Anchors})
	}
	if checks := cfg.DeviceChecks(); len(checks) > 0 {
		l.services = append(l.services, check.Service{ID: check.DevicesService, Name: "Devices", Checks: checks})
	}
	places := make(map[check.ServiceID]int, len(l.services))
	for i := range l.services {
		places[l.services[i].ID] = i
	}
	l.claims, l.where = make([][]int, len(l.services)), make([]place, len(cfg.Claims))
	for n := range cfg.Claims {
		if i, ok := places[cfg.Claims[n].Service]; ok {
			l.where[n] = place{i, len(l.claims[i])}
			l.claims[i] = append(l.claims[i], n)
		}
	}
	b.layout.Store(l)
	return l
}

// verdicts are the judged claims of a configuration, for each service in the order of
// the file. Boards share the lists: they are replaced and never changed.
type verdicts struct {
	of     *config.Config
	claims [][]status.Claim // by the places of a layout
}

// byID returns the verdicts by claim, for a configuration that may have other claims.
func (v *verdicts) byID() map[sla.ClaimID]*status.Claim {
	known := map[sla.ClaimID]*status.Claim{}
	if v != nil {
		for _, list := range v.claims {
			for i := range list {
				known[list[i].Claim.ID] = &list[i]
			}
		}
	}
	return known
}

// verdictsFor returns verdicts for a configuration: as they are where they were reached
// by it, else those of the claims that are in it still, and the rest judged now.
func (b *boards) verdictsFor(now time.Time, l *layout, judged *verdicts) *verdicts {
	if judged != nil && judged.of == l.of {
		return judged
	}
	known := judged.byID()
	v := &verdicts{of: l.of, claims: make([][]status.Claim, len(l.services))}
	for i, places := range l.claims {
		for _, n := range places {
			claim := &l.of.Claims[n]
			if c := known[claim.ID]; c != nil {
				v.claims[i] = append(v.claims[i], *c)
			} else {
				v.claims[i] = append(v.claims[i], b.claim(now, *claim, b.ledger.exclusions(l.of, claim.Service)))
			}
		}
	}
	return v
}

// listed are the incidents of a service as boards show them.
type listed struct {
	of        *config.Config
	assigned  uint64 // causes that were confirmed when the list was made
	incidents []status.Incident
}

// list returns the incidents of a service. Boards share the list: it is made anew, not
// changed, when something happened to a check or a cause was confirmed.
func (b *boards) list(now time.Time, l *layout, service int) []status.Incident {
	if len(b.lists) != len(l.services) {
		b.lists = make([]listed, len(l.services))
	}
	is := listed{of: l.of, assigned: b.ledger.assigned.Load()}
	kept, checks := &b.lists[service], l.services[service].Checks
	changed := b.readIncidents(now, checks)
	if kept.of == is.of && kept.assigned == is.assigned && !changed {
		return kept.incidents
	}
	for i := range checks {
		is.incidents = append(is.incidents, b.incidents[checks[i].ID]...)
	}
	for i := range is.incidents {
		is.incidents[i].Cause = b.ledger.cause(is.incidents[i].ID)
	}
	slices.SortStableFunc(is.incidents, func(x, y status.Incident) int { return y.FirstBad.Compare(x.FirstBad) })
	*kept = is
	return is.incidents
}
