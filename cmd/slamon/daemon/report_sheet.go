package daemon

import (
	"time"

	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
)

// sheet makes the report on the disclosure sheet.
func (s site) sheet(now time.Time) (*report.Sheet, error) {
	path := s.config.Report.Sheet
	if path == "" {
		return nil, refuse400("no sheet is configured: name its file as sheet under [report]")
	}
	data, err := readBounded(path)
	if err != nil {
		return nil, web.Refusal{Err: err}
	}
	statements, err := report.ReadStatements(path, data)
	if err != nil {
		return nil, web.Refusal{Err: err}
	}
	documents := map[sla.ClaimID]report.Measurable{}
	for _, row := range statements.Rows {
		if row.Claim == "" || documents[row.Claim] != nil {
			continue
		}
		doc, err := s.measurable(row, path, now)
		if err != nil {
			return nil, err
		}
		documents[row.Claim] = doc
	}
	return report.MakeSheet(statements, documents, now, s.config.Zone, s.ledger.version, s.config.Site), nil
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
