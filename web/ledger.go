package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// Ledger keeps what people state beside what was measured. Its errors are told to
// the caller; a Refusal is the caller's own mistake.
type Ledger interface {
	// AddMaintenance keeps an announcement and returns it with its name.
	AddMaintenance(Announcement) (Announcement, error)
	// RemoveMaintenance takes back one that AddMaintenance kept.
	RemoveMaintenance(id, by string) error
	// Entered reports whether an announcement is one that AddMaintenance kept.
	Entered(id string) bool
	// Confirm keeps who is responsible for an incident.
	Confirm(incident string, c sla.Cause) error
	// Correct keeps a correction and returns it with the figures before and after.
	Correct(sla.Correction) (sla.Correction, error)
	// Comment keeps what somebody says of an incident.
	Comment(incident string, act alert.Act) error
	// Remarks returns what was said of an incident and done about it, oldest first.
	Remarks(incident string) ([]Remark, error)
	// Corrections returns those of a claim, oldest first.
	Corrections(sla.ClaimID) []sla.Correction
	// Versions returns what was handed out for the closed periods of a claim, the
	// newest period first and in it the first version first.
	Versions(sla.ClaimID) ([]Version, error)
}

// Refusal is an error of the caller.
type Refusal struct{ Err error }

// Error returns the text of the mistake.
func (r Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the mistake.
func (r Refusal) Unwrap() error { return r.Err }

// ReportRequest asks for a report. A missing period is the claim's window; no claim
// is the disclosure sheet.
type ReportRequest struct {
	Claim                             sla.ClaimID
	From, To, Month, Language, Format string
	// Alone asks for our own figures without those of other places: two places would ask
	// each other for ever.
	Alone bool
}

// Announcement is maintenance as it goes over the wire.
type Announcement struct {
	ID        string          `json:"id"`
	Service   check.ServiceID `json:"service"`
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Announced *time.Time      `json:"announced"`
	Note      string          `json:"note"`
	Replaces  string          `json:"replaces"`
	Source    string          `json:"source"`
	By        string          `json:"by,omitempty"`
}

// maxStatement bounds what a person states: a few lines.
const maxStatement = 64 << 10

func (s *server) ledgerRoutes() []route {
	return []route{
		{http.MethodGet, "/api/v1/maintenance", s.withBoard(s.apiMaintenance)},
		{http.MethodPost, "/api/v1/maintenance", s.guard(s.addMaintenance)},
		{http.MethodDelete, "/api/v1/maintenance/{id}", s.guard(s.removeMaintenance)},
		{http.MethodPost, "/api/v1/incidents/{id}/cause", s.guard(s.confirm)},
		{http.MethodPost, "/api/v1/incidents/{id}/comments", s.guard(s.comment)},
		{http.MethodGet, "/api/v1/corrections", s.withBoard(s.apiCorrections)},
		{http.MethodPost, "/api/v1/corrections", s.guard(s.correct)},
		{http.MethodGet, "/api/v1/versions", s.withBoard(s.apiVersions)},
		{http.MethodGet, "/api/v1/reports/{id}", http.HandlerFunc(s.report)},
		{http.MethodGet, "/api/v1/sheet", http.HandlerFunc(s.report)},
	}
}

func (s *server) apiMaintenance(w http.ResponseWriter, r *http.Request, b *status.Board) {
	zone := zoneOf(b)
	list := []Announcement{}
	for x := range asked(r, b) {
		for _, e := range x.Maintenance {
			list = append(list, Announcement{
				ID: e.ID, Service: x.ID, From: e.From.In(zone), To: e.To.In(zone), Announced: instant(e.Announced, zone),
				Note: e.Note, Replaces: e.Replaces, Source: e.Source,
			})
		}
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zone), "maintenance": list})
}

// statement reads the body of a request into v, and says who makes it.
func (s *server) statement(w http.ResponseWriter, r *http.Request, v any) bool {
	if s.Ledger == nil {
		fail(w, http.StatusNotImplemented, "this slamon keeps no statements")
		return false
	}
	return readStatement(w, r, v)
}

// readStatement reads the body of a request into v.
func readStatement(w http.ResponseWriter, r *http.Request, v any) bool {
	return readBody(w, r, v)
}

// readBody decodes the JSON of a request.
func readBody(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxStatement))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fail(w, http.StatusBadRequest, "the body is not the JSON that is wanted: "+err.Error())
		return false
	}
	return true
}

// signed prefers the name that somebody signed in with to the one that is stated.
func signed(r *http.Request, stated string) string {
	if user, _, ok := r.BasicAuth(); ok && user != "" {
		if stated = strings.TrimSpace(stated); stated != "" && stated != user {
			return stated + " (" + user + ")"
		}
		return user
	}
	return stated
}

// kept answers with what was kept, or why it was not.
func (s *server) kept(w http.ResponseWriter, r *http.Request, what any, err error) {
	var refusal Refusal
	switch {
	case errors.As(err, &refusal):
		fail(w, http.StatusBadRequest, err.Error())
	case err != nil:
		s.Log.Error("a statement could not be kept", "path", r.URL.Path, "error", err)
		fail(w, http.StatusInternalServerError, err.Error())
	default:
		writeJSON(w, r, what)
	}
}

func (s *server) addMaintenance(w http.ResponseWriter, r *http.Request) {
	var a Announcement
	if s.statement(w, r, &a) {
		a.By = signed(r, a.By)
		out, err := s.Ledger.AddMaintenance(a)
		s.kept(w, r, out, err)
	}
}

func (s *server) removeMaintenance(w http.ResponseWriter, r *http.Request) {
	if s.Ledger == nil {
		fail(w, http.StatusNotImplemented, "this slamon keeps no statements")
		return
	}
	id := r.PathValue("id")
	err := s.Ledger.RemoveMaintenance(id, signed(r, r.URL.Query().Get("by")))
	s.kept(w, r, map[string]string{"removed": id}, err)
}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) {
	var c sla.Cause
	if !s.statement(w, r, &c) {
		return
	}
	c.By, c.At = signed(r, c.By), time.Now()
	err := s.Ledger.Confirm(r.PathValue("id"), c)
	s.kept(w, r, c, err)
}

func (s *server) correct(w http.ResponseWriter, r *http.Request) {
	var c sla.Correction
	if !s.statement(w, r, &c) {
		return
	}
	c.By, c.At = signed(r, c.By), time.Now()
	out, err := s.Ledger.Correct(c)
	s.kept(w, r, out, err)
}

// reportPolicy lets the report's own style in: the page is one file that holds all.
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (s *server) report(w http.ResponseWriter, r *http.Request) {
	if s.Report == nil {
		fail(w, http.StatusNotImplemented, "this slamon writes no reports")
		return
	}
	q := r.URL.Query()
	language := q.Get("lang")
	if language == "" {
		language = languageOf(r).code
	}
	ask := ReportRequest{Claim: sla.ClaimID(r.PathValue("id")), From: q.Get("from"), To: q.Get("to"), Month: q.Get("month"), Language: language, Format: q.Get("format"), Alone: q.Get("alone") == "true"}
	body, media, err := s.Report(ask)
	var refusal Refusal
	switch {
	case errors.As(err, &refusal) && s.refuseReport(w, r, err):
		return
	case errors.As(err, &refusal):
		fail(w, http.StatusBadRequest, err.Error())
		return
	case err != nil:
		s.Log.Error("a report could not be made", "claim", ask.Claim, "error", err)
		fail(w, http.StatusInternalServerError, fmt.Sprintf("the report could not be made: %s", err))
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", reportPolicy)
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
}

// reportURL is the address of a claim's report.
func reportURL(id sla.ClaimID, language string) string {
	return "/api/v1/reports/" + url.PathEscape(string(id)) + "?format=html&lang=" + language
}
