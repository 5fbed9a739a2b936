package web

import (
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

func (s *server) apiRoutes() []route {
	get := func(path string, h http.HandlerFunc) route { return route{http.MethodGet, path, h} }
	return []route{
		get("/api/v1/status", s.withBoard(s.apiStatus)),
		get("/api/v1/services", s.withBoard(s.apiServices)),
		get("/api/v1/checks", s.withBoard(s.apiChecks)),
		get("/api/v1/checks/{id}", s.withBoard(s.apiCheck)),
		get("/api/v1/claims", s.withBoard(s.apiClaims)),
		get("/api/v1/claims/{id}", s.withBoard(s.apiClaim)),
		get("/api/v1/verdicts", s.withBoard(s.apiVerdicts)),
		get("/api/v1/sites", s.withBoard(s.apiSites)),
		get("/api/v1/incidents", s.withBoard(s.apiIncidents)),
		get("/api/v1/incidents/{id}", s.withBoard(s.apiIncident)),
		get("/api/v1/results", s.withBoard(s.apiResults)),
		get("/api/v1/picture", s.picture),
		get("/api/v1/events", s.events),
		get("/api/v1/openapi.json", s.openAPI),
		get("/badge/{file}", s.withBoard(s.badge)),
		get("/feed.atom", s.withBoard(s.feed)),
	}
}

// withBoard answers 503 until there is a board.
func (s *server) withBoard(next func(http.ResponseWriter, *http.Request, *status.Board)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := s.Board()
		if b == nil {
			w.Header().Set("Retry-After", "1")
			fail(w, http.StatusServiceUnavailable, "slamon is starting: no figures yet")
			return
		}
		next(w, r, b)
	}
}

type serviceJSON struct {
	ID            check.ServiceID `json:"id"`
	Name          string          `json:"name"`
	Vendor        string          `json:"vendor,omitempty"`
	Note          string          `json:"note,omitempty"`
	State         check.State     `json:"state"`
	Checks        int             `json:"checks"`
	Claims        []sla.ClaimID   `json:"claims"`
	OpenIncidents int             `json:"open_incidents"`
}

func (s *server) apiServices(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := make([]serviceJSON, 0, len(b.Services))
	for i := range b.Services {
		list = append(list, serviceToJSON(&b.Services[i]))
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "services": list})
}

// asked goes through the services that ?service= asks for; all without it.
func asked(r *http.Request, b *status.Board) iter.Seq[*status.Service] {
	id := check.ServiceID(r.URL.Query().Get("service"))
	return func(yield func(*status.Service) bool) {
		for i := range b.Services {
			if s := &b.Services[i]; (id == "" || id == s.ID) && !yield(s) {
				return
			}
		}
	}
}

func serviceToJSON(s *status.Service) serviceJSON {
	j := serviceJSON{
		ID: s.ID, Name: s.Name, Vendor: s.Vendor, Note: s.Note, State: s.State,
		Checks: len(s.Checks), Claims: []sla.ClaimID{}, OpenIncidents: openIncidents(s),
	}
	for _, c := range s.Claims {
		j.Claims = append(j.Claims, c.Claim.ID)
	}
	return j
}

type checkJSON struct {
	ID       check.ID        `json:"id"`
	Name     string          `json:"name"`
	Service  check.ServiceID `json:"service"`
	Class    check.Class     `json:"class"`
	Kind     string          `json:"kind"`
	Target   string          `json:"target"`
	Interval float64         `json:"interval_seconds"`
	Timeout  float64         `json:"timeout_seconds"`
	Paused   bool            `json:"paused"`
	State    check.State     `json:"state"`
	Since    *time.Time      `json:"since"`
	LastGood *time.Time      `json:"last_good"`
	Last     *resultJSON     `json:"last_result"`
}

func checkToJSON(c *status.Check, zone *time.Location) checkJSON {
	j := checkJSON{
		ID: c.ID, Name: c.Name, Service: c.Service, Class: c.Class, Kind: c.Kind(), Target: c.Target(),
		Interval: c.Interval.Seconds(), Timeout: c.Timeout.Seconds(), Paused: c.Paused,
		State: c.Last.State, Since: instant(c.Since, zone), LastGood: instant(c.LastGood, zone),
	}
	if !c.Last.Sent.IsZero() {
		last := resultToJSON(c.Last, zone)
		j.Last = &last
	}
	return j
}

// instant returns nil, null in JSON, for the zero time.
func instant(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(zone)
	return &t
}

func (s *server) apiChecks(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []checkJSON{}
	for x := range asked(r, b) {
		for k := range x.Checks {
			list = append(list, checkToJSON(&x.Checks[k], zoneOf(b)))
		}
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "checks": list})
}

func (s *server) apiCheck(w http.ResponseWriter, r *http.Request, b *status.Board) {
	c, _ := findCheck(b, check.ID(r.PathValue("id")))
	if c == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no check is named %q", r.PathValue("id")))
		return
	}
	writeJSON(w, r, checkToJSON(c, zoneOf(b)))
}

type claimJSON struct {
	sla.VerdictJSON
	Remaining float64                    `json:"allowance_remaining_seconds"`
	Other     *sla.VerdictJSON           `json:"other_way"` // maintenance treated the other way; null without any
	Rolling   map[string]sla.VerdictJSON `json:"rolling"`
}

func claimToJSON(c *status.Claim) claimJSON {
	j := claimJSON{VerdictJSON: c.Verdict.JSON(), Remaining: c.Remaining().Seconds(), Rolling: map[string]sla.VerdictJSON{}}
	if c.Other != nil {
		other := c.Other.JSON()
		j.Other = &other
	}
	for _, r := range c.Rolling {
		j.Rolling[r.Name] = r.Verdict.JSON()
	}
	return j
}

// claims calls each with every claim that the request asks for.
func claims(r *http.Request, b *status.Board, each func(*status.Claim)) {
	for x := range asked(r, b) {
		for k := range x.Claims {
			each(&x.Claims[k])
		}
	}
}

func (s *server) apiClaims(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []claimJSON{}
	claims(r, b, func(c *status.Claim) { list = append(list, claimToJSON(c)) })
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "claims": list})
}

func (s *server) apiClaim(w http.ResponseWriter, r *http.Request, b *status.Board) {
	c, _ := findClaim(b, sla.ClaimID(r.PathValue("id")))
	if c == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no claim is named %q", r.PathValue("id")))
		return
	}
	writeJSON(w, r, claimToJSON(c))
}

func (s *server) apiVerdicts(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []sla.VerdictJSON{}
	claims(r, b, func(c *status.Claim) { list = append(list, c.Verdict.JSON()) })
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "verdicts": list})
}

type incidentJSON struct {
	ID      string          `json:"id"`
	Service check.ServiceID `json:"service"`
	sla.IncidentJSON
	Ongoing  bool            `json:"ongoing"`
	Evidence *check.Evidence `json:"evidence"`
	Cause    *sla.Cause      `json:"cause"` // null until a person has confirmed it
}

func incidentToJSON(i *status.Incident, zone *time.Location) incidentJSON {
	j := incidentJSON{
		ID: i.ID, Service: i.Service, IncidentJSON: i.Incident.JSON(zone), Ongoing: i.Ongoing, Evidence: i.Detail,
	}
	if i.Cause.Side != "" {
		j.Cause = &i.Cause
	}
	return j
}

func (s *server) apiIncidents(w http.ResponseWriter, r *http.Request, b *status.Board) {
	q := r.URL.Query()
	id, openOnly := check.ID(q.Get("check")), q.Get("open") == "true"
	list := []incidentJSON{}
	for x := range asked(r, b) {
		for k := range x.Incidents {
			n := &x.Incidents[k]
			if (id == "" || n.Check == id) && (!openOnly || n.Ongoing) {
				list = append(list, incidentToJSON(n, zoneOf(b)))
			}
		}
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "incidents": list})
}

func (s *server) apiIncident(w http.ResponseWriter, r *http.Request, b *status.Board) {
	i, service, err := s.incidentOf(b, r.PathValue("id"))
	if err != nil {
		fail(w, http.StatusNotFound, err.Error())
		return
	}
	writeJSON(w, r, s.incidentWithReadings(i, service.ID, b))
}

// fullIncident is an incident with what was told about it.
type fullIncident struct {
	incidentJSON
	Acknowledged *alert.Act     `json:"acknowledged"`
	Vendor       []vendorNotice `json:"vendor_notices"`
	Remarks      []Remark       `json:"remarks"` // what people said and did, oldest first
}

func (s *server) fullIncident(i *status.Incident, b *status.Board) fullIncident {
	full := fullIncident{incidentJSON: incidentToJSON(i, zoneOf(b)), Vendor: []vendorNotice{}, Remarks: []Remark{}}
	if s.public {
		return full
	}
	full.Vendor, full.Remarks = s.vendorNotices(i, b.At), s.remarks(i.ID)
	if s.Notices != nil {
		full.Acknowledged = s.Notices.Acknowledged(incidentKey + i.ID)
	}
	return full
}
