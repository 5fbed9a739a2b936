package web

import (
	"net/http"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// public keeps of a board what anybody may see: the services that are marked so,
// their verdicts and incidents, without targets, evidence, notes, and anything of
// the monitor itself.
func public(b *status.Board) *status.Board {
	if b == nil {
		return nil
	}
	out := *b
	out.Version, out.Own, out.Services = "", status.Own{NetworkAlive: true}, nil
	out.Sites = nil
	for _, s := range b.Services {
		if !s.Public {
			continue
		}
		s.Note = ""
		s.Service.Checks = nil
		checks := make([]status.Check, len(s.Checks))
		for i, c := range s.Checks {
			c.Params, c.Last.Detail, c.Last.Facts, c.Last.Site = nil, nil, nil, ""
			checks[i] = c
		}
		incidents := make([]status.Incident, len(s.Incidents))
		for i, n := range s.Incidents {
			n.Detail = nil
			incidents[i] = n
		}
		s.Checks, s.Incidents = checks, incidents
		out.Services = append(out.Services, s)
	}
	return &out
}

// anonymous gives of the corrections what changes a figure, and neither who made one nor
// why: what the public sees is counted as everywhere.
func anonymous(l Ledger) func(sla.ClaimID) []sla.Correction {
	if l == nil {
		return nil
	}
	return func(id sla.ClaimID) []sla.Correction {
		var list []sla.Correction
		for _, c := range l.Corrections(id) {
			list = append(list, sla.Correction{Claim: c.Claim, From: c.From, To: c.To, As: c.As})
		}
		return list
	}
}

// NewPublic returns the handler of a read-only view of the services that are
// marked public, for an address of its own that anybody may reach. It has no
// API, no metrics, no raw results and nothing that changes state.
func NewPublic(o Options) (http.Handler, error) {
	board := o.Board
	return newHandler(Options{
		Board:       func() *status.Board { return public(board()) },
		History:     o.History,
		counted:     anonymous(o.Ledger),
		ExternalURL: o.ExternalURL,
		Log:         o.Log,
	}, true)
}

// publicRoutes is every address of the public view.
func (s *server) publicRoutes() []route {
	get := func(path string, h http.HandlerFunc) route { return route{http.MethodGet, path, h} }
	return []route{
		get("/-/healthy", s.healthy),
		get("/{$}", s.page(s.overview)),
		get("/services/{id}", s.page(s.service)),
		get("/claims/{id}", s.page(s.claim)),
		get("/incidents", s.page(s.incidents)),
		get("/incidents/{id}", s.page(s.incident)),
		get("/maintenance", s.page(s.maintenancePage)),
		get("/static/{file}", s.pages.static.ServeHTTP),
		get("/badge/{file}", s.withBoard(s.badge)),
		get("/feed.atom", s.withBoard(s.feed)),
		get("/api/v1/events", s.events),
	}
}

// checkURL is the page of a check; the public view has none.
func (v *visit) checkURL(id check.ID) string {
	if v.public {
		return ""
	}
	return v.link("/checks/" + string(id))
}
