package probe

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/slamon/slamon/check"
)

// nameServerOfTest is asked instead of the system's while it is set.
var nameServerOfTest atomic.Pointer[string]

func init() {
	resolver.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if instead := nameServerOfTest.Load(); instead != nil {
			network, address = "udp", *instead
		}
		return dialResolver(ctx, network, address)
	}
}

// resolvesBy answers questions on loopback as long as the test runs, and is the
// one that probes ask. An answer of nil is none.
func resolvesBy(t *testing.T, answer func(dnsmessage.Question) *dnsmessage.Message) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			if a := answer(m.Questions[0]); a != nil {
				a.ID, a.Response, a.Questions = m.ID, true, m.Questions
				if out, err := a.Pack(); err == nil {
					conn.WriteTo(out, from)
				}
			}
		}
	}()
	address := conn.LocalAddr().String()
	nameServerOfTest.Store(&address)
	t.Cleanup(func() {
		nameServerOfTest.Store(nil)
		conn.Close()
		<-done
	})
}

// says4 answers questions for IPv4 with an address, and others with nothing.
func says4(last byte) func(dnsmessage.Question) *dnsmessage.Message {
	return func(q dnsmessage.Question) *dnsmessage.Message {
		m := &dnsmessage.Message{}
		if q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, last}},
			}}
		}
		return m
	}
}

func fails(code dnsmessage.RCode) func(dnsmessage.Question) *dnsmessage.Message {
	return func(dnsmessage.Question) *dnsmessage.Message {
		return &dnsmessage.Message{Header: dnsmessage.Header{RCode: code}}
	}
}

// TestResolve has name servers that answer, fail and hang.
func TestResolve(t *testing.T) {
	_, port, _ := net.SplitHostPort(target(t, hangs))
	nobody := func(dnsmessage.Question) *dnsmessage.Message { return nil }
	for _, c := range []struct {
		name   string
		answer func(dnsmessage.Question) *dnsmessage.Message
		family check.Family
		limit  time.Duration
		state  check.State
		reason check.Reason
		tells  string
	}{
		{"answers", says4(1), check.AnyFamily, patience, check.Up, check.ReasonNone, ""},
		{"another host", says4(2), check.IPv4, patience, check.Down, check.ReasonRefused, "127.0.0.2"},
		{"only the other family", says4(1), check.IPv6, patience, check.Down, check.ReasonDNS, "service.example"},
		{"no such name", fails(dnsmessage.RCodeNameError), check.AnyFamily, patience, check.Down, check.ReasonDNS, "no such host"},
		{"server failure", fails(dnsmessage.RCodeServerFailure), check.AnyFamily, patience, check.Down, check.ReasonDNS, "server misbehaving"},
		{"hangs", nobody, check.AnyFamily, brief, check.Down, check.ReasonDNS, "did not resolve"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resolvesBy(t, c.answer)
			// The dot at the end keeps the search list of this machine out of it.
			o := outcomeOf(t, TCP(check.TCP{Address: "service.example.:" + port, Family: c.family}), c.limit)
			want(t, o, c.state, c.reason)
			if o.Detail != nil && !strings.Contains(o.Detail.Sentence, c.tells) {
				t.Errorf("sentence %q, want it to tell %q", o.Detail.Sentence, c.tells)
			}
		})
	}
}
