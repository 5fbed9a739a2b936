package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
)

const recomputeConfig = `
[site]
name = "here"
timezone = "Asia/Tokyo"
holidays = "jp.ics"
[storage]
path = "slamon.db"
backup_directory = ""
[[service]]
id = "desk"
[[service.check]]
id = "node-1"
interval = "5m"
reprobe = "30s"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.check]]
id = "node-2"
interval = "5m"
reprobe = "30s"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.check]]
id = "node-3"
interval = "5m"
reprobe = "30s"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.claim]]
id = "month"
kind = "objective"
availability = "99.5%"
checks = ["node-1", "node-2", "node-3"]
combine = "2 of 3 up"
service_hours = "Mo-Fr 08:00-18:00; Sa 09:00-12:00"
window = { kind = "calendar_month" }
`

// failing says how a node answered at a moment of a month that begins at start.
func failing(node int, start, at time.Time) (check.State, check.Reason) {
	day := func(d, h, m int) time.Time { return start.AddDate(0, 0, d).Add(time.Duration(h*60+m) * time.Minute) }
	in := func(from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
	switch {
	case in(day(7, 9, 0), day(7, 23, 0)) && node != 3: // two nodes, on some weekday
		return check.Down, check.ReasonTimeout
	case in(day(8, 10, 0), day(8, 11, 7)) && node == 2: // one alone
		return check.Down, check.ReasonRefused
	case in(day(9, 6, 0), day(9, 9, 11)): // all, over the beginning of the hours
		return check.Down, check.ReasonTLS
	case in(day(15, 0, 0), day(15, 4, 0)): // all, at night
		return check.Down, check.ReasonTimeout
	case in(day(16, 11, 0), day(16, 14, 0)) && node < 3: // not seen
		return check.Unknown, check.ReasonOwnNetwork
	}
	return check.Up, check.ReasonNone
}

// keepMonth stores a month of three nodes as a daemon would have recorded it, with
// re-probes after failures.
func keepMonth(t *testing.T, path string, start, end time.Time) {
	t.Helper()
	s, err := store.Open(path, store.Options{Site: "here", NoSync: true, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for node := 1; node <= 3; node++ {
		slot, at := start.Add(-time.Hour+time.Duration(node)*37*time.Second), time.Time{}
		for at = slot; at.Before(end.Add(time.Hour)); {
			state, reason := failing(node, start, at)
			s.Append(check.Result{Check: check.ID(fmt.Sprintf("node-%d", node)), Site: "here", Sent: at, Base: at.Equal(slot),
				Outcome: check.Outcome{State: state, Reason: reason, Took: time.Millisecond}}, 5*time.Minute)
			if next := slot.Add(5 * time.Minute); state == check.Down && at.Add(30*time.Second).Before(next) {
				at = at.Add(30 * time.Second)
			} else {
				slot, at = next, next
			}
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

// fetch answers with the body of a page of the daemon.
func (d *asked) fetch(path string, q url.Values) []byte {
	d.t.Helper()
	code, body := d.ask(path + "?" + q.Encode())
	if code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", path, code, body)
	}
	return []byte(body)
}

// TestAnybodyCanRecompute asks the daemon for its report and its raw results, and
// slamon judge for the verdict on these: with service hours, holidays, re-probes and
// three checks of which two have to be up, both come to the same to the last digit.
func TestAnybodyCanRecompute(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(zone)
	start := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
	end := start.AddDate(0, 1, 0)
	monday := start.AddDate(0, 0, (8-int(start.Weekday()))%7)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "slamon.toml"), recomputeConfig)
	write(t, filepath.Join(dir, "jp.ics"), strings.ReplaceAll("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20240101T000000Z\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:"+
		monday.Format("20060102")+"\nEND:VEVENT\nEND:VCALENDAR\n", "\n", "\r\n"))
	keepMonth(t, filepath.Join(dir, "slamon.db"), start, end)
	d := live(t, dir)

	var report struct {
		Verdict sla.VerdictJSON `json:"verdict"`
	}
	body := d.fetch("/api/v1/reports/month", url.Values{"month": {start.Format("2006-01")}, "format": {"json"}})
	if err := json.Unmarshal(body, &report); err != nil {
		t.Fatal(err)
	}
	var results bytes.Buffer
	for node := 1; node <= 3; node++ { // an hour more on both sides: what bounds the first and the last pause
		csv := d.fetch("/api/v1/results", url.Values{"check": {fmt.Sprintf("node-%d", node)},
			"from": {start.Add(-time.Hour).Format(time.RFC3339)}, "to": {end.Add(time.Hour).Format(time.RFC3339)}})
		head, rows, _ := bytes.Cut(csv, []byte("\n"))
		if node == 1 {
			results.Write(append(head, '\n'))
		}
		results.Write(rows)
	}
	file := filepath.Join(dir, "results.csv")
	if err := os.WriteFile(file, results.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	judge := judgeCommand()
	judge.SetOut(&out)
	judge.SetErr(io.Discard)
	judge.SilenceUsage = true
	judge.SetArgs([]string{"--results", file, "--claim", "99.5%", "--interval", "5m", "--recheck", "30s", "--tz", "Asia/Tokyo",
		"--from", start.Format(time.DateOnly), "--to", end.AddDate(0, 0, -1).Format(time.DateOnly), "--combine", "2 of 3 up",
		"--service-hours", "Mo-Fr 08:00-18:00; Sa 09:00-12:00", "--holidays", filepath.Join(dir, "jp.ics"), "--json"})
	if err := judge.ExecuteContext(t.Context()); err != nil && err.Error() != "" { // an exit code alone is an answer
		t.Fatal(err)
	}
	var offline sla.VerdictJSON
	if err := json.Unmarshal(out.Bytes(), &offline); err != nil {
		t.Fatal(err)
	}
	same := cmpopts.IgnoreFields(sla.ClaimJSON{}, "ID", "Name", "Service", "Kind")
	if diff := cmp.Diff(report.Verdict, offline, same); diff != "" {
		t.Errorf("the exported results give another verdict (-daemon +judge):\n%s", diff)
	}
	if v := report.Verdict; v.Downtime.Point == 0 || v.Unknown == 0 || v.Excluded == 0 || v.Accounted > 260*3600 {
		t.Errorf("the month is not what it was meant to be: %+v", v.Downtime)
	}
}
