package notify

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
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
	if got, want := why("ja", "not acknowledged within 15m0s"), "15m0s 以内に対応開始の連絡なし"; got != want {
		t.Errorf("why() = %q, want %q", got, want)
	}
}
