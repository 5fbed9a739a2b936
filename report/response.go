package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// ResponseInput is what a report on a claim on response time is made from.
type ResponseInput struct {
	Now         time.Time
	Version     string // of slamon
	Site        string
	Service     check.Service
	Claim       sla.ResponseClaim
	Period      timeline.Period // the claim's window, or a part of it
	Series      []timeline.Series
	Maintenance []sla.Exclusion // of the service, from all sources
	Count       sla.CountResponses
	// What was said and done, as of Input.
	Corrections []sla.Correction
	Causes      map[string]sla.Cause
	Notices     []Notice
	Deeds       []Deed
	Versions    []FrozenResponse
	Places      []ResponsePlace
	Readings    func(from, to time.Time) []device.Beside
	Events      func(from, to time.Time) []status.Event
	Evidence    func(id check.ID, p timeline.Period, limit int) []Evidence
}

// FrozenResponse is a verdict on response time as it was when its period closed, or as a
// later correction left it.
type FrozenResponse struct {
	Version int        `json:"version"` // from 1
	At      time.Time  `json:"at"`
	Why     string     `json:"why,omitempty"` // empty for the first
	Share   *float64   `json:"within_limit"`  // null where nothing was left to count
	Answer  sla.Answer `json:"verdict"`
}

// ResponseDocument is a report on response times, ready to be written in any form.
type ResponseDocument struct {
	Made      time.Time        `json:"made"`
	Version   string           `json:"version"`
	Site      string           `json:"site"`
	Service   check.ServiceID  `json:"service"`
	Name      string           `json:"service_name"`
	Vendor    string           `json:"vendor,omitempty"`
	Verdict   sla.ResponseJSON `json:"verdict"`
	Reference *Reference       `json:"reference,omitempty"`
	Months    []ResponseMonth  `json:"months"`
	// What else belongs to the period, as of Document. An incident is a failure of a check.
	Places      []ResponsePlace  `json:"places,omitempty"`
	Incidents   []Incident       `json:"incidents"`
	Maintenance []Work           `json:"maintenance"`
	Notices     []Notice         `json:"notices"`
	Missed      int              `json:"notices_missed"`
	Deeds       []Deed           `json:"deeds"`
	Corrections []sla.Correction `json:"corrections"`
	Versions    []FrozenResponse `json:"versions"`
	Coverage    []Cover          `json:"coverage"`
	Gaps        []Gap            `json:"not_measured"`
	GapsLeft    int              `json:"not_measured_more,omitempty"`
	input       ResponseInput    // all that follows is for the other forms
	verdict     sla.ResponseVerdict
	beside      *Document // the same history as downtime
}

// ResponseMonth is a line of the breakdown.
type ResponseMonth struct {
	Name string `json:"month"` // 2026-10
	sla.ResponseJSON
	verdict sla.ResponseVerdict
}

// MakeResponses judges the period and its months. An error is that of counting.
func MakeResponses(in ResponseInput) (*ResponseDocument, error) {
	d := &ResponseDocument{
		Made: in.Now, Version: in.Version, Site: in.Site, Service: in.Service.ID, Name: in.Service.Name, Vendor: in.Service.Vendor,
		Reference: referenceOf(in.Claim.Reference), Months: []ResponseMonth{}, input: in,
	}
	until := in.Period.To
	if in.Now.Before(until) {
		until = in.Now
	}
	h := sla.ResponseHistory{Series: in.Series, Exclusions: in.Maintenance, Corrections: in.Corrections, Count: in.Count}
	var err error
	if d.verdict, err = in.Claim.Hold(in.Period, until, h); err != nil {
		return nil, fmt.Errorf("count response times: %w", err)
	}
	d.Verdict = d.verdict.JSON()
	for _, p := range sla.Months(in.Period, d.zone()) {
		if !p.From.Before(until) {
			break
		}
		end := p.To
		if until.Before(end) {
			end = until
		}
		v, err := in.Claim.Hold(p, end, h)
		if err != nil {
			return nil, fmt.Errorf("count response times: %w", err)
		}
		d.Months = append(d.Months, ResponseMonth{p.From.Format("2006-01"), v.JSON(), v})
	}
	d.besides()
	return d, nil
}

// Measured reports whether there is anything to report: an operation in the period.
func (d *ResponseDocument) Measured() bool { return d.verdict.Operations > 0 }

// Answer returns the verdict in one word.
func (d *ResponseDocument) Answer() sla.Answer { return d.verdict.Answer }

func (d *ResponseDocument) zone() *time.Location {
	if z := d.input.Claim.Window.Zone; z != nil {
		return z
	}
	return time.UTC
}

// Write writes the document. CSV and JSON are for machines and know no language.
func (d *ResponseDocument) Write(w io.Writer, f Format, l *Language) error {
	switch f {
	case HTML:
		return pages().ExecuteTemplate(w, "response.html", d.view(l))
	case CSV:
		return d.csv(w)
	case JSON:
		return writeJSON(w, d)
	}
	return d.text(w, l)
}

// responseHead are the columns of a report on response times as CSV: a row for the
// period, its months, each check over the period and each place, the incidents, the
// maintenance and the corrections; what does not apply is empty.
var responseHead = []string{"row", "from", "to", "check", "verdict", "limit_seconds", "share_claimed", "share", "share_low95", "share_high95",
	"operations", "failed", "unknown", "coming", "within_limit_at_least", "within_limit_at_most", "p50_seconds", "p90_seconds", "p95_seconds", "p99_seconds", "excluded_seconds",
	"excused", "reason", "side", "class", "note"}

func (d *ResponseDocument) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{responseHead, d.csvRow("period", &d.verdict)}
	for i := range d.Months {
		rows = append(rows, d.csvRow("month", &d.Months[i].verdict))
	}
	for i := range d.verdict.Checks {
		f := &d.verdict.Checks[i]
		row := append([]string{"check", d.stamp(d.verdict.Period.From), d.stamp(d.verdict.Period.To), string(f.Check), "", number(d.input.Claim.Limit.Seconds()), "", "", "", ""}, figuresCSV(f)...)
		rows = append(rows, append(row, "", strconv.Itoa(f.Excused)))
	}
	rows = append(rows, d.csvBesides()...)
	for i := range rows {
		rows[i] = append(rows[i], make([]string, len(responseHead)-len(rows[i]))...)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (d *ResponseDocument) csvRow(kind string, v *sla.ResponseVerdict) []string {
	share, low, high := "", "", ""
	if v.Operations > 0 {
		share, low, high = number(v.Point), number(v.Low95), number(v.High95)
	}
	row := []string{kind, d.stamp(v.Period.From), d.stamp(v.Period.To), "", string(v.Answer), number(v.Claim.Limit.Seconds()), v.Claim.Share.String(), share, low, high}
	return append(append(row, figuresCSV(&v.ResponseFigures)...), number(v.Excluded.Seconds()), strconv.Itoa(v.Excused))
}

func figuresCSV(f *sla.ResponseFigures) []string {
	row := []string{strconv.Itoa(f.Operations), strconv.Itoa(f.Failed), strconv.Itoa(f.Unknown), strconv.Itoa(f.Coming), strconv.Itoa(f.Least), strconv.Itoa(f.Most)}
	for _, q := range f.Quantiles {
		cell := ""
		if q.High > 0 {
			cell = number(q.Middle().Seconds())
		}
		row = append(row, cell)
	}
	return row
}

func (d *ResponseDocument) stamp(t time.Time) string { return t.In(d.zone()).Format(time.RFC3339Nano) }

// Measurable is a document that statements of a sheet can be held against.
type Measurable interface {
	measured(Measure, *Language) string
	finding(Statement) string
}

// measured is the measured value in words.
func (d *ResponseDocument) measured(_ Measure, l *Language) string {
	if d.verdict.Operations == 0 {
		return "–"
	}
	return d.share(d.verdict.Point) + " (" + l.t("to", d.share(d.verdict.Low95), d.share(d.verdict.High95)) + ")"
}

// finding says whether the statement is borne out. What is stated otherwise than the
// claim has it was not counted.
func (d *ResponseDocument) finding(s Statement) string {
	v := &d.verdict
	if v.Operations == 0 {
		return "nodata"
	}
	p, err := sla.ParsePromise(s.Claimed)
	if err != nil || p.Limit != v.Claim.Limit || p.Share.PPB != v.Claim.Share.PPB {
		return ""
	}
	return limited(v.Answer == sla.Breached, v.Answer == sla.Met)
}
