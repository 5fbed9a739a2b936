package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/slamon/slamon/check"
)

// says4All answers questions for IPv4 with 127.0.0.first to 127.0.0.last, and with
// each of them twice.
func says4All(first, last byte) func(dnsmessage.Question) *dnsmessage.Message {
	return func(q dnsmessage.Question) *dnsmessage.Message {
		m := says4(last)(q)
		for b := first; b < last && q.Type == dnsmessage.TypeA; b++ {
			m.Answers = append(m.Answers, says4(b)(q).Answers...)
		}
		return m
	}
}

// nodesAt listens on one port of several addresses of loopback. What is done with a
// connection is what serve says of its address; nil is nobody listening there.
func nodesAt(t *testing.T, serve map[string]func(net.Conn)) (port string) {
	t.Helper()
	var all []net.Listener
	closeAll := func() {
		for _, l := range all {
			l.Close()
		}
		all = nil
	}
	for range 20 { // until a port is free on all of them
		port = "0"
		for host := range serve {
			l, err := net.Listen("tcp", net.JoinHostPort(host, port))
			if err != nil {
				closeAll()
				break
			}
			all = append(all, l)
			_, port, _ = net.SplitHostPort(l.Addr().String())
		}
		if len(all) == len(serve) {
			break
		}
	}
	if len(all) != len(serve) {
		t.Fatal("no port is free on all addresses")
	}
	for _, l := range all {
		host, _, _ := net.SplitHostPort(l.Addr().String())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go serve[host](conn)
			}
		}()
		t.Cleanup(func() {
			l.Close()
			<-done
		})
	}
	return port
}

// greets and says nothing else.
func greets(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 ready\r\n")
}

// keepsSilent until the other side has gone.
func keepsSilent(conn net.Conn) {
	defer conn.Close()
	io.Copy(io.Discard, conn)
}

// serves200 answers one request, whatever it is.
func serves200(conn net.Conn) {
	defer conn.Close()
	conn.Read(make([]byte, 4096))
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
}

// serves500 fails one request.
func serves500(conn net.Conn) {
	defer conn.Close()
	conn.Read(make([]byte, 4096))
	fmt.Fprint(conn, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
}

// everyOf is the probe of a check that asks each address.
func everyOf(t *testing.T, p check.Params) func(context.Context) check.Outcome {
	t.Helper()
	env, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	probe, err := env.New(check.Check{ID: "nodes", EveryAddress: true, Params: p})
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

func TestEveryAddress(t *testing.T) {
	const one, two, three = "127.0.0.1", "127.0.0.2", "127.0.0.3"
	type nodes = map[string]func(net.Conn)
	for _, c := range []struct {
		name   string
		nodes  nodes
		state  check.State
		reason check.Reason
		tells  string
		good   float64
		dead   float64
	}{
		{"all well", nodes{one: serves200, two: serves200, three: serves200}, check.Up, check.ReasonNone, "", 3, 0},
		{"one refuses", nodes{one: serves200, three: serves200}, check.Degraded, check.ReasonRefused,
			"1 of 3 addresses of service.example failed; 127.0.0.2: cannot connect to 127.0.0.2:", 2, 1},
		{"one hangs and spoils nothing", nodes{one: serves200, two: keepsSilent, three: serves200}, check.Degraded, check.ReasonTimeout,
			"1 of 3 addresses of service.example failed; 127.0.0.2: connected, but got no answer", 2, 1},
		{"one answers wrongly", nodes{one: serves500, two: serves200, three: serves200}, check.Degraded, check.ReasonStatus,
			"1 of 3 addresses of service.example failed; 127.0.0.1:", 2, 1},
		{"all dead", nodes{three: serves500}, check.Down, check.ReasonRefused,
			"3 of 3 addresses of service.example failed; 127.0.0.1:", 0, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			port := nodesAt(t, c.nodes)
			resolvesBy(t, says4All(1, 3))
			u, _ := url.Parse("http://service.example.:" + port + "/")
			limit := patience
			if c.reason == check.ReasonTimeout {
				limit = time.Second // what the well ones need on a busy machine
			}
			o := outcomeOf(t, everyOf(t, check.HTTP{URL: u}), limit)
			want(t, o, c.state, c.reason)
			if got := fact(t, o, check.AddressesGood); got != c.good {
				t.Errorf("%g addresses are good, want %g", got, c.good)
			}
			if got := fact(t, o, check.AddressesDead); got != c.dead {
				t.Errorf("%g addresses are dead, want %g", got, c.dead)
			}
			if (o.Detail == nil) != (c.tells == "") {
				t.Fatalf("evidence %+v, want it only for what is not up", o.Detail)
			}
			if o.Detail == nil {
				return
			}
			if !strings.HasPrefix(strings.ReplaceAll(o.Detail.Sentence, "example.", "example"), c.tells) {
				t.Errorf("sentence %q, want %q", o.Detail.Sentence, c.tells)
			}
			if n := strings.Count(o.Detail.Steps, "\n") + 1; n != 3 || !strings.Contains(o.Detail.Steps, "127.0.0.3 ") {
				t.Errorf("steps %q, want a line for each of 3 addresses", o.Detail.Steps)
			}
		})
	}
}

// TestEveryAddressOfOtherKinds asks by other protocols.
func TestEveryAddressOfOtherKinds(t *testing.T) {
	resolvesBy(t, says4All(1, 2))
	port := nodesAt(t, map[string]func(net.Conn){"127.0.0.1": greets})
	for _, p := range []check.Params{
		check.TCP{Address: "service.example.:" + port},
		check.Mail{Protocol: "smtp", Address: "service.example.:" + port, Hello: "monitor.example"},
		check.TLSHandshake{Address: "service.example.:" + port},
	} {
		o := outcomeOf(t, everyOf(t, p), patience)
		if o.State != check.Degraded && p.Kind() == "tcp" || o.Detail == nil || !strings.Contains(o.Detail.Steps, "127.0.0.2 down (refused)") {
			t.Errorf("%s: %s, want 127.0.0.2 refused", p.Kind(), describe(o))
		}
	}
}

func TestEveryAddressDoesNotResolve(t *testing.T) {
	resolvesBy(t, fails(dnsmessage.RCodeNameError))
	o := outcomeOf(t, everyOf(t, check.TCP{Address: "service.example.:80"}), patience)
	want(t, o, check.Down, check.ReasonDNS)
}

// TestEveryAddressHasBounds gives a name with far too many addresses.
func TestEveryAddressHasBounds(t *testing.T) {
	resolvesBy(t, says4All(1, 40))
	o := outcomeOf(t, everyOf(t, check.TCP{Address: "service.example.:" + nodesAt(t, map[string]func(net.Conn){"127.0.0.50": greets})}), patience)
	want(t, o, check.Down, check.ReasonRefused)
	if dead, left := fact(t, o, check.AddressesDead), fact(t, o, check.AddressesUnasked); dead != everyAddressMost || left != 40-everyAddressMost {
		t.Errorf("%g addresses are dead and %g not asked, want %d and %d", dead, left, everyAddressMost, 40-everyAddressMost)
	}
	if !strings.Contains(o.Detail.Sentence, "(24 more were not asked)") {
		t.Errorf("sentence %q, want it to say how many were not asked", o.Detail.Sentence)
	}
	if len(o.Detail.Steps) > check.EvidenceLimit {
		t.Errorf("steps of %d bytes, want at most %d", len(o.Detail.Steps), check.EvidenceLimit)
	}
}

// TestEveryAddressWeighs has outcomes that sockets do not give at will.
func TestEveryAddressWeighs(t *testing.T) {
	up := check.Outcome{State: check.Up, Took: time.Millisecond}
	slow := check.Outcome{State: check.Degraded, Reason: check.ReasonSlow, Took: time.Second, Detail: &check.Evidence{Sentence: "slow"}}
	dead := check.Outcome{State: check.Down, Reason: check.ReasonRefused, Took: time.Millisecond, Detail: &check.Evidence{Sentence: "refused"}}
	route := check.Outcome{Reason: check.ReasonOwnNetwork, Took: time.Millisecond, Detail: &check.Evidence{Sentence: "no route"}}
	full := check.Outcome{Reason: check.ReasonResources, Took: time.Millisecond, Detail: &check.Evidence{Sentence: "no descriptor"}}
	for _, c := range []struct {
		name   string
		of     []check.Outcome
		state  check.State
		reason check.Reason
	}{
		{"one slow", []check.Outcome{up, slow}, check.Degraded, check.ReasonSlow},
		{"dead tells more than slow", []check.Outcome{slow, dead}, check.Degraded, check.ReasonRefused},
		{"no route to one family", []check.Outcome{up, route}, check.Up, check.ReasonNone},
		{"no route to any", []check.Outcome{route, route}, check.Unknown, check.ReasonOwnNetwork},
		{"no route to one, the other dead", []check.Outcome{route, dead}, check.Unknown, check.ReasonOwnNetwork},
		{"one not asked", []check.Outcome{up, full}, check.Unknown, check.ReasonResources},
		{"one not asked, others good and dead", []check.Outcome{full, up, dead}, check.Degraded, check.ReasonRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // whatever their order
				resolvesBy(t, says4All(1, byte(len(c.of))))
				of := c.of
				probe, err := everyAddress(check.Check{Params: check.TCP{Address: "service.example.:80"}}, func(ctx context.Context) check.Outcome {
					addr := ctx.Value(pinKey{}).(pinned).addr
					return of[addr.As4()[3]-1]
				})
				if err != nil {
					t.Fatal(err)
				}
				want(t, outcomeOf(t, probe, patience), c.state, c.reason)
				slices.Reverse(c.of)
			}
		})
	}
}

// TestEveryAddressPanics where its caller can catch it.
func TestEveryAddressPanics(t *testing.T) {
	resolvesBy(t, says4All(1, 2))
	broken := errors.New("broken")
	probe, err := everyAddress(check.Check{Params: check.TCP{Address: "service.example.:80"}}, func(context.Context) check.Outcome { panic(broken) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if r := recover(); r != broken {
			t.Errorf("recovered %v, want %v", r, broken)
		}
	}()
	probe(context.Background())
	t.Error("the probe did not panic")
}

func TestEveryAddressRefuses(t *testing.T) {
	env, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	for _, p := range []check.Params{
		check.TCP{Address: "192.0.2.1:80"},
		check.ICMP{Host: netip.IPv6Loopback().String()},
		check.DNS{Name: "www.example.com"},
		check.Command{Program: "/bin/true"},
	} {
		if _, err := env.New(check.Check{ID: "x", EveryAddress: true, Params: p}); err == nil {
			t.Errorf("every address of %s %q: no error", p.Kind(), p.Target())
		}
	}
}
