package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// ofService reports whether the failures of the service are another matter than those
// of its check: it has several, or a rule merges and leaves out.
func ofService(v *sla.Verdict) bool {
	return v.Claim.Rule != nil || len(v.Claim.Checks) > 1
}

// serviceGrid shows the failures of the service, as the claim combines its checks and
// its rule merges them, with what of each counts.
func (d *Document) serviceGrid(l *Language) grid {
	v := &d.verdict
	g := grid{ID: "service", Title: l.t("service.incidents"), Empty: l.t("incidents.none"), Right: map[int]bool{0: true},
		Head: []string{"#", l.t("service.began"), l.t("service.ended"), l.t("length"), l.t("rule.counts"), l.t("service.checks"), l.t("reason"), l.t("side")}}
	all := v.ServiceIncidents()
	counts := 0
	for n := range all {
		is := &all[n]
		number := "–"
		if is.Counts {
			counts++
			number = fmt.Sprint(counts)
		}
		if len(g.Rows) == maxRuns {
			continue
		}
		g.Rows = append(g.Rows, []string{number, d.between(l, is.Began, is.OpenBegin, "service.by"), d.ended(l, is),
			l.t("to", l.duration(is.Low), l.most(is.High)), d.counted(l, is), d.downChecks(l, is), d.serviceReason(l, is), d.sides(l, is.Parts)})
	}
	g.Note = l.t("service.count", d.failures(l))
	if left := len(all) - len(g.Rows); left > 0 {
		g.Note += " " + l.t("rule.more", left)
	}
	return g
}

// between prints a moment that lies between two; open is the word where nothing is known
// of the time before, or after.
func (d *Document) between(l *Language, p timeline.Period, open bool, word string) string {
	from, to := d.when(p.From), d.when(p.To)
	switch {
	case open && word == "service.by":
		return l.t(word, to)
	case open:
		return l.t(word, from)
	case from == to:
		return from
	}
	if from[:len(time.DateOnly)] == to[:len(time.DateOnly)] {
		to = to[len(time.DateOnly)+1:]
	}
	return from + " – " + to
}

func (d *Document) ended(l *Language, is *sla.ServiceIncident) string {
	if is.Ongoing {
		return l.t("ongoing")
	}
	return d.between(l, is.Ended, is.OpenEnd, "service.after")
}

// counted says what of an incident counts, and what took from it.
func (d *Document) counted(l *Language, is *sla.ServiceIncident) string {
	text := l.t("service.none")
	if is.Counts {
		text = l.most(is.Counted)
	}
	if is.Less != "" {
		text += " · " + l.lessText(d.verdict.Claim.Rule, is.Less)
	}
	if is.Runs > 1 {
		text += " · " + l.t("service.merged", is.Runs)
	}
	return text
}

func (d *Document) downChecks(l *Language, is *sla.ServiceIncident) string {
	if len(is.Checks) == 0 {
		return l.t("service.nobody")
	}
	names := make([]string, len(is.Checks))
	for i, id := range is.Checks {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

func (d *Document) serviceReason(l *Language, is *sla.ServiceIncident) string {
	if len(is.Parts) == 0 {
		return "–"
	}
	reason := l.t("reason." + is.Reason.String())
	if is.Planned {
		reason += " · " + l.t("class.planned")
	}
	return reason
}

// sides are those that people confirmed of the checks' failures, each once.
func (d *Document) sides(l *Language, parts []int) string {
	var sides []string
	for _, i := range parts {
		c := d.Incidents[i].Cause
		if side := l.t("side." + string(c.Side)); c.Side != "" && !slices.Contains(sides, side) {
			sides = append(sides, side)
		}
	}
	if len(sides) == 0 {
		return l.t("side.")
	}
	return strings.Join(sides, ", ")
}

// csvService are the failures of the service: from and to as they most likely were,
// what counts, and why it is not all.
func (d *Document) csvService() [][]string {
	if !ofService(&d.verdict) {
		return nil
	}
	var rows [][]string
	all := d.verdict.ServiceIncidents()
	for i := range all {
		is := all[i].JSON(d.verdict.Claim.Rule, d.zone())
		number := func(t time.Duration) string { return number(t.Seconds()) }
		rows = append(rows, []string{"service_incident", d.stamp(is.From), d.stamp(is.To), "", "", "", "", "",
			number(all[i].Counted), number(all[i].Low), number(all[i].High), "", "", "", "", "", fmt.Sprint(all[i].Runs), is.Reason, "", is.Class,
			plain(strings.Join(is.Checks, " ") + ": " + string(is.Less))})
	}
	return rows
}

// writeServiceIncidents lists the failures of a service of several checks, or those
// that a rule makes of them.
func writeServiceIncidents(out *bytes.Buffer, v sla.Verdict) {
	if !ofService(&v) {
		return
	}
	all := v.ServiceIncidents()
	fmt.Fprintf(out, "\nincidents of the service: %s\n", claimedCount(&v))
	if len(all) == 0 {
		return
	}
	zone := v.Period.From.Location()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	several := len(v.Claim.Checks) > 1
	head := "#\tBEGAN\tENDED\tLENGTH\tCOUNTS"
	if several {
		head += "\tCHECKS"
	}
	fmt.Fprintln(table, head)
	counts := 0
	for i := range all {
		is := &all[i]
		number, counted := "-", "not"
		if is.Counts {
			counts++
			number, counted = fmt.Sprint(counts), sla.AtMost(is.Counted)
		}
		if is.Less != "" {
			counted += ", " + v.Claim.Rule.Why(is.Less)
		}
		if is.Runs > 1 {
			counted += fmt.Sprintf(", %d runs", is.Runs)
		}
		j := is.JSON(v.Claim.Rule, zone)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s to %s\t%s", number, moments(j.Began), moments(j.Ended), sla.AtLeast(is.Low), sla.AtMost(is.High), counted)
		if several {
			fmt.Fprintf(table, "\t%s", strings.Join(j.Checks, " "))
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}

// claimedCount says how many incidents count, and how many were claimed.
func claimedCount(v *sla.Verdict) string {
	if most := v.Claim.MaxIncidents; most != nil {
		return fmt.Sprintf("%d count, and at most %d are claimed", v.Failures, *most)
	}
	return fmt.Sprintf("%d count", v.Failures)
}

// moments prints between which two moments something happened.
func moments(m sla.MomentJSON) string {
	switch {
	case m.Earliest == nil && m.Latest == nil:
		return "not known"
	case m.Earliest == nil:
		return "by " + moment(*m.Latest)
	case m.Latest == nil:
		return "after " + moment(*m.Earliest)
	case m.Earliest.Equal(*m.Latest):
		return moment(*m.Latest)
	}
	return moment(*m.Earliest) + " to " + m.Latest.Format("15:04:05")
}
