package snmp

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// shape is what a value is made of.
type shape uint8

const (
	absent shape = iota // not answered, or noSuchObject, noSuchInstance, endOfMibView
	unreadable
	integer  // INTEGER, Integer32
	gauge    // Gauge32, Unsigned32
	ticks    // TimeTicks
	counts32 // Counter32
	counts64 // Counter64
	real     // net-snmp's opaque float and double
	text     // OCTET STRING
	object   // OBJECT IDENTIFIER
	address  // IpAddress
)

// textLimit bounds a string of an agent. DisplayString has 255 characters.
const textLimit = 512

// value is one value of an answer.
type value struct {
	shape  shape
	number uint64 // two's complement for an integer
	real   float64
	text   string
}

// toValue reads what the codec made of a value. It goes by the type that came,
// not by the one that was expected, and never asserts: a counter that cannot be
// decoded comes without a type.
func toValue(p gosnmp.SnmpPDU) value {
	switch p.Type {
	case gosnmp.NoSuchObject, gosnmp.NoSuchInstance, gosnmp.EndOfMibView, gosnmp.Null:
		return value{}
	case gosnmp.OctetString:
		if b, ok := p.Value.([]byte); ok {
			return value{shape: text, text: string(b[:min(len(b), textLimit)])}
		}
	case gosnmp.ObjectIdentifier, gosnmp.IPAddress:
		if s, ok := p.Value.(string); ok {
			shape := object
			if p.Type == gosnmp.IPAddress {
				shape = address
			}
			return value{shape: shape, text: s}
		}
	case gosnmp.OpaqueFloat, gosnmp.OpaqueDouble:
		switch v := p.Value.(type) {
		case float32:
			return finite(float64(v))
		case float64:
			return finite(v)
		}
	}
	n, ok := toNumber(p.Value)
	if !ok {
		return value{shape: unreadable}
	}
	switch p.Type {
	case gosnmp.Integer:
		return value{shape: integer, number: n}
	case gosnmp.Gauge32, gosnmp.Uinteger32:
		return value{shape: gauge, number: n}
	case gosnmp.TimeTicks:
		return value{shape: ticks, number: n}
	case gosnmp.Counter32:
		return value{shape: counts32, number: n}
	case gosnmp.Counter64:
		return value{shape: counts64, number: n}
	}
	return value{shape: unreadable}
}

func toNumber(v any) (uint64, bool) {
	switch v := v.(type) {
	case int:
		return uint64(v), true
	case uint:
		return uint64(v), true
	case uint32:
		return uint64(v), true
	case uint64:
		return v, true
	}
	return 0, false
}

func finite(v float64) value {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return value{shape: unreadable}
	}
	return value{shape: real, real: v}
}

// float returns any number as a float. Numbers in strings count: net-snmp says
// its load so.
func (v value) float() (float64, device.Void) {
	switch v.shape {
	case absent:
		return 0, device.VoidMissing
	case integer:
		return float64(int64(v.number)), device.NotVoid
	case gauge, ticks, counts32, counts64:
		return float64(v.number), device.NotVoid
	case real:
		return v.real, device.NotVoid
	case text:
		f, err := strconv.ParseFloat(strings.TrimSpace(v.text), 64)
		if err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, device.NotVoid
		}
	}
	return 0, device.VoidType
}

// count returns a size: any whole number that is not below zero. A negative
// 32-bit one is taken as unsigned.
func (v value) count() (uint64, device.Void) {
	switch v.shape {
	case absent:
		return 0, device.VoidMissing
	case integer:
		n := int64(v.number)
		if n < math.MinInt32 {
			return 0, device.VoidRange
		}
		return device.Unsigned32(n), device.NotVoid
	case gauge, ticks, counts32, counts64:
		return v.number, device.NotVoid
	}
	return 0, device.VoidType
}

// counter returns a counter. Only the two counter types count: an agent that
// sends a gauge where a counter belongs does not promise that it only grows.
func (v value) counter() (device.Counter, device.Void) {
	switch v.shape {
	case absent:
		return device.Counter{}, device.VoidMissing
	case counts32:
		return device.Counter{Value: v.number, Bits: 32}, device.NotVoid
	case counts64:
		return device.Counter{Value: v.number, Bits: 64}, device.NotVoid
	}
	return device.Counter{}, device.VoidType
}

// label returns a string fit to be a name: printable, one line, bounded.
func (v value) label() string {
	if v.shape != text {
		return ""
	}
	s := strings.ToValidUTF8(v.text, "?")
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return clip(strings.TrimSpace(s))
}

// clip cuts a name to device.InstanceLimit bytes, not within a character.
func clip(s string) string {
	if len(s) <= device.InstanceLimit {
		return s
	}
	s = s[:device.InstanceLimit]
	for s != "" && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

// String writes a value for people.
func (v value) String() string {
	switch v.shape {
	case absent:
		return "no such object"
	case unreadable:
		return "unreadable"
	case integer:
		return strconv.FormatInt(int64(v.number), 10)
	case real:
		return strconv.FormatFloat(v.real, 'g', -1, 64)
	case text:
		if printable(v.text) {
			return v.text
		}
		return "0x" + hex.EncodeToString([]byte(v.text))
	case object, address:
		return v.text
	}
	return strconv.FormatUint(v.number, 10)
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// word returns the type for people.
func (s shape) word() string {
	return [...]string{"absent", "unreadable", "INTEGER", "Gauge32", "TimeTicks", "Counter32", "Counter64", "float", "STRING", "OID", "IpAddress"}[s]
}
