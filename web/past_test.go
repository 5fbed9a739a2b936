package web_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

// forgetful is the made board when its incidents are older than what boards list.
func forgetful() *status.Board {
	b := *made().Board
	b.Services = append([]status.Service(nil), b.Services...)
	for i := range b.Services {
		b.Services[i].Incidents = nil
	}
	return &b
}

// TestPastIncident checks that what has left the list of incidents is found by its name:
// its page, its JSON, and the vendor's notice about it.
func TestPastIncident(t *testing.T) {
	o := options()
	said, _ := stated()
	o.Ledger, o.Notices = said.Ledger, said.Notices
	board := forgetful()
	o.Board = func() *status.Board { return board }
	h := handler(t, o)
	id := incidentID(t, "meeting", 6) // of last November
	page := ask(h, http.MethodGet, "/incidents/"+id)
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, "no answer within 10 s") || !strings.Contains(body, "Join page") {
		t.Errorf("the page of %s: %d", id, page.Code)
	}
	full := handler(t, options())
	if now, then := ask(h, http.MethodGet, "/api/v1/incidents/"+id), ask(full, http.MethodGet, "/api/v1/incidents/"+id); now.Code != http.StatusOK || bounds(now.Body.String()) != bounds(then.Body.String()) {
		t.Errorf("from the history %s\nfrom the board %s", now.Body, then.Body)
	}
	tell := func(id string) (int, string) {
		w := ask(h, http.MethodPost, "/api/v1/incidents/"+id+"/vendor-notice", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(`{"where":"web","by":"Sato","seen":"2025-11-12T10:40:00+09:00","not_seen":"2025-11-12T10:35:00+09:00"}`))
		})
		return w.Code, w.Body.String()
	}
	if code, answer := tell(id); code != http.StatusOK || !strings.Contains(answer, `"answer":"met"`) {
		t.Errorf("the vendor's notice: %d %s", code, answer)
	}
	for name, want := range map[string]string{
		"yesterday":                         "a name is that of the check",
		"nobody-20251112T005814.400Z":       "there is no check",
		"meeting-join-20251112T005815.400Z": "or it is older than what the store keeps",
		"meeting-join-20991112T005815.400Z": "or it is older than what the store keeps",
		"meeting-join-19000101T000000.000Z": "or it is older than what the store keeps",
	} {
		if code, answer := tell(name); code != http.StatusBadRequest || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want %q", name, code, answer, want)
		}
	}
}

// bounds keeps of the JSON of an incident what was measured.
func bounds(answer string) string {
	measured, _, _ := strings.Cut(answer, `"evidence"`)
	return measured
}

// TestRefusedReport checks that whoever opens a report with a form is told on its page,
// in his language, why there is none, and a program by an answer for programs.
func TestRefusedReport(t *testing.T) {
	o, _ := stated()
	o.Report = func(web.ReportRequest) ([]byte, string, error) {
		return nil, "", web.Refusal{Err: errors.New("a period needs from and to")}
	}
	h := handler(t, o)
	const address = "/api/v1/reports/meeting-year?from=2026-08-03"
	page := ask(h, http.MethodGet, address, func(r *http.Request) {
		r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		r.Header.Set("Accept-Language", "ja")
	})
	if body := page.Body.String(); page.Code != http.StatusBadRequest || !strings.Contains(body, "開始日と終了日の両方を指定してください。") || !strings.Contains(body, `action="/reports/open"`) {
		t.Errorf("%d %s", page.Code, body)
	}
	if w := ask(h, http.MethodGet, address); w.Code != http.StatusBadRequest || !strings.HasPrefix(w.Body.String(), `{"error":`) {
		t.Errorf("a program is told %d %s", w.Code, w.Body)
	}
}
