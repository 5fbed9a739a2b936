package report

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/sla"
)

// Format is a form that a report can be written in.
type Format string

// The forms.
const (
	HTML Format = "html"
	Text Format = "text"
	CSV  Format = "csv"
	JSON Format = "json"
)

// ParseFormat accepts the words above.
func ParseFormat(word string) (Format, error) {
	switch f := Format(word); f {
	case HTML, Text, CSV, JSON:
		return f, nil
	}
	return "", fmt.Errorf("format %q: want text, csv, json or html", word)
}

// Extension returns how the names of such files end.
func (f Format) Extension() string {
	if f == Text {
		return "txt"
	}
	return string(f)
}

// MediaType returns what HTTP calls the form.
func (f Format) MediaType() string {
	switch f {
	case HTML:
		return "text/html; charset=utf-8"
	case CSV:
		return "text/csv; charset=utf-8"
	case JSON:
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

// Write writes the document. CSV and JSON are for machines and know no language.
func (d *Document) Write(w io.Writer, f Format, l *Language) error {
	switch f {
	case HTML:
		return pages().ExecuteTemplate(w, "report.html", d.view(l))
	case CSV:
		return d.csv(w)
	case JSON:
		return writeJSON(w, d)
	}
	return d.text(w, l)
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

//go:embed template/*
var templateFiles embed.FS

var pages = sync.OnceValue(func() *template.Template {
	style, err := templateFiles.ReadFile("template/report.css")
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	return template.Must(template.New("").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
		"right": func(g grid, i int) bool { return g.Right[i] },
	}).ParseFS(templateFiles, "template/*.html"))
})

func (d *Document) text(w io.Writer, l *Language) error {
	v := d.view(l)
	var out bytes.Buffer
	verdict := v.Answer + ": " + v.Explanation
	if strings.HasPrefix(v.Explanation, v.Answer) { // the English one says it itself
		verdict = v.Explanation
	}
	fmt.Fprintf(&out, "%s: %s\n%s\n\n%s\n", v.Title, v.Heading, v.Made, verdict)
	if v.Until != "" {
		fmt.Fprintln(&out, v.Until)
	}
	out.WriteByte('\n')
	align(&out, pairRows(v.Claim))
	out.WriteByte('\n')
	align(&out, append([][]string{{v.MeasuredTitle, v.Measured}, {l.t("range"), v.Range}}, pairRows(append(v.Facts, v.Both...))...))
	fmt.Fprintln(&out, v.Difference)
	for _, g := range v.Grids {
		g.text(&out)
	}
	writeEvidence(&out, v.EvidenceTitle, v.Evidence)
	fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n%s\n", v.OutlookTitle, v.Outlook, v.MethodTitle, v.Method)
	_, err := w.Write(out.Bytes())
	return err
}

func writeEvidence(out *bytes.Buffer, title string, list []evidenceView) {
	if len(list) > 0 {
		fmt.Fprintf(out, "\n%s\n", title)
	}
	for _, e := range list {
		for _, f := range e.Facts {
			fmt.Fprintf(out, "%s  %s %s\n", e.Title, f.Name, firstLine(f.Value))
		}
	}
}

func pairRows(list []pair) [][]string {
	rows := make([][]string, len(list))
	for i, p := range list {
		rows[i] = []string{p.Name, p.Value}
	}
	return rows
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// text writes the table for a terminal.
func (g grid) text(out *bytes.Buffer) {
	if g.Title != "" {
		fmt.Fprintf(out, "\n%s\n", g.Title)
	}
	if len(g.Rows) == 0 {
		if g.Empty != "" {
			fmt.Fprintln(out, g.Empty)
		}
		return
	}
	align(out, append([][]string{g.Head}, g.Rows...))
	if g.Note != "" {
		fmt.Fprintln(out, g.Note)
	}
}

// csvHead are the columns of a report as CSV: one row for the period, the months,
// each place and all together, the steps of a counting rule with its runs, the incidents
// of the service, those of its checks and the maintenance each;
// what does not apply is empty. Credits are shares of the fee.
var csvHead = []string{"row", "from", "to", "verdict", "claimed", "availability", "availability_low95", "availability_high95",
	"downtime_seconds", "downtime_low_seconds", "downtime_high_seconds", "allowance_seconds", "accounted_seconds", "unknown_seconds",
	"excluded_seconds", "coverage", "incidents", "reason", "side", "class", "note",
	"credit", "credit_low", "credit_high", "claim_by"}

func (d *Document) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{csvHead, d.csvPeriod("period", d.verdict.Period.From, d.verdict.Period.To, Month{
		Answer: d.verdict.Answer, Share: d.Verdict.Availability, Down: d.Verdict.Downtime, Allowance: d.Verdict.Allowance,
		Accounted: d.Verdict.Accounted, Coverage: d.Verdict.Coverage, Incidents: d.verdict.Failures, verdict: d.verdict,
	})}
	for _, m := range d.Months {
		rows = append(rows, d.csvPeriod("month", m.From, m.To, m))
	}
	rows = append(rows, d.csvPlaces()...)
	rows = append(rows, d.csvCount()...)
	rows = append(rows, d.csvService()...)
	for _, i := range d.Incidents {
		to := ""
		if i.FirstGood != nil {
			to = i.FirstGood.Format(time.RFC3339Nano)
		}
		rows = append(rows, []string{"incident", d.stamp(i.incident.FirstBad), to, "", "", "", "", "",
			number(i.Seconds.Point), number(i.Seconds.Low), number(i.Seconds.High), "", "", "", "", "", "", i.Reason, string(i.Cause.Side), i.Class, plain(i.Cause.Note)})
	}
	for _, m := range d.Maintenance {
		rows = append(rows, []string{"maintenance", d.stamp(m.From), d.stamp(m.To), "", "", "", "", "", "", "", "", "", "", "", number(m.Left), "", "", "", "", m.Class, plain(m.Note)})
	}
	for i := range rows {
		rows[i] = append(rows[i], make([]string, len(csvHead)-len(rows[i]))...)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (d *Document) csvPeriod(row string, from, to time.Time, m Month) []string {
	fields := []string{row, d.stamp(from), d.stamp(to), string(m.Answer), d.input.Claim.Availability.String(),
		number(m.Share.Point), number(m.Share.Low95), number(m.Share.High95), number(m.Down.Point), number(m.Down.Low95), number(m.Down.High95),
		number(m.Allowance), number(m.Accounted), number(m.verdict.Unknown.Seconds()), number(m.verdict.Excluded.Seconds()), number(m.Coverage),
		strconv.Itoa(m.Incidents), "", "", "", ""}
	if !creditDue(&m.verdict) || !m.verdict.Final {
		return fields
	}
	due := m.verdict.Credit
	by := ""
	if due.ClaimBy != (sla.Date{}) {
		by = day(due.ClaimBy)
	}
	return append(fields, number(due.Point), number(due.Low), number(due.High), by)
}

// csvCount are the steps of the counting rule, and the runs as it counts them.
func (d *Document) csvCount() [][]string {
	c := d.verdict.Count
	if c == nil {
		return nil
	}
	var rows [][]string
	p := d.verdict.Period
	seconds := func(t time.Duration) string { return number(t.Seconds()) }
	for _, s := range c.Stages {
		rows = append(rows, []string{"count_stage", d.stamp(p.From), d.stamp(p.To), "", "", "", "", "",
			seconds(s.Point), seconds(s.Low), seconds(s.High), "", "", "", "", "", "", "", "", string(s.Name)})
	}
	for _, r := range c.Runs {
		rows = append(rows, []string{"counted", d.stamp(r.From), d.stamp(r.To), "", "", "", "", "",
			seconds(r.Counted), "", "", "", "", "", "", "", "", "", "", string(r.Less), r.Why})
	}
	return rows
}

func (d *Document) stamp(t time.Time) string { return t.In(d.zone()).Format(time.RFC3339Nano) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// plain keeps a spreadsheet from taking somebody's words for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
