package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/sla"
)

// JudgeJSON writes a verdict as the JSON of `slamon judge --json`.
func JudgeJSON(w io.Writer, v sla.Verdict) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v.JSON())
}

// JudgeText writes a verdict for people: the answer in words first, then the
// figures, each rounded to the side that favours nobody's hopes, then the
// incidents.
func JudgeText(w io.Writer, v sla.Verdict) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n\n", v.Explanation)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, line := range judgeLines(v) {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	table.Flush()
	writeServiceIncidents(&out, v)
	writeIncidents(&out, v)
	writeCount(&out, &v)
	_, err := w.Write(out.Bytes())
	return err
}

func judgeLines(v sla.Verdict) [][2]string {
	decimals := v.Claim.Availability.Digits + 1
	percent := func(share float64) string { return sla.Percent(share, decimals) }
	d, a := v.Downtime, v.Availability
	lines := [][2]string{
		{"verdict", string(v.Answer)},
		{"claim", v.Claim.Availability.String()},
		{"made of", English.combineText(&v.Claim)},
		{"window", fmt.Sprintf("%s to %s, %s", moment(v.Period.From), moment(v.Period.To), v.Period.From.Location())},
		{"allowance", sla.AtLeast(v.Allowance)},
		{"downtime", "about " + sla.AtMost(d.Point)},
		{"  by the probes", fmt.Sprintf("%s to %s, unseen failures apart", sla.AtLeast(d.HardLow), sla.AtMost(d.HardHigh))},
		{"  at 95 %", fmt.Sprintf("%s to %s, unseen failures included", sla.AtLeast(d.Low95), sla.AtMost(d.High95))},
		{"  one side alone", fmt.Sprintf("at least %s; at most %s", sla.AtLeast(d.Least95), sla.AtMost(d.Most95))},
	}
	if v.Coverage > 0 {
		lines = append(lines, [][2]string{
			{"availability", percent(a.Point)},
			{"  at 95 %", fmt.Sprintf("%s to %s", percent(a.Low95), percent(a.High95))},
		}...)
	}
	lines = append(lines, [][2]string{
		{"accounted", sla.AtLeast(v.Accounted)},
		{"excluded", sla.AtLeast(v.Excluded)},
		{"unknown", fmt.Sprintf("%s (coverage %s)", sla.AtMost(v.Unknown), sla.Percent(v.Coverage, 3))},
		{"probes", fmt.Sprintf("%d, %d failed, %d unknown", v.Probes.Total, v.Probes.Failed, v.Probes.Unknown)},
		{"interval", sla.AtLeast(v.Interval)},
		{"deciding interval", deciding(v)},
	}...)
	if !v.Final {
		lines = append(lines, [2]string{"judged until", moment(v.Until)})
	}
	if v.Claim.Hours != nil {
		lines = append(lines, [2]string{"service hours", v.Claim.Hours.Rule})
	}
	return slices.DeleteFunc(lines, func(line [2]string) bool { return line[1] == "" })
}

// writeCount shows what each step of the rule left, and the credit.
func writeCount(out *bytes.Buffer, v *sla.Verdict) {
	if v.Count == nil {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	g := stageGrid(English, v)
	fmt.Fprintf(table, "\n%s\n", strings.ToUpper(strings.Join(g.Head, "\t")))
	for _, row := range g.Rows {
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	fmt.Fprintln(table, g.Note)
	if text := English.creditText(v); text != "" {
		fmt.Fprintf(table, "\ncredit: %s\n", text)
	}
	table.Flush()
}

func deciding(v sla.Verdict) string {
	// The formula behind Deciding is a safe one, and can ask for less than what
	// was enough this time.
	if v.Answer != sla.CannotTell && v.Answer != sla.MetIfUnknownAlike {
		return "not needed: the claim is decided"
	}
	if v.Deciding <= 0 {
		return "none: on this history no interval can prove the claim"
	}
	return sla.AtLeast(v.Deciding)
}

// moment prints an instant with its offset, and fractions only where there are.
func moment(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.Format("2006-01-02 15:04:05.999-07:00")
}

func writeIncidents(out *bytes.Buffer, v sla.Verdict) {
	switch {
	case len(v.Incidents) == 0 && !ofService(&v):
		fmt.Fprintf(out, "\nno incident\n")
		return
	case len(v.Incidents) == 0:
		fmt.Fprintf(out, "\nno failure of a check\n")
		return
	case ofService(&v):
		fmt.Fprintf(out, "\nfailures of the checks, as the probes saw them\n")
	}
	zone := v.Period.From.Location()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if !ofService(&v) {
		fmt.Fprintln(out)
	}
	fmt.Fprintf(table, "LAST GOOD\tFIRST BAD\tLAST BAD\tFIRST GOOD\tLENGTH\tFAILED\tREASON\tCLASS\n")
	for _, i := range v.Incidents {
		class := "unplanned"
		if i.Planned {
			class = "planned"
		}
		if i.High == 0 && !i.Ongoing && i.Planned {
			class = "left out"
		}
		if !i.Confirmed() {
			class += ", a single probe"
		}
		if v.Claim.Combine != "" && i.Check != "" {
			class += ", " + string(i.Check)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s to %s\t%d\t%s\t%s\n",
			local(i.LastGood, zone), local(i.FirstBad, zone), local(i.LastBad, zone), local(i.FirstGood, zone),
			sla.AtLeast(i.Low), sla.AtMost(i.High), i.Failed, i.Reason, class)
	}
	table.Flush()
}

func local(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return moment(t)
	}
	return moment(t.In(zone))
}
