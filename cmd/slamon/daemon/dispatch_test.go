package daemon

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/cmd/slamon/simulate"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/timeline"
)

const dispatchConfig = `
[web]
external_url = "https://slamon.example.com"
[notify]
language = "ja"
[[notify.channel]]
id = "mail"
[notify.channel.mail]
from = "slamon@example.com"
to = ["boss@example.com"]
server = [{ address = "MAIL", security = "none" }]
[[notify.report]]
id = "monthly"
at = "00:00"
channels = ["mail"]
formats = ["html", "csv"]
`

// TestReportIsMailed sends a month to a real mail server: once, with the files.
func TestReportIsMailed(t *testing.T) {
	box, err := simulate.NewMailbox("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	dir, now := t.TempDir(), time.Now().UTC()
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	last := this.AddDate(0, -1, 0)
	settings := strings.Replace(sourceConfig, "[[maintenance_file]]", `[[service.claim]]
id = "quick"
kind = "objective"
response = "2s for 99%"
window = { kind = "calendar_month" }
[[maintenance_file]]`, 1)
	sent := strings.Replace(dispatchConfig, "channels = [", "claims = [\"month\", \"quick\"]\nchannels = [", 1)
	replace(t, filepath.Join(dir, "slamon.toml"), settings+strings.Replace(sent, "MAIL", box.Address(), 1))
	d := loaded(t, filepath.Join(dir, "slamon.toml"))
	defer d.Close()
	writing, stop := context.WithCancel(t.Context())
	written := make(chan error, 1)
	go func() { written <- d.store.Run(writing) }()
	defer func() { stop(); <-written }()
	for n := range 288 {
		r := check.Result{Check: "login", Site: "main", Sent: last.Add(time.Duration(n) * 5 * time.Minute), Base: true, Outcome: check.Outcome{State: check.Up}}
		d.store.Append(r, 5*time.Minute)
	}
	if err := d.store.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	beside := &countedPlaces{elsewhere: d.ledger.places}
	d.ledger.places = beside
	for _, at := range []time.Time{
		last.AddDate(0, 0, 14), // begins with the month that is running
		this.Add(-time.Second), // too early
		now,                    // due
		now.Add(time.Minute),   // not again
		last.AddDate(0, 0, 20), // the clock was stepped back
		this.AddDate(0, 1, 0),  // this month has no results
	} {
		d.teller.dispatch(at)
	}
	if n := beside.asked.Load(); n > 0 { // receivers that forget are told by the same goroutine
		t.Errorf("other places were asked %d times for whether there is a report", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.teller.outbox.Run(ctx) }()
	until(t, "the report", func() bool { return len(box.Letters()) > 0 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := len(box.Letters()); n != 1 {
		t.Fatalf("%d mails, want 1", n)
	}
	if beside.asked.Load() == 0 {
		t.Error("other places were not asked for the report")
	}
	if got := subject(t, box.Letters()[0]); got != "[slamon] 報告書: "+last.Format(time.DateOnly)+" – "+this.AddDate(0, 0, -1).Format(time.DateOnly) {
		t.Errorf("subject %q", got)
	}
	file, quick := "month-"+last.Format("2006-01"), "quick-"+last.Format("2006-01")
	files := piecesOf(t, box.Letters()[0].Data)
	for name, want := range map[string][]string{
		"text/plain":    {"meeting: month (99.9 %)", "meeting: quick (全操作の 99 % が 2 s以内)", "添付: " + file + ".html", "判定: ", "https://slamon.example.com/api/v1/reports/month?", "添付: " + file + ".html"},
		"text/html":     {"<h2", "99.9 %"},
		file + ".html":  {"<!doctype html>", "稼働率報告書"},
		file + ".csv":   {"verdict"},
		quick + ".html": {"<!doctype html>", "応答時間報告書"},
		quick + ".csv":  {"p99_seconds"},
	} {
		for _, text := range want {
			if !strings.Contains(files[name], text) {
				t.Errorf("%s lacks %q:\n%.600s", name, text, files[name])
			}
		}
	}
}

// countedPlaces counts how often other places are asked.
type countedPlaces struct {
	elsewhere
	asked atomic.Int32
}

func (p *countedPlaces) seen(cfg *config.Config, checks []check.ID, period timeline.Period) []report.PlaceInput {
	p.asked.Add(1)
	return p.elsewhere.seen(cfg, checks, period)
}

// piecesOf takes a mail apart: texts by their media type, files by their names.
func piecesOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var walk func(header string, body io.Reader)
	walk = func(header string, body io.Reader) {
		_, params, err := mime.ParseMediaType(header)
		if err != nil {
			t.Fatal(err)
		}
		for reader := multipart.NewReader(body, params["boundary"]); ; {
			p, err := reader.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
			if strings.HasPrefix(kind, "multipart/") {
				walk(p.Header.Get("Content-Type"), p)
				continue
			}
			text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
			if err != nil {
				t.Fatal(err)
			}
			if p.FileName() != "" {
				kind = p.FileName()
			}
			out[kind] = string(text)
		}
	}
	walk(m.Header.Get("Content-Type"), m.Body)
	return out
}

// took is a channel that takes everything.
type took struct {
	mu   sync.Mutex
	when []time.Time
	ids  []string
}

func (s *took) Send(_ context.Context, m notify.Message) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.when, s.ids = append(s.when, time.Now()), append(s.ids, m.Notice.ID)
	return "ok", nil
}

// TestReportsOverRestarts lives through three weeks with a change of the clock and a
// restart every four days, some of them across the moment of a report: each day is
// reported once, at eight in the claim's zone or at the next start.
func TestReportsOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		dir, sent := t.TempDir(), &took{}
		text := strings.Replace(sourceConfig, `kind = "calendar_month"`, `kind = "calendar_month", timezone = "Europe/Berlin"`, 1) + `
[[notify.channel]]
id = "log"
syslog = { address = "127.0.0.1:9" }
[[notify.report]]
id = "daily"
every = "day"
channels = ["log"]
`
		if err := os.WriteFile(filepath.Join(dir, "slamon.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(time.Date(2000, 3, 10, 6, 0, 0, 0, berlin))) // the night of 26 March has an hour less
		for range 5 {
			d := loaded(t, filepath.Join(dir, "slamon.toml"))
			d.teller.outbox.SetChannels(map[alert.Channel]notify.Channel{"log": {Sender: sent, Language: "en"}})
			ctx, cancel := context.WithTimeout(t.Context(), 4*24*time.Hour-3*time.Hour)
			probes := Part{"probes", func(ctx context.Context) error {
				for {
					d.store.Append(check.Result{Check: "login", Site: "main", Sent: time.Now(), Base: true, Outcome: check.Outcome{State: check.Up}}, 5*time.Minute)
					if !wait(ctx, 6*time.Hour, nil) {
						return nil
					}
				}
			}}
			if err := runParts(ctx, quiet(), []Part{{"store", d.store.Run}, {"outbox", d.teller.outbox.Run}, {"keepers", d.teller.runKeepers}, probes}); err != nil {
				t.Fatal(err)
			}
			cancel()
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Hour) // off
		}
		if len(sent.ids) < 19 {
			t.Fatalf("%d reports in three weeks", len(sent.ids))
		}
		day := time.Date(2000, 3, 10, 0, 0, 0, 0, berlin)
		for i, id := range sent.ids {
			if want := fmt.Sprintf("report/daily/Europe/Berlin/day-%s", day.AddDate(0, 0, i).Format(time.DateOnly)); id != want {
				t.Fatalf("report %d is %s, want %s", i, id, want)
			}
			at := sent.when[i].In(berlin)
			if due := time.Date(2000, 3, 11+i, 8, 0, 0, 0, berlin); at.Before(due) || at.After(due.Add(6*time.Hour)) {
				t.Errorf("%s went out at %v", id, at)
			}
		}
	})
}
