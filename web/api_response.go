package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// Responses returns the response times of a check in a period.
type Responses func(check.ID, timeline.Period) (ResponseTimes, error)

// ResponseTimes are those of one check.
type ResponseTimes struct {
	sla.ResponseFigures
	Limit time.Duration // what Least and Most are about; zero for none
	// Exact says that they are counted from raw results of the base grid. Else they
	// come from summaries of days, re-probes are among them, and times are known to a
	// fifth.
	Exact bool
}

func (s *server) responseRoutes() []route {
	get := func(path string, h http.HandlerFunc) route { return route{http.MethodGet, path, h} }
	return []route{
		get("/api/v1/responses", s.withBoard(s.apiResponses)),
		get("/api/v1/responses/{id}", s.withBoard(s.apiResponse)),
		get("/api/v1/checks/{id}/responses", s.withBoard(s.apiCheckResponses)),
		get("/api/v1/series", s.withBoard(s.apiSeries)),
	}
}

func findResponse(b *status.Board, id sla.ClaimID) (*status.Response, *status.Service) {
	for i := range b.Services {
		for k := range b.Services[i].Responses {
			if b.Services[i].Responses[k].Claim.ID == id {
				return &b.Services[i].Responses[k], &b.Services[i]
			}
		}
	}
	return nil, nil
}

type responseJSON struct {
	sla.ResponseJSON
	At      *time.Time                  `json:"judged"` // null before the first time
	Rolling map[string]sla.ResponseJSON `json:"rolling"`
}

func responseToJSON(c *status.Response, zone *time.Location) responseJSON {
	j := responseJSON{ResponseJSON: c.JSON(), At: instant(c.At, zone), Rolling: map[string]sla.ResponseJSON{}}
	for i := range c.Rolling {
		j.Rolling[c.Rolling[i].Name] = c.Rolling[i].JSON()
	}
	return j
}

func (s *server) apiResponses(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []responseJSON{}
	for x := range asked(r, b) {
		for k := range x.Responses {
			list = append(list, responseToJSON(&x.Responses[k], zoneOf(b)))
		}
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "responses": list})
}

func (s *server) apiResponse(w http.ResponseWriter, r *http.Request, b *status.Board) {
	c, _ := findResponse(b, sla.ClaimID(r.PathValue("id")))
	if c == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no claim on response time is named %q", r.PathValue("id")))
		return
	}
	writeJSON(w, r, responseToJSON(c, zoneOf(b)))
}

type checkResponsesJSON struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	sla.CheckResponseJSON
	Limit *float64   `json:"limit_seconds"` // null without one
	Exact bool       `json:"exact"`
	Usual *usualJSON `json:"usual"` // null while too little is known
}

type usualJSON struct {
	Median  float64    `json:"median_seconds"`
	High    float64    `json:"high_seconds"`
	Unusual bool       `json:"unusual"`
	Since   *time.Time `json:"since"`
}

func (s *server) apiCheckResponses(w http.ResponseWriter, r *http.Request, b *status.Board) {
	c, _ := findCheck(b, check.ID(r.PathValue("id")))
	if c == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no check is named %q", r.PathValue("id")))
		return
	}
	q := r.URL.Query()
	p, err := periodOf(q.Get("from"), q.Get("to"), b.At, zoneOf(b))
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	j := checkResponsesJSON{From: p.From.In(zoneOf(b)), To: p.To.In(zoneOf(b))}
	times := ResponseTimes{ResponseFigures: sla.ResponseFigures{Check: c.ID}}
	if s.Responses != nil {
		if times, err = s.Responses(c.ID, p); err != nil {
			s.Log.Warn("response times cannot be read", "check", c.ID, "error", err)
			fail(w, http.StatusInternalServerError, "the response times could not be read; the log says why")
			return
		}
	}
	j.CheckResponseJSON, j.Exact = times.JSON(), times.Exact
	if times.Limit > 0 {
		limit := times.Limit.Seconds()
		j.Limit = &limit
	}
	if u := &c.Usual; u.High > 0 {
		j.Usual = &usualJSON{u.Median.Seconds(), u.High.Seconds(), u.Unusual, instant(u.Since, zoneOf(b))}
	}
	writeJSON(w, r, j)
}
