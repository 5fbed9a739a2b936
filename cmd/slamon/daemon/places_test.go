package daemon

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

var errSlow = errors.New("too slow")

const seriesSaid = `{"at": "2026-10-01T00:00:00Z", "site": "outside", "series": [{"check": "login", "interval_seconds": 300, "reprobe_seconds": 0, "gap_seconds": 0, "stretches": [
{"state": "up", "reason": "none", "first": "2026-09-01T00:00:00Z", "last": "2026-09-01T00:55:00Z", "results": 12, "base": 12, "interval_seconds": 300, "beside": false, "long_gaps_seconds": 0},
{"state": "down", "reason": "timeout", "first": "2026-09-01T01:00:00Z", "last": "2026-09-01T01:05:00Z", "results": 2, "base": 2, "interval_seconds": 300, "beside": false, "long_gaps_seconds": 0}]}]}`

// TestPeersSeries: what makes sense is taken as it is, and nothing else.
func TestPeersSeries(t *testing.T) {
	checks := []check.ID{"login"}
	all, err := readSeries(strings.NewReader(seriesSaid), checks)
	if err != nil || len(all) != 1 || len(all[0].Stretches) != 2 || all[0].Stretches[1].Reason != check.ReasonTimeout || all[0].Interval != 5*time.Minute {
		t.Fatalf("%+v, %v", all, err)
	}
	if none, err := readSeries(strings.NewReader(seriesSaid), []check.ID{"other"}); err != nil || len(none) != 0 {
		t.Errorf("a check that nobody asked for was taken: %+v, %v", none, err)
	}
	for name, c := range map[string][3]string{
		"a page":          {seriesSaid, "<html>", "something else than series"},
		"another object":  {seriesSaid, "{}", "something else than series"},
		"no such state":   {`"state": "down"`, `"state": "fine"`, "fine"},
		"backwards":       {`"last": "2026-09-01T00:55:00Z"`, `"last": "2026-08-01T00:55:00Z"`, "stands where it cannot"},
		"out of order":    {`"first": "2026-09-01T01:00:00Z"`, `"first": "2026-08-01T01:00:00Z"`, "stands where it cannot"},
		"no result":       {`"results": 12`, `"results": 0`, "makes no sense"},
		"too much base":   {`"base": 12`, `"base": 13`, "makes no sense"},
		"no interval":     {`"base": 12, "interval_seconds": 300`, `"base": 12, "interval_seconds": 0`, "makes no sense"},
		"negative pauses": {`"long_gaps_seconds": 0`, `"long_gaps_seconds": -1`, "make no sense"},
		"endless pauses":  {`"long_gaps_seconds": 0`, `"long_gaps_seconds": 1e30`, "make no sense"},
	} {
		if _, err := readSeries(strings.NewReader(strings.Replace(seriesSaid, c[0], c[1], 1)), checks); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v, want it to say %q", name, err, c[2])
		}
	}
}

func FuzzPeersSeries(f *testing.F) {
	f.Add(seriesSaid)
	f.Add(`{"series": []}`)
	p := timeline.Period{From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC)}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := readSeries(strings.NewReader(text), []check.ID{"login"})
		if err != nil {
			return
		}
		for _, s := range all { // whatever was taken can be judged
			v := sla.Hold(sla.Claim{Availability: sla.Figure{PPB: 990_000_000}}, p, p.To, []timeline.Series{s}, nil)
			if v.Unknown < 0 || v.Unknown > v.Accounted {
				t.Errorf("%s of %s unknown", v.Unknown, v.Accounted)
			}
		}
	})
}

// TestPlacesThatFail: a place that does not answer, or has not what is asked for, is shown
// with the reason; one that watches nothing of the claim is none.
func TestPlacesThatFail(t *testing.T) {
	var says string
	asked := 0
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if says == "" {
			http.Error(w, "not here", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(says)) // the test sees what is missing
	}))
	u, err := url.Parse(peer.URL)
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Peers: []config.Peer{{Site: "outside", URL: u, Every: time.Minute}}}
	p := timeline.Period{From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	a := &askedPlaces{}
	if got := a.seen(cfg, []check.ID{"login"}, p); len(got) != 1 || got[0].Failed != "answered 404 Not Found" {
		t.Errorf("an older slamon: %+v", got)
	}
	says = seriesSaid
	if got := a.seen(cfg, []check.ID{"login", "relay"}, p); len(got) != 1 || got[0].Failed != "does not watch relay" || len(got[0].Series) != 1 {
		t.Errorf("one of two checks: %+v", got)
	}
	if got := a.seen(cfg, []check.ID{"mail"}, p); len(got) != 0 {
		t.Errorf("no check of the claim: %+v", got)
	}
	c := &sla.ResponseClaim{Claim: sla.Claim{ID: "quick", Checks: []check.ID{"login"}}}
	if got := a.responses(cfg, c, p); len(got) != 1 || got[0].Failed != "has no claim on response time named quick" || got[0].LastSeen == nil {
		t.Errorf("no such claim: %+v", got)
	}
	peer.Close()
	if got := a.seen(cfg, []check.ID{"login"}, p); len(got) != 1 || !strings.Contains(got[0].Failed, "cannot be asked") {
		t.Errorf("nobody there: %+v", got)
	}
	before := asked
	a.asked(cfg.Peers[0], time.Now().Add(-placesSlow-time.Second), errSlow)
	if got := a.seen(cfg, []check.ID{"login"}, p); got[0].Failed != errSlow.Error() || asked != before {
		t.Errorf("a slow place is asked again at once: %+v", got)
	}
}
