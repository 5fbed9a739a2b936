package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

// TestPublic checks that the public view shows the chosen service, and of it
// nothing that is ours.
func TestPublic(t *testing.T) {
	o := options()
	board := *made().Board
	board.Own.StoreError = "no space left on /var/lib/slamon"
	o.Board = func() *status.Board { return &board }
	said, s := stated() // what people say is ours
	state(t, s)
	o.Ledger, o.Notices, o.Report, o.CanSignIn = said.Ledger, said.Notices, said.Report, true
	h, err := web.NewPublic(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/", "/services/meeting?range=365d", "/claims/meeting-year", "/incidents", "/incidents/" + incidentID(t, "meeting", 0), "/badge/meeting-year.svg", "/feed.atom", "/?lang=ja", "/maintenance"} {
		w := ask(h, http.MethodGet, address)
		body := w.Body.String()
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
		for _, hidden := range []string{
			"Shared files", "files-web", "https://meet.example.com/join", "turn.example.com", "503 Service", "198.51.100.20", "Web conference for all branches",
			"/var/lib/slamon", "/checks/", "/api/v1/results", "/system", `href="/metrics"`, "Own network", "0.1.0",
			"<form", "sign-in", "Sato", "/notices", "/reports",
		} {
			if strings.Contains(body, hidden) {
				t.Errorf("%s shows %q", address, hidden)
			}
		}
	}
	if body := ask(h, http.MethodGet, "/services/meeting").Body.String(); !strings.Contains(body, "99.991 %") || !strings.Contains(body, "Join page") {
		t.Error("the chosen service is not shown")
	}
	for _, address := range []string{"/services/files", "/claims/files-contract", "/checks/meeting-join", "/system", "/metrics", "/api/v1/status", "/api/v1/checks", "/api/v1/results?check=meeting-join", "/badge/files-contract.svg", "/incidents/" + incidentID(t, "files", 0)} {
		if w := ask(h, http.MethodGet, address); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", address, w.Code)
		}
	}
	for _, address := range []string{"/-/reload", "/api/v1/backup", "/api/v1/heartbeat/files-backup", "/incidents/" + incidentID(t, "meeting", 0) + "/comment", "/services/meeting/mute", "/claims/meeting-year/correct", "/maintenance", "/api/v1/mutes"} {
		if w := ask(h, http.MethodPost, address); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", address, w.Code)
		}
	}
	// A correction changes the line of its claim, here as on our own pages.
	own, counted := handler(t, o), func(h http.Handler) string {
		page := ask(h, http.MethodGet, "/services/meeting?range=7d&to=2026-04-06T00:00:00Z").Body.String()
		_, strip, _ := strings.Cut(page, `aria-label="Claim 99.991 %`)
		label, _, _ := strings.Cut(strip, `"`)
		return label
	}
	if public, ours := counted(h), counted(own); public == "" || public != ours || strings.Contains(public, "down ") {
		t.Errorf("the public line of the claim says %q, our own %q; want the false alarm of April taken out of both", public, ours)
	}
	o.Ledger = nil
	if raw := counted(handler(t, o)); !strings.Contains(raw, "down ") {
		t.Errorf("without the correction it says %q, so nothing was shown above", raw)
	}
	if made().Board.Services[0].Note == "" || made().Board.Services[0].Checks[0].Params == nil {
		t.Error("the board itself was changed")
	}
}
