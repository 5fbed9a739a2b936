package web

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// newestResults are listed on the page of a check.
const newestResults = 30

type checkView struct {
	Row                 checkRow
	Service, ServiceURL string
	Reprobe, Timeout    string
	LastGood, Last      moment
	Facts               []factView
	Evidence            *check.Evidence
	Ranges              rangeView
	Strips              []stripView
	Legend              []legendRow
	Chart               chartView
	Responses           *responsesView
	Incidents           []incidentRow
	Results             resultRows
	CSV                 string
}

// factView is one named value.
type factView struct {
	Name, Value string
	Time        moment
	Bad         bool
}

func (s *server) check(v *visit) view {
	id := check.ID(v.r.PathValue("id"))
	c, x := findCheck(v.board, id)
	if c == nil {
		return v.missing("check", string(id))
	}
	out := checkView{
		Row: v.checkRow(c), Service: nameOf(x.Name, x.ID), ServiceURL: v.link("/services/" + string(x.ID)),
		Timeout: v.length(c.Timeout, roundNear), LastGood: v.at(c.LastGood), Last: v.at(c.Last.Sent),
		Facts: v.facts(c), Evidence: c.Last.Detail, Legend: v.legend(),
	}
	if c.Reprobe > 0 {
		out.Reprobe = v.t("check.reprobe", v.length(c.Reprobe, roundNear))
	}
	period, ranges := v.period(nil)
	out.Ranges, out.CSV = ranges, resultsURL(id, period)
	if s.History != nil {
		p := soFar(period, v.board.At)
		spans := timeline.Spans(s.read(id, p), p, nil, false)
		out.Strips = []stripView{v.stripView(out.Row.Name, "", spans, period)}
		out.Ranges.Zoom = v.zoom(period, out.Strips)
		out.Chart = s.chart(v, &c.Check, p)
		out.Responses = s.responseTimes(v, []*status.Check{c}, p)
		out.Results = s.newest(v, c)
	}
	for i := range x.Incidents {
		if x.Incidents[i].Check == id {
			out.Incidents = append(out.Incidents, v.incidentRow(&x.Incidents[i]))
		}
	}
	return view{name: "check", title: out.Row.Name, active: "overview", every: historyEvery, body: out}
}

// newest lists the last results, newest first. It reads as far back as that many
// base intervals reach, since the time before may hold nothing.
func (s *server) newest(v *visit, c *status.Check) resultRows {
	if c.Last.Sent.IsZero() {
		return nil
	}
	p := timeline.Period{From: c.Last.Sent.Add(-newestResults * c.Interval), To: c.Last.Sent.Add(time.Nanosecond)}
	var kept []check.Result
	for r, err := range s.History.Results(c.ID, p) {
		if err != nil {
			s.Log.Warn("results cannot be read", "check", c.ID, "error", err)
			break
		}
		if kept = append(kept, r); len(kept) > 2*newestResults {
			kept = slices.Delete(kept, 0, newestResults)
		}
	}
	slices.Reverse(kept)
	rows := make(resultRows, 0, newestResults)
	for _, r := range kept[:min(len(kept), newestResults)] {
		rows = append(rows, v.result(r))
	}
	return rows
}

// facts are what the last probe measured beside the time.
func (v *visit) facts(c *status.Check) []factView {
	var out []factView
	add := func(key, value string) { out = append(out, factView{Name: v.t("fact." + key), Value: value}) }
	if p := v.phases(c.Last.Phases); p != "" {
		add("phases", p)
	}
	for _, f := range c.Last.Facts {
		switch f.Kind {
		case check.CertificateExpiry:
			end := time.Unix(int64(f.Value), 0)
			add("certificate", v.t("fact.certificate.value", end.In(v.zone).Format(time.DateOnly), int(end.Sub(v.board.At)/hours24)))
		case check.HTTPStatus:
			add("status", fmt.Sprintf("%.0f", f.Value))
		case check.BodyBytes:
			add("body", bytes(int64(f.Value)))
		case check.PacketLoss:
			add("loss", fmt.Sprintf("%.1f %%", 100*f.Value))
		case check.RTTMin:
			add("rttmin", v.took(seconds(f.Value)))
		case check.RTTMax:
			add("rttmax", v.took(seconds(f.Value)))
		case check.ClockOffset:
			add("offset", fmt.Sprintf("%+.3f ms", 1000*f.Value))
		case check.Stratum:
			add("stratum", fmt.Sprintf("%.0f", f.Value))
		case check.StepSeconds:
			out = append(out, factView{Name: v.t("fact.step", f.Label), Value: v.took(seconds(f.Value))})
		case check.Performance:
			out = append(out, factView{Name: f.Label, Value: strconv.FormatFloat(f.Value, 'f', -1, 64)})
		case check.DownBits:
			add("down", bits(f.Value))
		case check.UpBits:
			add("up", bits(f.Value))
		case check.Answers:
			add("answers", fmt.Sprintf("%.0f", f.Value))
		case check.AddressesGood:
			add("addresses.good", fmt.Sprintf("%.0f", f.Value))
		case check.AddressesDead:
			add("addresses.dead", fmt.Sprintf("%.0f", f.Value))
		case check.AddressesUnasked:
			if f.Value > 0 {
				add("addresses.unasked", fmt.Sprintf("%.0f", f.Value))
			}
		case check.AddressSeconds:
			out = append(out, factView{Name: f.Label, Value: v.took(seconds(f.Value))})
		}
	}
	return out
}

// bits writes a rate in units of 1000.
func bits(perSecond float64) string {
	for _, unit := range []string{"bit/s", "kbit/s", "Mbit/s"} {
		if perSecond < 1000 {
			return fmt.Sprintf("%.1f %s", perSecond, unit)
		}
		perSecond /= 1000
	}
	return fmt.Sprintf("%.1f Gbit/s", perSecond)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
