package web

import (
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// timedChecks are listed with their response times on the page of a service: each is
// read from raw results, some 3 ms for a day.
const timedChecks = 20

// responsesView is the table of response times.
type responsesView struct {
	Rows []responseRow
	Note string
	Band bool // whether the chart above shows what is usual
}

type responseRow struct {
	Name, URL          string
	Operations, Failed string
	Times              []string // by sla.ResponseQuantiles
	Within, Usual      string
	Unusual            string
}

// responseTimes is the table of response times of some checks over a period.
func (s *server) responseTimes(v *visit, checks []*status.Check, p timeline.Period) *responsesView {
	if s.Responses == nil || v.public || len(checks) == 0 {
		return nil
	}
	out := &responsesView{}
	for _, c := range checks[:min(len(checks), timedChecks)] {
		if _, silent := c.Params.(check.Heartbeat); silent {
			continue
		}
		times, err := s.Responses(c.ID, p)
		if err != nil {
			s.Log.Warn("response times cannot be read", "check", c.ID, "error", err)
			continue
		}
		out.Rows = append(out.Rows, v.responseRow(c, times))
		out.Band = out.Band || c.Usual.Range != nil
		if !times.Exact {
			out.Note = v.t("response.inexact")
		}
	}
	if len(out.Rows) == 0 {
		return nil
	}
	return out
}

func (v *visit) responseRow(c *status.Check, times ResponseTimes) responseRow {
	row := responseRow{Name: nameOf(c.Name, c.ID), URL: v.checkURL(c.ID), Operations: v.count(times.Operations), Failed: v.count(times.Failed), Within: "–", Usual: v.t("response.usual.none")}
	for _, q := range times.Quantiles {
		switch {
		case q.High == 0:
			row.Times = append(row.Times, "–")
		case times.Exact:
			row.Times = append(row.Times, v.took(q.Middle()))
		default:
			row.Times = append(row.Times, v.took(q.Low)+" – "+v.took(q.High))
		}
	}
	if times.Limit > 0 && times.Operations > 0 {
		row.Within = sharePercent(float64(times.Least)/float64(times.Operations), 2)
		if times.Most != times.Least {
			row.Within += " – " + sharePercent(float64(times.Most)/float64(times.Operations), 2)
		}
		row.Within += " (" + v.limit(times.Limit) + ")"
	}
	if u := &c.Usual; u.High > 0 {
		row.Usual = v.t("response.usual.value", v.took(u.Median), v.took(u.High))
	}
	if c.Usual.Unusual {
		row.Unusual = v.t("response.unusual", v.stamp(c.Usual.Since))
	}
	return row
}
