package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/web"
)

// TestDevicePages wants the figures, the lines of the limits and the words of both
// languages, and nothing of the file unescaped.
func TestDevicePages(t *testing.T) {
	h := handler(t, options())
	for target, wants := range map[string][]string{
		"/devices":                 {"meeting-gateway", "93 %", "72 % /var", "net-team", "overdue", "cpu-meeting-gateway-20260915"},
		"/devices?lang=ja":         {"機器", "容量の見直し", "期限超過"},
		"/devices/meeting-gateway": {`class="limit"`, "review from 50 %", "limit 90 %", "the agent restarted", "linkDown", `href="/services/meeting"`},
		"/devices/meeting-gateway?range=365d&lang=ja":  {"見直し 50 %", "プロセッサー", "エージェントの再起動"},
		"/devices/meeting-gateway?range=7d":            {"<polyline", "<polygon"},
		"/devices/meeting-gateway?range=30d&to=broken": {"<polyline"},
	} {
		w := ask(h, http.MethodGet, target)
		body := w.Body.String()
		if w.Code != http.StatusOK || strings.Contains(body, "<before>") {
			t.Errorf("%s: status %d, or the name is not escaped", target, w.Code)
		}
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", target, want)
			}
		}
	}
	if w := ask(h, http.MethodGet, "/devices/nobody"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown device: status %d", w.Code)
	}
}

// changes remembers what was asked of reviews.
type changes struct {
	got web.ReviewChange
	err error
}

func (c *changes) ChangeReview(id string, change web.ReviewChange, _ time.Time) (device.Review, error) {
	c.got = change
	return device.Review{ID: id, Owner: change.Owner}, c.err
}

// TestChangeReview wants who signed in beside what is asked, and strangers refused.
func TestChangeReview(t *testing.T) {
	kept := &changes{}
	o := options()
	o.Reviews = kept
	h := handler(t, o)
	ask := func(body string, change ...func(*http.Request)) int {
		return ask(h, http.MethodPost, "/api/v1/reviews/cpu-1", append(change, func(r *http.Request) { *r = *mustBody(r, body) })...).Code
	}
	if code := ask(`{"owner": "net-team", "by": "sato"}`); code != http.StatusOK || kept.got.Owner != "net-team" || kept.got.By != "sato" {
		t.Errorf("status %d, %+v", code, kept.got)
	}
	if code := ask(`{"owner": 5}`); code != http.StatusBadRequest {
		t.Errorf("a wrong body: status %d", code)
	}
	kept.err = web.Refusal{Err: errors.New("closed")}
	if code := ask(`{"decision": "buy"}`); code != http.StatusBadRequest {
		t.Errorf("a refusal: status %d", code)
	}
	kept.err = errors.New("disk")
	if code := ask(`{"decision": "buy"}`); code != http.StatusInternalServerError {
		t.Errorf("a failure: status %d", code)
	}
	kept.got = web.ReviewChange{}
	stranger := func(r *http.Request) { r.RemoteAddr = "192.0.2.9:50000" }
	if code := ask(`{"decision": "buy", "by": "x"}`, stranger); code != http.StatusForbidden || kept.got.Decision != "" {
		t.Errorf("a stranger: status %d, %+v", code, kept.got)
	}
}

// TestReadingsAPI wants wrong questions refused with a sentence.
func TestReadingsAPI(t *testing.T) {
	h := handler(t, options())
	for query, want := range map[string]int{
		"device=meeting-gateway&kind=cpu":                                     http.StatusOK,
		"device=meeting-gateway&kind=processor":                               http.StatusBadRequest,
		"kind=cpu":                                                            http.StatusBadRequest,
		"device=x&kind=cpu&from=yesterday":                                    http.StatusBadRequest,
		"device=x&kind=cpu&from=2026-01-01T00:00:00Z":                         http.StatusBadRequest,
		"device=x&kind=cpu&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z": http.StatusBadRequest,
		"device=meeting-gateway&kind=cpu&from=2026-09-01T00:00:00Z&to=2026-09-02T00:00:00%2B09:00": http.StatusOK,
	} {
		if got := ask(h, http.MethodGet, "/api/v1/readings?"+query).Code; got != want {
			t.Errorf("%s: status %d, want %d", query, got, want)
		}
	}
}
