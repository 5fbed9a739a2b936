package notify

import (
	"maps"
	"slices"
	"strings"
	"testing"

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
