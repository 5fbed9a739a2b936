package report

import (
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// Brief is a report in the few lines that a message has room for.
type Brief struct {
	Title  string // service, claim and figure
	Period string // by its days where it is made of whole ones
	Lines  []BriefLine
}

// BriefLine is a name with what is to be said under it.
type BriefLine struct{ Name, Value string }

// Brief returns the verdict, its sentence, the figure with its bounds, and what was
// not measured.
func (d *Document) Brief(l *Language) Brief {
	v := &d.verdict
	b := Brief{
		Title:  name(d.Name, string(d.Service)) + ": " + name(v.Claim.Name, string(v.Claim.ID)) + " (" + figure(v.Claim.Availability) + ")",
		Period: d.days(d.input.Period.From, d.input.Period.To),
	}
	add := func(key, value string) { b.Lines = append(b.Lines, BriefLine{l.t(key), value}) }
	add("verdict", d.answer(l)+": "+d.explain(l))
	if v.Accounted > v.Unknown {
		add("measured", d.share(v.Availability.Point)+" ("+l.t("range")+": "+l.t("to", d.share(v.Availability.Low95), d.share(v.Availability.High95))+")")
	}
	add("downtime", l.t("about", l.duration(v.Downtime.Point)))
	add("allowance", l.duration(v.Allowance))
	add("coverage", strings.TrimSuffix(sla.Percent(v.Coverage, 3), "%")+" %")
	if len(d.Incidents) > 0 {
		add("incidents", d.worstIncidents(l))
	}
	return b
}

// briefIncidents of a report stand in a message; the others are counted.
const briefIncidents = 5

func (d *Document) worstIncidents(l *Language) string {
	var parts []string
	for n, i := range d.Incidents {
		if n == briefIncidents {
			parts = append(parts, l.t("more", len(d.Incidents)-n))
			break
		}
		length := time.Duration(i.Seconds.Point * float64(time.Second))
		parts = append(parts, d.when(i.incident.FirstBad)+" ("+l.t("about", l.duration(length))+", "+l.t("reason."+i.Reason)+")")
	}
	return strings.Join(parts, "; ")
}

// LinkWord is what stands beside a link to the whole report.
func LinkWord(l *Language) string { return l.t("whole") }
