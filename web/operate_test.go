package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/web/webtest"
)

func remote(r *http.Request)     { r.RemoteAddr = "192.0.2.7:50000" }
func signedIn(r *http.Request)   { r.SetBasicAuth("ops", "secret") }
func foreign(r *http.Request)    { r.Header.Set("Sec-Fetch-Site", "cross-site") }
func oldForeign(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }
func ownSite(r *http.Request)    { r.Header.Set("Sec-Fetch-Site", "same-origin") }
func proxied(r *http.Request)    { r.Header.Set("X-Forwarded-For", "192.0.2.7") }
func otherHost(r *http.Request)  { r.Host = "rebound.example:9780" }
func ipv6(r *http.Request)       { r.RemoteAddr, r.Host = "[::1]:50000", "[::1]:9780" }
func mapped(r *http.Request)     { r.RemoteAddr, r.Host = "[::ffff:127.0.0.1]:50000", "localhost" }
func odd(r *http.Request)        { r.RemoteAddr = "@" }

// TestGuard goes through who may change state.
func TestGuard(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*http.Request)
		users  bool
		want   int
	}{
		"this machine":                      {nil, false, 200},
		"this machine over IPv6":            {[]func(*http.Request){ipv6}, false, 200},
		"this machine, mapped address":      {[]func(*http.Request){mapped}, false, 200},
		"this machine, own page":            {[]func(*http.Request){ownSite}, false, 200},
		"another machine":                   {[]func(*http.Request){remote}, false, 403},
		"another machine, password unasked": {[]func(*http.Request){remote, signedIn}, false, 403},
		"another machine, signed in":        {[]func(*http.Request){remote, signedIn}, true, 200},
		"behind a proxy":                    {[]func(*http.Request){proxied}, false, 403},
		"behind a proxy, signed in":         {[]func(*http.Request){proxied, signedIn}, true, 200},
		"another site":                      {[]func(*http.Request){foreign}, false, 403},
		"another site, old browser":         {[]func(*http.Request){oldForeign}, false, 403},
		"another site, signed in":           {[]func(*http.Request){foreign, signedIn}, true, 403},
		"another name for this machine":     {[]func(*http.Request){otherHost}, false, 403},
		"a peer without an address":         {[]func(*http.Request){odd}, false, 403},
	} {
		t.Run(name, func(t *testing.T) {
			o, reloads := options(), 0
			o.Reload = func() error { reloads++; return nil }
			o.Backup = func(context.Context) (string, error) { return "/backups/today.db", nil }
			if c.users {
				o.SignedIn = func(*http.Request) bool { return true }
			}
			h := handler(t, o)
			for _, address := range []string{"/-/reload", "/api/v1/backup"} {
				if w := ask(h, http.MethodPost, address, c.change...); w.Code != c.want {
					t.Errorf("%s: %d, want %d: %s", address, w.Code, c.want, w.Body)
				}
			}
			if done := reloads == 1; done != (c.want == 200) {
				t.Errorf("reloaded %d times", reloads)
			}
		})
	}
}

func TestReload(t *testing.T) {
	o := options()
	h := handler(t, o)
	if w := ask(h, http.MethodGet, "/-/reload"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d, want 405", w.Code)
	}
	if w := ask(h, http.MethodPost, "/-/reload"); w.Code != http.StatusNotImplemented {
		t.Errorf("without reload: %d, want 501", w.Code)
	}
	complaints := "slamon.toml:3:1: unknown key \"intervall\"\ntry: interval"
	o.Reload = func() error { return errors.New(complaints) }
	w := ask(handler(t, o), http.MethodPost, "/-/reload")
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), complaints) || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("a bad file: %d %s", w.Code, w.Body)
	}
}

func TestBackup(t *testing.T) {
	o := options()
	if w := ask(handler(t, o), http.MethodPost, "/api/v1/backup"); w.Code != http.StatusNotImplemented || !strings.Contains(w.Body.String(), "backup_directory") {
		t.Errorf("without a directory: %d %s", w.Code, w.Body)
	}
	o.Backup = func(context.Context) (string, error) { return "", errors.New("no space left") }
	if w := ask(handler(t, o), http.MethodPost, "/api/v1/backup"); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "no space left") {
		t.Errorf("a failure: %d %s", w.Code, w.Body)
	}
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func TestHeartbeat(t *testing.T) {
	header := func(r *http.Request) { r.Header.Set("X-Slamon-Token", webtest.Token); r.SetBasicAuth("ops", "secret") }
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) { r.Body = http.NoBody; *r = *mustBody(r, text) }
	}
	for name, c := range map[string]struct {
		target  string
		change  []func(*http.Request)
		want    int
		ok      bool
		message string
	}{
		"good":               {"/api/v1/heartbeat/files-backup", []func(*http.Request){remote, bearer(webtest.Token)}, 200, true, ""},
		"good, own header":   {"/api/v1/heartbeat/files-backup", []func(*http.Request){remote, header}, 200, true, ""},
		"failed":             {"/api/v1/heartbeat/files-backup?status=fail&message=disk+full", []func(*http.Request){bearer(webtest.Token)}, 200, false, "disk full"},
		"message in body":    {"/api/v1/heartbeat/files-backup", []func(*http.Request){bearer(webtest.Token), body("12 files\n\tin 3 s\x00")}, 200, true, "12 files in 3 s"},
		"long message":       {"/api/v1/heartbeat/files-backup", []func(*http.Request){bearer(webtest.Token), body(strings.Repeat("あ", 300))}, 200, true, strings.Repeat("あ", 170)},
		"no token":           {"/api/v1/heartbeat/files-backup", nil, 401, false, ""},
		"wrong token":        {"/api/v1/heartbeat/files-backup", []func(*http.Request){bearer("made-tokem")}, 401, false, ""},
		"token in the query": {"/api/v1/heartbeat/files-backup?token=" + webtest.Token, nil, 401, false, ""},
		"odd status":         {"/api/v1/heartbeat/files-backup?status=maybe", []func(*http.Request){bearer(webtest.Token)}, 400, false, ""},
		"too long":           {"/api/v1/heartbeat/files-backup", []func(*http.Request){bearer(webtest.Token), body(strings.Repeat("x", 5000))}, 413, false, ""},
		"not a heartbeat":    {"/api/v1/heartbeat/files-web", []func(*http.Request){bearer(webtest.Token)}, 404, false, ""},
		"no such check":      {"/api/v1/heartbeat/nope", []func(*http.Request){bearer(webtest.Token)}, 404, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			type report struct {
				ok      bool
				message string
			}
			var got []report
			o := options()
			o.Heartbeat = func(id check.ID, _ time.Time, ok bool, message string) bool {
				got = append(got, report{ok, message})
				return id == "files-backup"
			}
			w := ask(handler(t, o), http.MethodPost, c.target, c.change...)
			if w.Code != c.want {
				t.Fatalf("%d, want %d: %s", w.Code, c.want, w.Body)
			}
			if c.want != 200 {
				if len(got) > 0 {
					t.Errorf("reported %v", got)
				}
				return
			}
			if len(got) != 1 || got[0] != (report{c.ok, c.message}) {
				t.Errorf("reported %v, want %v %q", got, c.ok, c.message)
			}
		})
	}
}

func mustBody(r *http.Request, text string) *http.Request {
	c := r.Clone(r.Context())
	c.Body = readCloser{strings.NewReader(text)}
	return c
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
