package probe

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

func TestNewEndpoint(t *testing.T) {
	for _, c := range []struct {
		address string
		port    uint16
		want    endpoint
		wrong   bool
	}{
		{"example.test:80", 0, endpoint{host: "example.test", port: 80}, false},
		{"example.test", 123, endpoint{host: "example.test", port: 123}, false},
		{"192.0.2.1:80", 0, endpoint{host: "192.0.2.1", addr: netip.MustParseAddr("192.0.2.1"), port: 80}, false},
		{"[2001:db8::1]:80", 0, endpoint{host: "2001:db8::1", addr: netip.MustParseAddr("2001:db8::1"), port: 80}, false},
		{"[2001:db8::1]", 53, endpoint{host: "2001:db8::1", addr: netip.MustParseAddr("2001:db8::1"), port: 53}, false},
		{"[::ffff:192.0.2.1]:80", 0, endpoint{host: "::ffff:192.0.2.1", addr: netip.MustParseAddr("192.0.2.1"), port: 80}, false},
		{"例え.テスト:80", 0, endpoint{host: "xn--r8jz45g.xn--zckzah", port: 80}, false},
		{"example.test", 0, endpoint{}, true},
		{":80", 0, endpoint{}, true},
		{"example.test:0", 0, endpoint{}, true},
		{"example.test:65536", 0, endpoint{}, true},
		{"example.test:http", 0, endpoint{}, true},
		{"", 80, endpoint{}, true},
	} {
		got, err := newEndpoint(c.address, c.port, check.AnyFamily)
		if got != c.want || (err != nil) != c.wrong {
			t.Errorf("newEndpoint(%q, %d) = %+v, %v, want %+v", c.address, c.port, got, err, c.want)
		}
	}
}

// TestDialInTurn has the second of two addresses answer.
func TestDialInTurn(t *testing.T) {
	_, port, _ := net.SplitHostPort(target(t, hangs))
	e, err := newEndpoint("somewhere.test:"+port, 0, check.AnyFamily)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	nobody := netip.MustParseAddr("127.0.0.2") // of this host, but only 127.0.0.1 listens
	somebody := netip.MustParseAddr("127.0.0.1")
	tr := begin(context.Background(), check.PhaseConnect)
	conn, err := e.connectAny(ctx, &tr, []netip.Addr{nobody, somebody})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if want := "127.0.0.1:" + port; tr.at() != want {
		t.Errorf("address %s, want %s", tr.at(), want)
	}
}

// TestDialTellsTheTarget prefers the target's refusal to our lack of a route.
func TestDialTellsTheTarget(t *testing.T) {
	_, port, _ := net.SplitHostPort(closedPort(t))
	e, err := newEndpoint("somewhere.test:"+port, 0, check.AnyFamily)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	refusing := netip.MustParseAddr("127.0.0.1")
	noRoute := netip.MustParseAddr("255.255.255.255") // the kernel refuses it to TCP at once
	for _, all := range [][]netip.Addr{{refusing, noRoute}, {noRoute, refusing}} {
		tr := begin(context.Background(), check.PhaseConnect)
		_, err = e.connectAny(ctx, &tr, all)
		o := tr.failed(ctx, err)
		want(t, o, check.Down, check.ReasonRefused)
		if want := "127.0.0.1:" + port; o.Detail.Address != want {
			t.Errorf("address %s, want %s", o.Detail.Address, want)
		}
	}
	tr := begin(context.Background(), check.PhaseConnect)
	_, err = e.connectAny(ctx, &tr, []netip.Addr{noRoute})
	want(t, tr.failed(ctx, err), check.Unknown, check.ReasonOwnNetwork)
}

// TestDialFamily has an address of the other family.
func TestDialFamily(t *testing.T) {
	p := check.TCP{Address: target(t, hangs), Family: check.IPv4}
	want(t, outcomeOf(t, TCP(p), patience), check.Up, check.ReasonNone)
	p.Family = check.IPv6
	o := outcomeOf(t, TCP(p), patience)
	want(t, o, check.Down, check.ReasonDNS)
	if o.Detail.Phase != check.PhaseResolve || !strings.Contains(o.Detail.Sentence, "family") {
		t.Errorf("evidence %+v", o.Detail)
	}
}

// TestDialWithoutDeadline is bounded all the same.
func TestDialWithoutDeadline(t *testing.T) {
	if left := time.Until(deadline(context.Background())); left <= 0 || left > fallbackTimeout {
		t.Errorf("deadline in %s, want within %s", left, fallbackTimeout)
	}
}

// TestResolveLocalhost asks the resolver for a name that every system has.
func TestResolveLocalhost(t *testing.T) {
	_, port, _ := net.SplitHostPort(target(t, hangs))
	o := outcomeOf(t, TCP(check.TCP{Address: "localhost:" + port, Family: check.IPv4}), patience)
	want(t, o, check.Up, check.ReasonNone)
	if o.Phases.Resolve <= 0 || o.Phases.Connect <= 0 {
		t.Errorf("phases %+v, want some time to resolve and to connect", o.Phases)
	}
}
