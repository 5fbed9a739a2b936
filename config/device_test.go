package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

const someDevices = `
[[snmp_credentials]]
name = "open"
version = "3"
user = "slamon"
[[device]]
id = "gate"
class = "network"
address = "192.0.2.1"
credentials = "open"
retries = 0
read = ["cpu", "interfaces"]
interface_exclude = '^lo'
interface_kinds = ["in_bits"]
[[device.object]]
name = "sessions"
oid = "1.3.6.1.4.1.12356.101.4.1.8.0"
scale = 0.5
[[device]]
id = "disk"
class = "storage"
address = "[2001:db8::1]:1161"
credentials = "open"
[[device.threshold]]
id = "full"
kind = "storage"
instance = "/var"
raise_above = "95%"
severity = "critical"
`

// TestDevices wants the defaults, which depend on class and thresholds.
func TestDevices(t *testing.T) {
	c := mustParse(t, "x", someDevices)
	gate, disk := c.SNMP.Devices[0], c.SNMP.Devices[1]
	if gate.Interval != 5*time.Minute || disk.Interval != time.Minute {
		t.Errorf("intervals %s and %s, want that of the class, and a minute for thresholds", gate.Interval, disk.Interval)
	}
	if gate.Address != "192.0.2.1:161" || disk.Address != "[2001:db8::1]:1161" || gate.Retries >= 0 || disk.Retries != 2 {
		t.Errorf("gate %+v, disk %+v", gate, disk)
	}
	w := gate.Wanted
	if !w.CPU || w.Memory || !w.Interfaces || w.Extra || w.InterfaceExclude == nil || !cmp.Equal(w.InterfaceKinds, []device.Kind{device.InBits}) {
		t.Errorf("wanted %+v", w)
	}
	if want := []device.CustomObject{{Name: "sessions", OID: "1.3.6.1.4.1.12356.101.4.1.8.0", Unit: device.Number, Scale: .5}}; !cmp.Equal(w.Custom, want) {
		t.Errorf("objects %+v", w.Custom)
	}
	want := []device.Threshold{{ID: "full", Device: "disk", Kind: device.Storage, Instance: "/var", Severity: device.Critical, Limit: .95, Margin: .095,
		RaiseAfter: 5 * time.Minute, ClearAfter: 10 * time.Minute, MaxGap: 150 * time.Second, MaxChanges: 4, ChangesWithin: time.Hour}}
	if diff := cmp.Diff(want, c.SNMP.Thresholds); diff != "" {
		t.Errorf("thresholds (-want +got):\n%s", diff)
	}
	if !cmp.Equal(c.SNMP.Capacity, []device.CapacityRule{device.DefaultCapacity}) {
		t.Errorf("capacity %+v", c.SNMP.Capacity)
	}
	checks := c.DeviceChecks()
	if len(checks) != 2 || checks[0].ID != "gate" || checks[0].Service != check.DevicesService || checks[0].Timeout != longestPoll || checks[0].Kind() != "snmp" {
		t.Errorf("checks %+v", checks)
	}
	if none := mustParse(t, "x", "capacity = []\n"+someDevices); len(none.SNMP.Capacity) != 0 {
		t.Errorf("capacity = [] gives %+v", none.SNMP.Capacity)
	}
	same(t, c, mustParse(t, "x", c.Redacted()))
}

// TestAmounts reads values in the units of what they are about.
func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		text string
		unit device.Unit
		want float64
		ok   bool
	}{
		{"90%", device.Ratio, .9, true}, {" 12.5 %", device.Ratio, .125, true}, {"90", device.Ratio, 0, false},
		{"800M", device.BitsPerSecond, 8e8, true}, {"1.5 Gbit/s", device.BitsPerSecond, 1.5e9, true}, {"8 mb", device.BitsPerSecond, 0, false},
		{"10/s", device.PerSecond, 10, true}, {"15m", device.Seconds, 900, true}, {"8GiB", device.Bytes, 8 << 30, true},
		{"-5", device.Celsius, -5, true}, {"inf", device.Celsius, 0, false}, {"NaN", device.Number, 0, false}, {"", device.Number, 0, false},
	} {
		got, ok := parseAmount(&node{kind: aText, text: c.text}, c.unit)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("parseAmount(%q, %s) = %g, %v; want %g, %v", c.text, c.unit, got, ok, c.want, c.ok)
		}
	}
}

// TestDeviceReprobe asks a silent agent again soon, and thousands of them not too often.
func TestDeviceReprobe(t *testing.T) {
	for interval, want := range map[time.Duration]time.Duration{
		time.Second: time.Second, 10 * time.Second: 10 * time.Second, time.Minute: 10 * time.Second,
		5 * time.Minute: 30 * time.Second, time.Hour: 6 * time.Minute,
	} {
		if got := deviceReprobe(interval); got != want {
			t.Errorf("deviceReprobe(%s) = %s, want %s", interval, got, want)
		}
	}
}
