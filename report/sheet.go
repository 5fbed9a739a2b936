package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/slamon/slamon/sla"
)

// Measure is what of a claim's history is held against a row of a sheet.
type Measure string

// The measures.
const (
	MeasureAvailability Measure = "availability"       // the figure
	MeasureIncidents    Measure = "incidents"          // how many there were; claimed is the most
	MeasureLongest      Measure = "longest_incident"   // its length; claimed is the most, as in "1h"
	MeasureNotice       Measure = "maintenance_notice" // lead times, by the claim's rule
	MeasureInterval     Measure = "liveness_interval"  // how often we probe
	MeasureResponse     Measure = "response"           // of a claim on response time; claimed is a promise, as in "3s for 99%"
)

// Statement is one row of a disclosure sheet that can be held against something.
type Statement struct {
	Row      string         `toml:"row"`
	Says     string         `toml:"says"`    // in the user's own words
	SaysJa   string         `toml:"says_ja"` // the same for Japanese readers; says when missing
	Claimed  string         `toml:"claimed"` // empty: not disclosed
	Claim    sla.ClaimID    `toml:"claim"`   // whose history measures it
	Measure  Measure        `toml:"measure"` // availability when a claim is named
	Ref      string         `toml:"reference"`
	Document string         `toml:"document"` // what proves it: a certificate, a contract
	Expires  toml.LocalDate `toml:"expires"`  // of the document
	Note     string         `toml:"note"`
	NoteJa   string         `toml:"note_ja"`
}

// Statements is a file of them.
type Statements struct {
	Vendor string         `toml:"vendor"`
	AsOf   toml.LocalDate `toml:"as_of"`
	Rows   []Statement    `toml:"statement"`
}

// maxStatements bounds a sheet; the longest known has some hundred rows.
const maxStatements = 1000

// ReadStatements reads the statements of a sheet from TOML. The name is for complaints.
func ReadStatements(name string, data []byte) (Statements, error) {
	var s Statements
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&s); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) && len(strict.Errors) > 0 {
			line, _ := strict.Errors[0].Position()
			return s, fmt.Errorf("%s:%d: unknown key %q", name, line, strings.Join(strict.Errors[0].Key(), "."))
		}
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			line, _ := decode.Position()
			return s, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		return s, fmt.Errorf("%s: %w", name, err)
	}
	if len(s.Rows) > maxStatements {
		return s, fmt.Errorf("%s: more than %d statements", name, maxStatements)
	}
	for i := range s.Rows {
		if err := s.Rows[i].check(); err != nil {
			return s, fmt.Errorf("%s: row %s: %w", name, s.Rows[i].Row, err)
		}
	}
	return s, nil
}

func (s *Statement) check() error {
	if s.Row == "" || s.Says == "" {
		return errors.New("a statement needs row and says")
	}
	if s.Ref != "" {
		if _, err := FindReference(s.Ref); err != nil {
			return err
		}
	}
	if s.Claim == "" {
		if s.Measure != "" {
			return errors.New("measure needs a claim whose history is measured")
		}
		return nil
	}
	switch s.Measure {
	case "", MeasureAvailability:
		s.Measure = MeasureAvailability
		if _, err := sla.ParseFigure(s.Claimed); err != nil && s.Claimed != "" {
			return err
		}
	case MeasureIncidents:
		if _, err := fmt.Sscan(s.Claimed, new(int)); err != nil && s.Claimed != "" {
			return fmt.Errorf("claimed %q: want a number of incidents", s.Claimed)
		}
	case MeasureLongest:
		if _, err := time.ParseDuration(s.Claimed); err != nil && s.Claimed != "" {
			return fmt.Errorf("claimed %q: want a length of time, such as 1h", s.Claimed)
		}
	case MeasureResponse:
		if _, err := sla.ParsePromise(s.Claimed); err != nil && s.Claimed != "" {
			return err
		}
	case MeasureNotice, MeasureInterval:
	default:
		return fmt.Errorf("measure %q: want availability, response, incidents, longest_incident, maintenance_notice or liveness_interval", s.Measure)
	}
	return nil
}

// State is how far a row can be held against something.
type State string

// The states of a row.
const (
	Measured      State = "measured"
	OnFile        State = "on_file"
	NotVerifiable State = "not_verifiable"
	NotDisclosed  State = "not_disclosed"
)

// SheetRow is a statement with what came out.
type SheetRow struct {
	Row       string     `json:"row"`
	Says      string     `json:"says"`
	Claimed   string     `json:"claimed"`
	Reference *Reference `json:"reference"`
	Measured  string     `json:"measured"` // in English, for machines the claim's own report has the figures
	Finding   string     `json:"finding"`  // borne, refuted, open, nodata; empty where nothing is measured
	State     State      `json:"state"`
	Document  string     `json:"document,omitempty"`
	Expires   string     `json:"expires,omitempty"`
	Note      string     `json:"note,omitempty"`
	statement Statement
	document  Measurable
}

// Sheet is the report on a disclosure sheet.
type Sheet struct {
	Made    time.Time     `json:"made"`
	Version string        `json:"version"`
	Site    string        `json:"site"`
	Vendor  string        `json:"vendor"`
	AsOf    string        `json:"as_of"`
	Stale   bool          `json:"stale"`
	Counts  map[State]int `json:"counts"`
	Rows    []SheetRow    `json:"rows"`
	zone    *time.Location
}

// staleYears is how long a disclosure is taken as current: certificates of the
// scheme run for two years from its date.
const staleYears = 2

// MakeSheet holds each statement against what there is. The documents are those of
// the claims that statements name.
func MakeSheet(s Statements, documents map[sla.ClaimID]Measurable, now time.Time, zone *time.Location, version, site string) *Sheet {
	out := &Sheet{Made: now, Version: version, Site: site, Vendor: s.Vendor, Counts: map[State]int{}, zone: zone, Rows: []SheetRow{}}
	if s.AsOf.Year > 0 {
		out.AsOf = s.AsOf.String()
		out.Stale = s.AsOf.AsTime(zone).AddDate(staleYears, 0, 0).Before(now)
	}
	for _, x := range s.Rows {
		row := SheetRow{Row: x.Row, Says: x.Says, Claimed: x.Claimed, Reference: referenceOf(x.Ref), Document: x.Document, Note: x.Note, statement: x, document: documents[x.Claim]}
		if x.Expires.Year > 0 {
			row.Expires = x.Expires.String()
		}
		row.State = x.state()
		if row.State == Measured && row.document == nil {
			row.State, row.Claimed = NotVerifiable, x.Claimed // the claim was taken out of the configuration
		}
		if row.State == Measured {
			row.Finding, row.Measured = row.document.finding(x), row.document.measured(x.Measure, English)
		}
		out.Counts[row.State]++
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (s Statement) state() State {
	switch {
	case s.Claim != "":
		return Measured
	case s.Document != "":
		return OnFile
	case s.Claimed == "":
		return NotDisclosed
	}
	return NotVerifiable
}

// measured is the measured value in words.
func (d *Document) measured(m Measure, l *Language) string {
	v := &d.verdict
	if v.Accounted <= v.Unknown {
		return "–"
	}
	switch m {
	case MeasureIncidents:
		return l.t("sheet.incidents", d.unplanned())
	case MeasureLongest:
		low, high := d.longest()
		return l.t("sheet.longest", l.duration(low), l.most(high))
	case MeasureNotice:
		kept, all := d.announcedInTime()
		return l.t("sheet.works", kept, all)
	case MeasureInterval:
		return l.t("sheet.interval", l.duration(v.Interval))
	}
	return d.share(v.Availability.Point) + " (" + l.t("to", d.share(v.Availability.Low95), d.share(v.Availability.High95)) + ")"
}

// finding says whether the statement is borne out.
func (d *Document) finding(s Statement) string {
	v := &d.verdict
	if v.Accounted <= v.Unknown {
		return "nodata"
	}
	switch s.Measure {
	case MeasureIncidents:
		var most int
		if _, err := fmt.Sscan(s.Claimed, &most); err != nil {
			return ""
		}
		return limited(d.unplanned() > most, v.Final && v.Unknown == 0)
	case MeasureLongest:
		most, err := time.ParseDuration(s.Claimed)
		if err != nil {
			return ""
		}
		low, high := d.longest()
		return limited(low > most, v.Final && v.Unknown == 0 && high <= most)
	case MeasureNotice:
		kept, all := d.announcedInTime()
		if all == 0 {
			return "nodata"
		}
		return limited(kept < all, true)
	case MeasureInterval:
		return ""
	}
	f, err := sla.ParseFigure(s.Claimed)
	if err != nil {
		return ""
	}
	return map[string]string{"breached": "refuted", "met": "borne", "unsure": "open"}[d.against(f)]
}

func limited(refuted, borne bool) string {
	switch {
	case refuted:
		return "refuted"
	case borne:
		return "borne"
	}
	return "open"
}

// unplanned counts confirmed incidents that are not planned work.
func (d *Document) unplanned() int {
	if len(d.input.Claim.Checks) > 1 { // of the service, not of each of its checks
		return d.verdict.Failures
	}
	n := 0
	for _, i := range d.verdict.Incidents {
		if i.Confirmed() && !i.Planned {
			n++
		}
	}
	return n
}

func (d *Document) longest() (low, high time.Duration) {
	for _, i := range d.verdict.Incidents {
		if !i.Planned && i.Confirmed() {
			low, high = max(low, i.Low), max(high, i.High)
		}
	}
	return low, high
}

func (d *Document) announcedInTime() (kept, all int) {
	for _, w := range d.Maintenance {
		if w.Class == classMoved {
			continue
		}
		all++
		if w.Class == classPlanned {
			kept++
		}
	}
	return kept, all
}

// Write writes the sheet's report in one of the forms.
func (s *Sheet) Write(w io.Writer, f Format, l *Language) error {
	switch f {
	case HTML:
		return pages().ExecuteTemplate(w, "sheet.html", s.view(l))
	case JSON:
		return writeJSON(w, s)
	case CSV:
		out := csv.NewWriter(w)
		rows := [][]string{{"row", "says", "claimed", "reference", "reference_verified", "measured", "finding", "state", "document", "expires", "note"}}
		for _, r := range s.Rows {
			ref, verified := "", ""
			if r.Reference != nil {
				ref, verified = r.Reference.Text, fmt.Sprint(r.Reference.Verified)
			}
			rows = append(rows, []string{plain(r.Row), plain(r.Says), plain(r.Claimed), ref, verified, r.Measured, r.Finding, string(r.State), plain(r.Document), r.Expires, plain(r.Note)})
		}
		return out.WriteAll(rows)
	}
	v := s.view(l)
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: %s\n%s\n%s\n", v.Title, v.Heading, v.Made, v.Count)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\n%s\n", strings.Join(v.Head, "\t"))
	for _, r := range v.Rows {
		fmt.Fprintln(table, strings.Join([]string{r.Row, r.Says, r.Claimed, r.Reference, r.Measured, r.State}, "\t"))
	}
	table.Flush()
	_, err := w.Write(out.Bytes())
	return err
}

type sheetView struct {
	Lang, Title, Heading, Made, Count, Stale string
	Head                                     []string
	Rows                                     []sheetRowView
}

type sheetRowView struct{ Row, Says, Claimed, Reference, Measured, State, Tone, Note string }

func (s *Sheet) view(l *Language) sheetView {
	v := sheetView{
		Lang: l.Code, Title: l.t("sheet.title"), Heading: s.Vendor,
		Made:  l.t("made", s.Made.In(s.zone).Format("2006-01-02 15:04"), s.Version, s.Site) + " · " + l.t("times", s.zone),
		Count: l.t("sheet.count", len(s.Rows), s.Counts[Measured], s.Counts[OnFile], s.Counts[NotVerifiable], s.Counts[NotDisclosed]),
		Head:  []string{l.t("sheet.row"), l.t("sheet.says"), l.t("sheet.claimed"), l.t("sheet.reference"), l.t("sheet.measured"), l.t("sheet.state")},
	}
	if s.AsOf != "" {
		v.Count = l.t("sheet.asof", s.AsOf) + " · " + v.Count
	}
	if s.Stale {
		v.Stale = l.t("sheet.stale")
	}
	for _, r := range s.Rows {
		row := sheetRowView{Row: r.Row, Says: r.Says, Claimed: dash(r.Claimed), Reference: "–", Measured: "–", State: l.t("state." + string(r.State)), Note: r.Note}
		if l.Code == "ja" && r.statement.SaysJa != "" {
			row.Says = r.statement.SaysJa
		}
		if l.Code == "ja" && r.statement.NoteJa != "" {
			row.Note = r.statement.NoteJa
		}
		if r.Reference != nil {
			row.Reference = r.Reference.Text
			if !r.Reference.Verified {
				row.Reference += " (" + l.t("reference.unverified") + ")"
			}
		}
		if r.State == Measured {
			row.Measured = r.document.measured(r.statement.Measure, l)
			if r.Finding != "" {
				row.State += " · " + l.t("sheet."+r.Finding)
				row.Tone = map[string]string{"borne": "good", "refuted": "bad"}[r.Finding]
			}
		}
		if r.State == OnFile {
			row.Measured = r.Document
			if e := r.statement.Expires; e.Year > 0 {
				key := "sheet.valid"
				if e.AsTime(s.zone).AddDate(0, 0, 1).Before(s.Made) {
					key, row.Tone = "sheet.expired", "bad"
				}
				row.State += " · " + l.t(key, r.Expires)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
