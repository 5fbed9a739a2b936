package daemon

import (
	"bytes"
	"io"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

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

func responseOf(cfg *config.Config, id sla.ClaimID) (sla.ResponseClaim, bool) {
	for _, c := range cfg.Responses {
		if c.ID == id {
			return c, true
		}
	}
	return sla.ResponseClaim{}, false
}

// responseAnswer makes the report on a claim on response time that is asked for.
func (s site) responseAnswer(c sla.ResponseClaim, ask web.ReportRequest, f report.Format, l *report.Language, now time.Time) ([]byte, string, error) {
	p, err := askedPeriod(c.Claim, ask, now)
	if err != nil {
		return nil, "", web.Refusal{Err: err}
	}
	doc, err := s.responseDocument(c, p, now)
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	err = doc.Write(&out, f, l)
	return out.Bytes(), f.MediaType(), err
}

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
	notices, err := s.notices(c.Service, p)
	if err != nil {
		return nil, err
	}
	done, err := s.deeds(c.Service, p)
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

// measurable makes the report that a row of the sheet is held against.
func (s site) measurable(row report.Statement, path string, now time.Time) (report.Measurable, error) {
	if c, ok := responseOf(s.config, row.Claim); ok {
		if row.Measure != report.MeasureResponse {
			return nil, refuse400("%s: row %s names the claim %q on response time: say measure = \"response\"", path, row.Row, row.Claim)
		}
		return s.responseDocument(c, c.Window.Period(now), now)
	}
	c, ok := claimOf(s.config, row.Claim)
	switch {
	case !ok:
		return nil, refuse400("%s: row %s names the claim %q, which is not in the configuration", path, row.Row, row.Claim)
	case row.Measure == report.MeasureResponse:
		return nil, refuse400("%s: row %s asks for response times of the claim %q, which is on availability", path, row.Row, row.Claim)
	}
	return s.document(c, c.Window.Period(now), now)
}
