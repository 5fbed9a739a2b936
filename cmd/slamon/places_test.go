package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
)

const placesConfig = `
[site]
name = %q
[storage]
path = "slamon.db"
backup_directory = ""
[[service]]
id = "meeting"
[[service.check]]
id = "login"
interval = "5m"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.check]]
id = "relay"
interval = "5m"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.claim]]
id = "month"
kind = "contract"
availability = "99.9%%"
checks = ["login", "relay"]
%swindow = { kind = "calendar_month" }
[[service.claim]]
id = "quick"
kind = "contract"
response = "1s for 99%%"
window = { kind = "calendar_month" }
`

// outage is a time in which one place saw a check otherwise than up.
type outage struct {
	check    check.ID
	from, to time.Time
	state    check.State
}

// keepSight stores a month as one place saw it: a probe every five minutes, an hour more on
// both sides.
func keepSight(t *testing.T, path, site string, start, end time.Time, offset time.Duration, outages ...outage) {
	t.Helper()
	s, err := store.Open(path, store.Options{Site: site, NoSync: true, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for _, id := range []check.ID{"login", "relay"} {
		for at := start.Add(offset - time.Hour); at.Before(end.Add(time.Hour)); at = at.Add(5 * time.Minute) {
			r := check.Result{Check: id, Site: site, Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: 20 * time.Millisecond}}
			for _, o := range outages {
				if o.check == id && !at.Before(o.from) && at.Before(o.to) {
					if r.State = o.state; o.state == check.Down {
						r.Reason = check.ReasonTimeout
					} else {
						r.Reason, r.Took = check.ReasonStopped, 0
					}
				}
			}
			s.Append(r, 5*time.Minute)
		}
	}
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPlacesOfPeers runs two places. The report of one shows both side by side and put
// together; offline, from its store and the exported results of the other, and by slamon
// judge from the results of both, it comes to the same in every field.
func TestPlacesOfPeers(t *testing.T) {
	now := time.Now().UTC()
	start := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(0, 1, 0)
	at := func(d, h, m int) time.Time {
		return start.AddDate(0, 0, d).Add(time.Duration(h*60+m) * time.Minute)
	}
	all := outage{"login", at(4, 10, 0), at(4, 11, 0), check.Down}
	local := outage{"relay", at(9, 0, 0), at(9, 10, 0), check.Down}
	elsewhere := outage{"login", at(9, 4, 0), at(9, 5, 0), check.Down} // the other check of the other place
	off := outage{"relay", at(14, 0, 0), at(14, 6, 0), check.Unknown}
	outside, inside := t.TempDir(), t.TempDir()
	keepSight(t, filepath.Join(outside, "slamon.db"), "outside", start, end, 100*time.Second, all, elsewhere, off)
	keepSight(t, filepath.Join(inside, "slamon.db"), "inside", start, end, 0, all, local)
	write(t, filepath.Join(outside, "slamon.toml"), fmt.Sprintf(placesConfig, "outside", ""))
	o := live(t, outside)
	settings := fmt.Sprintf(placesConfig, "inside", "sites_down = 2\n") + fmt.Sprintf("[[peer]]\nsite = \"outside\"\nurl = %q\n", o.base)
	write(t, filepath.Join(inside, "slamon.toml"), settings)
	month := url.Values{"month": {start.Format("2006-01")}, "format": {"json"}}
	export := func(d *asked, id string) string {
		return string(d.fetch("/api/v1/results", url.Values{"check": {id}, "from": {start.Add(-time.Hour).Format(time.RFC3339)}, "to": {end.Add(time.Hour).Format(time.RFC3339)}}))
	}
	o.until("/api/v1/checks", `"relay"`) // it answers once it has a board
	both := func(d *asked) string {
		_, rest, _ := strings.Cut(export(d, "relay"), "\n")
		return export(d, "login") + rest
	}
	theirs, ours := filepath.Join(inside, "outside.csv"), filepath.Join(inside, "inside.csv")
	write(t, theirs, both(o))
	var online, offline struct {
		Verdict sla.VerdictJSON
		Places  report.Places
	}
	base, stop, err := runDaemon(filepath.Join(inside, "slamon.toml"))
	if err != nil {
		t.Fatal(err)
	}
	d := &asked{t: t, base: base, http: o.http}
	d.until("/api/v1/checks", `"relay"`)
	body, quick := d.fetch("/api/v1/reports/month", month), d.fetch("/api/v1/reports/quick", month)
	write(t, ours, both(d))
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &online); err != nil {
		t.Fatal(err)
	}
	p := online.Places
	if len(p.Sites) != 2 || p.Sites[0].Site != "inside" || p.Sites[1].Site != "outside" || p.Together == nil || p.Need != 2 {
		t.Fatalf("places %+v", p)
	}
	for _, c := range []struct {
		name   string
		v      *sla.VerdictJSON
		low    float64 // hours for certain, but for the first and last five minutes
		answer sla.Answer
	}{{"inside", p.Sites[0].Verdict, 11, sla.BreachedCertain}, {"outside", p.Sites[1].Verdict, 2, sla.BreachedCertain}, {"together", p.Together, 1, sla.BreachedCertain}} {
		if c.v.Verdict != c.answer || c.v.Downtime.HardLow > c.low*3600 || c.v.Downtime.HardLow < c.low*3600-650 {
			t.Errorf("%s: %s, %g s for certain, want %g h", c.name, c.v.Verdict, c.v.Downtime.HardLow, c.low)
		}
	}
	if u := p.Together.Unknown; u != 0 { // while outside was off, inside saw relay up: with two needed that is enough
		t.Errorf("together %g s are unknown, want none", u)
	}

	var out bytes.Buffer
	cmd := reportCommand()
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs([]string{"month", "--storage.path", filepath.Join(inside, "slamon.db"), "--config.file", filepath.Join(inside, "slamon.toml"), "--site", "outside=" + theirs, "--month", start.Format("2006-01"), "--format", "json"})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &offline); err != nil {
		t.Fatal(err)
	}
	unexported := cmpopts.IgnoreUnexported(report.Places{})
	if diff := cmp.Diff(online.Places, offline.Places, unexported); diff != "" {
		t.Errorf("offline (-daemon +offline):\n%s", diff)
	}

	out.Reset()
	judge := judgeCommand()
	judge.SetOut(&out)
	judge.SetErr(io.Discard)
	judge.SilenceUsage = true
	judge.SetArgs([]string{"--results", ours, "--results", theirs, "--sites-down", "2", "--claim", "99.9%", "--interval", "5m", "--from", start.Format(time.DateOnly), "--to", end.AddDate(0, 0, -1).Format(time.DateOnly), "--json"})
	if err := judge.ExecuteContext(t.Context()); err != nil && err.Error() != "" { // an exit code alone is an answer
		t.Fatal(err)
	}
	var judged sla.SitesJSON
	if err := json.Unmarshal(out.Bytes(), &judged); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Together, judged.Together, cmpopts.IgnoreFields(sla.ClaimJSON{}, "ID", "Name", "Service", "Kind")); diff != "" {
		t.Errorf("judged from the results of both (-daemon +judge):\n%s", diff)
	}

	var times struct{ Places []report.ResponsePlace }
	if err := json.Unmarshal(quick, &times); err != nil {
		t.Fatal(err)
	}
	if len(times.Places) != 2 || times.Places[1].Verdict == nil || times.Places[1].Verdict.Operations.Failed != 24 || times.Places[0].Verdict.Operations.Failed != 12+120 || times.Places[1].LastSeen == nil {
		t.Errorf("response times of the places: %+v", times.Places)
	}
}
