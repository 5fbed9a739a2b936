package probe

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// TestEnvKinds makes every kind of check ready.
func TestEnvKinds(t *testing.T) {
	e, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, p := range []check.Params{
		check.HTTP{URL: &url.URL{Scheme: "https", Host: "www.test"}},
		check.TCP{Address: "www.test:80"},
		check.TLSHandshake{Address: "www.test"},
		check.ICMP{Host: "www.test"},
		check.DNS{Name: "www.test"},
		check.NTP{Address: "ntp.test"},
		check.Mail{Protocol: "smtp", Address: "mail.test"},
		check.Mail{Protocol: "imap", Address: "mail.test", Security: "tls"},
		check.SSH{Address: "[2001:db8::1]"},
		check.GRPC{Address: "grpc.test:443"},
		check.STUN{Address: "stun.test", Expect: netip.MustParsePrefix("192.0.2.0/24")},
		check.UDP{Address: "game.test:27015"},
		check.Heartbeat{Every: time.Hour},
	} {
		probe, err := e.New(check.Check{ID: "x", Params: p})
		if err != nil || probe == nil {
			t.Errorf("New(%s) = %v", p.Kind(), err)
		}
	}
}

// TestEnvRefuses names the check and what is wrong with it.
func TestEnvRefuses(t *testing.T) {
	e, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for words, p := range map[string]check.Params{
		"no probe":     nil,
		"want a host":  check.ICMP{},
		"count 101":    check.ICMP{Host: "a", Count: 101},
		"size 99999":   check.ICMP{Host: "a", Size: 99999},
		"loss 1.5":     check.ICMP{Host: "a", MaxLoss: 1.5},
		"gap -1s":      check.ICMP{Host: "a", Gap: -time.Second},
		"want a pause": check.Heartbeat{},
		"limits":       check.NTP{Address: "a", MaxStratum: -1},
		"host:port":    check.UDP{Address: "a"},
		"a port":       check.SSH{Address: "a:b"},
	} {
		probe, err := e.New(check.Check{ID: "front", Params: p})
		if err == nil || probe != nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "front") {
			t.Errorf("New(%+v) = %v, want an error with the check's id and %q", p, err, words)
		}
	}
}
