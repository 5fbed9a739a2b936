package snmp

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/snmp/snmptest"
)

const community = "watch-me"

func testEnv(t testing.TB) *Env {
	t.Helper()
	e, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func testAgent(t testing.TB, objects ...snmptest.Object) *snmptest.Agent {
	t.Helper()
	a, err := snmptest.New(community, objects...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func testDevice(a interface{ Addr() string }) device.Device {
	return device.Device{
		ID: "box", Address: a.Addr(), Timeout: 2 * time.Second, Retries: 1, Wanted: device.Everything,
		Credentials: device.Credentials{Community: secret.New(community)},
	}
}

func testPoller(t testing.TB, e *Env, d device.Device) *Poller {
	t.Helper()
	p, err := e.Poller(d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// poll polls once and wants a state and reason.
func poll(t testing.TB, p *Poller, state check.State, reason check.Reason) []device.Reading {
	t.Helper()
	readings, o := p.Poll(t.Context())
	if o.State != state || o.Reason != reason {
		t.Fatalf("Poll() = %s, %s (%+v), want %s, %s", o.State, o.Reason, o.Detail, state, reason)
	}
	return readings
}

// brief is a timeout for agents that are known not to answer.
const brief = 50 * time.Millisecond

// hurry makes a poller wait briefly from now on.
func hurry(p *Poller) { p.session.dev.Timeout = brief }

// pollHurried polls an agent that says nothing of use. What it says instead may take a
// busy machine longer than a brief timeout: it grows until something came, or is known
// not to come.
func pollHurried(t testing.TB, p *Poller, state check.State, reason check.Reason) []device.Reading {
	t.Helper()
	if reason == check.ReasonTimeout {
		return poll(t, p, state, reason)
	}
	for timeout := brief; timeout < p.dev.Timeout; timeout *= 4 {
		p.session.dev.Timeout = timeout
		if readings, o := p.Poll(t.Context()); o.Reason != check.ReasonTimeout {
			if o.State != state || o.Reason != reason {
				t.Fatalf("Poll() = %s, %s (%+v), want %s, %s", o.State, o.Reason, o.Detail, state, reason)
			}
			return readings
		}
	}
	relax(p)
	return poll(t, p, state, reason)
}

// patient is a timeout for agents that answer some requests and not others.
const patient = time.Second

// relax undoes hurry.
func relax(p *Poller) { p.session.dev.Timeout = p.dev.Timeout }

// age makes the last poll lie so long ago, as the agent's clock will say.
func age(p *Poller, by time.Duration) { p.last.clock.Wall = p.last.clock.Wall.Add(-by) }

// find returns the one reading of a series.
func find(t testing.TB, readings []device.Reading, kind device.Kind, instance string) device.Reading {
	t.Helper()
	var found []device.Reading
	for _, r := range readings {
		if r.Kind == kind && r.Instance == instance {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d readings of %s %q in %v, want 1", len(found), kind, instance, readings)
	}
	return found[0]
}

// want holds a reading against a value.
func want(t testing.TB, readings []device.Reading, kind device.Kind, instance string, value float64) {
	t.Helper()
	r := find(t, readings, kind, instance)
	if !r.Known() || r.Value < value-1e-9*value-1e-12 || r.Value > value+1e-9*value+1e-12 {
		t.Errorf("%s = %v %s, want %v", r.Series, r.Value, r.Void, value)
	}
}

// wantVoid holds a reading against a reason to be void.
func wantVoid(t testing.TB, readings []device.Reading, kind device.Kind, instance string, void device.Void) {
	t.Helper()
	if r := find(t, readings, kind, instance); r.Void != void || r.Value != 0 {
		t.Errorf("%s = %v %q, want void %q", r.Series, r.Value, r.Void, void)
	}
}

func obj(oid string, t gosnmp.Asn1BER, v any) snmptest.Object {
	return snmptest.Object{OID: oid, Type: t, Value: v}
}

func integerAt0(oid string, v int) snmptest.Object { return obj(oid, gosnmp.Integer, v) }
func c32(oid string, v uint32) snmptest.Object     { return obj(oid, gosnmp.Counter32, v) }
func c64(oid string, v uint64) snmptest.Object     { return obj(oid, gosnmp.Counter64, v) }
func g32(oid string, v uint32) snmptest.Object     { return obj(oid, gosnmp.Gauge32, v) }
func str(oid, v string) snmptest.Object            { return obj(oid, gosnmp.OctetString, v) }
func uptime(d time.Duration) snmptest.Object {
	return obj(sysUpTime, gosnmp.TimeTicks, snmptest.Ticks(d))
}

const ucd = ".1.3.6.1.4.1.2021."

// linux is what net-snmp on Linux offers, in short.
func linux() []snmptest.Object {
	return []snmptest.Object{
		str(sysDescr, "Linux box 6.1"), obj(sysObjectID, gosnmp.ObjectIdentifier, ".1.3.6.1.4.1.8072.3.2.10"),
		str(sysName, "box"), uptime(time.Hour),
		integerAt0(snmpEngineBoots, 3), integerAt0(snmpEngineTime, 3600),
		integerAt0(ifNumber, 2), obj(ifTableLastChange, gosnmp.TimeTicks, uint32(0)),
		c32(ucd+"11.50.0", 1000), c32(ucd+"11.51.0", 0), c32(ucd+"11.52.0", 500), c32(ucd+"11.53.0", 8000),
		c32(ucd+"11.54.0", 0), c32(ucd+"11.55.0", 0), c32(ucd+"11.56.0", 0), c32(ucd+"11.61.0", 0),
		c32(ucd+"11.64.0", 0), integerAt0(ucd+"11.67.0", 2),
		c64(ucd+"4.20.0", 1000000), c64(ucd+"4.27.0", 750000),
		str(ucd+"10.1.3.1", "0.42"),
		integerAt0(hrStorageDescr+".36", 0), str(hrStorageDescr+".36", "/"), str(hrStorageDescr+".37", "/run"),
		obj(hrStorageType+".36", gosnmp.ObjectIdentifier, hrStorageFixedDisk),
		obj(hrStorageType+".37", gosnmp.ObjectIdentifier, hrStorageFixedDisk),
		integerAt0(hrStorageUnits+".36", 4096), integerAt0(hrStorageUnits+".37", 4096),
		integerAt0(hrStorageSize+".36", 1000), integerAt0(hrStorageSize+".37", 1000),
		integerAt0(hrStorageUsed+".36", 250), integerAt0(hrStorageUsed+".37", 1),
	}
}

// port is one interface of an agent.
func port(index, name, alias string, in, out uint64) []snmptest.Object {
	return []snmptest.Object{
		str(ifDescr+"."+index, "Port "+index), str(ifName+"."+index, name), str(ifAlias+"."+index, alias),
		integerAt0(ifType+"."+index, 6), integerAt0(ifAdminStatus+"."+index, 1), integerAt0(ifOperStatus+"."+index, 1),
		c64(ifHCInOctets+"."+index, in), c64(ifHCOutOctets+"."+index, out), g32(ifHighSpeed+"."+index, 1000),
		c32(ifInErrors+"."+index, 0), c32(ifOutErrors+"."+index, 0), c32(ifInDiscards+"."+index, 0), c32(ifOutDiscards+"."+index, 0),
		obj(ifCounterDiscontinuityTime+"."+index, gosnmp.TimeTicks, uint32(0)),
	}
}

type snmptestObject = snmptest.Object

var silent snmptest.Habit = snmptest.Silent

func credentialsOf(s string) secret.Value { return secret.New(s) }

func ci() bool { return os.Getenv("CI") == "true" }

func (p *Poller) mustAddr(t testing.TB) netip.AddrPort {
	t.Helper()
	to, err := p.session.env.resolve(t.Context(), p.dev.Address)
	if err != nil {
		t.Fatal(err)
	}
	return to
}
