package alert_test

import (
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

func TestPrompt(t *testing.T) {
	good, bad := start, start.Add(10*time.Second)
	long := alert.Outage{LastGood: good, FirstBad: bad, Ended: start.Add(40 * time.Minute)}
	at := func(d time.Duration) *alert.Telling { return &alert.Telling{Where: "web", Seen: start.Add(d)} }
	tests := map[string]struct {
		outage alert.Outage
		told   *alert.Telling
		now    time.Duration
		want   alert.Promptness
	}{
		"within the hour of the last good probe":      {long, at(60 * time.Minute), 2 * time.Hour, alert.PromptMet},
		"a second later, the detection decides":       {long, at(60*time.Minute + time.Second), 2 * time.Hour, alert.PromptCannotTell},
		"an hour after the latest detection":          {long, at(65*time.Minute + 10*time.Second), 2 * time.Hour, alert.PromptCannotTell},
		"after that for certain":                      {long, at(65*time.Minute + 11*time.Second), 2 * time.Hour, alert.PromptBreached},
		"nothing yet, and there is time":              {long, nil, 65 * time.Minute, alert.PromptOpen},
		"nothing, and no time left":                   {long, nil, 65*time.Minute + 11*time.Second, alert.PromptBreached},
		"shorter than the vendor's interval":          {alert.Outage{LastGood: good, FirstBad: bad, Ended: start.Add(4 * time.Minute)}, nil, 2 * time.Hour, alert.PromptNotDue},
		"announced work":                              {alert.Outage{LastGood: good, FirstBad: bad, Planned: true}, nil, 2 * time.Hour, alert.PromptNotDue},
		"the begin is unknown, so it cannot be met":   {alert.Outage{FirstBad: bad}, at(time.Minute), 2 * time.Hour, alert.PromptCannotTell},
		"seen late because nobody had looked before":  {long, &alert.Telling{NotSeen: start.Add(30 * time.Minute), Seen: start.Add(3 * time.Hour)}, 4 * time.Hour, alert.PromptCannotTell},
		"not seen more than an hour after detection":  {long, &alert.Telling{NotSeen: start.Add(66 * time.Minute), Seen: start.Add(3 * time.Hour)}, 4 * time.Hour, alert.PromptBreached},
		"told before the first failed probe was sent": {long, at(5 * time.Second), 2 * time.Hour, alert.PromptMet},
	}
	for name, test := range tests {
		if got := alert.Prompt(test.outage, test.told, start.Add(test.now)); got.Answer != test.want {
			t.Errorf("%s: Prompt() = %s (%v to %v), want %s", name, got.Answer, got.Low, got.High, test.want)
		}
	}
}

func TestAnnounce(t *testing.T) {
	c := alert.Condition{Key: "blind", Type: alert.Blind, Severity: alert.Warning, Title: "slamon watches again"}
	rules := alert.Rules{Policies: []alert.Policy{{ID: "a", Types: []alert.Type{alert.Incident}}, {ID: "b", Window: time.Hour, Channels: []alert.Channel{"mail"}}}}
	n, ok := alert.Announce(start, rules, c)
	if !ok || n.Policy != "b" || !n.Due.Equal(start.Add(time.Hour)) || n.Thread != n.ID {
		t.Errorf("Announce() = %+v, %v", n, ok)
	}
	if _, ok := alert.Announce(start, alert.Rules{Policies: rules.Policies[:1]}, c); ok {
		t.Error("a policy about incidents announced something else")
	}
}

// TestClockBackDoesNotWait steps the clock back an hour while a condition waits.
func TestClockBackDoesNotWait(t *testing.T) {
	p := policy()
	p.Wait = time.Minute
	rules := alert.Rules{Policies: []alert.Policy{p}}
	var m alert.Memory
	alert.Decide(start.Add(time.Hour), rules, []alert.Condition{room("a", 3)}, &m)
	if got := alert.Decide(start, rules, []alert.Condition{room("a", 3)}, &m); len(got) != 0 {
		t.Fatalf("told before the wait was over: %v", got)
	}
	if got := alert.Decide(start.Add(time.Minute), rules, []alert.Condition{room("a", 3)}, &m); len(got) != 1 {
		t.Errorf("%d notices a minute after the clock was stepped back, want 1", len(got))
	}
}
