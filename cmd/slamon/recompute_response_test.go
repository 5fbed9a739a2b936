package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slamon/slamon/sla"
)

// TestAnybodyCanRecomputeResponses asks the daemon for its report on response times of a
// month that was corrected, for its raw results and for the corrections, and slamon judge
// for the verdict on these: with maintenance, service hours and an hour of our own network
// both come to the same in every field.
func TestAnybodyCanRecomputeResponses(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	start := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
	end := start.AddDate(0, 1, 0)
	day := func(d, h int) string {
		return start.AddDate(0, 0, d).Add(time.Duration(h) * time.Hour).Format(time.RFC3339)
	}
	dir := t.TempDir()
	settings := strings.Replace(recomputeConfig, "holidays = \"jp.ics\"\n", "", 1)
	settings = settings[:strings.Index(settings, "[[service.claim]]")] + fmt.Sprintf(`
[[service.claim]]
id = "quick"
kind = "objective"
response = "1s for 99.5%%"
checks = ["node-1", "node-2"]
service_hours = "Mo-Su 06:00-22:00"
exclude_maintenance = true
window = { kind = "calendar_month" }
[[maintenance]]
service = "desk"
from = %s
to = %s
announced = %s
`, day(15, 1), day(15, 9), start.AddDate(0, -1, 0).Format(time.RFC3339))
	write(t, filepath.Join(dir, "slamon.toml"), settings)
	keepMonth(t, filepath.Join(dir, "slamon.db"), start, end)
	d := live(t, dir)
	for _, c := range [][3]string{{day(7, 9), day(7, 12), "up"}, {day(16, 11), day(16, 12), "down"}, {day(9, 6), day(9, 8), "excluded"}, {day(3, 8), day(3, 9), "unknown"}, {day(7, 11), day(7, 12), "down"}} {
		body := fmt.Sprintf(`{"claim": "quick", "from": %q, "to": %q, "counts_as": %q, "why": "as agreed", "by": "Sato"}`, c[0], c[1], c[2])
		r, err := d.http.Post(d.base+"/api/v1/corrections", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(r.Body) // what cannot be read is shown as far as it was
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %s", body, r.Status, answer)
		}
	}
	var report struct {
		Verdict  sla.ResponseJSON `json:"verdict"`
		Versions []struct{ Version int }
	}
	if err := json.Unmarshal([]byte(d.fetch("/api/v1/reports/quick", url.Values{"month": {start.Format("2006-01")}, "format": {"json"}})), &report); err != nil {
		t.Fatal(err)
	}
	d.until("/api/v1/versions?claim=quick", `"within_limit"`) // the board knows of the claim
	corrections, file := filepath.Join(dir, "corrections.json"), filepath.Join(dir, "results.csv")
	write(t, corrections, string(d.fetch("/api/v1/corrections", url.Values{"claim": {"quick"}})))
	var results bytes.Buffer
	for _, node := range []string{"node-1", "node-2"} { // an hour more on both sides: what bounds the first and the last pause
		csv := []byte(d.fetch("/api/v1/results", url.Values{"check": {node}, "from": {start.Add(-time.Hour).Format(time.RFC3339)}, "to": {end.Add(time.Hour).Format(time.RFC3339)}}))
		head, rows, _ := bytes.Cut(csv, []byte("\n"))
		if node == "node-1" {
			results.Write(append(head, '\n'))
		}
		results.Write(rows)
	}
	write(t, file, results.String())
	write(t, filepath.Join(dir, "work.csv"), "from,to\n"+day(15, 1)+","+day(15, 9)+"\n")
	var out bytes.Buffer
	judge := judgeCommand()
	judge.SetOut(&out)
	judge.SetErr(io.Discard)
	judge.SilenceUsage = true
	judge.SetArgs([]string{"--results", file, "--claim-response", "1s for 99.5%", "--interval", "5m", "--recheck", "30s", "--tz", "Asia/Tokyo",
		"--from", start.Format(time.DateOnly), "--to", end.AddDate(0, 0, -1).Format(time.DateOnly), "--service-hours", "Mo-Su 06:00-22:00",
		"--exclude", filepath.Join(dir, "work.csv"), "--corrections", corrections, "--json"})
	if err := judge.ExecuteContext(t.Context()); err != nil && err.Error() != "" { // an exit code alone is an answer
		t.Fatal(err)
	}
	var offline sla.ResponseJSON
	if err := json.Unmarshal(out.Bytes(), &offline); err != nil {
		t.Fatal(err)
	}
	same := cmpopts.IgnoreFields(sla.ResponseClaimJSON{}, "ID", "Name", "Service", "Kind")
	if diff := cmp.Diff(report.Verdict, offline, same); diff != "" {
		t.Errorf("the exported results give another verdict (-daemon +judge):\n%s", diff)
	}
	if o := report.Verdict.Operations; o.Failed == 0 || o.Excused == 0 || o.Unknown == 0 || len(report.Versions) != 6 {
		t.Errorf("the month is not what it was meant to be: %+v, %d versions", o, len(report.Versions))
	}
}
