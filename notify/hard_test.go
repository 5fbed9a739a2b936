package notify

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/alert"
)

// TestPutOffThenRefused: 4xx, then 5xx. What was put off is tried again; once it is
// refused for good, the next channel is asked at once and not at a quarter.
func TestPutOffThenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &script{send: func(_ context.Context, try int, _ Message) (string, error) {
			if try < 3 {
				return "", errors.New("451 come back later")
			}
			return "", permanent("550 no such user here")
		}}
		boss := &script{}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail, "boss": boss})
		n := notice("a", "mail")
		n.Fallback = []alert.Channel{"boss"}
		add(t, b, n)
		time.Sleep(time.Minute)
		b.stop()
		if mail.tries() != 3 || boss.tries() != 1 {
			t.Fatalf("%d attempts by mail and %d to the boss, want 3 and 1 within a minute", mail.tries(), boss.tries())
		}
		if len(b.told) != 1 || b.told[0].Accepted.Sub(n.Detected) > 20*time.Second {
			t.Errorf("told %+v, want the boss's acceptance within seconds of the refusal", b.told)
		}
	})
}

// TestHalfAnHourOf500: a service that fails for half an hour is asked some ten times,
// not without pause, and has the notice within the window once it is well again.
func TestHalfAnHourOf500(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		hook := &script{send: func(context.Context, int, Message) (string, error) {
			if time.Since(begun) < 30*time.Minute {
				return "", errors.New("500 Internal Server Error")
			}
			return "200 OK", nil
		}}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"hook": hook})
		add(t, b, notice("a", "hook"))
		time.Sleep(time.Hour)
		b.stop()
		if len(b.missed) != 0 || len(b.told) != 1 {
			t.Fatalf("told %d, missed %d; want 1 and 0", len(b.told), len(b.missed))
		}
		if after := b.told[0].Accepted.Sub(begun); after > 36*time.Minute {
			t.Errorf("accepted after %v, want at most a pause after the end of the trouble", after)
		}
		if n := hook.tries(); n < 8 || n > 20 {
			t.Errorf("%d attempts in half an hour", n)
		}
	})
}

// TestDroppedAfterData: nobody knows whether a mail was taken when the connection is
// gone after its last line. It is sent again under the same Message-ID.
func TestDroppedAfterData(t *testing.T) {
	s := &sink{}
	var mails atomic.Int32
	s.data = func(c net.Conn, _ letter) error {
		if mails.Add(1) == 1 {
			c.Close()
		}
		return nil
	}
	s.serve(t, nil, false)
	w := mailTo("ops@example.com")
	w.Servers = []alert.MailServer{s.plain()}
	sender, m := newMail(w), outage(alert.Opened, "en")
	if _, err := sender.Send(within(t, 20*time.Second), m); err == nil || IsPermanent(err) {
		t.Fatalf("Send() = %v, want a temporary failure", err)
	}
	if _, err := sender.Send(within(t, 20*time.Second), m); err != nil {
		t.Fatal(err)
	}
	got := s.received()
	if len(got) != 2 {
		t.Fatalf("%d mails, want 2", len(got))
	}
	first, second := parse(t, got[0].data).header("Message-Id"), parse(t, got[1].data).header("Message-Id")
	if first == "" || first != second || !strings.HasSuffix(first, "@example.com>") {
		t.Errorf("Message-IDs %q and %q, want the same", first, second)
	}
}

// TestMailCarriesFiles: the texts stay alternatives of one another beside the file.
func TestMailCarriesFiles(t *testing.T) {
	s := (&sink{}).serve(t, nil, false)
	w := mailTo("boss@example.com")
	w.Servers = []alert.MailServer{s.plain()}
	m := Renderer{}.Report(alert.Notice{ID: "report/x", Kind: alert.Reported}, "ja", "2026-10", []Section{{Title: "会議", Lines: []Fact{{Name: "判定", Value: "達成"}}}},
		[]Attachment{{Name: "month-2026-10.html", MediaType: "text/html; charset=utf-8", Data: []byte("<p>報告</p>")}, {Name: "big.csv", Data: make([]byte, maxAttached)}})
	if _, err := newMail(w).Send(within(t, 20*time.Second), m); err != nil {
		t.Fatal(err)
	}
	text := s.received()[0].data
	for _, part := range []string{"multipart/mixed", "multipart/alternative", `filename="month-2026-10.html"`} {
		if !strings.Contains(text, part) {
			t.Errorf("the mail lacks %s:\n%s", part, text)
		}
	}
	if strings.Contains(text, "big.csv") || strings.Contains(m.Text, "big.csv") {
		t.Error("a file that is too large is carried or named")
	}
}
