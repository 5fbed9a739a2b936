package web

import (
	"html/template"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

const (
	// servicesPerPage keep the overview under 300 kB with several claims each.
	servicesPerPage = 50
	// filterFrom is the number of services from which a search pays.
	filterFrom = 8
)

type overviewView struct {
	Tone, Icon, Headline string
	Tiles                []tile
	Services             []serviceRow
	Pager                pagerView
	Incidents            []incidentRow
	Filter, TroubleOnly  bool
	Find                 string
	Keep                 []struct{ Name, Value string }
}

// tile is a number with its parts.
type tile struct {
	Number, Label string
	Parts         []tilePart
}

type tilePart struct{ Class, Icon, Text string }

type serviceRow struct {
	Name, URL, Vendor, Checks, Open string
	Muted                           bool // whole or in part
	State                           stateView
	Claims                          []claimRow
}

// claimRow is a verdict in one line.
type claimRow struct {
	Name, URL, Figure, Point, Low, High, Left, Seen string
	Known                                           bool
	Answer                                          answerView
	Bar                                             template.HTML
}

func (s *server) overview(v *visit) view {
	out := overviewView{Find: v.query.Get("q"), TroubleOnly: v.query.Get("show") == "trouble", Filter: len(v.board.Services) >= filterFrom}
	v.summarize(&out)
	var list []*status.Service
	for i := range v.board.Services {
		if x := &v.board.Services[i]; out.wants(x) {
			list = append(list, x)
		}
	}
	list, out.Pager = paged(v, list, servicesPerPage)
	muted := s.muted(v)
	for _, x := range list {
		row := v.serviceRow(x)
		row.Muted = muted[x.ID]
		out.Services = append(out.Services, row)
	}
	latest := newestIncidents(v.board, latestIncidents)
	out.Incidents = s.withTaken(v, v.incidentRows(latest), latest)
	if l := v.query.Get("lang"); l != "" {
		out.Keep = append(out.Keep, struct{ Name, Value string }{"lang", l})
	}
	return view{name: "overview", title: v.t("nav.overview"), active: "overview", body: out}
}

// wants applies the search.
func (o *overviewView) wants(s *status.Service) bool {
	if o.TroubleOnly && !troubled(s) {
		return false
	}
	find := strings.ToLower(strings.TrimSpace(o.Find))
	return find == "" || strings.Contains(strings.ToLower(s.Name+" "+string(s.ID)+" "+s.Vendor), find)
}

// troubled reports whether a service is worth a look now.
func troubled(s *status.Service) bool {
	if s.State == check.Down || s.State == check.Degraded || openIncidents(s) > 0 {
		return true
	}
	for i := range s.Claims {
		if decisive(s.Claims[i].Answer) {
			return true
		}
	}
	for i := range s.Responses {
		if decisive(s.Responses[i].Answer) {
			return true
		}
	}
	return false
}

func (v *visit) serviceRow(s *status.Service) serviceRow {
	row := serviceRow{
		Name: nameOf(s.Name, s.ID), URL: v.link("/services/" + string(s.ID)), Vendor: s.Vendor,
		State: v.state(s.State), Checks: v.n("count.checks", len(s.Checks)),
	}
	if s.ID == check.OwnNetworkService {
		row.Name = v.t("service.own")
	}
	if n := openIncidents(s); n > 0 {
		row.Open = v.n("count.open", n)
	}
	for i := range s.Claims {
		row.Claims = append(row.Claims, v.claimRow(&s.Claims[i]))
	}
	for i := range s.Responses {
		row.Claims = append(row.Claims, v.responseClaimRow(&s.Responses[i]))
	}
	return row
}

func (v *visit) claimRow(c *status.Claim) claimRow {
	row := claimRow{
		Name: nameOf(c.Claim.Name, c.Claim.ID), URL: v.link("/claims/" + string(c.Claim.ID)),
		Figure: figure(c.Claim.Availability), Known: known(&c.Verdict), Answer: v.answerNow(&c.Verdict),
		Left: v.allowanceText(&c.Verdict), Bar: v.allowanceBar(&c.Verdict), Seen: v.seen(&c.Verdict),
	}
	row.Point, row.Low, row.High = shares(&c.Verdict, digitsOf(c.Claim))
	return row
}

// summarize counts what is on the board and says the most important thing first.
func (v *visit) summarize(o *overviewView) {
	states, answers := map[check.State]int{}, map[sla.Answer]int{}
	byCheck := map[check.State]int{}
	checks, claims, open := 0, 0, 0
	for i := range v.board.Services {
		s := &v.board.Services[i]
		// Our own line and gear are nobody's service: what fails there is an incident.
		if s.ID != check.OwnNetworkService && s.ID != check.DevicesService {
			states[s.State]++
		}
		checks += len(s.Checks)
		claims += len(s.Claims) + len(s.Responses)
		open += openIncidents(s)
		for k := range s.Checks {
			if !s.Checks[k].Paused {
				byCheck[s.Checks[k].Last.State]++
			}
		}
		for k := range s.Claims {
			answers[s.Claims[k].Answer]++
		}
		for k := range s.Responses {
			answers[s.Responses[k].Answer]++
		}
	}
	v.headline(o, states, open)
	services := 0
	var byAnswer []tilePart
	for _, n := range states {
		services += n
	}
	for _, a := range []sla.Answer{sla.BreachedCertain, sla.Breached, sla.CannotTell, sla.MetIfUnknownAlike, sla.Met} {
		if n := answers[a]; n > 0 {
			w := v.answerOf(a)
			byAnswer = append(byAnswer, tilePart{"a-" + w.Tone, w.Icon, v.count(n) + " " + w.Word})
		}
	}
	o.Tiles = []tile{
		{v.count(services), v.n("label.services", services), v.stateParts(states)},
		{v.count(claims), v.n("label.claims", claims), byAnswer},
		{v.count(checks), v.n("label.checks", checks), v.stateParts(byCheck)},
		{v.count(open), v.n("label.open", open), nil},
	}
}

// stateParts counts states in words, the worst first.
func (v *visit) stateParts(states map[check.State]int) []tilePart {
	var parts []tilePart
	for _, st := range []check.State{check.Down, check.Degraded, check.Unknown, check.Up} {
		if n := states[st]; n > 0 {
			parts = append(parts, tilePart{st.String(), st.String(), v.count(n) + " " + v.language.state(st)})
		}
	}
	return parts
}

func (v *visit) headline(o *overviewView, states map[check.State]int, open int) {
	switch {
	case states[check.Down] > 0:
		o.Tone, o.Icon, o.Headline = "down", "down", v.n("headline.down", states[check.Down])
	case states[check.Degraded] > 0:
		o.Tone, o.Icon, o.Headline = "degraded", "degraded", v.n("headline.degraded", states[check.Degraded])
	case open > 0:
		o.Tone, o.Icon, o.Headline = "degraded", "degraded", v.n("headline.open", open)
	case states[check.Unknown] > 0:
		o.Tone, o.Icon, o.Headline = "unknown", "unknown", v.n("headline.unknown", states[check.Unknown])
	default:
		o.Tone, o.Icon, o.Headline = "up", "up", v.t("headline.up")
	}
}
