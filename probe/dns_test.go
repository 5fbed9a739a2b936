package probe

import (
	"context"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"github.com/slamon/slamon/check"
)

// zone are the records of the name server below.
var zone = []string{
	"a.test. 60 IN A 192.0.2.10",
	"a.test. 60 IN A 192.0.2.11",
	"six.test. 60 IN AAAA 2001:db8::1",
	"mx.test. 60 IN MX 10 mail.test.",
	`txt.test. 60 IN TXT "v=spf1 " "-all"`,
	"alias.test. 60 IN CNAME a.test.",
	"cut.test. 60 IN A 192.0.2.12",
	"xn--wgv71a.test. 60 IN A 192.0.2.13",
	"odd.test. 60 IN TYPE65400 \\# 3 010203",
}

// nameServer serves the zone by UDP and TCP on one port, and misbehaves for some names.
func nameServer(t testing.TB) string {
	t.Helper()
	var packets net.PacketConn
	var stream net.Listener
	var err error
	for range 20 { // the same port must be free for both
		if packets, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if stream, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			break
		}
		packets.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var dropped atomic.Bool
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if a := answerQuestion(q, w.RemoteAddr().Network(), &dropped); a != nil {
			w.WriteMsg(a)
		}
	})
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: handler}, {Listener: stream, Handler: handler}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		go s.ActivateAndServe()
		<-started
		t.Cleanup(func() { s.Shutdown() })
	}
	return packets.LocalAddr().String()
}

func answerQuestion(q *dns.Msg, network string, dropped *atomic.Bool) *dns.Msg {
	a := new(dns.Msg).SetReply(q)
	name := q.Question[0].Name
	switch {
	case name == "fail.test.":
		return a.SetRcode(q, dns.RcodeServerFailure)
	case name == "refused.test.":
		return a.SetRcode(q, dns.RcodeRefused)
	case name == "silent.test.":
		return nil
	case name == "lossy.test.":
		if dropped.CompareAndSwap(false, true) {
			return nil
		}
		name = "a.test."
	case name == "old.test." && q.IsEdns0() != nil: // a server from before EDNS
		return a.SetRcode(q, dns.RcodeFormatError)
	case name == "old.test.":
		name = "a.test."
	case name == "cut.test." && network == "udp":
		a.Truncated = true
		return a
	}
	known := false
	for _, line := range zone {
		rr, err := dns.NewRR(line)
		if err != nil {
			panic(err)
		}
		if rr.Header().Name != name {
			continue
		}
		known = true
		kind := rr.Header().Rrtype
		if kind == q.Question[0].Qtype || kind == dns.TypeCNAME {
			rr.Header().Name = q.Question[0].Name
			a.Answer = append(a.Answer, rr)
		}
		if c, ok := rr.(*dns.CNAME); ok {
			end, _ := dns.NewRR(c.Target + " 60 IN A 192.0.2.10")
			a.Answer = append(a.Answer, end)
		}
	}
	if !known {
		a.Rcode = dns.RcodeNameError
	}
	return a
}

func TestDNS(t *testing.T) {
	t.Parallel()
	server := nameServer(t)
	for name, tt := range map[string]struct {
		ask     check.DNS
		state   check.State
		reason  check.Reason
		says    string
		answers float64
	}{
		"address":                   {check.DNS{Name: "a.test"}, check.Up, check.ReasonNone, "", 2},
		"by TCP":                    {check.DNS{Name: "a.test", TCP: true}, check.Up, check.ReasonNone, "", 2},
		"cut by UDP, whole by TCP":  {check.DNS{Name: "cut.test", Expect: []string{"192.0.2.12"}}, check.Up, check.ReasonNone, "", 1},
		"one lost datagram":         {check.DNS{Name: "lossy.test"}, check.Up, check.ReasonNone, "", 2},
		"server without EDNS":       {check.DNS{Name: "old.test"}, check.Up, check.ReasonNone, "", 2},
		"alias":                     {check.DNS{Name: "alias.test", Expect: []string{"192.0.2.10"}, Exact: true}, check.Up, check.ReasonNone, "", 1},
		"letter case of a name":     {check.DNS{Name: "mx.test", Type: "MX", Expect: []string{"10 MAIL.test."}}, check.Up, check.ReasonNone, "", 1},
		"spelling of an address":    {check.DNS{Name: "six.test", Type: "AAAA", Expect: []string{"2001:0db8:0::1"}}, check.Up, check.ReasonNone, "", 1},
		"text in pieces":            {check.DNS{Name: "txt.test", Type: "TXT", Expect: []string{"v=spf1 -all"}}, check.Up, check.ReasonNone, "", 1},
		"text in quotes":            {check.DNS{Name: "txt.test", Type: "TXT", Expect: []string{`"v=spf1 -all"`}}, check.Up, check.ReasonNone, "", 1},
		"type without a mnemonic":   {check.DNS{Name: "odd.test", Type: "TYPE65400", Expect: []string{`\# 3 010203`}}, check.Up, check.ReasonNone, "", 1},
		"international name":        {check.DNS{Name: "日本.test"}, check.Up, check.ReasonNone, "", 1},
		"expected not to exist":     {check.DNS{Name: "nx.test", RCode: "NXDOMAIN"}, check.Up, check.ReasonNone, "", 0},
		"expected to hold nothing":  {check.DNS{Name: "a.test", Type: "AAAA", Exact: true}, check.Up, check.ReasonNone, "", 0},
		"does not exist":            {check.DNS{Name: "nx.test"}, check.Down, check.ReasonDNS, "NXDOMAIN", 0},
		"exists against the wish":   {check.DNS{Name: "a.test", RCode: "NXDOMAIN"}, check.Down, check.ReasonDNS, "NOERROR", 2},
		"server failure":            {check.DNS{Name: "fail.test"}, check.Down, check.ReasonDNS, "SERVFAIL", 0},
		"refused":                   {check.DNS{Name: "refused.test"}, check.Down, check.ReasonDNS, "REFUSED", 0},
		"no record of the type":     {check.DNS{Name: "a.test", Type: "AAAA"}, check.Down, check.ReasonDNS, "no record", 0},
		"an expected record lacks":  {check.DNS{Name: "a.test", Expect: []string{"192.0.2.99"}}, check.Down, check.ReasonContent, "lacks", 2},
		"a record too many":         {check.DNS{Name: "a.test", Expect: []string{"192.0.2.10"}, Exact: true}, check.Down, check.ReasonContent, "not expected", 2},
		"a record too many is fine": {check.DNS{Name: "a.test", Expect: []string{"192.0.2.10"}}, check.Up, check.ReasonNone, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.ask.Server = server
			limit := patience
			if name == "one lost datagram" {
				limit = 16 * brief // the question is repeated after a third of it
			}
			o := outcomeOf(t, newProbe(t, tt.ask), limit)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
			if got := fact(t, o, check.Answers); got != tt.answers {
				t.Errorf("answers = %v, want %v", got, tt.answers)
			}
		})
	}
}

func TestDNSUnanswered(t *testing.T) {
	t.Parallel()
	server := nameServer(t)
	forged := func(edit func(a *dns.Msg)) string {
		return udpTarget(t, func(b []byte, answer answers) {
			q := new(dns.Msg)
			if q.Unpack(b) != nil {
				return
			}
			a := new(dns.Msg).SetReply(q)
			edit(a)
			if out, err := a.Pack(); err == nil {
				answer(out)
			}
		})
	}
	for name, tt := range map[string]struct {
		server string
		tcp    bool
		reason check.Reason
		says   string
	}{
		"silence":               {server, false, check.ReasonTimeout, "no answer to the question"},
		"silence by TCP":        {server, true, check.ReasonTimeout, "no answer to the question"},
		"nobody listens":        {closedUDP(t), false, check.ReasonRefused, "port unreachable"},
		"nobody listens by TCP": {closedPort(t), true, check.ReasonRefused, "refused"},
		"another id":            {forged(func(a *dns.Msg) { a.Id++ }), false, check.ReasonTimeout, "no answer"},
		"another question":      {forged(func(a *dns.Msg) { a.Question[0].Name = "evil.test." }), false, check.ReasonTimeout, "no answer"},
		"another type":          {forged(func(a *dns.Msg) { a.Question[0].Qtype = dns.TypeMX }), false, check.ReasonTimeout, "no answer"},
		"no question":           {forged(func(a *dns.Msg) { a.Question = nil }), false, check.ReasonTimeout, "no answer"},
		"a question back":       {forged(func(a *dns.Msg) { a.Response = false }), false, check.ReasonTimeout, "no answer"},
		"garbage with our id": {udpTarget(t, func(b []byte, answer answers) { answer(append(b[:2:2], 0xff, 0xff, 0xff)) }),
			false, check.ReasonProtocol, "not a DNS message"},
		"a flood": {udpTarget(t, func(b []byte, answer answers) {
			for range 2 * datagramMost {
				answer([]byte("noise"))
			}
		}), false, check.ReasonProtocol, "flood"},
		"garbage by TCP":        {target(t, says("HTTP/1.1 400 Bad Request\r\n\r\n")), true, check.ReasonReset, "closed too early"},
		"another answer by TCP": {target(t, says("\x00\x0csome 12 byte")), true, check.ReasonProtocol, "another question"},
		"a reset by TCP":        {target(t, resets), true, check.ReasonReset, "reset"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := waitsFor(t, newProbe(t, check.DNS{Name: "silent.test", Server: tt.server, TCP: tt.tcp}), brief, tt.reason, tt.says)
			want(t, o, check.Down, tt.reason)
			mentions(t, o, tt.says)
		})
	}
}

// TestDNSForgeryIsPassedOver sends wrong answers before the right one.
func TestDNSForgeryIsPassedOver(t *testing.T) {
	t.Parallel()
	server := udpTarget(t, func(b []byte, answer answers) {
		q := new(dns.Msg)
		if q.Unpack(b) != nil {
			return
		}
		a := new(dns.Msg).SetReply(q)
		rr, _ := dns.NewRR("www.test. 60 IN A 192.0.2.66")
		a.Answer = []dns.RR{rr}
		forged, _ := a.Pack()
		binary.BigEndian.PutUint16(forged, q.Id+1)
		rr.(*dns.A).A = net.IPv4(192, 0, 2, 1)
		right, _ := a.Pack()
		answer([]byte{}, []byte("x"), forged, append(b[:2:2], 0xff), right)
	})
	o := outcomeOf(t, newProbe(t, check.DNS{Name: "www.test", Server: server, Expect: []string{"192.0.2.1"}, Exact: true}), patience)
	want(t, o, check.Up, check.ReasonNone)
}

func TestDNSSystemResolver(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "resolv.conf")
	e, err := NewEnv(Options{ResolverFile: file})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	probe, err := e.New(check.Check{Params: check.DNS{Name: "a.test"}})
	if err != nil {
		t.Fatal(err)
	}
	o := outcomeOf(t, probe, patience)
	want(t, o, check.Unknown, check.ReasonInternal)
	mentions(t, o, "name server")

	if err := os.WriteFile(file, []byte("options edns0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, outcomeOf(t, probe, patience), check.Unknown, check.ReasonInternal)

	// Port 53 of an address that nobody else uses: the first server is the one asked.
	if err := os.WriteFile(file, []byte("nameserver 127.93.7.1\nnameserver 127.0.0.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o = outcomeOf(t, probe, patience)
	want(t, o, check.Down, check.ReasonRefused)
	if o.Detail.Address != "127.93.7.1:53" {
		t.Errorf("asked %s, want 127.93.7.1:53", o.Detail.Address)
	}
}

func TestDNSParameters(t *testing.T) {
	for name, p := range map[string]check.DNS{
		"no name":            {},
		"empty label":        {Name: "a..test"},
		"unknown type":       {Name: "a.test", Type: "AA"},
		"transfer":           {Name: "a.test", Type: "AXFR"},
		"unknown rcode":      {Name: "a.test", RCode: "FINE"},
		"data of a type":     {Name: "a.test", Expect: []string{"mail.test."}},
		"empty data":         {Name: "a.test", Expect: []string{""}},
		"data of ANY":        {Name: "a.test", Type: "ANY", Expect: []string{"192.0.2.1"}},
		"server port":        {Name: "a.test", Server: "192.0.2.1:99999"},
		"two records in one": {Name: "a.test", Expect: []string{"192.0.2.1\nb.test. IN A 192.0.2.2"}},
	} {
		if d, err := newDNS(p, ""); err == nil {
			t.Errorf("%s: newDNS = %+v, want an error", name, d)
		}
	}
}

func FuzzDNSAnswer(f *testing.F) {
	q := new(dns.Msg).SetQuestion("a.test.", dns.TypeA)
	q.Id = 0x1234
	a := new(dns.Msg).SetReply(q)
	for _, line := range zone {
		rr, _ := dns.NewRR(line)
		a.Answer = append(a.Answer, rr)
	}
	wire, _ := a.Pack()
	f.Add(wire)
	f.Add(wire[:20])
	f.Add([]byte{0x12, 0x34})
	p, err := newDNS(check.DNS{Name: "a.test", Expect: []string{"192.0.2.10"}, Exact: true}, "")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := answerTo(q, b)
		if got == nil {
			return
		}
		if err != nil || got.Id != q.Id || !got.Response {
			t.Fatalf("answerTo = %v, %v: not an answer to the question", got, err)
		}
		tr := begin(context.Background(), check.PhaseJudge)
		bounded(t, p.judge(&tr, got))
	})
}
