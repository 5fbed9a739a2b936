package notify

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

func TestLanguagesSayTheSame(t *testing.T) {
	want := slices.Sorted(maps.Keys(words["en"]))
	for language, said := range words {
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(said))); diff != "" {
			t.Errorf("%s (-en +%s):\n%s", language, language, diff)
		}
		for _, kind := range []alert.Kind{alert.Opened, alert.Changed, alert.Reminder, alert.Escalated, alert.Recovered, alert.Flapping, alert.Stable, alert.Test} {
			if said[string(kind)] == "" {
				t.Errorf("%s has no word for %s", language, kind)
			}
		}
	}
}

func TestLinks(t *testing.T) {
	r := Renderer{Site: "x", URL: "https://slamon.example.com", Act: func(key string) string { return "https://slamon.example.com/acknowledge?key=" + key }}
	m := r.Render(outage(alert.Opened, "en").Notice, "en")
	if want := "https://slamon.example.com/acknowledge?key=incident/room-1"; !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, "acknowledge?key=incident") {
		t.Errorf("the message lacks the link %s:\n%s", want, m.Text)
	}
	if over := r.Render(outage(alert.Recovered, "en").Notice, "en"); strings.Contains(over.Text, "acknowledge") {
		t.Errorf("a recovery asks to be acknowledged:\n%s", over.Text)
	}
	if m := r.Render(outage(alert.Opened, "xx").Notice, "xx"); m.Language != "en" {
		t.Errorf("language %q, want en for one that is not known", m.Language)
	}
}

// TestWhysInJapanese goes through a trouble from its opening to its end: each reason has
// words in Japanese.
func TestWhysInJapanese(t *testing.T) {
	start := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	rules := alert.Rules{Policies: []alert.Policy{{ID: "all", Confirm: 1, Window: time.Hour, Remind: time.Hour, EscalateAfter: 15 * time.Minute,
		Channels: []alert.Channel{"mail"}, Escalation: []alert.Channel{"phone"}}}}
	warning := alert.Condition{Key: "a", Subject: "a", Type: alert.Certificate, Severity: alert.Warning}
	critical := warning
	critical.Severity = alert.Critical
	seen := map[alert.Kind]string{}
	var memory alert.Memory
	look := func(after time.Duration, wrong ...alert.Condition) {
		for _, n := range alert.Decide(start.Add(after), rules, wrong, &memory) {
			seen[n.Kind] = n.Why
		}
	}
	look(0, warning)
	look(time.Minute, critical)
	look(20*time.Minute, critical)
	look(90*time.Minute, critical)
	look(91 * time.Minute)
	for i := range 6 {
		look(3*time.Hour+time.Duration(2*i)*time.Minute, warning)
		look(3*time.Hour + time.Duration(2*i+1)*time.Minute)
	}
	look(5 * time.Hour)
	if n, ok := alert.Announce(start, rules, warning); ok {
		seen["announced"] = n.Why
	}
	seen[alert.Test] = Sample("ja").Notice.Why
	if len(seen) != 9 {
		t.Errorf("%d kinds of notice: %v", len(seen), seen)
	}
	for kind, text := range seen {
		if said := why("ja", text); said == text || strings.Contains(said, "%") {
			t.Errorf("%s: %q has no words in Japanese: %q", kind, text, said)
		}
	}
	if got, want := why("ja", "not acknowledged within 15m"), "15分 以内に対応開始の連絡なし"; got != want {
		t.Errorf("why() = %q, want %q", got, want)
	}
}

// TestMailsOfATrouble shows what people read in both languages, from the failure to its end.
// The end must not read like the failure: it is opened at night, and first of all seen in a
// list of subjects.
func TestMailsOfATrouble(t *testing.T) {
	began := time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC)
	c := alert.Condition{
		Key: "incident/join-1", Type: alert.Incident, Severity: alert.Critical, Service: "meeting", Check: "join", Since: began, Failed: 3,
		Reason: check.ReasonRefused, Title: "Meeting: Join is down", Sentence: "connection refused by 192.0.2.1:443",
		JA: alert.Words{Title: "会議: 入室 の停止"}, Path: "/incidents/join-1",
	}
	r := Renderer{Site: "tokyo", URL: "https://slamon.example.com"}
	for _, test := range []struct {
		kind     alert.Kind
		language string
		subject  string
		says     []string
	}{
		{alert.Opened, "en", "[slamon] DOWN: Meeting: Join is down", []string{"Seen: connection refused", "Detected: 2026-10-01 03:01:41"}},
		{alert.Opened, "ja", "[slamon] 障害: 会議: 入室 の停止", []string{"状況: 接続拒否（connection refused", "検知: 2026-10-01 03:01:41"}},
		{alert.Escalated, "en", "[slamon] NOBODY ANSWERED: Meeting: Join is down", []string{"This notice arose at: 2026-10-01 03:01:41", "Since: 2026-10-01 03:00:00"}},
		{alert.Recovered, "en", "[slamon] OVER: Meeting: Join is up again", []string{"Meeting: Join is up again\n", "What it was: connection refused", "Lasted about: 1m41s"}},
		{alert.Recovered, "ja", "[slamon] 復旧: 会議: 入室 は復旧しました", []string{"障害の内容: 接続拒否", "継続（およそ）: 1分41秒"}},
	} {
		n := alert.Notice{ID: "x", Thread: "x", Kind: test.kind, Why: "confirmed", Severity: alert.Critical, Detected: began.Add(101 * time.Second), Conditions: []alert.Condition{c}}
		m := r.Render(n, test.language)
		if m.Subject != test.subject {
			t.Errorf("%s in %s: subject %q, want %q", test.kind, test.language, m.Subject, test.subject)
		}
		for _, want := range test.says {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%s in %s: want %q in\n%s", test.kind, test.language, want, m.Text)
			}
		}
	}
	refuted := alert.Condition{Key: "refuted/year", Type: alert.Refuted, Severity: alert.Critical, Title: "Meeting: the claim of 99.991% is breached for certain"}
	m := r.Render(alert.Notice{ID: "y", Kind: alert.Opened, Severity: alert.Critical, Conditions: []alert.Condition{refuted}}, "en")
	if want := "[slamon] CRITICAL: " + refuted.Title; m.Subject != want {
		t.Errorf("subject %q, want %q", m.Subject, want)
	}
}
