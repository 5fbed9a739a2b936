package web

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// zoneOf returns the zone that times are shown in.
func zoneOf(b *status.Board) *time.Location {
	if b.Zone == nil {
		return time.UTC
	}
	return b.Zone
}

func findService(b *status.Board, id check.ServiceID) *status.Service {
	for i := range b.Services {
		if b.Services[i].ID == id {
			return &b.Services[i]
		}
	}
	return nil
}

// findCheck returns the check of an id and its service, nil when there is none.
func findCheck(b *status.Board, id check.ID) (*status.Check, *status.Service) {
	for i := range b.Services {
		for k := range b.Services[i].Checks {
			if b.Services[i].Checks[k].ID == id {
				return &b.Services[i].Checks[k], &b.Services[i]
			}
		}
	}
	return nil, nil
}

func findClaim(b *status.Board, id sla.ClaimID) (*status.Claim, *status.Service) {
	for i := range b.Services {
		for k := range b.Services[i].Claims {
			if b.Services[i].Claims[k].Claim.ID == id {
				return &b.Services[i].Claims[k], &b.Services[i]
			}
		}
	}
	return nil, nil
}

func findIncident(b *status.Board, id string) (*status.Incident, *status.Service) {
	for i := range b.Services {
		for k := range b.Services[i].Incidents {
			if b.Services[i].Incidents[k].ID == id {
				return &b.Services[i].Incidents[k], &b.Services[i]
			}
		}
	}
	return nil, nil
}

func openIncidents(s *status.Service) int {
	n := 0
	for i := range s.Incidents {
		if s.Incidents[i].Ongoing {
			n++
		}
	}
	return n
}
