package probe

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/pion/stun/v3"

	"github.com/slamon/slamon/check"
)

// mapped is where the servers below see us.
var mapped = &stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 7), Port: 4711}

// stunReply builds a message in answer to a request, with an id of its own if the
// request is nil.
func stunReply(request []byte, setters ...stun.Setter) []byte {
	id := stun.TransactionID
	if request != nil {
		id = stun.NewTransactionIDSetter([stun.TransactionIDSize]byte(request[8:20]))
	}
	return stun.MustBuild(append([]stun.Setter{id}, setters...)...).Raw
}

// changed is b with one byte changed.
func changed(b []byte, at int) []byte {
	b = append([]byte(nil), b...)
	b[at] ^= 0x55
	return b
}

func TestSTUN(t *testing.T) {
	t.Parallel()
	var dropped atomic.Bool
	good := func(q []byte, answer answers) {
		answer(stunReply(q, stun.BindingSuccess, mapped, stun.NewSoftware("test server"), stun.Fingerprint))
	}
	inside, outside := netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.51.100.0/24")
	for name, tt := range map[string]struct {
		serve  func([]byte, answers)
		expect netip.Prefix
		state  check.State
		reason check.Reason
		says   string
	}{
		"binding": {good, inside, check.Up, check.ReasonNone, ""},
		"one lost datagram": {func(q []byte, a answers) {
			if !dropped.CompareAndSwap(false, true) {
				good(q, a)
			}
		}, netip.Prefix{}, check.Up, check.ReasonNone, ""},
		"old attribute": {func(q []byte, a answers) {
			a(stunReply(q, stun.BindingSuccess, &stun.MappedAddress{IP: net.IPv4(203, 0, 113, 7), Port: 1}))
		}, inside, check.Up, check.ReasonNone, ""},
		"lies before it": {func(q []byte, a answers) {
			whole := stunReply(q, stun.BindingSuccess, mapped, stun.Fingerprint)
			a([]byte("x"), stunReply(nil, stun.BindingSuccess, mapped), q, whole[:30], changed(whole, 30), whole)
		}, inside, check.Up, check.ReasonNone, ""},
		"another address":  {good, outside, check.Degraded, check.ReasonContent, "unexpected address"},
		"refused":          {func(q []byte, a answers) { a(stunReply(q, stun.BindingError, stun.CodeUnauthorized)) }, inside, check.Down, check.ReasonStatus, "401"},
		"refused, no code": {func(q []byte, a answers) { a(stunReply(q, stun.BindingError)) }, inside, check.Down, check.ReasonProtocol, "without an error code"},
		"no address":       {func(q []byte, a answers) { a(stunReply(q, stun.BindingSuccess)) }, inside, check.Down, check.ReasonProtocol, "does not tell our address"},
		"a short address": {func(q []byte, a answers) {
			a(stunReply(q, stun.BindingSuccess, stun.RawAttribute{Type: stun.AttrXORMappedAddress, Value: []byte{0, 1, 2}}))
		}, inside, check.Down, check.ReasonProtocol, "does not tell our address"},
		"wrong transaction": {func(q []byte, a answers) { a(stunReply(nil, stun.BindingSuccess, mapped)) }, inside, check.Down, check.ReasonTimeout, "no answer"},
		"truncated":         {func(q []byte, a answers) { a(stunReply(q, stun.BindingSuccess, mapped)[:28]) }, inside, check.Down, check.ReasonProtocol, "not a STUN message"},
		"wrong fingerprint": {func(q []byte, a answers) { a(changed(stunReply(q, stun.BindingSuccess, mapped, stun.Fingerprint), 28)) }, inside, check.Down, check.ReasonProtocol, "not a STUN message"},
		"an echo server":    {func(q []byte, a answers) { a(q) }, inside, check.Down, check.ReasonTimeout, "no answer"},
		"silence":           {func([]byte, answers) {}, inside, check.Down, check.ReasonTimeout, "no answer to the binding request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if tt.reason == check.ReasonTimeout || tt.says == "not a STUN message" {
				limit = brief
			}
			o := waitsFor(t, newProbe(t, check.STUN{Address: udpTarget(t, tt.serve), Expect: tt.expect}), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
		})
	}
	o := outcomeOf(t, newProbe(t, check.STUN{Address: closedUDP(t)}), patience)
	want(t, o, check.Down, check.ReasonRefused)
}

// stunStream answers the first request on a connection.
func stunStream(reply func(request []byte) []byte) func(net.Conn) {
	return func(conn net.Conn) {
		request := make([]byte, stunHeaderBytes)
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		io.ReadFull(conn, make([]byte, binary.BigEndian.Uint16(request[2:])))
		conn.Write(reply(request))
		io.Copy(io.Discard, conn)
	}
}

func TestSTUNStream(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert := ca.issue(t, nil)
	good := stunStream(func(q []byte) []byte {
		// An answer to somebody else comes first.
		return append(stunReply(nil, stun.BindingSuccess, mapped), stunReply(q, stun.BindingSuccess, mapped, stun.Fingerprint)...)
	})
	endlessLength := stunStream(func(q []byte) []byte {
		b := stunReply(q, stun.BindingSuccess, mapped)
		binary.BigEndian.PutUint16(b[2:], 0xfffc)
		return b
	})
	for name, tt := range map[string]struct {
		network string
		serve   func(net.Conn)
		state   check.State
		reason  check.Reason
	}{
		"tcp":                   {"tcp", good, check.Up, check.ReasonNone},
		"tls":                   {"tls", overTLS(cert, good), check.Up, check.ReasonNone},
		"another protocol, TLS": {"tls", says("HTTP/1.1 400 Bad Request\r\n\r\n"), check.Down, check.ReasonTLS},
		"another protocol":      {"tcp", says("HTTP/1.1 400 Bad Request\r\n\r\n"), check.Down, check.ReasonProtocol},
		"a length too large":    {"tcp", endlessLength, check.Down, check.ReasonProtocol},
		"cut off":               {"tcp", func(c net.Conn) { c.Read(make([]byte, 100)); c.Write([]byte("\x01\x01\x00")) }, check.Down, check.ReasonReset},
		"silence":               {"tcp", hangs, check.Down, check.ReasonTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if tt.reason == check.ReasonTimeout {
				limit = brief
			}
			p := check.STUN{Network: tt.network, Address: target(t, tt.serve), TLS: check.TLSOptions{Roots: ca.pool}}
			want(t, outcomeOf(t, newProbe(t, p), limit), tt.state, tt.reason)
		})
	}
}

// TestSTUNCoturn asks the real server of Debian, by UDP and by TCP.
func TestSTUNCoturn(t *testing.T) {
	t.Parallel()
	turnserver := program(t, "turnserver")
	address, dir := ownAddress(34), t.TempDir()
	start(t, turnserver, "-n", "--stun-only", "--no-tls", "--no-dtls", "--no-cli", "--listening-ip="+address,
		"--relay-ip="+address, "--log-file=stdout", "--pidfile="+dir+"/pid", "--db="+dir+"/db")
	local := netip.MustParsePrefix("127.0.0.0/8")
	eventually(t, check.STUN{Address: address, Expect: local})
	eventually(t, check.STUN{Address: address, Network: "tcp", Expect: local})
	o := outcomeOf(t, newProbe(t, check.STUN{Address: address, Expect: netip.MustParsePrefix("2001:db8::/32")}), patience)
	want(t, o, check.Degraded, check.ReasonContent)
}

func TestSTUNParameters(t *testing.T) {
	if p, err := newSTUN(check.STUN{Address: "stun.test", Network: "sctp"}); err == nil {
		t.Errorf("newSTUN = %+v, want an error", p)
	}
	for network, port := range map[string]uint16{"": 3478, "udp": 3478, "tcp": 3478, "tls": 5349} {
		p, err := newSTUN(check.STUN{Address: "stun.test", Network: network})
		if err != nil || p.to.port != port {
			t.Errorf("network %q: %+v, %v, want port %d", network, p, err, port)
		}
	}
}

func FuzzSTUNAnswer(f *testing.F) {
	request := stun.MustBuild(stun.NewTransactionIDSetter([stun.TransactionIDSize]byte{1, 2, 3}), stun.BindingRequest)
	f.Add(stunReply(request.Raw, stun.BindingSuccess, mapped, stun.NewSoftware("x"), stun.Fingerprint))
	f.Add(stunReply(request.Raw, stun.BindingError, stun.CodeUnauthorized))
	f.Add(stunReply(request.Raw, stun.BindingSuccess, &stun.MappedAddress{IP: net.IPv6loopback, Port: 1}))
	f.Add(request.Raw)
	p, err := newSTUN(check.STUN{Address: "stun.test", Expect: netip.MustParsePrefix("203.0.113.0/24")})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		answer, _ := stunAnswer(request, b)
		if answer == nil {
			return
		}
		if answer.TransactionID != request.TransactionID {
			t.Fatalf("stunAnswer(%x): another transaction", b)
		}
		tr := begin(context.Background(), check.PhaseJudge)
		bounded(t, p.judge(&tr, answer))
	})
}
