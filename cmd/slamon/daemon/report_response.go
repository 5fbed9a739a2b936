package daemon

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// responseDocument makes the report on one claim on response time. The counts of the
// daemon serve where there is one.
func (s site) responseDocument(c sla.ResponseClaim, p timeline.Period, now time.Time) (*report.ResponseDocument, error) {
	series, err := s.ledger.series(c.Claim, p)
	if err != nil {
		return nil, err
	}
	for i := range series {
		series[i].Check = c.Checks[i]
	}
	kept, err := versions[sla.ResponseJSON](s.ledger, &c.Claim, p)
	if err != nil {
		return nil, err
	}
	notices, done, err := s.said(c.Service, p)
	if err != nil {
		return nil, err
	}
	var places []report.ResponsePlace
	if !s.alone && s.ledger.places != nil {
		places = s.ledger.places.responses(s.config, &c, p)
	}
	book := s.ledger.responses()
	return report.MakeResponses(report.ResponseInput{
		Now: now, Version: s.ledger.version, Site: s.config.Site, Service: s.service(c.Service), Claim: c, Period: p, Series: series,
		Maintenance: s.ledger.exclusions(s.config, c.Service), Corrections: s.corrections(c.ID, p), Causes: s.ledger.allCauses(),
		Notices: notices, Deeds: done, Versions: responseVersions(kept), Places: places, Evidence: s.evidence, Readings: s.readings(c.Service), Events: s.deviceEvents(c.Service),
		Count: func(id check.ID, set timeline.Set) (sla.Responses, error) {
			return book.count(id, set, ceilMilli(now))
		},
	})
}
