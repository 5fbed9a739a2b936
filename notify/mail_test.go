package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
)

var detected = time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)

// outage is the message of a failure, and of its recovery.
func outage(kind alert.Kind, language string) Message {
	thread := "incident/room-1@1790823600/opened"
	n := alert.Notice{
		ID: thread, Thread: thread, Kind: kind, Why: "confirmed", Severity: alert.Critical, Detected: detected, Due: detected.Add(time.Hour),
		Conditions: []alert.Condition{{
			Key: "incident/room-1", Subject: "check room", Type: alert.Incident, Severity: alert.Critical, Service: "meeting", Check: "room",
			Since: detected.Add(-10 * time.Second), Failed: 2, Title: "Web会議: 入室 is down", Sentence: "Connection refused by <b>192.0.2.1</b>.", Path: "/incidents/room-1",
			JA: alert.Words{Title: "Web会議: 入室 の停止"},
		}},
	}
	if kind != alert.Opened {
		n.ID = "incident/room-1@1790823600/" + string(kind)
	}
	return Renderer{Site: "tokyo", URL: "https://slamon.example.com"}.Render(n, language)
}

func mailTo(to ...string) alert.Mail {
	return alert.Mail{From: "slamon <slamon@example.com>", To: to, Hello: "monitor.example.com"}
}

func (s *sink) plain() alert.MailServer {
	return alert.MailServer{Address: s.address, Security: "none"}
}

// within returns a context that ends the test's attempts.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestMailThread(t *testing.T) {
	s := (&sink{}).serve(t, nil, false)
	w := mailTo("ops@example.com", "Web Team <web@example.com>")
	w.Servers = []alert.MailServer{s.plain()}
	sender := newMail(w)
	for _, kind := range []alert.Kind{alert.Opened, alert.Recovered} {
		answer, err := sender.Send(within(t, 20*time.Second), outage(kind, "ja"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(answer, "OK") {
			t.Errorf("answer = %q, want the server's", answer)
		}
	}
	got := s.received()
	if len(got) != 2 {
		t.Fatalf("received %d mails, want 2", len(got))
	}
	first, second := parse(t, got[0].data), parse(t, got[1].data)
	if want := []string{"ops@example.com", "web@example.com"}; !slices.Equal(got[0].to, want) {
		t.Errorf("recipients = %v, want %v", got[0].to, want)
	}
	id := "<" + Short("incident/room-1@1790823600/opened") + "@example.com>"
	want := map[string]string{
		"Message-Id": id, "Auto-Submitted": "auto-generated", "Subject": "[slamon] 障害: Web会議: 入室 の停止", "In-Reply-To": "", "References": "",
		"To": `<ops@example.com>, "Web Team" <web@example.com>`, "From": `"slamon" <slamon@example.com>`, "Bcc": "",
	}
	for name, value := range want {
		if first.header(name) != value {
			t.Errorf("%s = %q, want %q", name, first.header(name), value)
		}
	}
	if second.header("References") != id || second.header("In-Reply-To") != id {
		t.Errorf("the recovery refers to %q and %q, want %q", second.header("References"), second.header("In-Reply-To"), id)
	}
	if !strings.Contains(second.header("Subject"), "復旧") {
		t.Errorf("subject of the recovery = %q", second.header("Subject"))
	}
	text, html := first.parts["text/plain"], first.parts["text/html"]
	for _, want := range []string{"Connection refused", "https://slamon.example.com/incidents/room-1", "検知: 2026-10-01 03:00:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(html, "<b>192.0.2.1</b>") || !strings.Contains(html, "Web会議") {
		t.Errorf("the HTML is not escaped or lacks the title:\n%s", html)
	}
}

// received is a mail taken apart.
type received struct {
	*mail.Message
	parts map[string]string
}

func (r received) header(name string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(r.Header.Get(name))
	if err != nil {
		return err.Error()
	}
	return text
}

func parse(t *testing.T, data string) received {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out := received{m, map[string]string{}}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		var body io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			body = base64Reader(p)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		out.parts[kind] = string(text)
	}
}

// TestMailTrouble lets the server misbehave in every way that one does.
func TestMailTrouble(t *testing.T) {
	three := []string{"a@example.com", "b@example.com", "c@example.com"}
	refuse := func(code int) func(string) error {
		return func(string) error { return reply(code, "not now hunter-said") }
	}
	tests := map[string]struct {
		sink      *sink
		to        []string
		permanent bool
		reached   bool
		text      string
		letters   int
	}{
		"refuses the sender for good": {sink: &sink{mail: refuse(550)}, permanent: true, text: "550"},
		"greylists":                   {sink: &sink{rcpt: refuse(451)}, text: "451"},
		"is too busy":                 {sink: &sink{mail: refuse(421)}, text: "421"},
		"refuses the content":         {sink: &sink{data: func(net.Conn, letter) error { return reply(554, "spam") }}, permanent: true, text: "554"},
		"takes the content for later": {sink: &sink{data: func(net.Conn, letter) error { return reply(452, "disk full") }}, text: "452"},
		"drops after DATA":            {sink: &sink{data: func(c net.Conn, _ letter) error { c.Close(); return nil }}, letters: 1, text: ""},
		"refuses one of three":        {to: three, sink: &sink{rcpt: only("b@example.com", 550)}, permanent: true, reached: true, text: "1 of 3", letters: 2},
		"greylists one of three":      {to: three, sink: &sink{rcpt: only("c@example.com", 451)}, reached: true, text: "1 of 3", letters: 2},
		"refuses one, greylists one": {to: three, sink: &sink{rcpt: func(to string) error {
			if to == "c@example.com" {
				return reply(451, "later")
			}
			return only("b@example.com", 550)(to)
		}}, reached: true, text: "2 of 3", letters: 1},
		"refuses all of three":           {to: three, sink: &sink{rcpt: refuse(550)}, permanent: true, text: "550"},
		"says nothing after the content": {sink: &sink{data: func(c net.Conn, _ letter) error { io.Copy(io.Discard, c); return errors.New("gone") }}, text: "no answer in time"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := test.sink
			s.serve(t, nil, false)
			to := test.to
			if to == nil {
				to = []string{"ops@example.com"}
			}
			w := mailTo(to...)
			w.Servers = []alert.MailServer{s.plain()}
			limit := 20 * time.Second
			if test.text == "no answer in time" {
				limit = 3 * time.Second // in which it has to take the content
			}
			_, err := newMail(w).Send(within(t, limit), outage(alert.Opened, "en"))
			if err == nil {
				t.Fatal("Send succeeded")
			}
			f := failure(err)
			if f.Permanent != test.permanent || (f.Reached != "") != test.reached || !strings.Contains(err.Error(), test.text) {
				t.Errorf("Send() = %q, permanent %v, reached %q; want %q, %v, %v", err, f.Permanent, f.Reached, test.text, test.permanent, test.reached)
			}
			eventually(t, func() error { // a server that drops the connection keeps the mail a moment later
				if n := len(s.received()); n != test.letters {
					return fmt.Errorf("the server kept %d mails, want %d", n, test.letters)
				}
				return nil
			})
		})
	}
}

func only(wrong string, code int) func(string) error {
	return func(to string) error {
		if to == wrong {
			return reply(code, "not here")
		}
		return nil
	}
}

// TestMailGreylistedRecipient tries again for the one who was put off, and for
// nobody else.
func TestMailGreylistedRecipient(t *testing.T) {
	s := &sink{}
	asked := 0
	s.rcpt = func(to string) error {
		if asked++; to == "c@example.com" && asked <= 6 {
			return reply(451, "greylisted")
		}
		return nil
	}
	s.serve(t, nil, false)
	w := mailTo("a@example.com", "b@example.com", "c@example.com")
	w.Servers = []alert.MailServer{s.plain()}
	sender := newMail(w)
	if _, err := sender.Send(within(t, 20*time.Second), outage(alert.Opened, "en")); failure(err).Reached == "" {
		t.Fatalf("Send() = %v, want some to be reached", err)
	}
	if answer, err := sender.Send(within(t, 20*time.Second), outage(alert.Opened, "en")); err != nil {
		t.Fatalf("Send() = %q, %v", answer, err)
	}
	count := map[string]int{}
	for _, l := range s.received() {
		for _, to := range l.to {
			count[to]++
		}
	}
	if diff := cmp.Diff(map[string]int{"a@example.com": 1, "b@example.com": 1, "c@example.com": 1}, count); diff != "" {
		t.Errorf("mails by recipient (-want +got):\n%s", diff)
	}
}

// TestMailServersInOrder has a first server that is gone, one that hangs, and one
// that works, within one attempt.
func TestMailServersInOrder(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	hangs, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never says a word
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hangs.Close() })
	works := (&sink{}).serve(t, nil, false)
	w := mailTo("ops@example.com")
	for _, address := range []string{gone.Addr().String(), hangs.Addr().String(), works.address} {
		w.Servers = append(w.Servers, alert.MailServer{Address: address, Security: "none"})
	}
	answer, err := newMail(w).Send(within(t, 9*time.Second), outage(alert.Opened, "en"))
	if err != nil || !strings.Contains(answer, works.address) {
		t.Errorf("Send() = %q, %v; want the third server's answer", answer, err)
	}
	if n := len(works.received()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestMailTLSAndAuth(t *testing.T) {
	config, pool := certificate(t)
	other, otherPool := certificate(t, "mail.elsewhere.example")
	auth := func(user, pass string) error {
		if user != "monitor" || pass != "correct horse" {
			return reply(535, "authentication failed")
		}
		return nil
	}
	login := func(m alert.MailServer, password string) alert.MailServer {
		m.User, m.Password = "monitor", secret.New(password)
		return m
	}
	startTLS := (&sink{auth: auth}).serve(t, config, false)
	implicit := (&sink{auth: auth}).serve(t, config, true)
	wrong := (&sink{}).serve(t, other, false)
	none := (&sink{}).serve(t, nil, false)
	tests := map[string]struct {
		server    alert.MailServer
		permanent bool
		text      string // of the error; empty when it is taken
	}{
		"starttls":               {server: login(alert.MailServer{Address: startTLS.address, Security: "starttls", Roots: pool}, "correct horse")},
		"tls":                    {server: login(alert.MailServer{Address: implicit.address, Security: "tls", Roots: pool}, "correct horse")},
		"wrong password":         {server: login(alert.MailServer{Address: startTLS.address, Security: "starttls", Roots: pool}, "hunter2"), permanent: true, text: "535"},
		"unknown authority":      {server: alert.MailServer{Address: startTLS.address, Security: "starttls"}, permanent: true, text: "unknown authority"},
		"unknown authority, tls": {server: alert.MailServer{Address: implicit.address, Security: "tls"}, permanent: true, text: "unknown authority"},
		"certificate of another": {server: alert.MailServer{Address: wrong.address, Security: "starttls", Roots: otherPool}, permanent: true, text: "certificate"},
		"no STARTTLS offered":    {server: alert.MailServer{Address: none.address, Security: "starttls"}, text: "STARTTLS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := mailTo("ops@example.com")
			w.Servers = []alert.MailServer{test.server}
			var said []string
			ctx := WithDialogue(within(t, 20*time.Second), func(line string) { said = append(said, line) })
			_, err := newMail(w).Send(ctx, outage(alert.Opened, "en"))
			if (err == nil) != (test.text == "") {
				t.Fatalf("Send() = %v, want %q", err, test.text)
			}
			if err != nil && (!strings.Contains(err.Error(), test.text) || IsPermanent(err) != test.permanent) {
				t.Errorf("Send() = %v, permanent %v; want %q, %v", err, IsPermanent(err), test.text, test.permanent)
			}
			all := strings.Join(said, "\n")
			if err != nil {
				all += err.Error()
			}
			if !strings.Contains(all, "connecting to") || strings.Contains(all, "hunter2") || strings.Contains(all, "correct horse") || strings.Contains(all, "AG1vbml0b3I") {
				t.Errorf("the dialogue is missing or shows the password:\n%s", all)
			}
		})
	}
}

func TestMailBadRecipient(t *testing.T) {
	s := (&sink{}).serve(t, nil, false)
	w := mailTo("not an address")
	w.Servers = []alert.MailServer{s.plain()}
	if _, err := newMail(w).Send(within(t, 20*time.Second), outage(alert.Opened, "en")); !IsPermanent(err) {
		t.Errorf("Send() = %v, want a permanent failure", err)
	}
}
