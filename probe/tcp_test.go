package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// acts plays a server: lines that begin with > are sent, others are waited for.
func acts(lines ...string) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for _, l := range lines {
			if out, ok := strings.CutPrefix(l, ">"); ok {
				io.WriteString(conn, out)
				continue
			}
			got := make([]byte, len(l))
			if _, err := io.ReadFull(in, got); err != nil || string(got) != l {
				return
			}
		}
		hangs(conn)
	}
}

func expects(pairs ...string) []check.Step {
	var all []check.Step
	for i := 0; i < len(pairs); i += 2 {
		s := check.Step{Send: []byte(pairs[i])}
		if pairs[i+1] != "" {
			s.Expect = regexp.MustCompile(pairs[i+1])
		}
		all = append(all, s)
	}
	return all
}

func TestTCP(t *testing.T) {
	for _, c := range []struct {
		name   string
		serve  func(net.Conn)
		steps  []check.Step
		limit  time.Duration
		state  check.State
		reason check.Reason
	}{
		{"accepts", hangs, nil, patience, check.Up, check.ReasonNone},
		{"closes after accept", func(net.Conn) {}, nil, patience, check.Up, check.ReasonNone},
		{"greets", acts(">220 ready\r\n"), expects("", "^220 "), patience, check.Up, check.ReasonNone},
		{"greets in lines", acts(">220-hello\r\n220 ready\r\n"), expects("", "^220 "), patience, check.Up, check.ReasonNone},
		{"answers", acts(">+OK\n", "PING\n", ">+PONG\n", "BYE\n", ">+OK\n"), expects("", `^\+OK`, "PING\n", `^\+PONG$`, "BYE\n", `^\+OK`), patience, check.Up, check.ReasonNone},
		{"two answers at once", acts(">one\ntwo\n"), expects("", "^one$", "", "^two$"), patience, check.Up, check.ReasonNone},
		{"answers across reads", acts(">a", "x", ">b", "y"), expects("", "a", "x", "b", "y", ""), patience, check.Up, check.ReasonNone},
		{"sends only", hangs, expects("hello", ""), patience, check.Up, check.ReasonNone},
		{"another greeting", acts(">554 go away\r\n"), expects("", "^220 "), brief, check.Down, check.ReasonContent},
		{"another greeting, closed", func(c net.Conn) { io.WriteString(c, "554 go away\r\n") }, expects("", "^220 "), patience, check.Down, check.ReasonContent},
		{"silent", hangs, expects("", "^220 "), brief, check.Down, check.ReasonTimeout},
		{"drips", drips(""), expects("x", "^220 "), 3 * brief, check.Down, check.ReasonTimeout},
		{"endless", endless("", strings.Repeat("\n", 1000)), expects("x", "^220 "), patience, check.Down, check.ReasonContent},
		{"closes", says(""), expects("x", "^220 "), patience, check.Down, check.ReasonReset},
		{"resets", resets, expects("x", "^220 "), patience, check.Down, check.ReasonReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := target(t, c.serve)
			probe := TCP(check.TCP{Address: address, Dialogue: c.steps})
			o := waitsFor(t, probe, c.limit, c.reason, "")
			want(t, o, c.state, c.reason)
			if o.Detail != nil && o.Detail.Address != address {
				t.Errorf("evidence %+v, want address %s", o.Detail, address)
			}
		})
	}
}

func TestTCPRefused(t *testing.T) {
	o := outcomeOf(t, TCP(check.TCP{Address: closedPort(t)}), patience)
	want(t, o, check.Down, check.ReasonRefused)
	want(t, outcomeOf(t, TCP(check.TCP{Address: "no port"}), patience), check.Unknown, check.ReasonInternal)
	p := check.TCP{Address: "127.0.0.1:1", StartTLS: "gopher", TLS: &check.TLSOptions{}}
	want(t, outcomeOf(t, TCP(p), patience), check.Unknown, check.ReasonInternal)
}

func TestTCPEvidence(t *testing.T) {
	address := target(t, acts(">554 go away\r\nyou are not wanted\x00\r\n"))
	d := waitsFor(t, TCP(check.TCP{Address: address, Dialogue: expects("", "^220 ")}), brief, check.ReasonContent, "").Detail
	if d.Status != "554 go away" || d.Body != "554 go away.\nyou are not wanted..\n" || d.Want != "a match of ^220 " {
		t.Errorf("evidence %+v, want greeting, text and pattern", d)
	}
}

// ldapGrant is the answer to the extended operation, as OpenLDAP gives it.
const ldapGrant = "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"

// TestStartTLS leads each plain dialogue with a server that follows it.
func TestStartTLS(t *testing.T) {
	a := newAuthority(t)
	cert := a.issue(t, nil)
	const ldapAsk = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
	for _, c := range []struct {
		protocol string
		good     []string
		bad      []string
	}{
		{"smtp", []string{">220-hi\r\n220 ready\r\n", "EHLO slamon.invalid\r\n", ">250-me\r\n250 STARTTLS\r\n", "STARTTLS\r\n", ">220 go\r\n"},
			[]string{">220 ready\r\n", "EHLO slamon.invalid\r\n", ">250 me\r\n", "STARTTLS\r\n", ">502 what?\r\n"}},
		{"imap", []string{">* OK ready\r\n", "a1 STARTTLS\r\n", ">a1 OK go\r\n"}, []string{">* OK ready\r\n", "a1 STARTTLS\r\n", ">a1 BAD what?\r\n"}},
		{"pop3", []string{">+OK ready\r\n", "STLS\r\n", ">+OK go\r\n"}, []string{">-ERR busy\r\n"}},
		{"ftp", []string{">220 ready\r\n", "AUTH TLS\r\n", ">234 go\r\n"}, []string{">220 ready\r\n", "AUTH TLS\r\n", ">504 what?\r\n"}},
		{"ldap", []string{ldapAsk, ">" + ldapGrant}, []string{ldapAsk, ">\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"}},
		{"postgres", []string{"\x00\x00\x00\x08\x04\xd2\x16\x2f", ">S"}, []string{"\x00\x00\x00\x08\x04\xd2\x16\x2f", ">N"}},
		{"xmpp", []string{xmppHello, ">" + xmppFeatures, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed>"},
			[]string{xmppHello, "><stream:error><host-unknown/></stream:error>"}},
	} {
		t.Run(c.protocol, func(t *testing.T) {
			t.Parallel()
			options := check.TLSOptions{Roots: a.pool}
			probe := func(serve func(net.Conn)) check.Outcome {
				return outcomeOf(t, TCP(check.TCP{Address: target(t, serve), StartTLS: c.protocol, TLS: &options}), patience)
			}
			want(t, probe(upgrades(cert, c.good)), check.Up, check.ReasonNone)
			want(t, probe(acts(c.bad...)), check.Down, check.ReasonProtocol)
			if last := c.good[len(c.good)-1]; c.protocol != "ldap" {
				forged := append(append([]string(nil), c.good[:len(c.good)-1]...), last+"forged\r\n")
				want(t, probe(acts(forged...)), check.Down, check.ReasonProtocol)
			}
			want(t, probe(func(net.Conn) {}), check.Down, check.ReasonReset)
		})
	}
}

const (
	xmppHello    = "<?xml version='1.0'?><stream:stream to='127.0.0.1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	xmppFeatures = "<stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
)

// upgrades plays the plain dialogue and goes on in TLS.
func upgrades(cert tls.Certificate, lines []string) func(net.Conn) {
	return func(conn net.Conn) {
		for _, l := range lines {
			if out, ok := strings.CutPrefix(l, ">"); ok {
				io.WriteString(conn, out)
			} else if _, err := io.ReadFull(conn, make([]byte, len(l))); err != nil {
				return
			}
		}
		overTLS(cert, hangs)(conn)
	}
}

// TestTCPOverTLS has a dialogue within TLS.
func TestTCPOverTLS(t *testing.T) {
	a := newAuthority(t)
	address := target(t, overTLS(a.issue(t, nil), acts(">* OK ready\r\n", "a LOGOUT\r\n", ">* BYE\r\na OK\r\n")))
	p := check.TCP{Address: address, TLS: &check.TLSOptions{Roots: a.pool}, Dialogue: expects("", `^\* OK`, "a LOGOUT\r\n", "^a OK")}
	want(t, outcomeOf(t, TCP(p), patience), check.Up, check.ReasonNone)
	p.TLS = &check.TLSOptions{}
	want(t, outcomeOf(t, TCP(p), patience), check.Down, check.ReasonTLS)
}

// TestTCPCancelled checks that a probe that is stopped blames nobody.
func TestTCPCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	address := target(t, func(conn net.Conn) {
		io.WriteString(conn, "some")
		cancel()
		hangs(conn)
	})
	o := TCP(check.TCP{Address: address, Dialogue: expects("", "^220 ")})(ctx)
	want(t, o, check.Unknown, check.ReasonStopped)
}
