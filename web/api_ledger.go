package web

import (
	"net/http"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// versionJSON is a figure that was handed out.
type versionJSON struct {
	Claim        sla.ClaimID `json:"claim"`
	From         time.Time   `json:"from"`
	To           time.Time   `json:"to"`
	Version      int         `json:"version"`
	At           time.Time   `json:"at"`
	Correction   string      `json:"correction"` // empty for the first version
	Why          string      `json:"why"`
	Availability float64     `json:"availability"`
	Downtime     float64     `json:"downtime_seconds"`
	Verdict      sla.Answer  `json:"verdict"`
}

// wanted calls each with the claims that ?claim= and ?service= ask for.
func wanted(r *http.Request, b *status.Board, each func(*status.Claim)) {
	want := sla.ClaimID(r.URL.Query().Get("claim"))
	claims(r, b, func(c *status.Claim) {
		if want == "" || want == c.Claim.ID {
			each(c)
		}
	})
}

func (s *server) apiCorrections(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []sla.Correction{}
	wanted(r, b, func(c *status.Claim) { list = append(list, s.corrections(c.Claim.ID)...) })
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "corrections": list})
}

func (s *server) apiVersions(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list, zone := []versionJSON{}, zoneOf(b)
	wanted(r, b, func(c *status.Claim) {
		for _, x := range s.versions(c.Claim.ID) {
			list = append(list, versionJSON{c.Claim.ID, x.From.In(zone), x.To.In(zone), x.Version, x.At.In(zone), x.Correction, x.Why, x.Availability, x.Downtime, x.Answer})
		}
	})
	writeJSON(w, r, map[string]any{"at": b.At.In(zone), "versions": list})
}

func (s *server) corrections(id sla.ClaimID) []sla.Correction {
	if s.Ledger == nil {
		return nil
	}
	return s.Ledger.Corrections(id)
}

func (s *server) versions(id sla.ClaimID) []Version {
	if s.Ledger == nil {
		return nil
	}
	list, err := s.Ledger.Versions(id)
	if err != nil {
		s.Log.Warn("what was handed out cannot be read", "claim", id, "error", err)
	}
	return list
}
