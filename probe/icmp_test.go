package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/slamon/slamon/check"
)

var localhost = netip.MustParseAddr("127.0.0.1")

// TestPacer hands out moments at 20 a millisecond, however they are asked for.
func TestPacer(t *testing.T) {
	var p pacer
	now := time.Now()
	for i := range 5 * pacePerBurst {
		if got, want := p.reserve(now), time.Duration(i/pacePerBurst)*paceWindow; got != want {
			t.Fatalf("moment %d: wait %s, want %s", i, got, want)
		}
	}
	now = now.Add(2500 * time.Microsecond)
	if got, want := p.reserve(now), 2500*time.Microsecond; got != want {
		t.Errorf("behind a queue: wait %s, want %s", got, want)
	}
	now = now.Add(time.Second)
	for range pacePerBurst {
		if got := p.reserve(now); got != 0 {
			t.Fatalf("after a pause: wait %s, want none", got)
		}
	}
	if got := p.reserve(now); got != paceWindow {
		t.Errorf("after a burst: wait %s, want %s", got, paceWindow)
	}
}

// TestPacerHolds sends nothing while replies lie unread, and all of it afterwards.
func TestPacerHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pacer
		begun := time.Now()
		unread := func() bool { return time.Since(begun) < time.Second }
		var wg sync.WaitGroup
		for range 10 * pacePerBurst {
			wg.Go(func() {
				if err := p.wait(t.Context(), unread); err != nil {
					t.Error(err)
				}
				if got := time.Since(begun); got < time.Second || got > time.Second+paceHold+20*paceWindow {
					t.Errorf("a moment after %s, want one after a second", got)
				}
			})
		}
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.wait(ctx, func() bool { return true }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait = %v, want the end of the context", err)
		}
	})
}

// TestICMPOverflow: what we did not read is not held against the target.
func TestICMPOverflow(t *testing.T) {
	p := &icmpProbe{}
	for _, tt := range []struct {
		tally  echoTally
		state  check.State
		reason check.Reason
	}{
		{echoTally{sent: 3, overflow: true}, check.Unknown, check.ReasonResources},
		{echoTally{sent: 3, answered: 1, sum: time.Millisecond, overflow: true}, check.Up, check.ReasonNone},
		{echoTally{sent: 3, answered: 1, sum: time.Millisecond}, check.Degraded, check.ReasonThreshold},
		{echoTally{sent: 3, overflow: true, problem: "host unreachable"}, check.Down, check.ReasonUnreachable},
		{echoTally{sent: 3}, check.Down, check.ReasonTimeout},
	} {
		tr := begin(context.Background(), check.PhaseWait)
		o := p.judge(t.Context(), &tr, tt.tally)
		want(t, o, tt.state, tt.reason)
		for _, f := range o.Facts {
			if f.Kind == check.PacketLoss && tt.tally.overflow && tt.tally.problem == "" {
				t.Errorf("%+v: a loss of %v, want none told", tt.tally, f.Value)
			}
		}
	}
}

// packet marshals a message.
func packet(t testing.TB, kind icmp.Type, code int, body icmp.MessageBody) []byte {
	t.Helper()
	b, err := (&icmp.Message{Type: kind, Code: code, Body: body}).Marshal(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseEcho(t *testing.T) {
	const token = 0x0102030405060708
	request4, err := echoRequest(false, 7, 9, token, 56)
	if err != nil {
		t.Fatal(err)
	}
	request6, err := echoRequest(true, 7, 9, token, 0)
	if err != nil {
		t.Fatal(err)
	}
	header4 := make([]byte, ipv4.HeaderLen)
	header4[0], header4[9] = 4<<4|5, protocolICMP
	copy(header4[16:], []byte{192, 0, 2, 9})
	options4 := append(append([]byte{4<<4 | 6}, header4[1:]...), 1, 1, 1, 0)
	udp4 := append([]byte(nil), header4...)
	udp4[9] = 17
	header6 := make([]byte, ipv6.HeaderLen)
	header6[0], header6[6], header6[24], header6[39] = 6<<4, protocolICMPv6, 0xfd, 9
	quote := func(header, rest []byte) []byte { return append(append([]byte(nil), header...), rest...) }
	data := binary.BigEndian.AppendUint64(nil, token)
	dst4, dst6 := netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("fd00::9")
	for name, tt := range map[string]struct {
		v6   bool
		in   []byte
		want echoNews
		ok   bool
	}{
		"reply":              {false, packet(t, ipv4.ICMPTypeEchoReply, 0, &icmp.Echo{ID: 7, Seq: 9, Data: data}), echoNews{seq: 9, id: 7, token: token, hasData: true}, true},
		"reply by IPv6":      {true, packet(t, ipv6.ICMPTypeEchoReply, 0, &icmp.Echo{ID: 7, Seq: 9, Data: data}), echoNews{seq: 9, id: 7, token: token, hasData: true}, true},
		"reply without data": {false, packet(t, ipv4.ICMPTypeEchoReply, 0, &icmp.Echo{ID: 7, Seq: 9}), echoNews{}, false},
		"request":            {false, request4, echoNews{}, false},
		"request by IPv6":    {true, request6, echoNews{}, false},
		"unreachable": {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 1, &icmp.DstUnreach{Data: quote(header4, request4)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst4, problem: "host unreachable"}, true},
		"filtered, short quote": {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 13, &icmp.DstUnreach{Data: quote(header4, request4[:8])}),
			echoNews{seq: 9, id: 7, dst: dst4, problem: "prohibited by a filter"}, true},
		"quote with options": {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 0, &icmp.DstUnreach{Data: quote(options4, request4)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst4, problem: "network unreachable"}, true},
		"loop": {false, packet(t, ipv4.ICMPTypeTimeExceeded, 0, &icmp.TimeExceeded{Data: quote(header4, request4)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst4, problem: "too many hops (a routing loop)"}, true},
		"unreachable by IPv6": {true, packet(t, ipv6.ICMPTypeDestinationUnreachable, 0, &icmp.DstUnreach{Data: quote(header6, request6)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst6, problem: "no route"}, true},
		"too big by IPv6": {true, packet(t, ipv6.ICMPTypePacketTooBig, 0, &icmp.PacketTooBig{MTU: 1280, Data: quote(header6, request6)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst6, problem: "packet too big"}, true},
		"unknown code": {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 99, &icmp.DstUnreach{Data: quote(header4, request4)}),
			echoNews{seq: 9, id: 7, token: token, hasData: true, dst: dst4, problem: "unreachable (ICMP type 3 code 99)"}, true},
		"about a UDP datagram": {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 3, &icmp.DstUnreach{Data: quote(udp4, request4)}), echoNews{}, false},
		"no quote":             {false, packet(t, ipv4.ICMPTypeDestinationUnreachable, 3, &icmp.DstUnreach{}), echoNews{}, false},
		"nothing":              {false, nil, echoNews{}, false},
	} {
		got, ok := parseEcho(tt.v6, tt.in)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: parseEcho = %+v, %v\nwant %+v, %v", name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestEchoRequestSize(t *testing.T) {
	for size, want := range map[int]int{0: 8 + tokenBytes, 8: 16, 56: 64, 1400: 1408} {
		if b, err := echoRequest(false, 1, 2, 3, size); err != nil || len(b) != want {
			t.Errorf("echoRequest of size %d = %d bytes, %v, want %d", size, len(b), err, want)
		}
	}
}

// TestICMPGap leaves time for the answer to the last request.
func TestICMPGap(t *testing.T) {
	probe := &icmpProbe{ICMP: check.ICMP{Count: 10, Gap: time.Hour}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got := probe.gap(ctx); got > time.Minute/20 || got < time.Minute/30 {
		t.Errorf("gap = %s, want a twentieth of a minute", got)
	}
}

func FuzzParseEcho(f *testing.F) {
	b, err := echoRequest(false, 7, 9, 11, 16)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(false, b)
	f.Add(false, packet(f, ipv4.ICMPTypeEchoReply, 0, &icmp.Echo{ID: 7, Seq: 9, Data: b}))
	f.Add(false, packet(f, ipv4.ICMPTypeDestinationUnreachable, 1, &icmp.DstUnreach{Data: append(make([]byte, 20), b...)}))
	f.Add(true, packet(f, ipv6.ICMPTypePacketTooBig, 0, &icmp.PacketTooBig{Data: append(make([]byte, 40), b...)}))
	f.Fuzz(func(t *testing.T, v6 bool, b []byte) {
		news, ok := parseEcho(v6, b)
		if ok && news.problem == "" && !news.hasData {
			t.Fatalf("parseEcho(%x) = %+v: a reply without token", b, news)
		}
		if strings.Contains(news.problem, "%!") {
			t.Fatalf("parseEcho(%x): problem %q", b, news.problem)
		}
	})
}
