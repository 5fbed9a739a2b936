package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// incidentOf finds an incident by its name: on the board, which lists those of the last
// weeks, else in the history. Its error says why there is none.
func (s *server) incidentOf(b *status.Board, id string) (*status.Incident, *status.Service, error) {
	if i, service := findIncident(b, id); i != nil {
		return i, service, nil
	}
	of, first, ok := nameParts(id)
	if !ok {
		return nil, nil, fmt.Errorf("no incident is named %q: a name is that of the check and the moment of the first failed probe, such as shop-20261123T104500.000Z", id)
	}
	c, service := findCheck(b, of)
	if c == nil {
		return nil, nil, fmt.Errorf("no incident is named %q: there is no check %q in the configuration", id, of)
	}
	if i := s.past(c, id, first, b.At); i != nil {
		return i, service, nil
	}
	return nil, nil, fmt.Errorf("no incident is named %q: no failure of %s began at that moment, or it is older than what the store keeps", id, of)
}

// nameParts takes the name of an incident apart.
func nameParts(id string) (of check.ID, first time.Time, ok bool) {
	at := strings.LastIndexByte(id, '-')
	if at < 1 {
		return "", first, false
	}
	first, err := time.Parse("20060102T150405.000Z", id[at+1:])
	return check.ID(id[:at]), first, err == nil
}

// pastMargin is read before the first failed probe of a past incident: what a failure is
// merged with lies closer.
const pastMargin = time.Hour

// past finds an incident in the history of its check; nil when there is none.
func (s *server) past(c *status.Check, id string, first, now time.Time) *status.Incident {
	p := timeline.Period{From: first.Add(-pastMargin), To: now}
	if s.History == nil || !p.From.Before(p.To) {
		return nil
	}
	alone := sla.Claim{Checks: []check.ID{c.ID}, Combine: sla.AnyDown} // as boards list incidents
	verdict := sla.Judge(alone, p, now, []timeline.Series{s.read(c.ID, p)}, nil)
	for _, found := range verdict.Incidents {
		if status.IncidentID(c.ID, found.FirstBad) != id {
			continue
		}
		i := &status.Incident{Incident: found, ID: id, Service: c.Service}
		for _, r := range s.remarks(id) {
			if r.Kind == Confirmed { // the last one stands
				i.Cause = sla.Cause{Side: r.Side, By: r.By, At: r.At, Note: r.Note}
			}
		}
		return i
	}
	return nil
}
