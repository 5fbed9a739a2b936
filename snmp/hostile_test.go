package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp/snmptest"
)

// Whatever an agent sends instead of an answer, the poll ends in time, with the
// right reason and without a value.
func TestBadAgents(t *testing.T) {
	for _, test := range []struct {
		name   string
		habit  snmptest.Habit
		state  check.State
		reason check.Reason
	}{
		{"silent", snmptest.Silent, check.Down, check.ReasonTimeout},
		{"another request's id", snmptest.WrongID, check.Down, check.ReasonProtocol},
		{"id zero", snmptest.ZeroID, check.Down, check.ReasonProtocol},
		{"truncated", snmptest.Truncated, check.Down, check.ReasonProtocol},
		{"noise", snmptest.Noise, check.Down, check.ReasonProtocol},
		{"flood", snmptest.Flood, check.Down, check.ReasonProtocol},
	} {
		t.Run(test.name, func(t *testing.T) {
			agent := testAgent(t, linux()...)
			p := testPoller(t, testEnv(t), testDevice(agent))
			poll(t, p, check.Up, check.ReasonNone)
			agent.Behave(test.habit)
			hurry(p)
			for _, r := range pollHurried(t, p, test.state, test.reason) {
				if r.Void != device.VoidSilent {
					t.Errorf("%s = %v %q, want void", r.Series, r.Value, r.Void)
				}
			}
			agent.Behave(nil)
			want(t, recovered(t, p), device.Memory, "", 0.25)
		})
	}
}

// recovered polls until an agent that has mended its ways answers: what it sent
// before may still be on its way.
func recovered(t *testing.T, p *Poller) []device.Reading {
	t.Helper()
	relax(p)
	for range 200 {
		if readings, o := p.Poll(t.Context()); o.State == check.Up {
			return readings
		}
	}
	t.Fatal("the agent is well again, but no poll succeeds")
	return nil
}

// Habits that a poll must live with.
func TestTolerableAgents(t *testing.T) {
	for _, test := range []struct {
		name  string
		habit snmptest.Habit
	}{
		{"every answer twice", snmptest.Twice},
		{"the first answer comes late", snmptest.LateFirst()},
		{"no GETBULK", snmptest.NoBulk},
		{"three objects at once", snmptest.TooBig(3)},
		{"one object at once", snmptest.TooBig(1)},
		{"fails over one object", snmptest.Fails(ucd + "11.64.0")},
	} {
		t.Run(test.name, func(t *testing.T) {
			agent := testAgent(t, append(linux(), port("2", "eth0", "", 1, 1)...)...)
			agent.Behave(test.habit)
			p := testPoller(t, testEnv(t), testDevice(agent))
			for range 2 {
				readings := poll(t, p, check.Up, check.ReasonNone)
				want(t, readings, device.Memory, "", 0.25)
				want(t, readings, device.Storage, "/", 0.25)
				want(t, readings, device.LinkUp, "eth0", 1)
			}
		})
	}
}

func TestValuesByOtherNamesAreNotBelieved(t *testing.T) {
	agent := testAgent(t, linux()...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	agent.Behave(snmptest.OtherNames)
	for _, r := range poll(t, p, check.Up, check.ReasonNone) {
		if r.Known() {
			t.Errorf("%s = %v out of an object that was not asked for", r.Series, r.Value)
		}
	}
}

func TestWalks(t *testing.T) {
	const root = ".1.3.6.1.2.1.2.2.1.2"
	limits := walkLimits{rows: 500, bytes: 20_000, time: 5 * time.Second}
	for _, test := range []struct {
		name  string
		habit snmptest.Habit
		rows  int // at most
		err   error
	}{
		{"honest", nil, 30, nil},
		{"no GETBULK", snmptest.NoBulk, 30, nil},
		{"endless", snmptest.Endless, 500, errLimit},
		{"backwards", snmptest.Backwards, 10, errOrder},
		{"stuck", snmptest.Stuck, 0, nil}, // the answer is not below the root
	} {
		t.Run(test.name, func(t *testing.T) {
			agent := testAgent(t, linux()...)
			for i := range 30 {
				agent.Set(str(fmt.Sprintf("%s.%d", root, i+1), "port"))
			}
			agent.Behave(test.habit)
			s := testPoller(t, testEnv(t), testDevice(agent)).session
			if err := s.dial(t.Context()); err != nil {
				t.Fatal(err)
			}
			rows := 0
			err := s.walk(t.Context(), root, limits, func(row) error { rows++; return nil })
			if !errors.Is(err, test.err) || test.err == nil && err != nil {
				t.Errorf("walk() = %v, want %v", err, test.err)
			}
			if rows > test.rows || test.err == nil && rows != test.rows {
				t.Errorf("%d rows, want %d", rows, test.rows)
			}
		})
	}
}

// A device whose tables do not end still gives what can be had of it.
func TestEndlessTablesDoNotStopAPoll(t *testing.T) {
	agent := testAgent(t, linux()...)
	for i := range 20 {
		n := fmt.Sprint(i + 1)
		agent.Set(port(n, "eth"+n, "", 1, 1)...)
	}
	agent.Behave(snmptest.Stuck)
	d := testDevice(agent)
	want(t, poll(t, testPoller(t, testEnv(t), d), check.Up, check.ReasonNone), device.Memory, "", 0.25)
	agent.Behave(snmptest.Backwards)
	p := testPoller(t, testEnv(t), d)
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Memory, "", 0.25)
	if len(p.Notes()) == 0 {
		t.Error("Notes() is empty, want that tables could not be read")
	}
}

func TestManyInterfaces(t *testing.T) {
	objects := linux()
	for i := 1; i <= 10_000; i++ {
		n := fmt.Sprint(i)
		objects = append(objects, str(ifDescr+"."+n, "port"+n), integerAt0(ifAdminStatus+"."+n, 1), integerAt0(ifOperStatus+"."+n, 1))
	}
	d := testDevice(testAgent(t, objects...))
	d.MaxRepetitions = 50
	d.Wanted = device.Wanted{CPU: true, Interfaces: true, InterfaceKinds: []device.Kind{device.LinkUp}}
	p := testPoller(t, testEnv(t), d)
	readings := poll(t, p, check.Up, check.ReasonNone)
	if len(readings) != maxInterfaces+1 {
		t.Errorf("%d readings, want %d", len(readings), maxInterfaces+1)
	}
	if len(p.Notes()) == 0 {
		t.Error("Notes() is empty, want that interfaces were cut")
	}
}

func TestWrongCommunityIsSilence(t *testing.T) {
	d := testDevice(testAgent(t, linux()...))
	d.Credentials.Community = credentialsOf("other")
	d.Timeout = brief
	readings := poll(t, testPoller(t, testEnv(t), d), check.Down, check.ReasonTimeout)
	wantVoid(t, readings, device.CPU, "", device.VoidSilent)
}

func TestClosedPortIsRefused(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr()
	conn.Close()
	env := testEnv(t)
	silentAgent := testAgent(t, linux()...)
	silentAgent.Behave(snmptest.Silent)
	// One closed port must not be held against another agent on the same socket.
	done := make(chan check.Outcome)
	d := testDevice(silentAgent)
	d.Timeout = brief
	waiting := testPoller(t, env, d)
	go func() {
		_, o := waiting.Poll(context.Background())
		done <- o
	}()
	d.Address = addr.String()
	p := testPoller(t, env, d)
	readings, o := p.Poll(t.Context())
	if o.State != check.Down || o.Reason != check.ReasonRefused {
		t.Errorf("Poll() of a closed port = %s, %s, want down, refused", o.State, o.Reason)
	}
	wantVoid(t, readings, device.CPU, "", device.VoidRefused)
	if o := <-done; o.Reason != check.ReasonTimeout {
		t.Errorf("Poll() of a silent agent = %s, %s, want down, timeout", o.State, o.Reason)
	}
}

func TestCancelEndsAPollAtOnce(t *testing.T) {
	agent := testAgent(t, linux()...)
	asked := make(chan struct{}, 1)
	agent.Behave(func(_, _ *gosnmp.SnmpPacket, _ func(*gosnmp.SnmpPacket) []byte) [][]byte {
		select {
		case asked <- struct{}{}:
		default:
		}
		return nil
	})
	d := testDevice(agent)
	d.Timeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if _, o := testPoller(t, testEnv(t), d).Poll(ctx); o.State != check.Unknown || o.Reason != check.ReasonStopped {
		t.Errorf("Poll() = %s, %s, want unknown, stopped", o.State, o.Reason)
	}
}

func TestCloseEndsPolls(t *testing.T) {
	agent := testAgent(t, linux()...)
	env := testEnv(t)
	asked := make(chan struct{}, 1)
	agent.Behave(func(_, _ *gosnmp.SnmpPacket, _ func(*gosnmp.SnmpPacket) []byte) [][]byte {
		select {
		case asked <- struct{}{}:
		default:
		}
		return nil
	})
	d := testDevice(agent)
	d.Timeout = time.Hour
	go func() { <-asked; env.Close() }()
	p := testPoller(t, env, d)
	for range 2 { // the second finds it closed
		if _, o := p.Poll(t.Context()); o.State != check.Unknown || o.Reason != check.ReasonStopped {
			t.Errorf("Poll() = %s, %s, want unknown, stopped", o.State, o.Reason)
		}
	}
}

// Two pollers of one agent never ask at the same time.
func TestOneRequestAtATime(t *testing.T) {
	agent := testAgent(t, linux()...)
	env := testEnv(t)
	errs := make(chan error)
	const pollers, polls = 8, 20
	for range pollers {
		p := testPoller(t, env, testDevice(agent))
		go func() {
			for range polls {
				if _, o := p.Poll(context.Background()); o.State != check.Up {
					errs <- fmt.Errorf("Poll() = %s, %s", o.State, o.Reason)
					return
				}
			}
			errs <- nil
		}()
	}
	for range pollers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	l, err := env.line(testPoller(t, env, testDevice(agent)).mustAddr(t).Addr())
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.peers) != 0 {
		t.Errorf("%d peers are left over, want none", len(l.peers))
	}
}

func TestNameThatDoesNotResolve(t *testing.T) {
	env := testEnv(t)
	env.resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server in this test")
	}}
	d := testDevice(testAgent(t))
	d.Address = "switch.example.invalid"
	_, o := testPoller(t, env, d).Poll(t.Context())
	if o.State != check.Down || o.Reason != check.ReasonDNS {
		t.Errorf("Poll() = %s, %s, want down, dns", o.State, o.Reason)
	}
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		in, host string
		port     uint16
	}{
		{"192.0.2.1", "192.0.2.1", 161}, {"192.0.2.1:1161", "192.0.2.1", 1161}, {"switch", "switch", 161},
		{"switch:99", "switch", 99}, {"2001:db8::1", "2001:db8::1", 161}, {"[2001:db8::1]:162", "2001:db8::1", 162},
		{"", "", 0}, {":161", "", 0}, {"switch:0", "", 0}, {"switch:snmp", "", 0}, {"switch:99999", "", 0}, {"[::1", "", 0},
	} {
		host, port, err := splitAddress(test.in)
		if host != test.host || port != test.port || (err == nil) != (test.host != "") {
			t.Errorf("splitAddress(%q) = %q, %d, %v, want %q, %d", test.in, host, port, err, test.host, test.port)
		}
	}
}

func TestIPv6(t *testing.T) {
	agent, err := snmptest.Listen("[::1]:0", community, linux()...)
	if err != nil {
		if ci() {
			t.Fatal(err)
		}
		t.Skip("no IPv6 on loopback: ", err)
	}
	t.Cleanup(agent.Close)
	d := testDevice(agent)
	env := testEnv(t)
	want(t, poll(t, testPoller(t, env, d), check.Up, check.ReasonNone), device.Memory, "", 0.25)
	agent.Close()
	poll(t, testPoller(t, env, d), check.Down, check.ReasonRefused)
}
