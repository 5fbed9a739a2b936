package snmp

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gosnmp/gosnmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/device"
)

func TestParseOID(t *testing.T) {
	for in, want := range map[string]string{
		"1.3.6.1.2.1.1.3.0": ".1.3.6.1.2.1.1.3.0", ".1.3": ".1.3", "2.999.4294967295": ".2.999.4294967295",
		"": "", ".": "", "1": "", "1..3": "", "1.3.x": "", "1.3.4294967296": "", "1.03": "", "1.-3": "", "3.1": "", "1.40.1": "", "1.3.": "",
		"sysUpTime.0": "", strings.Repeat("1.", 200) + "1": "",
	} {
		if got, err := ParseOID(in); got != want || (err == nil) != (want != "") {
			t.Errorf("ParseOID(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func FuzzOID(f *testing.F) {
	f.Add("1.3.6.1", "1.3.6.1.2.1")
	f.Add(".1.3.6.1.10", "1.3.6.1.9")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := ParseOID(a)
		y, errY := ParseOID(b)
		if errX != nil || errY != nil {
			return
		}
		if again, err := ParseOID(x); again != x || err != nil {
			t.Errorf("ParseOID(%q) = %q, %v", x, again, err)
		}
		if c, d := compare(x, y), compare(y, x); (c < 0) != (d > 0) || (c == 0) != (x == y) {
			t.Errorf("compare(%q, %q) = %d and %d", x, y, c, d)
		}
		if under(x, y) && compare(x, y) >= 0 {
			t.Errorf("%q lies under %q and not behind it", y, x)
		}
	})
}

// The quick reading of an answer and the codec's must agree on whatever both can
// read.
func FuzzAnswer(f *testing.F) {
	oids := []string{sysUpTime, ifHCInOctets + ".2", sysDescr, sysObjectID, ".1.3.6.1.4.1.4294967295.1"}
	s := &session{codec: &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: community}, forms: make(map[*string]*form)}
	form := s.form(oids)
	if form == nil {
		f.Fatal("no form")
	}
	for _, values := range [][]gosnmp.SnmpPDU{
		{{Type: gosnmp.TimeTicks, Value: uint32(4294967295)}, {Type: gosnmp.Counter64, Value: uint64(math.MaxUint64)},
			{Type: gosnmp.OctetString, Value: "Linux"}, {Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.4.1.8072.3.2.10"}, {Type: gosnmp.Integer, Value: -1}},
		{{Type: gosnmp.NoSuchObject}, {Type: gosnmp.NoSuchInstance}, {Type: gosnmp.EndOfMibView}, {Type: gosnmp.Null}, {Type: gosnmp.IPAddress, Value: "192.0.2.1"}},
		{{Type: gosnmp.Counter32, Value: uint32(1)}, {Type: gosnmp.Gauge32, Value: uint32(2)}, {Type: gosnmp.OpaqueFloat, Value: float32(1.5)},
			{Type: gosnmp.OctetString, Value: strings.Repeat("x", 600)}, {Type: gosnmp.Integer, Value: 0}},
	} {
		for i := range values {
			values[i].Name = oids[i]
		}
		p := s.codec.MkSnmpPacket(gosnmp.GetResponse, values, 0, 0)
		p.RequestID = smallestID
		b, err := p.MarshalMsg()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		quick := make([]value, len(oids))
		q := &quickGet{form: form, values: quick, two: &exchange2c{s: s, ids: []uint32{smallestID}}}
		if !q.plain2c(b) {
			return
		}
		x := &exchange2c{s: s, ids: []uint32{smallestID}}
		if ok, err := x.answer(bytes.Clone(b)); !ok || err != nil {
			return // the codec is stricter about what it takes for a message
		}
		slow := make([]value, len(oids))
		assign(oids, slow, x.result.Variables)
		for i := range slow {
			if slow[i].shape == unreadable {
				slow[i], quick[i] = value{}, value{}
			}
		}
		if diff := cmp.Diff(slow, quick, cmp.AllowUnexported(value{})); diff != "" {
			t.Errorf("codec and quick reading differ (-codec +quick):\n%s", diff)
		}
	})
}

// What is sealed can be opened by the codec and by itself, and nothing else.
func TestSealing(t *testing.T) {
	for _, c := range []device.Credentials{boss, weak, {Version: device.V3, User: "open"}} {
		params, err := withKeys(c, engineA)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSealer(c, "ctx", params)
		if err != nil {
			t.Fatal(err)
		}
		u := newUSM(c, "ctx")
		codec := &gosnmp.GoSNMP{Version: gosnmp.Version3, MsgFlags: u.flags(), SecurityModel: gosnmp.UserSecurityModel, SecurityParameters: params, ContextName: "ctx"}
		pdu := trapBytes(t, gosnmp.GetResponse, gosnmp.SnmpPDU{Name: sysDescr, Type: gosnmp.OctetString, Value: strings.Repeat("long ", 60)})
		body, _ := expectOnly(pdu, tagSequence)
		_, body, _ = small(body)
		_, pdu, _ = expect(body, tagOctets)
		message := bytes.Clone(s.seal(s.scope(pdu), true, 1<<30, 1<<31, 1<<31-1))

		p, err := codec.UnmarshalTrap(bytes.Clone(message), false)
		if err != nil || p.MsgID != 1<<30 || p.RequestID != smallestID || p.ContextName != "ctx" {
			t.Errorf("%s: the codec reads %+v, %v", c.Level(), p, err)
		}
		m, ok := s.open(message)
		if !ok || !bytes.Equal(m.pdu, pdu) || m.boots != 1<<31 || m.seconds != 1<<31-1 || string(m.context) != "ctx" {
			t.Errorf("%s: open() = %+v, %v", c.Level(), m, ok)
		}
		if c.Auth == device.NoAuth {
			continue
		}
		for i := range message {
			forged := bytes.Clone(message)
			forged[i] ^= 0x10
			if _, ok := s.open(forged); ok {
				t.Errorf("%s: a message with octet %d changed is opened", c.Level(), i)
			}
			forged[i] ^= 0x10
			if !bytes.Equal(forged, message) {
				t.Fatalf("%s: open() changes what it reads", c.Level())
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	params, err := withKeys(boss, engineA)
	if err != nil {
		f.Fatal(err)
	}
	s, err := newSealer(boss, "", params)
	if err != nil {
		f.Fatal(err)
	}
	s.salt = 1 // every process of the fuzzer must seal the same
	good := bytes.Clone(s.seal(s.scope([]byte{tagResponse, 0}), true, 1, 2, 3))
	f.Add(good)
	f.Add([]byte{0x30, 0x82, 0xff, 0xff, 2, 1, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		if _, ok := s.open(b); ok && !bytes.Equal(b, good) {
			t.Errorf("open() takes a message that nobody has sealed: % x", b)
		}
		if !bytes.Equal(b, before) {
			t.Error("open() changes what it reads")
		}
	})
}

func TestValues(t *testing.T) {
	for _, test := range []struct {
		name    string
		pdu     gosnmp.SnmpPDU
		float   float64
		void    device.Void
		count   uint64
		noCount device.Void
		bits    uint8 // of a counter; 0 for none
		text    string
	}{
		{"integer", gosnmp.SnmpPDU{Type: gosnmp.Integer, Value: -5}, -5, 0, 4294967291, 0, 0, "-5"},
		{"gauge", gosnmp.SnmpPDU{Type: gosnmp.Gauge32, Value: uint(7)}, 7, 0, 7, 0, 0, "7"},
		{"counter32", gosnmp.SnmpPDU{Type: gosnmp.Counter32, Value: uint(7)}, 7, 0, 7, 0, 32, "7"},
		{"counter64", gosnmp.SnmpPDU{Type: gosnmp.Counter64, Value: uint64(1 << 40)}, 1 << 40, 0, 1 << 40, 0, 64, "1099511627776"},
		{"a counter that could not be read", gosnmp.SnmpPDU{}, 0, device.VoidType, 0, device.VoidType, 0, "unreadable"},
		{"load in a string", gosnmp.SnmpPDU{Type: gosnmp.OctetString, Value: []byte("0.42 ")}, 0.42, 0, 0, device.VoidType, 0, "0.42 "},
		{"not a number", gosnmp.SnmpPDU{Type: gosnmp.OctetString, Value: []byte("NaN")}, 0, device.VoidType, 0, device.VoidType, 0, "NaN"},
		{"bytes", gosnmp.SnmpPDU{Type: gosnmp.OctetString, Value: []byte{0, 0xff, 0x1b}}, 0, device.VoidType, 0, device.VoidType, 0, "0x00ff1b"},
		{"float", gosnmp.SnmpPDU{Type: gosnmp.OpaqueFloat, Value: float32(1.5)}, 1.5, 0, 0, device.VoidType, 0, "1.5"},
		{"infinite", gosnmp.SnmpPDU{Type: gosnmp.OpaqueDouble, Value: math.Inf(1)}, 0, device.VoidType, 0, device.VoidType, 0, "unreadable"},
		{"absent", gosnmp.SnmpPDU{Type: gosnmp.NoSuchInstance}, 0, device.VoidMissing, 0, device.VoidMissing, 0, "no such object"},
		{"another type of value", gosnmp.SnmpPDU{Type: gosnmp.Counter32, Value: "7"}, 0, device.VoidType, 0, device.VoidType, 0, "unreadable"},
	} {
		v := toValue(test.pdu)
		float, void := v.float()
		count, noCount := v.count()
		counter, _ := v.counter()
		if float != test.float || void != test.void || count != test.count || noCount != test.noCount || counter.Bits != test.bits || v.String() != test.text {
			t.Errorf("%s: %v %q, %d %q, %d bits, %q", test.name, float, void, count, noCount, counter.Bits, v.String())
		}
	}
}

func TestNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		keys, labels, aliases := make([]string, n), map[string]string{}, map[string]string{}
		pool := rapid.SampledFrom([]string{"", "eth0", "eth1", "#3", strings.Repeat("ü", 200), strings.Repeat("x", 96), "eth0 A", "eth0 #2"})
		for i := range keys {
			keys[i] = fmt.Sprint(i)
			labels[keys[i]] = value{shape: text, text: pool.Draw(t, "label")}.label()
			aliases[keys[i]] = rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "alias")
		}
		names := unique(keys, func(k string) string { return labels[k] }, func(k string) string { return aliases[k] })
		sorted := slices.Clone(names)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != n {
			t.Fatalf("names are not unique: %q", names)
		}
		for _, name := range names {
			if name == "" || len(name) > device.InstanceLimit {
				t.Fatalf("name %q", name)
			}
		}
	})
}
