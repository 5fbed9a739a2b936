package alert

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// TestUnusualResponse: a check that is slower than usual is a warning of its own, and
// no incident; one that is down is an incident only.
func TestUnusualResponse(t *testing.T) {
	now := time.Date(2026, time.November, 2, 3, 0, 0, 0, time.UTC)
	slow := status.Usual{Unusual: true, Since: now.Add(-20 * time.Minute), Median: 120 * time.Millisecond, High: 310 * time.Millisecond,
		Recent: 1234 * time.Millisecond, Rule: sla.UsualRule{After: 15 * time.Minute}}
	for name, c := range map[string]struct {
		state check.State
		usual status.Usual
		want  string
	}{
		"as ever": {check.Up, status.Usual{Median: time.Second, High: 2 * time.Second}, ""},
		"slow": {check.Up, slow, "Half of its answers of the last 15 min took 1.23s or more. At this hour of the week half of its answers take 120ms and " +
			"95 of 100 at most 310ms. It counts as no downtime."},
		"slow, and nothing known of this hour": {check.Degraded, status.Usual{Unusual: true, Since: now}, "What is usual at this hour of the week is not known. It counts as no downtime."},
		"down":                                 {check.Down, slow, ""},
	} {
		b := &status.Board{At: now, Own: status.Own{NetworkAlive: true}, Services: []status.Service{{
			Service: check.Service{ID: "meeting", Name: "Meeting"},
			Checks:  []status.Check{{Check: check.Check{ID: "join", Name: "Join", Class: check.Application}, Last: check.Result{Outcome: check.Outcome{State: c.state}}, Usual: c.usual}},
		}}}
		var got []Condition
		for _, found := range Conditions(b, Limits{}) {
			if found.Type == UnusualResponse {
				got = append(got, found)
			}
		}
		switch {
		case c.want == "":
			if len(got) != 0 {
				t.Errorf("%s: %+v, want nothing", name, got)
			}
		case len(got) == 1 && c.usual.Recent > 0 && got[0].SentenceIn("ja") != "直近 15分 の応答の半数は 1.23s 以上でした。この曜日と時刻の平常値は、半数が 120ms、95 % が 310ms 以内です。停止時間には数えません。":
			t.Errorf("%s: in Japanese %q", name, got[0].SentenceIn("ja"))
		case len(got) != 1 || got[0].Sentence != c.want || got[0].Severity != Warning || got[0].Key != "unusual_response/join" || !got[0].Since.Equal(c.usual.Since):
			t.Errorf("%s: %+v, want %q", name, got, c.want)
		}
	}
}

// TestBreachedResponse: a claim on response time that is breached is told once, like
// one on availability.
func TestBreachedResponse(t *testing.T) {
	now := time.Date(2026, time.November, 2, 3, 0, 0, 0, time.UTC)
	for _, answer := range sla.Answers {
		c := status.Response{At: now}
		c.Answer, c.Explanation = answer, "Breached: so it is."
		c.Claim = sla.ResponseClaim{Claim: sla.Claim{ID: "quick", Window: sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}}, Promise: sla.Promise{Limit: 3 * time.Second, Share: sla.Figure{PPB: 990_000_000}}}
		b := &status.Board{At: now, Own: status.Own{NetworkAlive: true}, Services: []status.Service{{Service: check.Service{ID: "meeting", Name: "Meeting"}, Responses: []status.Response{c}}}}
		got := Conditions(b, Limits{})
		if answer != sla.Breached {
			if len(got) != 0 {
				t.Errorf("%s: %+v", answer, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Type != Refuted || !got[0].Lasting || !strings.Contains(got[0].Title, "3s for 99%") || got[0].Path != "/claims/quick" {
			t.Errorf("%s: %+v", answer, got)
		}
	}
}
