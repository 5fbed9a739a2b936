package web

import (
	"net/http"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// versionJSON is a figure that was handed out.
type versionJSON struct {
	Claim      sla.ClaimID `json:"claim"`
	From       time.Time   `json:"from"`
	To         time.Time   `json:"to"`
	Version    int         `json:"version"`
	At         time.Time   `json:"at"`
	Correction string      `json:"correction"` // empty for the first version
	Why        string      `json:"why"`
	// Of a claim on availability; null for one on response time, which has the share of
	// operations within the limit instead: null where there were none.
	Availability *float64   `json:"availability"`
	Downtime     *float64   `json:"downtime_seconds"`
	Share        *float64   `json:"within_limit"`
	Verdict      sla.Answer `json:"verdict"`
}

func versionToJSON(id sla.ClaimID, x *Version, zone *time.Location) versionJSON {
	j := versionJSON{Claim: id, From: x.From.In(zone), To: x.To.In(zone), Version: x.Version, At: x.At.In(zone), Correction: x.Correction, Why: x.Why, Share: x.Share, Verdict: x.Answer}
	if !x.Responses {
		j.Availability, j.Downtime = &x.Availability, &x.Downtime
	}
	return j
}

// wanted calls each with the claims of either sort that ?claim= and ?service= ask for.
func wanted(r *http.Request, b *status.Board, each func(sla.ClaimID)) {
	want := r.URL.Query().Get("claim")
	take := func(id sla.ClaimID) {
		if want == "" || want == string(id) {
			each(id)
		}
	}
	for s := range asked(r, b) {
		for k := range s.Claims {
			take(s.Claims[k].Claim.ID)
		}
		for k := range s.Responses {
			take(s.Responses[k].Claim.ID)
		}
	}
}

func (s *server) apiCorrections(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []sla.Correction{}
	wanted(r, b, func(id sla.ClaimID) { list = append(list, s.corrections(id)...) })
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "corrections": list})
}

func (s *server) apiVersions(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list, zone := []versionJSON{}, zoneOf(b)
	wanted(r, b, func(id sla.ClaimID) {
		for _, x := range s.versions(id) {
			list = append(list, versionToJSON(id, &x, zone))
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
