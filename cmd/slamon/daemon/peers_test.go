package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/sla"
)

const outsideSays = `{"at": "2026-10-01T00:00:00Z", "verdicts": [{"claim": {"id": "year", "availability": "99.991%"}, "verdict": "breached",
	"accounted_seconds": 1000, "unknown_seconds": 10, "coverage": 0.99, "downtime_seconds": {"point": 20, "low95": 15, "high95": 30}}]}`

const outsideTimes = `{"responses": [{"claim": {"id": "quick", "response": "3s for 99%", "limit_seconds": 3, "share": "99%"}, "verdict": "met",
	"operations": {"total": 1000, "failed": 1, "unknown": 2, "within_limit_at_least": 998}, "within_limit": {"point": 0.998, "low95": 0.99, "high95": 0.999}}]}`

// TestPeersTimes: figures on response time that make no sense are refused.
func TestPeersTimes(t *testing.T) {
	all, err := readResponses(strings.NewReader(outsideTimes))
	if v := all["quick"]; err != nil || v.Answer != sla.Met || v.Operations != 1000 || v.Unknown != 2 || v.Point != .998 {
		t.Errorf("%+v, %v", all, err)
	}
	for name, c := range map[string][3]string{
		"another program": {outsideTimes, "<html>", "something else"},
		"another JSON":    {outsideTimes, "{}", "something else"},
		"a share above 1": {`"high95": 0.999`, `"high95": 1.5`, "makes no sense"},
		"failed too much": {`"failed": 1`, `"failed": 1001`, "make no sense"},
		"no share":        {`"point": 0.998`, `"point": null`, "make no sense"},
		"another word":    {`"met"`, `"fine"`, `verdict "fine" is none`},
	} {
		if _, err := readResponses(strings.NewReader(strings.Replace(outsideTimes, c[0], c[1], 1))); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v, want it to say %q", name, err, c[2])
		}
	}
}

// TestPeersVerdicts: the same of verdicts on availability; what is said of them is short,
// however long a name.
func TestPeersVerdicts(t *testing.T) {
	if _, all, err := readVerdicts(strings.NewReader(outsideSays)); err != nil || all["year"].Coverage != .99 {
		t.Errorf("%+v, %v", all, err)
	}
	for name, c := range map[string][3]string{
		"another program":   {outsideSays, "<html>", "something else"},
		"too much coverage": {`"coverage": 0.99`, `"coverage": 1e300`, "makes no sense"},
		"negative":          {`"point": 20`, `"point": -20`, "make no sense"},
		"a long name":       {`"id": "year", "availability": "99.991%"}, "verdict": "breached"`, `"id": "` + strings.Repeat("名", 1<<20) + `"}, "verdict": "fine"`, "claim 名"},
	} {
		_, _, err := readVerdicts(strings.NewReader(strings.Replace(outsideSays, c[0], c[1], 1)))
		if err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: taken, want it to say %q", name, c[2])
		} else if said := firstLine(err.Error()); len(said) > lineMost+len("…") || !utf8.ValidString(said) {
			t.Errorf("%s: %d bytes are shown", name, len(said))
		}
	}
}

// TestPeers asks sites that answer well, wrongly and not at all.
func TestPeers(t *testing.T) {
	var says string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if r.URL.Path == "/slamon/api/v1/checks" && password == "good" {
			fmt.Fprint(w, `{"checks": [{"id": "front", "state": "down"}, {"id": "relay", "state": "up"}, {"id": "old", "state": "down", "paused": true}]}`)
			return
		}
		if r.URL.Path == "/slamon/api/v1/responses" && password == "good" {
			fmt.Fprint(w, outsideTimes)
			return
		}
		if r.URL.Path != "/slamon/api/v1/verdicts" || user != "monitor" || password != "good" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, says)
	}))
	defer site.Close()
	u, err := url.Parse(site.URL + "/slamon")
	if err != nil {
		t.Fatal(err)
	}
	one := config.Peer{Site: "outside", URL: u, User: "monitor", Password: secret.New("good"), Every: time.Minute}
	cfg := &config.Config{Peers: []config.Peer{one}}
	var p peers
	if v := p.views(cfg); len(v) != 1 || v[0].Name != "outside" || !v[0].At.IsZero() {
		t.Errorf("before the first answer: %+v", v)
	}
	ask := func(one config.Peer) {
		p.due(one, time.Now())
		p.ask(t.Context(), one)
	}
	says = outsideSays
	ask(one)
	v := p.views(cfg)[0]
	year := v.Claims["year"]
	if v.Error != "" || year.Answer != sla.Breached || year.Downtime.High95 != 30*time.Second || year.Unknown != 10*time.Second {
		t.Errorf("view %+v", v)
	}
	if v.Responses["quick"].Answer != sla.Met {
		t.Errorf("response times there: %+v", v.Responses)
	}
	if len(v.Down) != 1 || !v.Down["front"] {
		t.Errorf("down there: %v, want front alone", v.Down)
	}
	p.known["outside"].heard = time.Now().Add(-freshRounds*one.Every - time.Second)
	if old := p.views(cfg)[0].Down; old != nil {
		t.Errorf("down there, as said long ago: %v, want nothing", old)
	}
	wrong := one
	wrong.Password = secret.New("bad")
	for _, c := range []struct {
		name, says, tells string
		peer              config.Peer
	}{
		{"not let in", outsideSays, "answered 401", wrong},
		{"another program", `<html>`, "something else than verdicts", one},
		{"another JSON", `{}`, "something else than verdicts", one},
		{"senseless", strings.Replace(outsideSays, `"point": 20`, `"point": -20`, 1), "make no sense", one},
		{"more unknown than there is", strings.Replace(outsideSays, `"unknown_seconds": 10`, `"unknown_seconds": 2000`, 1), "are unknown", one},
		{"a word of its own", strings.Replace(outsideSays, `"breached"`, `"fine"`, 1), `verdict "fine" is none`, one},
	} {
		says = c.says
		ask(c.peer)
		v := p.views(cfg)[0]
		if !strings.Contains(v.Error, c.tells) {
			t.Errorf("%s: error %q, want it to tell %q", c.name, v.Error, c.tells)
		}
		if v.Claims["year"].Answer != sla.Breached || v.At.IsZero() {
			t.Errorf("%s: what was said before is gone: %+v", c.name, v)
		}
	}
}

// TestPeersPace asks each site at its own pace, and once at a time.
func TestPeersPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p peers
		one := config.Peer{Site: "outside", Every: time.Minute}
		if !p.due(one, time.Now()) {
			t.Error("a new site is not due, want it asked at once")
		}
		time.Sleep(2 * time.Minute)
		if p.due(one, time.Now()) {
			t.Error("a site is due while it is being asked")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		one.URL = &url.URL{Scheme: "http", Host: "192.0.2.1"}
		p.ask(ctx, one)
		if !p.due(one, time.Now()) {
			t.Error("a site that was asked two minutes ago is not due")
		}
	})
}
