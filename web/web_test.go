package web_test

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
	"github.com/slamon/slamon/web/webtest"
)

// made is shared by the tests: nothing changes it. To make it takes a second.
var made = sync.OnceValue(webtest.New)

func options() web.Options {
	return web.Options{
		Board: func() *status.Board { return made().Board }, History: made(), Readings: made(), Responses: made().ResponseTimes,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "slamon_build_info 1\n") }),
		Config:  func() string { return "[site]\nname = \"<b>tokyo</b>\"" },
	}
}

func handler(t testing.TB, o web.Options) http.Handler {
	t.Helper()
	h, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask makes a request from this machine unless change says otherwise.
func ask(h http.Handler, method, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:9780"+target, nil)
	r.RemoteAddr = "127.0.0.1:50000"
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func incidentID(t testing.TB, service check.ServiceID, n int) string {
	t.Helper()
	for _, s := range made().Board.Services {
		if s.ID == service {
			return s.Incidents[n].ID
		}
	}
	t.Fatalf("no service %s", service)
	return ""
}

// addresses are all pages, with what must stand on them in English.
func addresses(t testing.TB) map[string]string {
	return map[string]string{
		"/":                             "A service is down",
		"/?q=meeting":                   "Live Meeting",
		"/?show=trouble":                "Shared files",
		"/?page=99":                     "Own network",
		"/services/meeting":             "99.991 %",
		"/services/meeting?range=1h":    "Join page",
		"/services/meeting?range=90d":   "Release 26.4",
		"/services/meeting?range=365d":  "announced maintenance",
		"/services/meeting?range=claim": "Claim’s window",
		"/services/meeting?range=7d&to=2026-06-15T00:00:00Z": "Later",
		"/services/files":                           "breached",
		"/services/mail":                            "paused",
		"/services/own-network":                     "Own network",
		"/checks/meeting-join":                      "https://meet.example.com/join",
		"/checks/files-web?range=30d":               "connection refused",
		"/checks/files-backup":                      "a report every 1 d",
		"/claims/meeting-year":                      "slamon judge --results meeting-join.csv --claim 99.991%",
		"/claims/meeting-month":                     "down while any of them is down",
		"/claims/files-contract":                    "Contract, clause 7",
		"/claims/mail-90":                           "the last 90 d",
		"/incidents":                                "Open ones first",
		"/incidents/" + incidentID(t, "meeting", 0): "503 Service Temporarily Unavailable",
		"/incidents/" + incidentID(t, "files", 0):   "ongoing",
		"/maintenance":                              "planned, left out",
		"/reports":                                  "This slamon writes no reports",
		"/notices":                                  "Notices",
		"/system":                                   "slamon-2026-09-20.db",
	}
}

var (
	marker   = regexp.MustCompile(`\{[a-z]+\.[a-z0-9_.]*\}|%!`)
	inline   = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|javascript:`)
	outside  = regexp.MustCompile(`(?i)(?:src|href|action)="(?:https?:)?//`)
	labelled = regexp.MustCompile(`<svg (?:[^>]*)>`)
)

// TestPages asks for every page in both languages and looks for what must never
// stand on one: a missing text, inline script or style, another host.
func TestPages(t *testing.T) {
	h := handler(t, options())
	for address, want := range addresses(t) {
		for _, lang := range []string{"en", "ja"} {
			w := ask(h, http.MethodGet, address, func(r *http.Request) { r.Header.Set("Accept-Language", lang) })
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `<html lang="`+lang+`">`) {
				t.Fatalf("%s in %s: %d\n%s", address, lang, w.Code, body)
			}
			if lang == "en" && !strings.Contains(body, want) {
				t.Errorf("%s: want %q", address, want)
			}
			for name, bad := range map[string]*regexp.Regexp{"a missing text": marker, "inline code": inline, "another host": outside} {
				if m := bad.FindString(body); m != "" {
					t.Errorf("%s in %s has %s: %q", address, lang, name, m)
				}
			}
			for _, svg := range labelled.FindAllString(body, -1) {
				if !strings.Contains(svg, "aria-hidden") && !strings.Contains(svg, "aria-label") && !strings.Contains(svg, `<svg x="`) {
					t.Errorf("%s: a picture without a label: %s", address, svg)
				}
			}
		}
	}
}

func TestMissing(t *testing.T) {
	h := handler(t, options())
	for _, address := range []string{"/services/nope", "/checks/nope", "/claims/nope", "/incidents/nope", "/static/nope.js", "/nope", "/badge/nope.svg", "/badge/meeting-year.png", "/api/v1/checks/nope"} {
		if w := ask(h, http.MethodGet, address); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", address, w.Code)
		}
	}
	w := ask(h, http.MethodGet, "/services/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
	if body := w.Body.String(); strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("a name from the address is not escaped:\n%s", body)
	}
}

func TestBeforeTheFirstBoard(t *testing.T) {
	o := options()
	o.Board = func() *status.Board { return nil }
	h := handler(t, o)
	for address, want := range map[string]int{"/-/healthy": 200, "/-/ready": 503, "/": 503, "/api/v1/verdicts": 503, "/metrics": 200, "/api/v1/openapi.json": 200} {
		if w := ask(h, http.MethodGet, address); w.Code != want {
			t.Errorf("%s: %d, want %d", address, w.Code, want)
		}
	}
	if w := ask(handler(t, options()), http.MethodGet, "/-/ready"); w.Code != http.StatusOK {
		t.Errorf("with a board: %d, want 200", w.Code)
	}
}

func TestHeaders(t *testing.T) {
	h := handler(t, options())
	for _, address := range []string{"/", "/nope", "/api/v1/status", "/static/live.js", "/-/healthy", "/metrics"} {
		got := ask(h, http.MethodGet, address).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		} {
			if !strings.Contains(got.Get(name), want) {
				t.Errorf("%s: %s is %q, want %q in it", address, name, got.Get(name), want)
			}
		}
		if strings.Contains(got.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: the policy allows unsafe code", address)
		}
	}
}

// TestHostile puts hostile text everywhere that a target or a file can.
func TestHostile(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	board := *made().Board
	service := board.Services[1]
	service.Name, service.Vendor, service.Note = evil, evil, evil
	detail := &check.Evidence{Steps: evil, Sentence: evil, Body: evil, Status: evil, Certificate: evil, Want: evil, Got: evil, Address: evil}
	service.Checks = append([]status.Check(nil), service.Checks...)
	service.Checks[0].Name, service.Checks[0].Last.Detail = evil, detail
	service.Checks[0].Last.Facts = []check.Fact{{Kind: check.StepSeconds, Label: evil, Value: .1}, {Kind: check.Performance, Label: evil, Value: 3}, {Kind: check.DownBits, Value: 2.5e7}, {Kind: check.UpBits, Value: 1e10}}
	service.Incidents = append([]status.Incident(nil), service.Incidents...)
	service.Incidents[0].Detail = detail
	service.Claims = append([]status.Claim(nil), service.Claims...)
	service.Claims[0].Claim.Name, service.Claims[0].Claim.Text, service.Claims[0].Explanation = evil, evil, evil
	board.Services = []status.Service{service}
	board.Own.ConfigError, board.Own.ConfigFile = evil, evil
	o := options()
	o.Board, o.History, o.Config = func() *status.Board { return &board }, broken{}, func() string { return evil }
	h := handler(t, o)
	for _, address := range []string{
		"/", "/services/files", "/checks/files-web", "/claims/files-contract", "/incidents", "/incidents/" + service.Incidents[0].ID, "/system",
		"/badge/files-contract.svg", "/feed.atom", "/?q=" + url.QueryEscape(evil) + "&lang=" + url.QueryEscape(evil),
	} {
		w := ask(h, http.MethodGet, address)
		if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") {
			t.Errorf("%s: %d, or hostile text comes through:\n%s", address, w.Code, body)
		}
	}
}

// broken is a history that cannot be read.
type broken struct{}

var errBroken = errors.New("page 7 is damaged")

func (broken) Series(check.ID, timeline.Period) (timeline.Series, error) {
	return timeline.Series{}, errBroken
}
func (broken) Results(id check.ID, p timeline.Period) iter.Seq2[check.Result, error] {
	return func(yield func(check.Result, error) bool) {
		if yield(check.Result{Check: id, Sent: p.From}, nil) {
			yield(check.Result{}, errBroken)
		}
	}
}
func (broken) Picture(check.ID, time.Time) ([]byte, error) {
	return nil, errBroken
}

func (broken) Evidence(check.ID, timeline.Period, int) ([]web.Evidence, error) { return nil, errBroken }
func (broken) Columns(check.ID, timeline.Period, int) ([]web.Column, error) {
	return nil, errBroken
}
func (broken) Days(check.ID, timeline.Period) ([]web.Day, error)   { return nil, errBroken }
func (broken) Events(timeline.Period, int) ([]status.Event, error) { return nil, errBroken }

// TestBrokenHistory checks that a page says what it can, with unknown time.
func TestBrokenHistory(t *testing.T) {
	o := options()
	o.History = broken{}
	h := handler(t, o)
	for address := range addresses(t) {
		if w := ask(h, http.MethodGet, address); w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if body := ask(h, http.MethodGet, "/checks/meeting-join").Body.String(); !strings.Contains(body, "unknown ≈ 1 d") {
		t.Error("time that cannot be read is not shown as unknown")
	}
}

func TestWithoutHistory(t *testing.T) {
	o := options()
	o.History = nil
	h := handler(t, o)
	for address := range addresses(t) {
		if w := ask(h, http.MethodGet, address); w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}

func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*status.Own)
		want   string
	}{
		"store":   {func(o *status.Own) { o.StoreError = "no space left on device" }, "no space left on device"},
		"config":  {func(o *status.Own) { o.ConfigError = "slamon.toml:12: want a number\nslamon.toml:14: more" }, "slamon.toml:12: want a number<"},
		"network": {func(o *status.Own) { o.NetworkAlive = false }, "Our own network is dead"},
	} {
		board := *made().Board
		c.change(&board.Own)
		o := options()
		o.Board = func() *status.Board { return &board }
		if body := ask(handler(t, o), http.MethodGet, "/").Body.String(); !strings.Contains(body, `role="alert"`) || !strings.Contains(body, c.want) {
			t.Errorf("%s: want %q on the overview", name, c.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	h := handler(t, options())
	w := ask(h, http.MethodGet, "/?lang=ja", func(r *http.Request) { r.Header.Set("Accept-Language", "en") })
	body := w.Body.String()
	for _, want := range []string{`<html lang="ja">`, "すべての障害", `href="/services/meeting?lang=ja"`, `href="/?lang=en"`} {
		if !strings.Contains(body, want) {
			t.Errorf("want %s", want)
		}
	}
	if got := w.Header().Get("Vary"); !strings.Contains(got, "Accept-Language") {
		t.Errorf("Vary is %q", got)
	}
}

func TestStatic(t *testing.T) {
	h := handler(t, options())
	body := ask(h, http.MethodGet, "/").Body.String()
	for kind, name := range map[string]*regexp.Regexp{
		"text/css": regexp.MustCompile(`/static/style\.[0-9a-f]{12}\.css`), "text/javascript": regexp.MustCompile(`/static/live\.[0-9a-f]{12}\.js`),
	} {
		address := name.FindString(body)
		w := ask(h, http.MethodGet, address)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", address, w.Code, w.Header())
		}
	}
	packed := ask(h, http.MethodGet, "/static/style.css", func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
	if packed.Header().Get("Content-Encoding") != "gzip" {
		t.Error("the style sheet is not compressed")
	}
}

// TestMoment checks that instants carry the site's offset.
func TestMoment(t *testing.T) {
	body := ask(handler(t, options()), http.MethodGet, "/").Body.String()
	want := `<time datetime="2026-09-20T14:30:00&#43;09:00">2026-09-20 14:30:00 <span class="offset">&#43;09:00</span></time>`
	if !strings.Contains(body, want) {
		t.Errorf("want %s", want)
	}
}
