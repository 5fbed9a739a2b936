package daemon

import (
	"io"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// site gathers what reports are made from: the same for the daemon and offline.
type site struct {
	ledger *ledger
	config *config.Config
	alone  bool // without other places
}

// document is a report on a claim of either sort.
type document interface {
	Write(io.Writer, report.Format, *report.Language) error
	Answer() sla.Answer
	Measured() bool
	Brief(*report.Language) report.Brief
}

// held makes the report on a claim of either sort.
func (s site) held(c *heldClaim, p timeline.Period, now time.Time) (document, error) {
	if c.promise != nil {
		return s.responseDocument(c.response(), p, now)
	}
	return s.document(c.Claim, p, now)
}

// document makes the report on one claim.
func (s site) document(c sla.Claim, p timeline.Period, now time.Time) (*report.Document, error) {
	series, err := s.ledger.series(c, p)
	if err != nil {
		return nil, err
	}
	kept, err := versions[sla.VerdictJSON](s.ledger, &c, p)
	if err != nil {
		return nil, err
	}
	notices, done, err := s.said(c.Service, p)
	if err != nil {
		return nil, err
	}
	return report.Make(report.Input{
		Now: now, Version: s.ledger.version, Site: s.config.Site, Service: s.service(c.Service), Claim: c, Period: p, Series: series,
		Maintenance: s.ledger.exclusions(s.config, c.Service), Corrections: s.corrections(c.ID, p), Causes: s.ledger.allCauses(),
		Notices: notices, Deeds: done, Versions: reportVersions(kept), Places: s.places(c.Checks, p), Evidence: s.evidence, Readings: s.readings(c.Service), Events: s.deviceEvents(c.Service),
	}), nil
}

// corrections are those of a claim that reach into a period.
func (s site) corrections(id sla.ClaimID, p timeline.Period) (list []sla.Correction) {
	for _, k := range s.ledger.correctionsOf(id) {
		if k.From.Before(p.To) && p.From.Before(k.To) {
			list = append(list, k)
		}
	}
	return list
}

func (s site) service(id check.ServiceID) check.Service {
	for _, x := range s.config.Services {
		if x.ID == id {
			return x
		}
	}
	return check.Service{ID: id}
}

func (s site) evidence(id check.ID, p timeline.Period, limit int) []report.Evidence {
	kept, err := s.ledger.store.Evidence(id, p, limit)
	if err != nil {
		s.ledger.log.Warn("evidence cannot be read", "check", id, "error", err)
	}
	out := make([]report.Evidence, 0, len(kept))
	for _, e := range kept {
		out = append(out, report.Evidence{Sent: e.Sent, Evidence: e.Evidence})
	}
	return out
}
