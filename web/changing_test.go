package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/web"
	"github.com/slamon/slamon/web/webtest"
)

// call is a request that changes something, as it is described.
type call struct{ method, path, target, body string }

// calls are one good request for every described address that takes JSON or removes
// something.
func calls(t *testing.T, entered string) []call {
	files := incidentID(t, "files", 0)
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	return []call{
		{"POST", "/api/v1/maintenance", "/api/v1/maintenance", `{"service":"files","from":"2026-12-01T01:00:00+09:00","to":"2026-12-01T02:00:00+09:00","by":"Sato"}`},
		{"DELETE", "/api/v1/maintenance/{id}", "/api/v1/maintenance/" + entered + "?by=Sato", ""},
		{"POST", "/api/v1/incidents/{id}/cause", "/api/v1/incidents/" + files + "/cause", `{"side":"vendor","by":"Sato","note":"by mail"}`},
		{"POST", "/api/v1/incidents/{id}/comments", "/api/v1/incidents/" + files + "/comments", `{"by":"Sato","note":"ticket 4711"}`},
		{"POST", "/api/v1/incidents/{id}/acknowledge", "/api/v1/incidents/" + files + "/acknowledge", `{"by":"Sato"}`},
		{"POST", "/api/v1/incidents/{id}/vendor-notice", "/api/v1/incidents/" + files + "/vendor-notice", `{"where":"web","seen":"2026-09-20T14:25:00+09:00","by":"Sato"}`},
		{"POST", "/api/v1/corrections", "/api/v1/corrections", `{"claim":"meeting-month","from":"2026-09-14T08:59:00+09:00","to":"2026-09-14T09:06:00+09:00","counts_as":"up","why":"false alarm","by":"Sato"}`},
		{"POST", "/api/v1/mutes", "/api/v1/mutes", `{"service":"meeting","check":"meeting-stun","until":"` + until + `","by":"Sato","note":"known"}`},
		{"DELETE", "/api/v1/mutes", "/api/v1/mutes?service=mail&by=Sato", ""},
	}
}

func send(h http.Handler, c call, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(c.method, "http://127.0.0.1:9780"+c.target, strings.NewReader(c.body))
	r.RemoteAddr = "127.0.0.1:50000"
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestChangingAnswers holds the requests that change something against the description:
// what they take, what they answer, and how they refuse.
func TestChangingAnswers(t *testing.T) {
	d := description(t)
	o, s := stated()
	state(t, s)
	a, err := s.AddMaintenance(web.Announcement{Service: "meeting", From: webtest.Now, To: webtest.Now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if w := send(handler(t, o), call{"POST", "", "/api/v1/mutes", `{"service":"mail","until":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `","by":"Sato","note":"x"}`}); w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	h, called := handler(t, o), map[string]bool{}
	for _, c := range calls(t, a.ID) {
		called[c.method+" "+c.path] = true
		what := d.Paths[c.path][strings.ToLower(c.method)]
		if c.body != "" {
			var body any
			if err := json.Unmarshal([]byte(c.body), &body); err != nil {
				t.Fatal(err)
			}
			d.fits(t, c.method+" "+c.path+" takes", what.RequestBody.Content["application/json"].Schema, body)
		}
		w := send(h, c)
		var answer any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
			continue
		}
		d.fits(t, c.method+" "+c.path, what.Responses["200"].Content["application/json"].Schema, answer)
		bad := c
		if bad.body = `{"nonsense":1}`; c.body == "" {
			bad.target, _, _ = strings.Cut(c.target, "?")
		}
		for name, w := range map[string]*httptest.ResponseRecorder{
			"nonsense":   send(h, bad),
			"a stranger": send(h, c, remote),
			"a name":     send(handler(t, bySignIn(o)), c),
			"nothing":    send(handler(t, options()), c),
		} {
			refused, ok := what.Responses[strconv.Itoa(w.Code)]
			if !ok || w.Code < 400 {
				t.Errorf("%s %s, %s: %d is not described: %s", c.method, c.path, name, w.Code, w.Body)
				continue
			}
			var answer any
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Errorf("%s %s, %s: %v", c.method, c.path, name, err)
			}
			d.fits(t, c.method+" "+c.path+" "+name, refused.Content["application/json"].Schema, answer)
		}
	}
	for path, operations := range d.Paths {
		for method, what := range operations {
			key := strings.ToUpper(method) + " " + path
			other := []string{"POST /api/v1/heartbeat/{check}", "POST /api/v1/backup", "POST /-/reload", "POST /api/v1/reviews/{id}"} // have tests of their own
			if method != "get" && !called[key] && !slices.Contains(other, key) {
				t.Errorf("%s (%s) is described, but not called", key, what.OperationID)
			}
		}
	}
}
