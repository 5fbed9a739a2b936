package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

// TestAtRisk: nobody hears of a notice that is merely under way, and one condition
// stands for all that are about to miss their windows.
func TestAtRisk(t *testing.T) {
	undelivered := func(id string, after time.Duration, typ alert.Type) alert.Undelivered {
		at := start.Add(after)
		return alert.Undelivered{Trouble: "451 come back later", Notice: alert.Notice{ID: id, Detected: at, Due: at.Add(time.Hour),
			Conditions: []alert.Condition{{Type: typ, Title: id + " is down"}}}}
	}
	a, b, news := undelivered("a", 0, alert.Incident), undelivered("b", 10*time.Minute, alert.Incident), undelivered("news", 0, alert.Deadline)
	tests := map[string]struct {
		list  []alert.Undelivered
		after time.Duration
		want  string // of the title; empty for no condition
	}{
		"nothing":                   {nil, time.Hour, ""},
		"still early":               {[]alert.Undelivered{a}, 30*time.Minute - 1, ""},
		"half of the window passed": {[]alert.Undelivered{a}, 30 * time.Minute, "A notice is about to miss the window, the first at 2026-10-01 13:00:00 +00:00"},
		"one of two":                {[]alert.Undelivered{b, a}, 35 * time.Minute, "A notice is about"},
		"two of two":                {[]alert.Undelivered{b, a}, 40 * time.Minute, "2 notices are about to miss the window, the first at 2026-10-01 13:00"},
		"missed and still tried":    {[]alert.Undelivered{a}, 2 * time.Hour, "A notice"},
		"the news about the news":   {[]alert.Undelivered{news}, 2 * time.Hour, ""},
	}
	for name, test := range tests {
		got, ok := alert.AtRisk(test.list, start.Add(test.after), time.UTC)
		if ok != (test.want != "") || !strings.HasPrefix(got.Title, test.want) {
			t.Errorf("%s: %q, %t; want %q", name, got.Title, ok, test.want)
		}
		if ok && (got.Type != alert.Deadline || got.Severity != alert.Critical || !strings.Contains(got.Sentence, `"a is down"`) || !strings.Contains(got.Sentence, "451 come back later")) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestUnsilence(t *testing.T) {
	var memory alert.Memory
	for _, m := range []alert.Mute{{Service: "meeting"}, {Service: "meeting", Check: "room"}, {Service: "files"}} {
		m.Until = start.Add(time.Hour)
		memory.Silence(m, start)
	}
	if n := memory.Unsilence("meeting", "", start); n != 1 || len(memory.Mutes) != 2 {
		t.Errorf("ended %d, left %d; want 1 and 2", n, len(memory.Mutes))
	}
	if n := memory.Unsilence("meeting", "", start); n != 0 {
		t.Errorf("ended %d again", n)
	}
	if n := memory.Unsilence("files", "", start.Add(2*time.Hour)); n != 0 || len(memory.Mutes) != 0 {
		t.Errorf("ended %d that were over, left %d", n, len(memory.Mutes))
	}
}
