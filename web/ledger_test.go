package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slamon/slamon/web"
)

// TestStatementsAreGuarded: what people state needs sign-in like everything that
// changes state, and what is not offered says so.
func TestStatementsAreGuarded(t *testing.T) {
	h := handler(t, options())
	for _, c := range []struct{ method, path string }{
		{"POST", "/api/v1/maintenance"},
		{"DELETE", "/api/v1/maintenance/x"},
		{"POST", "/api/v1/incidents/x/cause"},
		{"POST", "/api/v1/corrections"},
	} {
		for _, x := range []struct {
			proxied bool
			want    int
		}{{true, http.StatusForbidden}, {false, http.StatusNotImplemented}} {
			r := httptest.NewRequest(c.method, "http://127.0.0.1"+c.path, strings.NewReader("{}"))
			r.RemoteAddr = "127.0.0.1:4711"
			if x.proxied {
				r.Header.Set("X-Forwarded-For", "192.0.2.1")
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != x.want {
				t.Errorf("%s %s, proxied %v: %d %s, want %d", c.method, c.path, x.proxied, w.Code, w.Body, x.want)
			}
		}
	}
}

// TestReportPolicy: the report's own style is let in, a script never.
func TestReportPolicy(t *testing.T) {
	o := options()
	var asked web.ReportRequest
	o.Report = func(r web.ReportRequest) ([]byte, string, error) {
		asked = r
		return []byte("<p>report</p>"), "text/html; charset=utf-8", nil
	}
	r := httptest.NewRequest("GET", "/api/v1/reports/meeting-year?month=2026-10&format=html", nil)
	r.Header.Set("Accept-Language", "ja,en;q=0.5")
	w := httptest.NewRecorder()
	handler(t, o).ServeHTTP(w, r)
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != http.StatusOK || !strings.Contains(policy, "style-src 'unsafe-inline'") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("%d, policy %q", w.Code, policy)
	}
	want := web.ReportRequest{Claim: "meeting-year", Month: "2026-10", Language: "ja", Format: "html"}
	if asked != want {
		t.Errorf("asked for %+v, want %+v", asked, want)
	}
}
