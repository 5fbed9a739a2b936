package webtest

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// ResponseLimit is that of the made claim on response time.
const ResponseLimit = 150 * time.Millisecond

// responses adds claims on response time, one that was judged and one that was not,
// and what is usual for the first check, which is slower than that.
func (m *Made) responses(b *status.Board) {
	s := &b.Services[0]
	claim := sla.ResponseClaim{
		Claim: sla.Claim{ID: "meeting-response", Name: "Response time, row 46", Service: s.ID, Kind: sla.Disclosure, Text: "Operations are answered within 150 ms.",
			Checks: []check.ID{s.Checks[0].ID}, Window: sla.Window{Kind: sla.Rolling, Length: 7 * 24 * time.Hour, Zone: Tokyo}},
		Promise: sla.Promise{Limit: ResponseLimit, Share: sla.Figure{PPB: 990_000_000}},
	}
	hold := func(p timeline.Period) sla.ResponseVerdict {
		v, err := claim.Hold(p, p.To, sla.ResponseHistory{Series: []timeline.Series{m.series[s.Checks[0].ID]}, Count: m.count})
		if err != nil {
			panic(err) // count makes none
		}
		return v
	}
	judged := status.Response{ResponseVerdict: hold(claim.Window.Period(Now)), At: Now.Add(-20 * time.Second)}
	for _, w := range status.Windows[:3] {
		judged.Rolling = append(judged.Rolling, status.RollingResponse{Name: w.Name, ResponseVerdict: hold(timeline.Period{From: Now.Add(-w.Length), To: Now})})
	}
	fresh := status.Response{ResponseVerdict: sla.ResponseVerdict{Claim: claim}}
	fresh.Claim.ID, fresh.Claim.Name, fresh.Claim.Window = "meeting-response-month", "Own objective", sla.Window{Kind: sla.CalendarMonth, Zone: Tokyo}
	s.Responses = []status.Response{judged, fresh}

	l := sla.NewUsualLearner(Tokyo)
	for r := range m.slots(s.Checks[0].Check, timeline.Period{From: Now.AddDate(0, 0, -29), To: Now.AddDate(0, 0, -1)}) {
		l.Add(r.Sent, r.State, r.Took)
	}
	u := &s.Checks[0].Usual
	u.Range, u.Unusual, u.Since, u.Rule = l.Usual(), true, Now.Add(-25*time.Minute), sla.UsualRule{Weeks: 4, After: 15 * time.Minute, Margin: .25}
	u.Median, u.High, _ = u.Range.At(Now)
	u.Recent = 3 * u.High
}

func (m *Made) count(id check.ID, set timeline.Set) (sla.Responses, error) {
	var c sla.ResponseCounter
	for _, p := range set {
		for r := range m.slots(m.checks[id], p) {
			if r.Base {
				c.Count(r.State, r.Took)
			}
		}
	}
	return c.Take().Responses(), nil
}

// ResponseTimes counts those of a check; a period of more than a week as if from
// summaries.
func (m *Made) ResponseTimes(id check.ID, p timeline.Period) (web.ResponseTimes, error) {
	if _, ok := m.checks[id]; !ok {
		return web.ResponseTimes{}, fmt.Errorf("no check %q", id)
	}
	exact := p.Length() <= 7*24*time.Hour
	if !exact {
		p.From = p.To.AddDate(0, 0, -7)
	}
	r, err := m.count(id, timeline.SetOf(p))
	return web.ResponseTimes{ResponseFigures: sla.FiguresOf(id, r, ResponseLimit), Limit: ResponseLimit, Exact: exact}, err
}
