package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

const oneCheck = `
[[service]]
id = "web"
[[service.check]]
id = "front"
http = { url = "https://www.example.com/" }
`

// TestDefaultPolicy: channels without a policy are told everything.
func TestDefaultPolicy(t *testing.T) {
	c := mustParse(t, "x", oneCheck+`
[[notify.channel]]
id = "log"
syslog = { address = "log.example.com" }
`)
	want := []alert.Policy{{ID: "default", Confirm: 2, Remind: 4 * time.Hour, Group: 30 * time.Second, Window: time.Hour, Channels: []alert.Channel{"log"}}}
	if diff := cmp.Diff(want, c.Notify.Policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	if c := mustParse(t, "x", oneCheck); len(c.Notify.Policies) != 0 {
		t.Errorf("%d policies without a channel", len(c.Notify.Policies))
	}
}

func TestReaches(t *testing.T) {
	c := mustParse(t, "x", oneCheck+`
[[service.check]]
id = "slow"
class = "platform"
reprobe = "0s"
tcp = { address = "www.example.com:443" }
[[notify.channel]]
id = "log"
timeout = "20s"
syslog = { address = "log.example.com" }
[[notify.policy]]
id = "urgent"
classes = ["application"]
channels = ["log"]
[[notify.policy]]
id = "rest"
confirm = 3
wait = "5m"
channels = ["log"]
`)
	// 10 s for the second probe, 2 s, 15 s, 30 s group; two probes 5 minutes apart and
	// the wait for the other.
	first := map[string]time.Duration{"urgent": 57 * time.Second, "rest": 15*time.Minute + 47*time.Second}
	for _, r := range c.Reaches() {
		if r.First != first[r.Policy] || r.Worst != 45*time.Minute+20*time.Second || r.Window != time.Hour {
			t.Errorf("policy %s: first %v, worst %v of %v; want first %v", r.Policy, r.First, r.Worst, r.Window, first[r.Policy])
		}
		if !strings.Contains(r.Text, FormatDuration(r.First)) {
			t.Errorf("the text does not name the first attempt: %s", r.Text)
		}
	}
	if got := c.Reaches()[1].Check; got != check.ID("slow") {
		t.Errorf("the slowest check of rest is %q, want slow", got)
	}
}

func TestNotifySecretsAreHidden(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	t.Setenv("SLAMON_TEST_URL", "https://hooks.example.com/hunter2")
	c := mustParse(t, filepath.Join(t.TempDir(), "slamon.toml"), oneCheck+`
[notify.heartbeat]
url = { env = "SLAMON_TEST_URL" }
[[notify.channel]]
id = "mail"
[notify.channel.mail]
from = "a@example.com"
to = ["b@example.com"]
server = [{ address = "mail.example.com", user = "x", password = { env = "SLAMON_TEST_PASSWORD" } }]
[[notify.channel]]
id = "hook"
webhook = { url = { env = "SLAMON_TEST_URL" }, key = { env = "SLAMON_TEST_PASSWORD" }, headers = { X-Key = { env = "SLAMON_TEST_PASSWORD" } } }
[[notify.channel]]
id = "chat"
slack = { url = { env = "SLAMON_TEST_URL" } }
[[notify.channel]]
id = "call"
pagerduty = { key = { env = "SLAMON_TEST_PASSWORD" } }
[[notify.channel]]
id = "am"
alertmanager = { urls = ["http://am.example.com"], user = "x", password = { env = "SLAMON_TEST_PASSWORD" } }
`)
	if got := c.Redacted(); strings.Contains(got, "hunter2") || strings.Count(got, "[hidden]") != 8 {
		t.Errorf("the dump shows a secret, or %d placeholders instead of 8:\n%s", strings.Count(got, "[hidden]"), got)
	}
}

func TestDependsOn(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	c := mustParse(t, "x", oneCheck+`
[[service.check]]
id = "behind"
depends_on = ["front", "switch"]
tcp = { address = "www.example.com:443" }
[[snmp_credentials]]
name = "c"
community = { env = "SLAMON_TEST_PASSWORD" }
[[device]]
id = "router"
address = "192.0.2.1"
credentials = "c"
[[device]]
id = "switch"
address = "192.0.2.2"
credentials = "c"
depends_on = ["router"]
`)
	want := map[check.ID][]check.ID{"behind": {"front", "switch"}, "switch": {"router"}}
	if diff := cmp.Diff(want, c.Rules().Parents); diff != "" {
		t.Errorf("parents (-want +got):\n%s", diff)
	}
	if again := mustParse(t, "dump", strings.NewReplacer(`community = "[hidden]"`, `community = { env = "SLAMON_TEST_PASSWORD" }`).Replace(c.Redacted())); cmp.Diff(want, again.Parents) != "" {
		t.Errorf("the dump loses what hangs behind what:\n%s", c.Redacted())
	}
}
