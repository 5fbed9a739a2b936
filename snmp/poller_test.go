package snmp

import (
	"regexp"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

func TestPollReadsADevice(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "uplink", 1000, 2000)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))

	first := poll(t, p, check.Up, check.ReasonNone)
	if p.Profile() != "net-snmp" {
		t.Errorf("Profile() = %q, want net-snmp", p.Profile())
	}
	want(t, first, device.Memory, "", 0.25)
	want(t, first, device.MemoryUsed, "", 250000*1024)
	want(t, first, device.Storage, "/", 0.25)
	want(t, first, device.StorageUsed, "/", 250*4096)
	want(t, first, device.Load, "", 0.42)
	want(t, first, device.Speed, "eth0", 1e9)
	want(t, first, device.LinkUp, "eth0", 1)
	wantVoid(t, first, device.CPU, "", device.VoidFirst)
	wantVoid(t, first, device.InBits, "eth0", device.VoidFirst)
	for _, r := range first {
		if r.Instance == "/run" {
			t.Errorf("%s is read, which is excluded", r.Series)
		}
	}

	// Ten seconds on: 300 of 2,000 ticks busy, 10 MB in.
	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610),
		c32(ucd+"11.50.0", 1200), c32(ucd+"11.52.0", 600), c32(ucd+"11.53.0", 9700),
		c64(ifHCInOctets+".2", 10_001_000), c32(ifInErrors+".2", 50))
	second := poll(t, p, check.Up, check.ReasonNone)
	want(t, second, device.CPU, "", 0.15)
	want(t, second, device.InBits, "eth0", 8e6)
	want(t, second, device.InUse, "eth0", 0.008)
	want(t, second, device.OutBits, "eth0", 0)
	want(t, second, device.InErrors, "eth0", 5)
}

// One GET asks for everything once the plan is made.
func TestPollIsOnePacket(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "uplink", 1, 2)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	before := agent.Requests()
	poll(t, p, check.Up, check.ReasonNone)
	if n := agent.Requests() - before; n != 1 {
		t.Errorf("the second poll took %d requests, want 1", n)
	}
}

func TestRestartVoidsDifferencesOnly(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1000, 2000)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	age(p, 10*time.Second)
	agent.Set(uptime(3*time.Second), integerAt0(snmpEngineBoots, 4), integerAt0(snmpEngineTime, 3), c64(ifHCInOctets+".2", 10))
	readings := poll(t, p, check.Up, check.ReasonNone)
	wantVoid(t, readings, device.InBits, "eth0", device.VoidRestart)
	wantVoid(t, readings, device.CPU, "", device.VoidRestart)
	want(t, readings, device.Memory, "", 0.25)
	age(p, 10*time.Second)
	agent.Set(uptime(13*time.Second), integerAt0(snmpEngineTime, 13), c64(ifHCInOctets+".2", 1260))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", 1000)
}

func TestSilenceVoidsEverything(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 1000, 2000)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	known := poll(t, p, check.Up, check.ReasonNone)
	agent.Behave(silent)
	hurry(p)
	readings := poll(t, p, check.Down, check.ReasonTimeout)
	if len(readings) != len(known) {
		t.Errorf("%d readings in silence, want all %d", len(readings), len(known))
	}
	for _, r := range readings {
		if r.Void != device.VoidSilent || r.Value != 0 {
			t.Errorf("%s = %v %q in silence, want void %q", r.Series, r.Value, r.Void, device.VoidSilent)
		}
	}
	// The series goes on over the gap: both ends are known.
	agent.Behave(nil)
	relax(p)
	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), c64(ifHCInOctets+".2", 2250))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", 1000)
}

// An interface keeps its history when its index moves, and another one that
// takes its index does not get it.
func TestInterfacesAreFoundByName(t *testing.T) {
	agent := testAgent(t, append(append(linux(), port("2", "eth0", "", 1000, 0)...), port("3", "eth1", "", 500_000, 0)...)...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	age(p, 10*time.Second)
	agent.Set(append(append(port("2", "eth1", "", 501_250, 0), port("3", "eth0", "", 3500, 0)...),
		uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), obj(ifTableLastChange, gosnmp.TimeTicks, uint32(360_500)))...)
	readings := poll(t, p, check.Up, check.ReasonNone)
	wantVoid(t, readings, device.InBits, "eth0", device.VoidFirst)
	wantVoid(t, readings, device.InBits, "eth1", device.VoidFirst)
	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+20*time.Second), integerAt0(snmpEngineTime, 3620), c64(ifHCInOctets+".3", 4750), c64(ifHCInOctets+".2", 503_750))
	readings = poll(t, p, check.Up, check.ReasonNone)
	want(t, readings, device.InBits, "eth0", 1000)
	want(t, readings, device.InBits, "eth1", 2000)
}

func TestInterfacesByAlias(t *testing.T) {
	objects := append(append(linux(), port("2", "Gi1/0/1", "customer A", 1, 1)...), port("3", "Gi1/0/2", "spare", 1, 1)...)
	d := testDevice(testAgent(t, objects...))
	d.Wanted = device.Wanted{Interfaces: true, InterfaceMatch: regexp.MustCompile(`^customer`), InterfaceKinds: []device.Kind{device.LinkUp}}
	readings := poll(t, testPoller(t, testEnv(t), d), check.Up, check.ReasonNone)
	if len(readings) != 1 {
		t.Fatalf("readings = %v, want one", readings)
	}
	want(t, readings, device.LinkUp, "Gi1/0/1", 1)
}

func TestDuplicateNamesStayApart(t *testing.T) {
	objects := append(append(append(linux(), port("2", "wan", "A", 1, 1)...), port("3", "wan", "B", 1, 1)...), port("4", "wan", "B", 1, 1)...)
	d := testDevice(testAgent(t, objects...))
	d.Wanted = device.Wanted{Interfaces: true, InterfaceKinds: []device.Kind{device.LinkUp}}
	readings := poll(t, testPoller(t, testEnv(t), d), check.Up, check.ReasonNone)
	want(t, readings, device.LinkUp, "wan A", 1)
	want(t, readings, device.LinkUp, "wan B", 1)
	want(t, readings, device.LinkUp, "wan B #4", 1)
}

func TestInterfaceStates(t *testing.T) {
	objects := append(linux(), port("2", "eth0", "", 1000, 0)...)
	agent := testAgent(t, objects...)
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)

	agent.Set(integerAt0(ifOperStatus+".2", 2))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.LinkUp, "eth0", 0)
	agent.Set(integerAt0(ifAdminStatus+".2", 2))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.LinkUp, "eth0", device.VoidDisabled)

	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), c64(ifHCInOctets+".2", 2000),
		obj(ifCounterDiscontinuityTime+".2", gosnmp.TimeTicks, uint32(360_400)))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", device.VoidDiscontinuity)

	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+20*time.Second), integerAt0(snmpEngineTime, 3620), c64(ifHCInOctets+".2", 2000+2_000_000_000))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", device.VoidSpeed)

	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+30*time.Second), integerAt0(snmpEngineTime, 3630), str(ifHCInOctets+".2", "many"))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", device.VoidType)
}

// Octets of 32 bits at 1 Gbit/s wrap in 34 s: good for ten seconds, not for a minute.
func TestShortCountersOnAFastLine(t *testing.T) {
	agent := testAgent(t, append(linux(), port("2", "eth0", "", 0, 0)...)...)
	agent.Remove(ifHCInOctets)
	agent.Remove(ifHCOutOctets)
	agent.Set(c32(ifInOctets+".2", 4_294_967_000), c32(ifOutOctets+".2", 0))
	p := testPoller(t, testEnv(t), testDevice(agent))
	poll(t, p, check.Up, check.ReasonNone)
	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), c32(ifInOctets+".2", 954))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", 1000)
	age(p, time.Minute)
	agent.Set(uptime(time.Hour+70*time.Second), integerAt0(snmpEngineTime, 3670), c32(ifInOctets+".2", 2000))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", device.VoidWrap)
}

func TestCustomObjects(t *testing.T) {
	agent := testAgent(t, append(linux(), g32(".1.3.6.1.4.1.99999.1.0", 215), c64(".1.3.6.1.4.1.99999.2.0", 100))...)
	d := testDevice(agent)
	d.Wanted = device.Wanted{Custom: []device.CustomObject{
		{Name: "inlet", OID: "1.3.6.1.4.1.99999.1.0", Unit: device.Celsius, Scale: 0.1},
		{Name: "sales", OID: "1.3.6.1.4.1.99999.2.0", Counter: true},
		{Name: "none", OID: "1.3.6.1.4.1.99999.3.0"},
	}}
	p := testPoller(t, testEnv(t), d)
	first := poll(t, p, check.Up, check.ReasonNone)
	want(t, first, device.Custom, "inlet", 21.5)
	wantVoid(t, first, device.Custom, "sales", device.VoidFirst)
	wantVoid(t, first, device.Custom, "none", device.VoidMissing)
	age(p, 10*time.Second)
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), c64(".1.3.6.1.4.1.99999.2.0", 150))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Custom, "sales", 5)
}

func TestProfilesOfMakers(t *testing.T) {
	system := func(oid string) snmptestObject { return obj(sysObjectID, gosnmp.ObjectIdentifier, oid) }
	for _, test := range []struct {
		profile string
		objects []snmptestObject
		cpu     float64
		memory  map[string]float64
	}{
		{"cisco", []snmptestObject{system(".1.3.6.1.4.1.9.1.2134"),
			g32(".1.3.6.1.4.1.9.9.109.1.1.1.1.7.1", 31), g32(".1.3.6.1.4.1.9.9.109.1.1.1.1.7.2", 2),
			str(".1.3.6.1.4.1.9.9.48.1.1.1.2.1", "Processor"), str(".1.3.6.1.4.1.9.9.48.1.1.1.2.2", "I/O"),
			g32(".1.3.6.1.4.1.9.9.48.1.1.1.5.1", 300), g32(".1.3.6.1.4.1.9.9.48.1.1.1.5.2", 50),
			g32(".1.3.6.1.4.1.9.9.48.1.1.1.6.1", 700), g32(".1.3.6.1.4.1.9.9.48.1.1.1.6.2", 50)},
			0.31, map[string]float64{"Processor": 0.3, "I/O": 0.5}},
		{"juniper", []snmptestObject{system(".1.3.6.1.4.1.2636.1.1.1.2.39"),
			g32(".1.3.6.1.4.1.2636.3.1.13.1.8.9.1.0.0", 12), g32(".1.3.6.1.4.1.2636.3.1.13.1.8.7.1.0.0", 99),
			g32(".1.3.6.1.4.1.2636.3.1.13.1.11.9.1.0.0", 44)}, 0.12, map[string]float64{"": 0.44}},
		{"fortinet", []snmptestObject{system(".1.3.6.1.4.1.12356.101.1.1000"),
			g32(".1.3.6.1.4.1.12356.101.4.1.3.0", 7), g32(".1.3.6.1.4.1.12356.101.4.1.4.0", 61)}, 0.07, map[string]float64{"": 0.61}},
		{"f5", []snmptestObject{system(".1.3.6.1.4.1.3375.2.1.3.4.43"),
			g32(".1.3.6.1.4.1.3375.2.1.7.5.2.1.27.1.48.0", 10), g32(".1.3.6.1.4.1.3375.2.1.7.5.2.1.27.1.48.1", 30)}, 0.2, nil},
		{"yamaha", []snmptestObject{system(".1.3.6.1.4.1.1182.1.40"),
			g32(".1.3.6.1.4.1.1182.2.1.6.0", 9), g32(".1.3.6.1.4.1.1182.2.1.4.0", 33)}, 0.09, map[string]float64{"": 0.33}},
		{"nec-ix", []snmptestObject{system(".1.3.6.1.4.1.119.1.84.18"),
			g32(".1.3.6.1.4.1.119.2.3.84.2.5.3.0", 5), g32(".1.3.6.1.4.1.119.2.3.84.2.6.2.0", 21)}, 0.05, map[string]float64{"": 0.21}},
		{"alaxala", []snmptestObject{system(".1.3.6.1.4.1.21839.1.2.6.1"),
			integerAt0(".1.3.6.1.4.1.21839.2.2.6.2.1.2.1.11.1", 40), integerAt0(".1.3.6.1.4.1.21839.2.2.6.2.1.2.1.11.2", 0),
			g32(".1.3.6.1.4.1.21839.2.2.6.2.1.2.1.8.1", 25), g32(".1.3.6.1.4.1.21839.2.2.6.2.1.2.1.9.1", 75)}, 0.4, map[string]float64{"": 0.25}},
		{"vmware", []snmptestObject{system(".1.3.6.1.4.1.6876.4.1"),
			integerAt0(".1.3.6.1.2.1.25.3.3.1.2.1", 20), integerAt0(".1.3.6.1.2.1.25.3.3.1.2.2", 40),
			integerAt0(".1.3.6.1.4.1.6876.3.2.1.0", 1000), integerAt0(".1.3.6.1.4.1.6876.3.2.3.0", 400)}, 0.3, map[string]float64{"": 0.6}},
		{"generic", []snmptestObject{system(".1.3.6.1.4.1.77777.1"), integerAt0(".1.3.6.1.2.1.25.3.3.1.2.5", 55)}, 0.55, nil},
	} {
		t.Run(test.profile, func(t *testing.T) {
			p := testPoller(t, testEnv(t), testDevice(testAgent(t, test.objects...)))
			readings := poll(t, p, check.Up, check.ReasonNone)
			if p.Profile() != test.profile {
				t.Errorf("Profile() = %q, want %q", p.Profile(), test.profile)
			}
			want(t, readings, device.CPU, "", test.cpu)
			for instance, share := range test.memory {
				want(t, readings, device.Memory, instance, share)
			}
		})
	}
}

func TestUPS(t *testing.T) {
	agent := testAgent(t, integerAt0(".1.3.6.1.2.1.33.1.2.3.0", 12), integerAt0(".1.3.6.1.2.1.33.1.4.1.0", 5))
	d := testDevice(agent)
	d.Profile = "ups"
	p := testPoller(t, testEnv(t), d)
	readings := poll(t, p, check.Up, check.ReasonNone)
	want(t, readings, device.BatteryRemaining, "", 720)
	want(t, readings, device.OnBattery, "", 1)
	agent.Set(integerAt0(".1.3.6.1.2.1.33.1.4.1.0", 3))
	want(t, poll(t, p, check.Up, check.ReasonNone), device.OnBattery, "", 0)
}

// What a profile marks as not verified is read only on demand.
func TestUnverifiedObjects(t *testing.T) {
	agent := testAgent(t, obj(sysObjectID, gosnmp.ObjectIdentifier, ".1.3.6.1.4.1.311.1.1.3.1.2"),
		str(hrStorageDescr+".1", `C:\ Label:System  Serial Number 1234abcd`), str(hrStorageDescr+".2", "Physical Memory"),
		obj(hrStorageType+".1", gosnmp.ObjectIdentifier, hrStorageFixedDisk),
		integerAt0(hrStorageUnits+".1", 4096), integerAt0(hrStorageUnits+".2", 65536),
		integerAt0(hrStorageSize+".1", -294967296), integerAt0(hrStorageSize+".2", 1000),
		integerAt0(hrStorageUsed+".1", 1_000_000_000), integerAt0(hrStorageUsed+".2", 600))
	env := testEnv(t)
	d := testDevice(agent)
	p := testPoller(t, env, d)
	readings := poll(t, p, check.Up, check.ReasonNone)
	want(t, readings, device.Storage, `C:\`, 0.25)
	for _, r := range readings {
		if r.Kind == device.Memory {
			t.Errorf("%v is read though not verified", r)
		}
	}
	if len(p.Notes()) == 0 {
		t.Error("Notes() is empty, want what is left out")
	}
	d.Unverified = true
	want(t, poll(t, testPoller(t, env, d), check.Up, check.ReasonNone), device.Memory, "", 0.6)
}
