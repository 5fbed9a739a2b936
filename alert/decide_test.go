package alert_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

var start = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// room is an incident of one check after so many failed probes.
func room(id check.ID, failed int) alert.Condition {
	return alert.Condition{
		Key: "incident/" + string(id), Subject: "check " + string(id), Type: alert.Incident, Severity: alert.Critical,
		Service: "meeting", Check: id, Failed: failed, Since: start, Title: string(id) + " is down",
	}
}

// seenFrom is a first failed probe that so many places agree about.
func seenFrom(sites int, id check.ID) alert.Condition {
	c := room(id, 1)
	c.Sites = sites
	return c
}

// used is a share of an allowance that is used up.
func used(percent string) alert.Condition {
	return alert.Condition{Key: "allowance/" + percent, Subject: "allowance " + percent, Type: alert.Allowance,
		Severity: alert.Warning, Lasting: true}
}

func policy() alert.Policy {
	return alert.Policy{ID: "ops", Confirm: 2, Window: time.Hour, Channels: []alert.Channel{"mail"},
		Escalation: []alert.Channel{"phone"}, Fallback: []alert.Channel{"boss"}}
}

// look is one look at the board: so long after the start, this is wrong.
type look struct {
	after time.Duration
	wrong []alert.Condition
	want  string // notices as "kind key→channels", joined by "; "
}

func shorten(notices []alert.Notice) string {
	var out []string
	for _, n := range notices {
		var keys []string
		for _, c := range n.Conditions {
			keys = append(keys, strings.TrimPrefix(c.Key, "incident/"))
		}
		out = append(out, fmt.Sprintf("%s %s→%s", n.Kind, strings.Join(keys, "+"), strings.Trim(fmt.Sprint(n.Channels), "[]")))
	}
	return strings.Join(out, "; ")
}

func TestDecide(t *testing.T) {
	down := func(ids ...check.ID) (list []alert.Condition) {
		for _, id := range ids {
			list = append(list, room(id, 3))
		}
		return list
	}
	planned := room("a", 3)
	planned.Maintenance = true
	warning := room("a", 3)
	warning.Severity = alert.Warning
	tests := map[string]struct {
		change func(*alert.Policy)
		rules  func(*alert.Rules)
		looks  []look
	}{
		"told once, recovery to whoever heard": {looks: []look{
			{0, down("a"), "opened a→mail"},
			{time.Minute, down("a"), ""},
			{2 * time.Minute, nil, "recovered a→mail"},
			{3 * time.Minute, nil, ""},
		}},
		"not before enough probes failed": {looks: []look{
			{0, []alert.Condition{room("a", 1)}, ""},
			{time.Second, []alert.Condition{room("a", 2)}, "opened a→mail"},
		}},
		"a single failed probe is never told, nor its recovery": {looks: []look{
			{0, []alert.Condition{room("a", 1)}, ""},
			{time.Second, nil, ""},
		}},
		"places that agree confirm at once": {change: func(p *alert.Policy) { p.Confirm, p.Sites = 5, 2 }, looks: []look{
			{0, []alert.Condition{seenFrom(1, "a")}, ""},
			{time.Second, []alert.Condition{seenFrom(2, "a")}, "opened a→mail"},
		}},
		"one place alone needs the probes": {change: func(p *alert.Policy) { p.Confirm, p.Sites = 3, 2 }, looks: []look{
			{0, []alert.Condition{room("a", 2)}, ""},
			{time.Second, []alert.Condition{room("a", 3)}, "opened a→mail"},
		}},
		"waits for a quick recovery": {change: func(p *alert.Policy) { p.Wait = time.Minute }, looks: []look{
			{0, down("a"), ""},
			{59 * time.Second, down("a"), ""},
			{60 * time.Second, down("a"), "opened a→mail"},
		}},
		"reminds until it is over": {change: func(p *alert.Policy) { p.Remind = time.Hour }, looks: []look{
			{0, down("a"), "opened a→mail"},
			{time.Hour, down("a"), "reminder a→mail"},
			{90 * time.Minute, down("a"), ""},
			{2 * time.Hour, down("a"), "reminder a→mail"},
		}},
		"escalates once, and tells them of the recovery too": {change: func(p *alert.Policy) { p.EscalateAfter = 15 * time.Minute }, looks: []look{
			{0, down("a"), "opened a→mail"},
			{15 * time.Minute, down("a"), "escalated a→mail phone"},
			{30 * time.Minute, down("a"), ""},
			{31 * time.Minute, nil, "recovered a→mail phone"},
		}},
		"what fails together is one notice": {looks: []look{
			{0, down("a", "b", "c"), "opened a+b+c→mail"},
			{time.Minute, down("c"), "recovered a+b→mail"},
		}},
		"what fails soon after joins the next notice": {change: func(p *alert.Policy) { p.Group = time.Minute }, looks: []look{
			{0, down("a"), "opened a→mail"},
			{20 * time.Second, down("a", "b"), ""},
			{40 * time.Second, down("a", "b", "c"), ""},
			{60 * time.Second, down("a", "b", "c"), "opened b+c→mail"},
		}},
		"a dead switch mutes what hangs behind it": {rules: func(r *alert.Rules) {
			r.Parents = map[check.ID][]check.ID{"a": {"switch"}, "switch": {"router"}}
		}, looks: []look{
			{0, down("a", "switch"), "opened switch→mail"},
			{time.Minute, down("a"), "opened a→mail; recovered switch→mail"},
		}},
		"a switch that comes back mutes no longer, one that fails later does": {rules: func(r *alert.Rules) {
			r.Parents = map[check.ID][]check.ID{"a": {"switch"}, "b": {"switch"}}
		}, looks: []look{
			{0, down("a"), "opened a→mail"},
			{time.Minute, down("a", "b", "switch"), "opened switch→mail"},
			{2 * time.Minute, down("b", "switch"), "recovered a→mail"},
			{3 * time.Minute, nil, "recovered switch→mail"},
		}},
		"parents in a circle end": {rules: func(r *alert.Rules) {
			r.Parents = map[check.ID][]check.ID{"a": {"b"}, "b": {"a"}}
		}, looks: []look{{0, down("a"), "opened a→mail"}}},
		"announced maintenance is quiet": {looks: []look{
			{0, []alert.Condition{planned}, ""},
			{time.Hour, down("a"), "opened a→mail"},
		}},
		"announced maintenance is told where the policy wants it": {change: func(p *alert.Policy) { p.Maintenance = true }, looks: []look{
			{0, []alert.Condition{planned}, "opened a→mail"},
		}},
		"critical things disturb quiet hours": {change: func(p *alert.Policy) {
			p.Quiet = &alert.Hours{From: 11 * time.Hour, To: 13 * time.Hour, Zone: time.UTC}
		}, looks: []look{{0, down("a"), "opened a→mail"}}},
		"quiet hours hold what is not critical": {change: func(p *alert.Policy) {
			p.Quiet = &alert.Hours{From: 11 * time.Hour, To: 13 * time.Hour, Zone: time.UTC}
		}, looks: []look{
			{0, []alert.Condition{warning}, ""},
			{time.Hour, []alert.Condition{warning}, "opened a→mail"},
		}},
		"worse than told is told": {looks: []look{
			{0, []alert.Condition{warning}, "opened a→mail"},
			{time.Minute, down("a"), "changed a→mail"},
			{2 * time.Minute, down("a"), ""},
		}},
		"what gives way to something worse has not recovered": {looks: []look{
			{0, []alert.Condition{used("75")}, "opened allowance/75→mail"},
			{time.Minute, []alert.Condition{used("90")}, "opened allowance/90→mail"},
			{time.Hour, nil, ""},
		}},
		"whoever is on duty": {
			change: func(p *alert.Policy) { p.Channels = []alert.Channel{"mail", "duty:night"} },
			rules: func(r *alert.Rules) {
				r.Rotas = map[string]alert.Rota{"night": {Start: start, Every: time.Hour, Members: [][]alert.Channel{{"anna"}, {"ben"}}}}
			},
			looks: []look{
				{0, down("a"), "opened a→mail anna"},
				{61 * time.Minute, down("b"), "opened b→mail ben; recovered a→mail anna"},
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := policy()
			if tt.change != nil {
				tt.change(&p)
			}
			rules := alert.Rules{Policies: []alert.Policy{p}}
			if tt.rules != nil {
				tt.rules(&rules)
			}
			var memory alert.Memory
			for _, l := range tt.looks {
				got := shorten(alert.Decide(start.Add(l.after), rules, l.wrong, &memory))
				if got != l.want {
					t.Errorf("after %s: got %q, want %q", l.after, got, l.want)
				}
				memory = reload(t, memory)
			}
		})
	}
}

// reload is a restart: memory goes through the disk.
func reload(t *testing.T, m alert.Memory) alert.Memory {
	t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out alert.Memory
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFlappingIsOneNotice(t *testing.T) {
	rules := alert.Rules{Policies: []alert.Policy{policy()}}
	var memory alert.Memory
	var told []string
	now := start
	for range 20 { // down for a minute, good for a minute
		c := room("a", 3)
		c.Key = fmt.Sprintf("incident/a-%d", now.Unix())
		for _, wrong := range [][]alert.Condition{{c}, nil} {
			for _, n := range alert.Decide(now, rules, wrong, &memory) {
				told = append(told, string(n.Kind))
			}
			now = now.Add(time.Minute)
		}
	}
	want := "opened recovered opened recovered opened recovered opened recovered flapping"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	calm := alert.Decide(now.Add(31*time.Minute), rules, nil, &memory)
	if len(calm) != 1 || calm[0].Kind != alert.Stable || calm[0].Channels[0] != "mail" {
		t.Errorf("after half an hour of calm: %+v, want stable to mail", calm)
	}
	if n := len(memory.Items) + len(memory.Subjects); n != 0 {
		t.Errorf("%d items are remembered for ever", n)
	}
}

func TestDeadlines(t *testing.T) {
	p := policy()
	p.Quiet = &alert.Hours{From: 11 * time.Hour, To: 13 * time.Hour, Zone: time.UTC}
	rules := alert.Rules{Policies: []alert.Policy{p}}
	var memory alert.Memory
	late := room("b", 3)
	late.Severity = alert.Warning
	alert.Decide(start, rules, []alert.Condition{room("a", 1), late}, &memory)
	first := alert.Decide(start.Add(time.Minute), rules, []alert.Condition{room("a", 2), late}, &memory)
	if len(first) != 1 || !first[0].Due.Equal(start.Add(time.Hour)) {
		t.Fatalf("the window of an incident begins with its first failed probe: %+v", first)
	}
	second := alert.Decide(start.Add(time.Hour+time.Second), rules, []alert.Condition{room("a", 9), late}, &memory)
	if len(second) != 1 || !second[0].Due.After(start.Add(2*time.Hour-2*time.Minute)) {
		t.Errorf("the window of what quiet hours held begins when they end: %+v", second)
	}
}

func TestSameDecisionSameID(t *testing.T) {
	rules := alert.Rules{Policies: []alert.Policy{policy()}}
	decide := func() []alert.Notice {
		var memory alert.Memory
		return alert.Decide(start, rules, []alert.Condition{room("a", 3), room("b", 3)}, &memory)
	}
	if diff := cmp.Diff(decide(), decide()); diff != "" {
		t.Errorf("a crash before saving changes the notice:\n%s", diff)
	}
}

func TestAcknowledged(t *testing.T) {
	p := policy()
	p.Remind, p.EscalateAfter = time.Minute, time.Minute
	rules := alert.Rules{Policies: []alert.Policy{p}}
	var memory alert.Memory
	wrong := []alert.Condition{room("a", 3)}
	alert.Decide(start, rules, wrong, &memory)
	if !memory.Acknowledge("incident/a", alert.Act{By: "anna", At: start}) {
		t.Fatal("the incident is not known")
	}
	if got := alert.Decide(start.Add(time.Hour), rules, wrong, &memory); len(got) != 0 {
		t.Errorf("told again although acknowledged: %+v", got)
	}
	if memory.Acknowledge("incident/other", alert.Act{}) {
		t.Error("an unknown incident was acknowledged")
	}
}

func TestMutedUntilItsEnd(t *testing.T) {
	rules := alert.Rules{Policies: []alert.Policy{policy()}}
	var memory alert.Memory
	memory.Silence(alert.Mute{Service: "meeting", Until: start.Add(time.Hour), Act: alert.Act{By: "anna"}}, start)
	wrong := []alert.Condition{room("a", 3)}
	if got := alert.Decide(start, rules, wrong, &memory); len(got) != 0 {
		t.Errorf("told although muted: %+v", got)
	}
	if got := shorten(alert.Decide(start.Add(time.Hour), rules, wrong, &memory)); got != "opened a→mail" {
		t.Errorf("after the mute: %q", got)
	}
}

func TestBigFailureIsBounded(t *testing.T) {
	rules := alert.Rules{Policies: []alert.Policy{policy()}}
	var memory alert.Memory
	var wrong []alert.Condition
	for i := range 10_000 {
		wrong = append(wrong, room(check.ID(fmt.Sprintf("check-%05d", i)), 3))
	}
	got := alert.Decide(start, rules, wrong, &memory)
	if len(got) != 1 || len(got[0].Conditions)+got[0].More != 10_000 || len(got[0].Conditions) > 100 {
		t.Errorf("10,000 incidents at once gave %d notices", len(got))
	}
}

func TestWorst(t *testing.T) {
	c := check.Check{Interval: 5 * time.Minute, Timeout: 10 * time.Second, Reprobe: 10 * time.Second}
	d := alert.Delays{Anchors: 3 * time.Second, Commit: time.Second, Board: 5 * time.Second, Send: 30 * time.Second}
	p := policy()
	if got, want := p.FirstAttempt(c, d), 19*time.Second; got != want {
		t.Errorf("FirstAttempt() = %s, want %s", got, want)
	}
	if got, want := p.Worst(c, d), 45*time.Minute+30*time.Second; got != want {
		t.Errorf("Worst() = %s, want %s", got, want)
	}
	c.Reprobe, p.Confirm = 0, 20
	if got := p.Worst(c, d); got <= p.Window {
		t.Errorf("Worst() = %s, which is within %s although twenty probes of five minutes confirm", got, p.Window)
	}
}

func TestHours(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	night := alert.Hours{From: 22 * time.Hour, To: 7 * time.Hour, Zone: tokyo}
	friday := alert.Hours{From: 22 * time.Hour, To: 7 * time.Hour, Zone: tokyo, Days: [7]bool{time.Friday: true}}
	tests := []struct {
		at            string
		night, friday bool
	}{
		{"2026-10-02T21:59:59+09:00", false, false}, // a Friday
		{"2026-10-02T22:00:00+09:00", true, true},
		{"2026-10-03T06:59:59+09:00", true, true},
		{"2026-10-03T07:00:00+09:00", false, false},
		{"2026-10-03T23:00:00+09:00", true, false},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := night.In(at); got != tt.night {
			t.Errorf("night.In(%s) = %t", tt.at, got)
		}
		if got := friday.In(at); got != tt.friday {
			t.Errorf("friday.In(%s) = %t", tt.at, got)
		}
	}
}
