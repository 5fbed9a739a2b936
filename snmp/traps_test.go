package snmp

import (
	"context"
	"net"
	"net/netip"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
)

// trapReceiver runs a receiver for the test.
func trapReceiver(t testing.TB, o TrapOptions) (*Traps, chan device.Trap) {
	t.Helper()
	got := make(chan device.Trap, 10_000)
	o.Address = "127.0.0.1:0"
	o.Deliver = func(trap device.Trap) { got <- trap }
	if o.Accept == nil {
		o.Accept = []device.Credentials{v2c, boss, weak}
	}
	r, err := ListenTraps(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run() = %v", err)
		}
	})
	return r, got
}

func snmptrap(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	program, err := exec.LookPath("snmptrap")
	if err != nil {
		if ci() {
			t.Fatal("snmptrap is not installed: ", err)
		}
		t.Skip("snmptrap is not installed: ", err)
	}
	cmd := exec.Command(program, args...)
	dir := t.TempDir()
	cmd.Env = []string{"MIBS=", "SNMP_PERSISTENT_DIR=" + dir, "SNMPCONFPATH=" + dir, "HOME=" + dir}
	return cmd.CombinedOutput()
}

var linkDown = []string{"", ".1.3.6.1.6.3.1.1.5.3", ".1.3.6.1.2.1.2.2.1.1.7", "i", "7", ".1.3.6.1.2.1.31.1.1.1.1.7", "s", "Gi0/7"}

// Traps and informs of net-snmp's own program, in both versions. An inform's
// program succeeds only when it is answered.
func TestNetSnmpTraps(t *testing.T) {
	r, got := trapReceiver(t, TrapOptions{Device: func(a netip.Addr) device.ID {
		if a == netip.MustParseAddr("127.0.0.1") {
			return "switch"
		}
		return ""
	}})
	to := r.Addr().String()
	v3 := []string{"-v", "3", "-u", "boss", "-l", "authPriv", "-a", "SHA-256", "-A", "auth-password", "-x", "AES", "-X", "privacy-password"}
	old := []string{"-v", "3", "-u", "weak", "-l", "authPriv", "-a", "MD5", "-A", "auth-password", "-x", "DES", "-X", "privacy-password"}
	for _, test := range []struct {
		name   string
		args   []string
		inform bool
	}{
		{"v2c trap", []string{"-v", "2c", "-c", community}, false},
		{"v2c inform", []string{"-v", "2c", "-c", community, "-Ci"}, true},
		{"v3 trap", append([]string{"-e", "0x80001f880431323334"}, v3...), false},
		{"v3 inform", append([]string{"-Ci"}, v3...), true},
		{"v3 trap with MD5 and DES", append([]string{"-e", "0x80001f880431323335"}, old...), false},
		{"v3 inform with MD5 and DES", append([]string{"-Ci"}, old...), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if out, err := snmptrap(t, append(append(test.args, to), linkDown...)...); err != nil {
				t.Fatalf("snmptrap: %v\n%s", err, out)
			}
			want := device.Trap{
				Device: "switch", Event: device.TrapLinkDown, Name: "linkDown", OID: ".1.3.6.1.6.3.1.1.5.3", Inform: test.inform,
				Values: []device.TrapValue{
					{OID: ".1.3.6.1.2.1.1.3.0", Name: "sysUpTime"},
					{OID: ".1.3.6.1.2.1.2.2.1.1.7", Name: "ifIndex.7", Value: "7"},
					{OID: ".1.3.6.1.2.1.31.1.1.1.1.7", Name: "ifName.7", Value: "Gi0/7"},
				},
			}
			trap := <-got
			trap.Values[0].Value = ""
			if diff := cmp.Diff(want, trap, cmpopts.IgnoreFields(device.Trap{}, "At", "From")); diff != "" {
				t.Errorf("trap (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefusedTraps(t *testing.T) {
	r, got := trapReceiver(t, TrapOptions{})
	to := r.Addr().String()
	for name, args := range map[string][]string{
		"another community":  {"-v", "2c", "-c", "other"},
		"wrong password":     {"-v", "3", "-e", "0x80001f880431323334", "-u", "boss", "-l", "authPriv", "-a", "SHA-256", "-A", "wrong-password", "-x", "AES", "-X", "privacy-password"},
		"wrong privacy key":  {"-v", "3", "-e", "0x80001f880431323334", "-u", "boss", "-l", "authPriv", "-a", "SHA-256", "-A", "auth-password", "-x", "AES", "-X", "wrong-password"},
		"unknown user":       {"-v", "3", "-e", "0x80001f880431323334", "-u", "eve", "-l", "noAuthNoPriv"},
		"no authentication":  {"-v", "3", "-e", "0x80001f880431323334", "-u", "boss", "-l", "noAuthNoPriv"},
		"not encrypted":      {"-v", "3", "-e", "0x80001f880431323334", "-u", "boss", "-l", "authNoPriv", "-a", "SHA-256", "-A", "auth-password"},
		"version 1":          nil,
		"another's password": {"-v", "3", "-e", "0x80001f880431323334", "-u", "weak", "-l", "authPriv", "-a", "SHA-256", "-A", "auth-password", "-x", "AES", "-X", "privacy-password"},
	} {
		if args == nil {
			args = []string{"-v", "1", "-c", community, to, ".1.3.6.1.4.1.1", "127.0.0.1", "2", "0", ""}
		} else {
			args = append(append(args, to), linkDown...)
		}
		if out, err := snmptrap(t, args...); err != nil {
			t.Fatalf("%s: snmptrap: %v\n%s", name, err, out)
		}
	}
	// What comes after them is taken, so they have been read.
	if out, err := snmptrap(t, append([]string{"-v", "2c", "-c", community, "-Ci", to}, linkDown...)...); err != nil {
		t.Fatalf("snmptrap: %v\n%s", err, out)
	}
	if trap := <-got; trap.Name != "linkDown" || !trap.Inform {
		t.Errorf("first trap = %+v, want the inform", trap)
	}
	if len(got) != 0 {
		t.Errorf("%d further traps, want none", len(got))
	}
	s := r.Stats()
	if s.Delivered != 1 || s.Refused+s.Unread != 8 || s.Refused < 6 {
		t.Errorf("Stats() = %+v, want 1 delivered and 8 refused or unread", s)
	}
}

// trapBytes is a v2c trap.
func trapBytes(t testing.TB, kind gosnmp.PDUType, objects ...gosnmp.SnmpPDU) []byte {
	t.Helper()
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: community}
	p := codec.MkSnmpPacket(kind, objects, 0, 0)
	p.RequestID = smallestID
	b, err := p.MarshalMsg()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func named(oid string) gosnmp.SnmpPDU {
	return gosnmp.SnmpPDU{Name: snmpTrapOID, Type: gosnmp.ObjectIdentifier, Value: oid}
}

func TestTrapNames(t *testing.T) {
	for oid, want := range map[string]device.TrapEvent{
		".1.3.6.1.6.3.1.1.5.1": device.TrapColdStart, ".1.3.6.1.6.3.1.1.5.2": device.TrapWarmStart,
		".1.3.6.1.6.3.1.1.5.4": device.TrapLinkUp, ".1.3.6.1.6.3.1.1.5.5": device.TrapAuthFailure,
		".1.3.6.1.2.1.33.2.1": device.TrapOnBattery, ".1.3.6.1.4.1.9.9.1": device.TrapOther,
	} {
		b := trapBytes(t, gosnmp.SNMPv2Trap, named(oid))
		body, _ := expectOnly(b, tagSequence)
		_, body, _ = small(body)
		_, pdu, _ := expect(body, tagOctets)
		if trap, ok := readTrap(pdu); !ok || trap.Event != want || trap.OID != oid {
			t.Errorf("readTrap(%s) = %+v, %v, want event %s", oid, trap, ok, want)
		}
	}
}

// A flood from one address is cut, and does not keep out another one.
func TestFloodOfTraps(t *testing.T) {
	r, got := trapReceiver(t, TrapOptions{PerSecond: 1})
	b := trapBytes(t, gosnmp.SNMPv2Trap, named(".1.3.6.1.6.3.1.1.5.3"))
	flood, err := net.DialUDP("udp", nil, r.Addr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer flood.Close()
	for range 500 {
		if _, err := flood.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	other, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)}, r.Addr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Write(trapBytes(t, gosnmp.SNMPv2Trap, named(".1.3.6.1.6.3.1.1.5.5"))); err != nil {
		t.Fatal(err)
	}
	floods := 0
	for trap := range got {
		if trap.Event == device.TrapAuthFailure {
			break
		}
		floods++
	}
	if s := r.Stats(); floods > 20 || s.Limited < 400 {
		t.Errorf("%d of the flood were delivered (%+v), want some 10", floods, s)
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter(1, 3)
	now := time.Unix(1000, 0)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i, want := range []bool{true, true, true, false} {
		if got := l.allow(a, now); got != want {
			t.Errorf("allow %d = %v, want %v", i, got, want)
		}
	}
	if !l.allow(b, now) {
		t.Error("another sender is not allowed")
	}
	if l.allow(a, now.Add(500*time.Millisecond)) || !l.allow(a, now.Add(1500*time.Millisecond)) {
		t.Error("a token comes back after a second, neither earlier nor later")
	}
	for i := range 3 * maxSenders {
		l.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now.Add(time.Duration(i)*time.Minute))
	}
	if len(l.senders) > maxSenders {
		t.Errorf("%d senders are remembered, want at most %d", len(l.senders), maxSenders)
	}
}

func TestTrapOptions(t *testing.T) {
	deliver := func(device.Trap) {}
	for name, o := range map[string]TrapOptions{
		"nobody to deliver to": {Address: "127.0.0.1:0"},
		"no community":         {Address: "127.0.0.1:0", Deliver: deliver, Accept: []device.Credentials{{}}},
		"short password":       {Address: "127.0.0.1:0", Deliver: deliver, Accept: []device.Credentials{{Version: device.V3, User: "u", Auth: device.SHA, AuthPassword: secret.New("short")}}},
		"engine id":            {Address: "127.0.0.1:0", Deliver: deliver, EngineID: "x"},
		"address":              {Address: "no such place", Deliver: deliver},
	} {
		if r, err := ListenTraps(o); err == nil {
			r.Close()
			t.Errorf("%s: ListenTraps succeeds", name)
		}
	}
}

func FuzzReceiveTrap(f *testing.F) {
	f.Add(trapBytes(f, gosnmp.SNMPv2Trap, named(".1.3.6.1.6.3.1.1.5.3")))
	f.Add(trapBytes(f, gosnmp.InformRequest, named(".1.3.6.1.6.3.1.1.5.3"), gosnmp.SnmpPDU{Name: ".1.3.6.1.2.1.1.3.0", Type: gosnmp.TimeTicks, Value: uint32(1)}))
	params, err := withKeys(boss, engineA)
	if err != nil {
		f.Fatal(err)
	}
	s, err := newSealer(boss, "", params)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append([]byte(nil), s.seal(s.scope([]byte{tagTrap2, 0}), false, 1, 1, 1)...))
	f.Add(append([]byte(nil), s.seal(s.scope([]byte{tagInform, 0}), true, 1, 1, 1)...))
	t, err := ListenTraps(TrapOptions{Address: "127.0.0.1:0", Deliver: func(device.Trap) {}, Accept: []device.Credentials{v2c, boss}, EngineID: engineA})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { t.Close() })
	nowhere := netip.MustParseAddrPort("127.0.0.1:9")
	f.Fuzz(func(_ *testing.T, b []byte) {
		t.receive(b, nowhere, time.Unix(0, 0))
	})
}
