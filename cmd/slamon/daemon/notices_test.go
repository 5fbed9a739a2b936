package daemon

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/cmd/slamon/simulate"
)

const toldConfig = `
[web]
external_url = "http://slamon.example.com"
[[service]]
id = "files"
[[service.check]]
id = "port"
interval = "1s"
reprobe = "100ms"
timeout = "500ms"
tcp = { address = "ADDRESS" }
[notify]
language = "ja"
[[notify.channel]]
id = "mail"
timeout = "5s"
[notify.channel.mail]
from = "slamon@example.com"
to = ["ops@example.com"]
server = [{ address = "MAIL", security = "none" }]
[[notify.policy]]
id = "all"
group = "0s"
channels = ["mail"]
`

// until asks again and again; the deadline of the whole test ends it.
func until(t *testing.T, what string, ask func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !ask() {
		select {
		case <-ctx.Done():
			t.Fatalf("never seen: %s", what)
		case <-ticker.C:
		}
	}
}

func subject(t *testing.T, l simulate.Letter) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(string(l.Data)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestNoticesOverRestart goes through one outage: told once, acknowledged by the
// signed link, not told again after a restart, and its recovery told in the thread.
func TestNoticesOverRestart(t *testing.T) {
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := target.Addr().String()
	box, err := simulate.NewMailbox("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	dir := t.TempDir()
	text := strings.NewReplacer("ADDRESS", address, "MAIL", box.Address()).Replace(toldConfig)
	if err := os.WriteFile(filepath.Join(dir, "slamon.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	target.Close()
	first := live(t, dir, "http", "")
	until(t, "a mail about the failure", func() bool { return len(box.Letters()) == 1 })
	if got := subject(t, box.Letters()[0]); got != "[slamon] 障害: files: port の停止" {
		t.Errorf("subject %q", got)
	}
	link := signedLink(t, box.Letters()[0])
	if code, page := first.ask(http.MethodGet, link, nil); code != http.StatusOK || !strings.Contains(page, `name="sig"`) {
		t.Errorf("GET %s: %d\n%s", link, code, page)
	}
	if code, _ := first.ask(http.MethodGet, strings.Replace(link, "sig=", "sig=0", 1), nil); code != http.StatusForbidden {
		t.Errorf("a wrong signature is answered with %d, want 403", code)
	}
	query := strings.TrimPrefix(link, "/acknowledge?")
	if code, page := first.form("/acknowledge", query+"&by=Sato+"+url.QueryEscape("佐藤")); code != http.StatusOK || !strings.Contains(page, "佐藤") {
		t.Errorf("POST: %d\n%s", code, page)
	}
	incident := first.incident()
	if incident.Acknowledged == nil || incident.Acknowledged.By != "Sato 佐藤" {
		t.Errorf("acknowledged = %+v", incident.Acknowledged)
	}
	seen := time.Now().UTC().Format(time.RFC3339Nano)
	code, body := first.send("/api/v1/incidents/"+incident.ID+"/vendor-notice", fmt.Sprintf(`{"where":"web","seen":%q,"by":"me"}`, seen))
	if code != http.StatusOK || !strings.Contains(body, `"cannot_tell"`) { // no good probe is known before
		t.Errorf("vendor notice: %d %s", code, body)
	}
	if code, body := first.send("/api/v1/incidents/nothing/acknowledge", `{"by":"me"}`); code != http.StatusBadRequest {
		t.Errorf("acknowledging nothing: %d %s", code, body)
	}
	if code, body := first.send("/api/v1/mutes", `{"service":"files","until":"2000-01-01T00:00:00Z","by":"me","note":"x"}`); code != http.StatusBadRequest {
		t.Errorf("a mute of the past: %d %s", code, body)
	}
	first.stop()

	second := live(t, dir, "http", "")
	until(t, "the incident after the restart", func() bool { return second.incident().ID == incident.ID })
	if target, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	until(t, "a mail about the recovery", func() bool { return len(box.Letters()) > 1 })
	if got := subject(t, box.Letters()[1]); got != "[slamon] 復旧: files: port は復旧しました" {
		t.Errorf("subject %q", got)
	}
	if n := len(box.Letters()); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
	code, body = second.ask(http.MethodGet, "/api/v1/notices?incident="+incident.ID, nil)
	if code != http.StatusOK || strings.Count(body, `"kind"`) != 2 || !strings.Contains(body, `"recovered"`) || strings.Contains(body, `"missed":true`) {
		t.Errorf("notices: %d %s", code, body)
	}
	code, page := second.ask(http.MethodGet, "/incidents/"+incident.ID, nil)
	if code != http.StatusOK || !strings.Contains(page, "Who was told") || !strings.Contains(page, "mail: accepted after") {
		t.Errorf("the page of the incident: %d\n%s", code, page)
	}
	code, exposition := second.ask(http.MethodGet, "/metrics", nil)
	if code != http.StatusOK || !strings.Contains(exposition, `slamon_notice_send_failures_total{channel="mail"} 0`) || !strings.Contains(exposition, "slamon_notice_delay_seconds_count 1") {
		t.Errorf("metrics: %d\n%s", code, exposition)
	}
}

var linkLine = regexp.MustCompile(`http://slamon\.example\.com(/acknowledge\?\S+)`)

func signedLink(t *testing.T, l simulate.Letter) string {
	t.Helper()
	m := linkLine.FindStringSubmatch(plainText(t, l))
	if m == nil {
		t.Fatalf("no link in\n%s", l.Data)
	}
	return m[1]
}

func (l *lively) form(path, values string) (int, string) {
	l.t.Helper()
	answer, err := l.http.Post(l.base+path, "application/x-www-form-urlencoded", strings.NewReader(values))
	return l.whole(answer, err)
}

func (l *lively) send(path, body string) (int, string) {
	l.t.Helper()
	answer, err := l.http.Post(l.base+path, "application/json", strings.NewReader(body))
	return l.whole(answer, err)
}

type toldIncident struct {
	ID           string     `json:"id"`
	Acknowledged *alert.Act `json:"acknowledged"`
}

// incident returns the newest incident; zero when there is none.
func (l *lively) incident() (newest toldIncident) {
	l.t.Helper()
	_, body := l.ask(http.MethodGet, "/api/v1/incidents", nil)
	var list struct{ Incidents []toldIncident }
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Incidents) == 0 {
		return newest
	}
	_, body = l.ask(http.MethodGet, "/api/v1/incidents/"+list.Incidents[0].ID, nil)
	if err := json.Unmarshal([]byte(body), &newest); err != nil {
		l.t.Fatal(err)
	}
	return newest
}

func TestBlind(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slamon.toml"), []byte(strings.NewReplacer("ADDRESS", "127.0.0.1:1", "MAIL", "127.0.0.1:1").Replace(toldConfig)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := loaded(t, filepath.Join(dir, "slamon.toml"))
	defer d.Close()
	now := time.Now()
	for _, c := range []struct {
		away time.Duration
		want bool
	}{{time.Second, false}, {blindTold - time.Second, false}, {12 * time.Minute, true}} {
		d.teller.wasBlind(now.Add(-c.away), now)
		if got := d.teller.blind != nil; got != c.want {
			t.Errorf("away for %v: told %v, want %v", c.away, got, c.want)
		}
	}
	d.teller.wasBlind(time.Time{}, now)
	d.teller.look(now)
	told, err := d.teller.Told("", 10)
	if err != nil || len(told) == 0 || !strings.Contains(told[0].Title, "slamon watches again, after 12m") {
		t.Errorf("told = %+v, %v", told, err)
	}
}

// whole returns status and body.
func (l *lively) whole(answer *http.Response, err error) (int, string) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// plainText returns the text of a mail whose parts are in base64.
func plainText(t *testing.T, l simulate.Letter) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(string(l.Data)))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
