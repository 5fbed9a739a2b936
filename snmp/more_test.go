package snmp

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp/snmptest"
)

// Agents that never answer delay none that does, be it a hundred of them or one among a
// thousand: the polls of the good ones end while the silent ones still wait for an hour.
func TestSilentAgentsDelayNoOther(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, n := range []struct{ silent, good, polls int }{{100, 20, 5}, {1, 1000, 1}} {
		silentAgents(t, n.silent, n.good, n.polls)
	}
}

func silentAgents(t *testing.T, silent, good, polls int) {
	env := testEnv(t)
	defer env.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var silentOnes sync.WaitGroup
	for range silent {
		agent := testAgent(t)
		defer agent.Close()
		agent.Mute(true)
		d := testDevice(agent)
		d.Timeout = time.Hour
		p := testPoller(t, env, d)
		silentOnes.Go(func() {
			if _, o := p.Poll(ctx); o.State != check.Unknown || o.Reason != check.ReasonStopped {
				t.Errorf("Poll() of a silent agent = %s, %s, want it to wait until the end", o.State, o.Reason)
			}
		})
	}
	var goodOnes errgroup.Group
	goodOnes.SetLimit(50) // the agents share this process, and are slower than real ones
	for range good {
		agent := testAgent(t, linux()...)
		defer agent.Close()
		d := testDevice(agent)
		d.Timeout, d.Wanted = 20*time.Second, device.Wanted{CPU: true}
		p := testPoller(t, env, d)
		goodOnes.Go(func() error {
			for range polls {
				if _, o := p.Poll(ctx); o.State != check.Up {
					return fmt.Errorf("Poll() of a good agent = %s, %s", o.State, o.Reason)
				}
			}
			return nil
		})
	}
	if err := goodOnes.Wait(); err != nil {
		t.Errorf("beside %d silent agents: %v", silent, err)
	}
	cancel()
	silentOnes.Wait()
}

// An agent whose clock stands still costs one packet a poll like every other.
func TestStandingClockDoesNotPlanAnew(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1, 1)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	for range 3 {
		age(p, time.Minute)
		before := agent.Requests()
		readings := poll(t, p, check.Up, check.ReasonNone)
		if n := agent.Requests() - before; n != 1 {
			t.Errorf("the poll took %d requests, want 1", n)
		}
		wantVoid(t, readings, device.InBits, "eth0", device.VoidRestart)
	}
}

// A mount that goes and comes is followed.
func TestRowsComeAndGo(t *testing.T) {
	agent := testAgent(t, linux()...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	for _, root := range []string{hrStorageDescr, hrStorageType, hrStorageUnits, hrStorageSize, hrStorageUsed} {
		agent.Remove(root + ".36")
	}
	for _, r := range poll(t, p, check.Up, check.ReasonNone) {
		if r.Kind == device.Storage {
			t.Errorf("%v is read, but has gone", r)
		}
	}
	agent.Set(linux()...)
	p.plan.made = p.plan.made.Add(-planLife)
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Storage, "/", 0.25)
}

// What an agent does not have in its first minute is found soon after.
func TestYoungAgentIsPlannedAnew(t *testing.T) {
	agent := testAgent(t, uptime(10*time.Second), obj(sysObjectID, gosnmp.ObjectIdentifier, ".1.3.6.1.4.1.311.1.1.3.1"))
	d := testDevice(agent)
	d.Wanted = device.Wanted{CPU: true}
	p := testPoller(t, testEnv(t), d)
	if readings := poll(t, p, check.Up, check.ReasonNone); len(readings) != 0 {
		t.Errorf("readings of an agent without a processor: %v", readings)
	}
	agent.Set(uptime(3*time.Minute), integerAt0(".1.3.6.1.2.1.25.3.3.1.2.1", 40))
	poll(t, p, check.Up, check.ReasonNone)
	p.plan.made = p.plan.made.Add(-youth - time.Second)
	want(t, poll(t, p, check.Up, check.ReasonNone), device.CPU, "", .4)
	if p.plan.young {
		t.Error("the plan of an agent that is three minutes old is still a young one")
	}
}

// An agent that stops answering in the middle of a poll is degraded, and what it
// has said counts.
func TestAgentStopsInTheMiddle(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1, 1)...)...)
	d := testDevice(agent)
	p := testPoller(t, testEnv(t), d)
	p.session.perGet = 10
	poll(t, p, check.Up, check.ReasonNone)
	answered := 0
	agent.Behave(func(request, answer *snmptest.Packet, encode func(*snmptest.Packet) []byte) [][]byte {
		if answered++; answered > 2 {
			return nil
		}
		return [][]byte{encode(answer)}
	})
	p.session.dev.Timeout = patient
	readings := poll(t, p, check.Degraded, check.ReasonTimeout)
	known, void := 0, 0
	for _, r := range readings {
		if r.Known() {
			known++
		} else if r.Void == device.VoidSilent {
			void++
		}
	}
	if known == 0 || void == 0 {
		t.Errorf("%d readings are known and %d void, want some of each", known, void)
	}
}

// An agent that drops large requests is asked for less at once, and one that was
// away for a while is asked for as much as before.
func TestLargeRequestsAreDropped(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1, 1)...)...)
	agent.Behave(snmptest.Drops(10))
	p := testPoller(t, testEnv(t), testDevice(agent))
	p.session.dev.Timeout = patient
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Memory, "", 0.25)
	if p.session.perGet > 10 {
		t.Errorf("%d objects are asked for at once, want at most 10", p.session.perGet)
	}
	secured := v3Agent(t, device.SHA256, device.AES, linux()...)
	secured.Behave(snmptest.Drops(10))
	p = testPoller(t, testEnv(t), v3Device(secured, device.SHA256, device.AES))
	p.session.dev.Timeout = patient
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Memory, "", 0.25)

	agent.Behave(nil)
	p = testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	agent.Mute(true)
	hurry(p)
	p.session.dev.Retries = 1
	for n, want := range []string{"(2 requests", "(2 requests", "a request", "a request"} {
		_, o := p.Poll(t.Context())
		if o.Reason != check.ReasonTimeout || !strings.Contains(o.Detail.Sentence, want) {
			t.Errorf("poll %d of a silent agent: %s, want %s", n+1, o.Detail.Sentence, want)
		}
	}
	agent.Mute(false)
	relax(p)
	before := agent.Requests()
	poll(t, p, check.Up, check.ReasonNone)
	if n := agent.Requests() - before; n != 1 {
		t.Errorf("the poll after an absence took %d requests, want 1", n)
	}
}

func TestWrongConfiguration(t *testing.T) {
	env := testEnv(t)
	good := testDevice(testAgent(t))
	for name, change := range map[string]func(*device.Device){
		"no such profile": func(d *device.Device) { d.Profile = "abacus" },
		"bad object":      func(d *device.Device) { d.Wanted.Custom = []device.CustomObject{{Name: "x", OID: "sysUpTime"}} },
		"bad address":     func(d *device.Device) { d.Address = "host:port" },
		"no community":    func(d *device.Device) { d.Credentials = device.Credentials{} },
	} {
		d := good
		change(&d)
		if _, err := env.Poller(d); err == nil {
			t.Errorf("%s: Poller() succeeds", name)
		}
	}
}

func TestSurvey(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1, 1)...)...)
	s, err := testEnv(t).Survey(t.Context(), testDevice(agent), 0)
	if err != nil || s.Profile != "net-snmp" || s.Name != "box" || s.Description != "Linux box 6.1" || s.Objects == 0 {
		t.Errorf("Survey() = %+v, %v", s, err)
	}
	agent.Mute(true)
	d := testDevice(agent)
	d.Timeout = brief
	if s, err = testEnv(t).Survey(t.Context(), d, 0); err != nil || s.Outcome.State != check.Down || s.Profile != "" {
		t.Errorf("Survey() of a silent agent = %+v, %v", s, err)
	}
}

func TestWalkForPeople(t *testing.T) {
	env, agent := testEnv(t), testAgent(t, linux()...)
	for root, want := range map[string]int{"1.3.6.1.2.1.1": 4, "1.3.6.1.2.1.1.5.0": 1, "1.3.6.1.9": 0} {
		n := 0
		if err := env.Walk(t.Context(), testDevice(agent), root, 1000, func(Object) error { n++; return nil }); err != nil || n != want {
			t.Errorf("Walk(%s) visits %d, %v, want %d", root, n, err, want)
		}
	}
}
