package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/sla"
)

// ResponseJSON writes a verdict on response time as the JSON of
// `slamon judge --claim-response --json`.
func ResponseJSON(w io.Writer, v *sla.ResponseVerdict) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v.JSON())
}

// ResponseText writes it for people.
func ResponseText(w io.Writer, v *sla.ResponseVerdict) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n\n", v.Explanation)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, line := range responseLines(v) {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	fmt.Fprintln(table)
	fmt.Fprintln(table, "CHECK\tOPERATIONS\tFAILED\tUNKNOWN\t50 %\t90 %\t95 %\t99 %")
	for i := range v.Checks {
		responseLine(table, string(v.Checks[i].Check), &v.Checks[i])
	}
	if len(v.Checks) > 1 {
		responseLine(table, "all", &v.ResponseFigures)
	}
	table.Flush()
	_, err := w.Write(out.Bytes())
	return err
}

func responseLines(v *sla.ResponseVerdict) [][2]string {
	lines := [][2]string{
		{"verdict", string(v.Answer)},
		{"claim", v.Claim.Promise.String()},
		{"window", fmt.Sprintf("%s to %s, %s", moment(v.Period.From), moment(v.Period.To), v.Period.From.Location())},
		{"operations", fmt.Sprintf("%d, %d failed, %d unknown", v.Operations, v.Failed, v.Unknown)},
		{"within the limit", within(v.Least, v.Most)},
	}
	if v.Excused > 0 {
		lines = append(lines, [2]string{"  by correction", fmt.Sprintf("%d of them", v.Excused)})
	}
	if v.Operations > 0 {
		decimals := max(2, v.Claim.Share.Digits+1)
		percent := func(share float64) string { return sla.Percent(share, decimals) }
		lines = append(lines, [2]string{"share", percent(v.Point)}, [2]string{"  at 95 %", percent(v.Low95) + " to " + percent(v.High95)})
	}
	lines = append(lines, [2]string{"excluded", sla.AtLeast(v.Excluded)}, [2]string{"interval", sla.AtLeast(v.Interval)})
	if v.Deciding > 0 {
		lines = append(lines, [2]string{"deciding interval", sla.AtLeast(v.Deciding)})
	}
	if !v.Final {
		lines = append(lines, [2]string{"judged until", moment(v.Until)}, [2]string{"still to come", fmt.Sprint(v.Coming)})
	}
	return lines
}

// within writes how many were within the limit.
func within(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d, as times are known to 0.4 %%", least, most)
}

func responseLine(w io.Writer, name string, f *sla.ResponseFigures) {
	if name == "" {
		name = "-"
	}
	fmt.Fprintf(w, "%s\t%d\t%d\t%d", name, f.Operations, f.Failed, f.Unknown)
	for _, q := range f.Quantiles {
		fmt.Fprintf(w, "\t%s", responseTime(q))
	}
	fmt.Fprintln(w)
}

// responseTime prints the time of a quantile with the digits that are known.
func responseTime(q sla.Quantile) string {
	d := q.Middle()
	switch {
	case q.High == 0:
		return "-"
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f ms", float64(d)/1e6)
}
