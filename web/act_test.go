package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
	"github.com/slamon/slamon/web/webtest"
)

// stated are options with everything that people can state, and who signs in.
func stated() (web.Options, *webtest.Stated) {
	o, s := options(), made().NewStated()
	o.Ledger, o.Notices, o.Sheet = s, s, true
	o.Report = func(web.ReportRequest) ([]byte, string, error) { return []byte("report"), "text/plain", nil }
	return o, s
}

// bySignIn lets nobody but ops act, from wherever.
func bySignIn(o web.Options) web.Options {
	o.CanSignIn = true
	o.SignedIn = func(r *http.Request) bool {
		name, password, ok := r.BasicAuth()
		return ok && name == "ops" && password == "secret"
	}
	return o
}

// submit sends a form.
func submit(h http.Handler, target string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:9780"+target, strings.NewReader(form.Encode()))
	r.RemoteAddr = "127.0.0.1:50000"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// later is a moment for the end of a mute: tests run at any time.
func later() string {
	return time.Now().In(webtest.Tokyo).Add(3 * time.Hour).Format("2006-01-02T15:04")
}

// deeds are all forms, filled in well, with the page that they lead to and what must
// stand on it then.
func deeds(t testing.TB) map[string]struct {
	form  url.Values
	page  string
	wants []string
} {
	files := "/incidents/" + incidentID(t, "files", 0)
	type deed = struct {
		form  url.Values
		page  string
		wants []string
	}
	return map[string]deed{
		files + "/acknowledge":          {url.Values{"by": {"Sato"}, "note": {"called the vendor"}}, files, []string{"Noted: you take care of it", "Sato", "called the vendor"}},
		files + "/comment":              {url.Values{"by": {"Sato"}, "note": {"ticket 4711\nno answer"}}, files, []string{"ticket 4711\nno answer", "says"}},
		files + "/cause":                {url.Values{"by": {"Sato"}, "side": {"vendor"}, "note": {"by mail"}}, files, []string{"holds responsible: the vendor", "by mail"}},
		files + "/mute":                 {url.Values{"by": {"Sato"}, "note": {"known"}, "until": {later()}}, files, []string{"nobody is told until", "known", "End the mute"}},
		files + "/vendor-notice":        {url.Values{"by": {"Sato"}, "where": {"web"}, "seen": {"2026-09-20T14:40"}}, files, []string{"told within the hour"}},
		"/services/meeting/mute":        {url.Values{"by": {"Sato"}, "note": {"move"}, "until": {later()}, "check": {"meeting-stun"}}, "/services/meeting", []string{"Media relay (STUN): nobody is told until"}},
		"/claims/meeting-month/correct": {url.Values{"by": {"Sato"}, "note": {"false alarm"}, "from": {"2026-09-14T08:59:05"}, "to": {"2026-09-14T09:06"}, "as": {"up"}}, "/claims/meeting-month", []string{"false alarm", "99.980 % before, 99.990 % after"}},
		"/maintenance":                  {url.Values{"by": {"Sato"}, "service": {"files"}, "from": {"2026-12-01T01:00"}, "to": {"2026-12-01T02:00"}, "announced": {"2026-11-01T09:00"}}, "/maintenance", []string{"The maintenance is kept"}},
	}
}

// TestDeeds sends every form as a browser does: the answer leads to a page that says
// what was done, and shows it.
func TestDeeds(t *testing.T) {
	for address, c := range deeds(t) {
		o, _ := stated()
		h := handler(t, o)
		w := submit(h, address+"?lang=en", c.form)
		next := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(next, c.page+"?") || !strings.Contains(next, "done=") || !strings.Contains(next, "lang=en") {
			t.Errorf("%s: %d to %q\n%s", address, w.Code, next, refusal(w.Body.String()))
			continue
		}
		body := ask(h, http.MethodGet, next).Body.String()
		for _, want := range append(c.wants, `role="status"`) {
			if !strings.Contains(body, want) {
				t.Errorf("%s: want %q on %s", address, want, next)
			}
		}
	}
}

func refusal(body string) string {
	_, rest, _ := strings.Cut(body, `role="alert"`)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// TestRefusedForms shows a form again with what was typed, and why it was refused.
func TestRefusedForms(t *testing.T) {
	files := "/incidents/" + incidentID(t, "files", 0)
	for name, c := range map[string]struct {
		address string
		form    url.Values
		wants   []string
	}{
		"no name":         {files + "/comment", url.Values{"note": {"kept as typed"}}, []string{"Please say who you are", "kept as typed</textarea>"}},
		"no comment":      {files + "/comment", url.Values{"by": {"Sato"}, "note": {" \r\n "}}, []string{"the note is empty", `value="Sato"`}},
		"no such side":    {files + "/cause", url.Values{"by": {"Sato"}, "side": {"weather"}}, []string{"side &#34;weather&#34;"}},
		"a mute for ever": {files + "/mute", url.Values{"by": {"Sato"}, "note": {"x"}, "until": {"2099-01-01T00:00"}}, []string{"within 31 days"}},
		"no time":         {files + "/mute", url.Values{"by": {"Sato"}, "note": {"x"}, "until": {"soon"}}, []string{"Until: “soon” is no date and time"}},
		"another check":   {"/services/meeting/mute", url.Values{"by": {"Sato"}, "note": {"x"}, "until": {later()}, "check": {"files-web"}}, []string{"No check is named “files-web”"}},
		"not muted":       {"/services/meeting/unmute", url.Values{"by": {"Sato"}}, []string{"nothing is muted"}},
		"told tomorrow":   {files + "/vendor-notice", url.Values{"by": {"Sato"}, "where": {"web"}, "seen": {"2098-01-01T00:00"}}, []string{"the time lies in the past"}},
		"backwards":       {"/maintenance", url.Values{"by": {"Sato"}, "service": {"files"}, "from": {"2026-12-01T03:00"}, "to": {"2026-12-01T02:00"}}, []string{"ends before it begins", `value="2026-12-01T03:00"`}},
		"not ours":        {"/maintenance/nope/remove", url.Values{"by": {"Sato"}}, []string{"no maintenance that was entered"}},
		"correct nothing": {"/claims/meeting-month/correct", url.Values{"by": {"Sato"}, "from": {"2026-09-14T08:59"}, "to": {"2026-09-14T09:06"}, "as": {"up"}}, []string{"a correction needs a reason"}},
		"too long":        {files + "/comment", url.Values{"by": {"Sato"}, "note": {strings.Repeat("x", 20<<10)}}, []string{"more than a form may hold"}},
	} {
		o, _ := stated()
		w := submit(handler(t, o), c.address, c.form)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", name, w.Code)
		}
		for _, want := range c.wants {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: want %q, got %q", name, want, refusal(w.Body.String()))
			}
		}
	}
}

// TestFormsAreGuarded sends every form from where it must not come from.
func TestFormsAreGuarded(t *testing.T) {
	for address, c := range deeds(t) {
		for name, g := range map[string]struct {
			signIn bool
			change []func(*http.Request)
			want   int
		}{
			"another machine":           {false, []func(*http.Request){remote}, 403},
			"behind a proxy":            {false, []func(*http.Request){proxied}, 403},
			"another site":              {false, []func(*http.Request){foreign}, 403},
			"another site, old browser": {false, []func(*http.Request){oldForeign}, 403},
			"nobody signed in":          {true, nil, 401},
			"signed in":                 {true, []func(*http.Request){remote, signedIn, ownSite}, 303},
			"signed in, another site":   {true, []func(*http.Request){remote, signedIn, foreign}, 403},
		} {
			o, s := stated()
			if g.signIn {
				o = bySignIn(o)
			}
			w := submit(handler(t, o), address, c.form, g.change...)
			if w.Code != g.want {
				t.Errorf("%s from %s: %d, want %d", address, name, w.Code, g.want)
			}
			if said, _ := s.Remarks(incidentID(t, "files", 0)); g.want != 303 && len(said)+len(s.Mutes()) > 0 {
				t.Errorf("%s from %s was kept", address, name)
			}
		}
	}
}

// TestBehindProxy takes forms of the name that people know, whatever a proxy calls us, and
// of no other.
func TestBehindProxy(t *testing.T) {
	o, _ := stated()
	o = bySignIn(o)
	o.ExternalURL = "http://monitor.example.com:8080/slamon"
	h := handler(t, o)
	files := "/incidents/" + incidentID(t, "files", 0)
	for origin, want := range map[string]int{
		"http://monitor.example.com:8080": http.StatusSeeOther, "http://127.0.0.1:9780": http.StatusSeeOther,
		"http://monitor.example.com": http.StatusForbidden, "https://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		w := submit(h, files+"/acknowledge", url.Values{}, proxied, signedIn, func(r *http.Request) { r.Header.Set("Origin", origin) })
		if w.Code != want {
			t.Errorf("a form of %s: %d, want %d", origin, w.Code, want)
		}
	}
}

// TestSignIn goes to the question for a name and back, never to another site, and
// keeps the name that somebody signed in with.
func TestSignIn(t *testing.T) {
	o, s := stated()
	h := handler(t, bySignIn(o))
	files := "/incidents/" + incidentID(t, "files", 0)
	page := ask(h, http.MethodGet, files+"?lang=en").Body.String()
	link := "/sign-in?" + url.Values{"next": {files + "?lang=en"}}.Encode()
	if !strings.Contains(page, strings.ReplaceAll(link, "&", "&amp;")) || strings.Contains(page, "<form") {
		t.Errorf("want the link %s and no form", link)
	}
	w := ask(h, http.MethodGet, link)
	if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("not signed in: %d %v", w.Code, w.Header())
	}
	if w = ask(h, http.MethodGet, link, signedIn); w.Code != http.StatusSeeOther || w.Header().Get("Location") != files+"?lang=en" {
		t.Errorf("signed in: %d %v", w.Code, w.Header())
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "evil", "", "/\t/evil.example", "javascript:alert(1)"} {
		if w = ask(h, http.MethodGet, "/sign-in?"+url.Values{"next": {next}}.Encode(), signedIn); w.Header().Get("Location") != "/" {
			t.Errorf("next %q leads to %q", next, w.Header().Get("Location"))
		}
	}
	if page = ask(h, http.MethodGet, files, signedIn).Body.String(); !strings.Contains(page, "Signed in as ops") || !strings.Contains(page, "/acknowledge") || strings.Contains(page, `name="by"`) {
		t.Error("who has signed in is not known on the page")
	}
	submit(h, files+"/acknowledge", url.Values{"by": {"somebody else"}}, signedIn)
	if act := s.Acknowledged(incidentKeyOf(files)); act == nil || act.By != "ops" {
		t.Errorf("acknowledged by %+v, want ops", act)
	}
	if w = ask(handler(t, o), http.MethodGet, "/sign-in"); w.Code != http.StatusNotFound {
		t.Errorf("where nobody can sign in: %d, want 404", w.Code)
	}
}

func incidentKeyOf(page string) string { return "incident/" + strings.TrimPrefix(page, "/incidents/") }

// TestTakeBack announces, finds the form that takes it back, and uses it.
func TestTakeBack(t *testing.T) {
	o, s := stated()
	a, err := s.AddMaintenance(web.Announcement{Service: "meeting", From: webtest.Now.Add(time.Hour), To: webtest.Now.Add(2 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if w := submit(handler(t, o), "/maintenance/"+a.ID+"/remove", url.Values{"by": {"Sato"}}); w.Code != http.StatusSeeOther || s.Entered(a.ID) {
		t.Errorf("%d %s", w.Code, refusal(w.Body.String()))
	}
}

// state fills a made site with what people state, so that pages show all they can.
func state(t testing.TB, s *webtest.Stated) {
	t.Helper()
	files := incidentID(t, "files", 0)
	act := alert.Act{By: "Sato", At: webtest.Now, Note: "called the vendor"}
	err := errors.Join(
		s.Comment(files, act),
		s.Confirm(files, sla.Cause{Side: sla.Vendor, By: "Sato", At: webtest.Now, Note: "by mail"}),
		s.Mute(alert.Mute{Service: "meeting", Check: "meeting-stun", Until: webtest.Now.Add(time.Hour), Act: act}),
		s.TellVendor(files, alert.Telling{Where: "web", Seen: webtest.Now, Act: act}),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// TestReports lists a year and its first month apart, each with what was handed out, and
// leads a form to a report.
func TestReports(t *testing.T) {
	o, _ := stated()
	h := handler(t, o)
	page := ask(h, http.MethodGet, "/reports?lang=en").Body.String()
	for _, want := range []string{
		"2024-10-01 – 2025-09-30", "99.9920 %", "2024-10<", "99.8000 %", "2026-07", "Version 2", "shows two minutes more",
		"/api/v1/reports/meeting-year?format=csv&amp;lang=en&amp;month=2024-10",
		"/api/v1/reports/meeting-year?format=json&amp;from=2024-10-01T00%3A00%3A00%2B09%3A00&amp;lang=en&amp;to=2025-10-01T00%3A00%3A00%2B09%3A00",
		"/api/v1/sheet?format=html",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q", want)
		}
	}
	for query, want := range map[string]string{
		"claim=meeting-year&month=2026-08&from=&to=&format=csv":           "/api/v1/reports/meeting-year?format=csv&month=2026-08",
		"claim=meeting-year&month=2026-08&from=2026-08-03&to=&format=csv": "/api/v1/reports/meeting-year?format=csv&from=2026-08-03",
		"claim=..%2F..%2Fevil&format=csv":                                 "/api/v1/reports/..%2F..%2Fevil?format=csv",
	} {
		if got := ask(h, http.MethodGet, "/reports/open?"+query).Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", query, got, want)
		}
	}
}
