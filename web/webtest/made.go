// Package webtest makes a board and a history to look at: several services, a
// year with outages, announced maintenance, and time that nobody saw. All of it
// follows from one instant, so that tests and screenshots are the same every
// time.
package webtest

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// Token is what the made heartbeat check expects.
const Token = "made-token"

// Tokyo is the zone of the made site.
var Tokyo = mustLoad("Asia/Tokyo")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the tests have no meaning without it
	}
	return zone
}

// Now is the instant of the made board, shortly before the end of a year.
var Now = time.Date(2026, time.September, 20, 14, 30, 0, 0, Tokyo)

// trouble is a piece of time in which a check was not plainly up.
type trouble struct {
	from   time.Time
	long   time.Duration
	state  check.State
	reason check.Reason
	detail *check.Evidence
}

// Made is a board with the history it was judged on.
type Made struct {
	Board    *status.Board
	checks   map[check.ID]check.Check
	troubles map[check.ID][]trouble
	series   map[check.ID]timeline.Series
}

// at returns an instant of the made year.
func at(month time.Month, day, hour, minute int) time.Time {
	year := 2026
	if month >= time.October {
		year = 2025
	}
	return time.Date(year, month, day, hour, minute, 0, 0, Tokyo)
}

// New makes the board.
func New() *Made {
	m := &Made{checks: map[check.ID]check.Check{}, troubles: troubles(), series: map[check.ID]timeline.Series{}}
	services := services()
	for i := range services {
		for _, c := range services[i].Checks {
			m.checks[c.ID] = c
			m.series[c.ID] = m.build(c)
		}
	}
	b := &status.Board{
		At: Now, Site: "tokyo-office", Zone: Tokyo, Version: "0.1.0", Started: at(time.September, 18, 9, 2),
		Own: own(),
	}
	for _, s := range services {
		b.Services = append(b.Services, m.service(s))
	}
	devices(b)
	m.responses(b)
	m.Board = b
	return m
}

func own() status.Own {
	return status.Own{
		ConfigFile: "/etc/slamon/config.toml", ConfigLoaded: at(time.September, 18, 9, 2), NetworkAlive: true, InFlight: 2,
		Missed: map[check.Reason]uint64{check.ReasonMissed: 3, check.ReasonStopped: 41}, Started: 1_482_113,
		Lag:           status.Lag{P50: 1100 * time.Microsecond, P99: 8 * time.Millisecond, Max: 61 * time.Millisecond},
		ResultsStored: 1_482_154, StoreBytes: 48_213_504, LastBackup: at(time.September, 20, 2, 0),
		ClockOffset: 412 * time.Microsecond, ClockOffsetKnown: true,
		Events: []status.Event{
			{At: at(time.September, 20, 2, 0), Kind: "backup", Text: "slamon-2026-09-20.db, 46.0 MiB, verified"},
			{At: at(time.September, 18, 9, 2), Kind: "started", Text: "slamon 0.1.0 after 41 s"},
			{At: at(time.September, 18, 9, 1), Kind: "stopped", Text: "on request"},
			{At: at(time.September, 3, 11, 20), Kind: "reload", Text: "9 checks, 4 claims"},
			{At: at(time.August, 11, 4, 0), Kind: "clock_step", Text: "the wall clock was stepped by -1.2 s"},
		},
	}
}

func (m *Made) service(s check.Service) status.Service {
	out := status.Service{Service: s, State: check.Up, Maintenance: maintenance(s.ID)}
	worst := -1
	for _, c := range s.Checks {
		stretches := m.series[c.ID].Stretches
		newest := stretches[len(stretches)-1]
		shown := status.Check{Check: c, Last: m.result(c, newest.Last), Since: newest.First}
		for _, st := range slices.Backward(stretches) {
			if st.State.Good() {
				shown.LastGood = st.Last
				break
			}
		}
		if rank := slices.Index([]check.State{check.Up, check.Unknown, check.Degraded, check.Down}, shown.Last.State); rank > worst && !c.Paused {
			worst, out.State = rank, shown.Last.State
		}
		out.Checks = append(out.Checks, shown)
		out.Incidents = append(out.Incidents, m.incidents(c)...)
	}
	slices.SortStableFunc(out.Incidents, func(x, y status.Incident) int { return y.FirstBad.Compare(x.FirstBad) })
	for _, c := range claims(s.ID) {
		out.Claims = append(out.Claims, m.claim(c, out.Maintenance))
	}
	return out
}

func (m *Made) claim(c sla.Claim, ex []sla.Exclusion) status.Claim {
	var series []timeline.Series
	for _, id := range c.Checks {
		series = append(series, m.series[id])
	}
	period := c.Window.Period(Now)
	until := period.To
	if until.After(Now) {
		until = Now
	}
	out := status.Claim{Verdict: sla.Judge(c, period, until, series, ex)}
	for _, w := range status.Windows {
		p := timeline.Period{From: Now.Add(-w.Length), To: Now}
		out.Rolling = append(out.Rolling, status.Rolling{Name: w.Name, Verdict: sla.Judge(c, p, Now, series, ex)})
	}
	return out
}

func (m *Made) incidents(c check.Check) []status.Incident {
	p := timeline.Period{From: Now.AddDate(-1, 0, 0), To: Now}
	v := sla.Judge(sla.Claim{Checks: []check.ID{c.ID}, Combine: sla.AnyDown}, p, Now, []timeline.Series{m.series[c.ID]}, nil)
	var out []status.Incident
	for _, i := range v.Incidents {
		n := status.Incident{
			Incident: i, Service: c.Service,
			ID: fmt.Sprintf("%s-%s", c.ID, i.FirstBad.UTC().Format("20060102T150405.000Z")),
		}
		n.Detail = m.result(c, i.FirstBad).Detail
		out = append(out, n)
	}
	return out
}

// build compresses a year of results. Where nothing happens it leaps over the
// probes that would only have lengthened the open stretch.
func (m *Made) build(c check.Check) timeline.Series {
	s := timeline.Series{Check: c.ID, Interval: c.Interval, Reprobe: c.Reprobe}
	var b timeline.Builder
	add := func(r check.Result) bool {
		if closed, ok, _ := b.Add(r, c.Interval); ok {
			s.Stretches = append(s.Stretches, closed)
		}
		return true
	}
	t := firstSlot(c, Now.AddDate(-1, 0, -1))
	for t.Before(Now) {
		quiet := m.quietUntil(c, t)
		if !quiet.After(t) {
			m.slot(c, t, Now, add)
			t = t.Add(c.Interval)
			continue
		}
		more := int((quiet.Sub(t) - 1) / c.Interval)
		m.slot(c, t, Now, add)
		open := b.Open()
		open.Last = open.Last.Add(time.Duration(more) * c.Interval)
		open.Results, open.Base = open.Results+more, open.Base+more
		b.Resume(open)
		t = t.Add(time.Duration(more+1) * c.Interval)
	}
	if open := b.Open(); open.Results > 0 {
		s.Stretches = append(s.Stretches, open)
	}
	return s
}

// quietUntil returns when the next trouble begins; t itself when there is one.
func (m *Made) quietUntil(c check.Check, t time.Time) time.Time {
	next := Now
	for _, x := range m.troubles[c.ID] {
		if x.from.Add(x.long).After(t) && x.from.Before(next) {
			next = x.from
		}
	}
	if next.Before(t) {
		return t
	}
	return next
}

func firstSlot(c check.Check, from time.Time) time.Time {
	t := from.Truncate(c.Interval).Add(phase(c) % c.Interval)
	for t.Before(from) {
		t = t.Add(c.Interval)
	}
	return t
}

func phase(c check.Check) time.Duration { return time.Duration(len(c.ID)*37) * time.Second / 10 }

// slots yields the results of a period.
func (m *Made) slots(c check.Check, p timeline.Period) func(func(check.Result) bool) {
	if p.To.After(Now) {
		p.To = Now
	}
	return func(yield func(check.Result) bool) {
		for t := firstSlot(c, p.From); t.Before(p.To); t = t.Add(c.Interval) {
			if !m.slot(c, t, p.To, yield) {
				return
			}
		}
	}
}

// slot yields the result of a slot, and those of the re-probes while it is down.
func (m *Made) slot(c check.Check, t, end time.Time, yield func(check.Result) bool) bool {
	if x := m.troubleAt(c, t); x != nil && x.reason == check.ReasonStopped {
		return true // nobody was there to make a result
	}
	r := m.result(c, t)
	r.Base = true
	if !yield(r) {
		return false
	}
	for re := t.Add(c.Reprobe); c.Reprobe > 0 && r.State == check.Down && re.Before(t.Add(c.Interval)) && re.Before(end); re = re.Add(c.Reprobe) {
		if r = m.result(c, re); !yield(r) {
			return false
		}
	}
	return true
}

func (m *Made) troubleAt(c check.Check, t time.Time) *trouble {
	for i := range m.troubles[c.ID] {
		x := &m.troubles[c.ID][i]
		if !t.Before(x.from) && t.Before(x.from.Add(x.long)) {
			return x
		}
	}
	return nil
}

// result is what a probe at t found.
func (m *Made) result(c check.Check, t time.Time) check.Result {
	r := check.Result{Check: c.ID, Site: "tokyo-office", Sent: t.UTC()}
	r.State = check.Up
	r.Took = latency(c, t)
	r.Phases = check.Phases{Resolve: r.Took / 20, Connect: r.Took / 8, TLS: r.Took / 5, Wait: r.Took / 2, Transfer: r.Took / 10}
	r.Facts = facts(c)
	if x := m.troubleAt(c, t); x != nil {
		r.State, r.Reason, r.Detail = x.state, x.reason, x.detail
		r.Facts = nil
		switch x.reason {
		case check.ReasonTimeout:
			r.Took, r.Phases = c.Timeout, check.Phases{Resolve: 2 * time.Millisecond, Connect: 9 * time.Millisecond}
		case check.ReasonSlow:
			r.Took *= 12
		}
	}
	return r
}

func facts(c check.Check) []check.Fact {
	switch c.Params.(type) {
	case check.HTTP:
		return []check.Fact{{Kind: check.HTTPStatus, Value: 200}, {Kind: check.CertificateExpiry, Value: float64(Now.AddDate(0, 0, 61).Unix())}, {Kind: check.BodyBytes, Value: 18_332}}
	case check.ICMP:
		return []check.Fact{{Kind: check.PacketLoss, Value: 0}, {Kind: check.RTTMin, Value: .0031}, {Kind: check.RTTMax, Value: .0042}}
	}
	return nil
}

// latency follows the hours of work, with a little noise.
func latency(c check.Check, t time.Time) time.Duration {
	base := 30 + 7*float64(len(c.ID)%9)
	hour := float64(t.In(Tokyo).Hour()) + float64(t.Minute())/60
	work := math.Exp(-(hour-14)*(hour-14)/18) * 40
	if day := t.In(Tokyo).Weekday(); day == time.Saturday || day == time.Sunday {
		work /= 4
	}
	x := uint64(t.Unix())*0x9e3779b97f4a7c15 ^ uint64(len(c.ID))<<32
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	noise := float64(x>>40) / (1 << 24)
	if noise > .985 {
		noise *= 4
	}
	return time.Duration((base + work + 14*noise) * float64(time.Millisecond))
}

func address(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err) // the addresses below are constants
	}
	return u
}

var token = secret.New(Token)
