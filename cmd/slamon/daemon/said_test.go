package daemon

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSaid does everything that a page offers of an incident, and finds it in its history,
// in order and with names, before and after a restart.
func TestSaid(t *testing.T) {
	l := liveOutage(t)
	incident := l.incident().ID
	page := "/incidents/" + url.PathEscape(incident)
	until := time.Now().Add(3 * time.Hour).UTC().Format("2006-01-02T15:04")
	for _, c := range []struct{ form, values string }{
		{"acknowledge", "note=on+it"},
		{"comment", "note=ticket+4711%0D%0Ano+answer"},
		{"cause", "side=vendor&note=by+mail"},
		{"cause", "side=unknown&note=they+deny+it"},
		{"mute", "note=known&until=" + url.QueryEscape(until)},
	} {
		code, body := l.ask(http.MethodPost, page+"/"+c.form+"?lang=en", func(r *http.Request) {
			r.SetBasicAuth(operator, operatorPassword)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(c.values)), int64(len(c.values))
		})
		if code != http.StatusOK || !strings.Contains(body, `role="status"`) {
			t.Errorf("%s: %d\n%s", c.form, code, body)
		}
	}
	want := []string{"acknowledged sato: on it", "commented sato: ticket 4711\nno answer", "cause sato: by mail", "cause sato: they deny it", "muted sato: known"}
	said := func(l *lively) (got []string) {
		_, body := l.ask(http.MethodGet, "/api/v1/incidents/"+url.PathEscape(incident), nil)
		var answer struct {
			Remarks []struct{ Kind, By, Note string }
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(err)
		}
		for _, r := range answer.Remarks {
			got = append(got, r.Kind+" "+r.By+": "+r.Note)
		}
		return got
	}
	if got := said(l); !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	l.stop()
	again := live(t, l.dir, "http", "")
	if got := said(again); !slices.Equal(got, want) {
		t.Errorf("after a restart %q, want %q", got, want)
	}
	if _, body := again.ask(http.MethodGet, page+"?lang=en", nil); !strings.Contains(body, "holds responsible: unknown") || !strings.Contains(body, "holds responsible: the vendor") {
		t.Error("the page does not show both causes that were confirmed")
	}
}
