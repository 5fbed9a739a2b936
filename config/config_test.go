package config

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests name zones, and the machine may have none

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// withCheck is a file with one service and one check with the extra lines.
func withCheck(extra string) string {
	return "[[service]]\nid = \"web\"\n[[service.check]]\nid = \"front\"\n" + extra + "\n[service.check.http]\nurl = \"https://www.example.com/\"\n"
}

func theCheck(t *testing.T, text string) check.Check {
	t.Helper()
	c := mustParse(t, "slamon.toml", text)
	k, ok := c.Check("front")
	if !ok {
		t.Fatal("Check(front): not there")
	}
	return k
}

func TestPace(t *testing.T) {
	const minute = time.Minute
	for _, c := range []struct {
		name, defaults, own string
		want                check.Check
	}{
		{"application", "", "",
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3}},
		{"platform", "", `class = "platform"`,
			check.Check{Interval: 5 * minute, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3}},
		{"short interval", "", `interval = "2s"`,
			check.Check{Interval: 2 * time.Second, Timeout: 1800 * time.Millisecond, Reprobe: 2 * time.Second, ReprobeGood: 3}},
		{"no re-probing", "", `reprobe = "0s"`,
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, ReprobeGood: 3}},
		{"defaults of the class", "[defaults.application]\ninterval = \"1m\"\ntimeout = \"20s\"\nreprobe = \"5s\"\nreprobe_good = 1\ndegraded_after = \"2s\"", "",
			check.Check{Interval: minute, Timeout: 20 * time.Second, Reprobe: 5 * time.Second, ReprobeGood: 1, DegradedAfter: 2 * time.Second}},
		{"defaults of another class", "[defaults.platform]\ninterval = \"1m\"", "",
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3}},
		{"a default that does not fit is cut", "[defaults.application]\ninterval = \"1m\"\ntimeout = \"20s\"\nreprobe = \"30s\"\ndegraded_after = \"6s\"", `interval = "5s"`,
			check.Check{Interval: 5 * time.Second, Timeout: 4500 * time.Millisecond, Reprobe: 5 * time.Second, ReprobeGood: 3}},
		{"re-probing off by default", "[defaults.application]\nreprobe = \"0s\"", "",
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, ReprobeGood: 3}},
		{"re-probing on again", "[defaults.application]\nreprobe = \"0s\"", `reprobe = "1s"`,
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, Reprobe: time.Second, ReprobeGood: 3}},
		{"security with a default", "[defaults.security]\ninterval = \"1h\"", `class = "security"`,
			check.Check{Interval: time.Hour, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3}},
		{"limits of the interval", "", `interval = "24h"`,
			check.Check{Interval: 24 * time.Hour, Timeout: 10 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3}},
		{"timeout as long as the interval", "", "interval = \"1s\"\ntimeout = \"1s\"",
			check.Check{Interval: time.Second, Timeout: time.Second, Reprobe: time.Second, ReprobeGood: 3}},
		{"degraded after", "", "degraded_after = \"8999ms\"",
			check.Check{Interval: 10 * time.Second, Timeout: 9 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 3, DegradedAfter: 8999 * time.Millisecond}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := theCheck(t, withCheck(c.own)+c.defaults)
			got := check.Check{Interval: k.Interval, Timeout: k.Timeout, Reprobe: k.Reprobe, ReprobeGood: k.ReprobeGood, DegradedAfter: k.DegradedAfter}
			if got != c.want {
				t.Errorf("pace = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAnchors(t *testing.T) {
	c := mustParse(t, "slamon.toml", withCheck("")+`
[[own_network.anchor]]
id = "gateway"
icmp = { host = "192.0.2.1" }
[[own_network.anchor]]
id = "quick"
interval = "2s"
tcp = { address = "192.0.2.2:80" }
`)
	if c.Need != 1 || len(c.Anchors) != 2 {
		t.Fatalf("Need = %d, %d anchors, want 1 and 2", c.Need, len(c.Anchors))
	}
	for i, want := range []check.Check{
		{ID: "gateway", Interval: 10 * time.Second, Timeout: 3 * time.Second},
		{ID: "quick", Interval: 2 * time.Second, Timeout: 1800 * time.Millisecond},
	} {
		got := c.Anchors[i]
		if got.ID != want.ID || got.Interval != want.Interval || got.Timeout != want.Timeout ||
			got.Service != check.OwnNetworkService || got.Class != check.Network || got.Name != string(want.ID) {
			t.Errorf("anchor = %+v, want %+v of class network on own-network", got, want)
		}
	}
}

func TestClaimChecks(t *testing.T) {
	claim := "[[service.claim]]\nid = \"c\"\nkind = \"objective\"\navailability = \"99%\"\nwindow = { kind = \"calendar_month\" }\n"
	check1 := "[[service.check]]\nid = \"a\"\nhttp = { url = \"https://www.example.com/\" }\n"
	check2 := "[[service.check]]\nid = \"b\"\nclass = \"platform\"\ntcp = { address = \"www.example.com:1\" }\n"
	for _, c := range []struct{ name, file, want string }{
		{"application only", "[[service]]\nid = \"s\"\n" + check1 + check2 + claim, "a"},
		{"no application", "[[service]]\nid = \"s\"\n" + check2 + claim, "b"},
		{"named", "[[service]]\nid = \"s\"\n" + check1 + check2 + claim + "checks = [\"b\", \"a\"]\n", "b a"},
		{"empty list", "[[service]]\nid = \"s\"\n" + check1 + check2 + claim + "checks = []\n", "a"},
		{"claim before the checks", "[[service]]\nid = \"s\"\n" + claim + check1, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ids []string
			for _, id := range mustParse(t, "slamon.toml", c.file).Claims[0].Checks {
				ids = append(ids, string(id))
			}
			if got := strings.Join(ids, " "); got != c.want {
				t.Errorf("checks = %s, want %s", got, c.want)
			}
		})
	}
}

func TestWindows(t *testing.T) {
	c := mustParse(t, "slamon.toml", everything[:strings.Index(everything, "[[service]]")]+`
[[service]]
id = "web"
[[service.check]]
id = "front"
tcp = { address = "www.example.com:443" }
[[service.claim]]
id = "year"
kind = "contract"
availability = "99.991%"
as_of = 2021-10-26
window = { kind = "fixed", from = 2020-10-01, to = 2021-09-30 }
[[service.claim]]
id = "berlin"
kind = "contract"
availability = "99.991%"
window = { kind = "fixed", from = 2021-03-28, to = 2021-03-28, timezone = "Europe/Berlin" }
[[maintenance]]
service = "web"
from = 2026-12-06T01:00:00
to = 2026-12-05 18:00:00Z
announced = 2026-11-20
`)
	p := c.Claims[0].Window.Period(time.Now())
	if got, want := p.From.UTC().Format(time.RFC3339)+" "+p.To.UTC().Format(time.RFC3339), "2020-09-30T15:00:00Z 2021-09-30T15:00:00Z"; got != want {
		t.Errorf("window = %s, want %s", got, want)
	}
	if got, want := c.Claims[0].AsOf.Format(time.RFC3339), "2021-10-26T00:00:00+09:00"; got != want {
		t.Errorf("as_of = %s, want %s", got, want)
	}
	if got, want := c.Claims[1].Window.Period(time.Now()).Length(), 23*time.Hour; got != want {
		t.Errorf("a day of summer time's begin has %s, want %s", got, want)
	}
	m := c.Exclusions("web")[0]
	if got, want := m.From.Format(time.RFC3339)+" "+m.To.Format(time.RFC3339)+" "+m.Announced.Format(time.RFC3339),
		"2026-12-05T16:00:00Z 2026-12-05T18:00:00Z 2026-11-19T15:00:00Z"; got != want {
		t.Errorf("maintenance = %s, want %s", got, want)
	}
	if c.Claims[0].Availability != (sla.Figure{PPB: 999_910_000, Digits: 3}) {
		t.Errorf("availability = %+v", c.Claims[0].Availability)
	}
}

// TestAddresses: what may be left out is filled in.
func TestAddresses(t *testing.T) {
	for _, c := range []struct{ kind, want string }{
		{`tls = { address = "www.example.com" }`, "www.example.com:443"},
		{`tls = { address = "2001:db8::1" }`, "[2001:db8::1]:443"},
		{`tls = { address = "[2001:db8::1]" }`, "[2001:db8::1]:443"},
		{`tls = { address = "[2001:db8::1]:8443" }`, "[2001:db8::1]:8443"},
		{`tls = { address = "192.0.2.1" }`, "192.0.2.1:443"},
		{`ssh = { address = "git.example.com" }`, "git.example.com:22"},
		{`ntp = { address = "ntp.example.net" }`, "ntp.example.net:123"},
		{`smtp = { address = "mail.example.com" }`, "mail.example.com:25"},
		{`smtp = { address = "mail.example.com", security = "starttls" }`, "mail.example.com:25"},
		{`smtp = { address = "mail.example.com", security = "tls" }`, "mail.example.com:465"},
		{`imap = { address = "mail.example.com" }`, "mail.example.com:143"},
		{`imap = { address = "mail.example.com", security = "tls" }`, "mail.example.com:993"},
		{`stun = { address = "stun.example.com" }`, "stun.example.com:3478"},
		{`stun = { address = "stun.example.com", network = "tls" }`, "stun.example.com:5349"},
		{`tcp = { address = "db.example.com", starttls = "postgres" }`, "db.example.com:5432"},
		{`dns = { name = "example.com", server = "192.0.2.53" }`, "example.com A @192.0.2.53:53"},
		{`icmp = { host = "[2001:db8::1]" }`, "2001:db8::1"},
	} {
		text := "[[service]]\nid = \"web\"\n[[service.check]]\nid = \"front\"\n" + c.kind
		if got := theCheck(t, text).Target(); got != c.want {
			t.Errorf("%s: target %s, want %s", c.kind, got, c.want)
		}
	}
}

// TestColumnsCountCharacters: a column is where an editor puts the cursor.
func TestColumnsCountCharacters(t *testing.T) {
	_, err := Parse("x", []byte(withCheck("\"会議\".a = 1")))
	if err == nil || !strings.HasPrefix(err.Error(), "x:5:1: ") {
		t.Errorf("complaint = %v, want it at 5:1", err)
	}
	_, err = Parse("x", []byte("site = { \"名前\" = 1, nme = 2 }\nservice = []\n"))
	if err == nil || !strings.Contains(err.Error(), "x:1:20: ") {
		t.Errorf("complaints = %v, want one at 1:20", err)
	}
	_, err = Parse("x", []byte("[[service]]\r\nid = \"web\"\r\n\"会議\" = 1\r\n[site]\r\nname = { \"会議\" = 1, b = { } }\r\n"))
	if err == nil || !strings.Contains(err.Error(), "x:3:1: ") || !strings.Contains(err.Error(), "x:5:8: ") {
		t.Errorf("complaints = %v, want them at 3:1 and 5:8", err)
	}
}

func TestComplaintsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 2 * maxComplaints {
		b.WriteString("k")
		b.WriteString(strings.Repeat("x", i%50))
		b.WriteString(string(rune('a'+i%26)) + strings.Repeat("y", i/50) + " = 1\n")
	}
	_, err := Parse("x", []byte(b.String()))
	if cs, ok := err.(Complaints); !ok || len(cs) != maxComplaints {
		t.Errorf("%d complaints, want %d", len(cs), maxComplaints)
	}
}

// TestSharing: what many checks state alike is kept once.
func TestSharing(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	var b strings.Builder
	b.WriteString("[[service]]\nid = \"web\"\n")
	for _, id := range []string{"a", "b"} {
		b.WriteString("[[service.check]]\nid = \"" + id + "\"\n[service.check.http]\nurl = \"https://www.example.com/\"\nbody_match = ['login']\n" +
			"tls = { ca_file = \"vendor-ca.pem\", certificate_file = \"client.pem\", key_file = \"client.key\" }\n")
	}
	c := mustParse(t, dir+"/slamon.toml", b.String())
	first, second := c.Services[0].Checks[0].Params.(check.HTTP), c.Services[0].Checks[1].Params.(check.HTTP)
	if first.BodyMatch[0].Pattern != second.BodyMatch[0].Pattern {
		t.Error("the same pattern is compiled twice")
	}
	if first.TLS.Roots == nil || first.TLS.Roots != second.TLS.Roots {
		t.Error("the same file of authorities is read twice")
	}
	if len(first.TLS.Certificates) != 1 || &first.TLS.Certificates[0] != &second.TLS.Certificates[0] {
		t.Error("the same client certificate is read twice")
	}
	if &first.Status[0] != &second.Status[0] {
		t.Error("the default status is kept twice")
	}
}

// TestLimitsAreInside: what stands at a limit is taken.
func TestLimitsAreInside(t *testing.T) {
	dir := t.TempDir()
	for _, extra := range []string{
		"[storage]\nretention = \"90d\"\nmax_size = \"16MiB\"\nbackup_every = \"1h\"\nbackups_kept = 1",
		"[storage]\nmax_size = \"1024TiB\"\nbackup_every = \"31d\"\nbackups_kept = 1000",
		"[web]\nlisten_address = \"[::1]:0\"",
		"[[service.check]]\nid = \"a\"\ninterval = \"1s\"\ntimeout = \"10ms\"\nreprobe = \"100ms\"\nreprobe_good = 100\nssh = { address = \"192.0.2.1:65535\" }",
		"[[service.check]]\nid = \"a\"\ntimeout = \"500ms\"\nicmp = { host = \"192.0.2.1\", count = 3, gap = \"200ms\" }",
		"[[service.check]]\nid = \"a\"\nicmp = { host = \"192.0.2.1\", count = 100, gap = \"10ms\", size = 65500, max_loss = \"99.9999999%\" }",
		"[[service.check]]\nid = \"a\"\nhttp = { url = \"http://192.0.2.1:65535\", max_redirects = 20, max_body = \"64MiB\", status = [100, 599, \"1XX\"] }",
		"[[service.check]]\nid = \"a\"\nhttp = { url = \"https://[2001:db8::1]/\", max_redirects = 0, max_body = \"1B\", tls = { min_days_left = 3660 } }",
		"[[service.check]]\nid = \"a\"\nntp = { address = \"[2001:db8::1]\", max_offset = \"1h\", max_stratum = 15 }",
		"[[service.check]]\nid = \"" + strings.Repeat("a", 64) + "\"\nname = \"" + strings.Repeat("a", 200) + "\"\nssh = { address = \"_a.b-c.example.com.\" }",
		"[[service.check]]\nid = \"0\"\nudp = { address = \"a:1\", send = \"" + strings.Repeat("a", 1400) + "\" }",
		"[[service.claim]]\nid = \"a\"\nkind = \"objective\"\navailability = \"50%\"\nmin_notice = \"366d\"\nwindow = { kind = \"rolling\", days = 3660 }",
		"[[service.claim]]\nid = \"a\"\nkind = \"objective\"\navailability = \"100%\"\nmin_notice = \"0s\"\nwindow = { kind = \"fixed\", from = 2020-02-29, to = 2020-02-29 }",
	} {
		if _, err := Parse(dir+"/slamon.toml", []byte(withCheck("")+extra)); err != nil {
			t.Errorf("%s:\n%s", extra, err)
		}
	}
}
