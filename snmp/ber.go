package snmp

import (
	"net/netip"
	"strconv"
)

// Tags of the Basic Encoding Rules as SNMP uses them (RFC 3416, RFC 2578).
const (
	tagInteger   = 0x02
	tagOctets    = 0x04
	tagNull      = 0x05
	tagObject    = 0x06
	tagSequence  = 0x30
	tagAddress   = 0x40
	tagCounter32 = 0x41
	tagGauge32   = 0x42
	tagTicks     = 0x43
	tagCounter64 = 0x46
	tagUnsigned  = 0x47
	tagNoObject  = 0x80 // noSuchObject, noSuchInstance, endOfMibView
	tagNoRow     = 0x81
	tagEnd       = 0x82
	tagResponse  = 0xa2
)

// next takes one value off b: its tag, what it holds, and the rest. Lengths must
// be definite and lie within b.
func next(b []byte) (tag byte, body, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, nil, false
	}
	tag, n, head := b[0], int(b[1]), 2
	if n >= 0x80 {
		octets := n & 0x7f
		if octets < 1 || octets > 3 || len(b) < 2+octets {
			return 0, nil, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+octets] {
			n = n<<8 | int(c)
		}
		head += octets
	}
	if n > len(b)-head {
		return 0, nil, nil, false
	}
	return tag, b[head : head+n], b[head+n:], true
}

// expect is next for a known tag.
func expect(b []byte, want byte) (body, rest []byte, ok bool) {
	tag, body, rest, ok := next(b)
	return body, rest, ok && tag == want
}

// small reads a non-negative INTEGER of up to 32 bits.
func small(b []byte) (n uint32, rest []byte, ok bool) {
	body, rest, ok := expect(b, tagInteger)
	if !ok {
		return 0, nil, false
	}
	v, ok := unsigned(body)
	return uint32(v), rest, ok && v < 1<<32
}

// unsigned reads the octets of a number that is not negative. Some agents leave
// the leading zero octet out, so the first bit is no sign.
func unsigned(body []byte) (n uint64, ok bool) {
	if len(body) == 9 && body[0] == 0 {
		body = body[1:]
	}
	if len(body) == 0 || len(body) > 8 {
		return 0, false
	}
	for _, c := range body {
		n = n<<8 | uint64(c)
	}
	return n, true
}

// signed reads the octets of an INTEGER.
func signed(body []byte) (n int64, ok bool) {
	if len(body) == 0 || len(body) > 8 {
		return 0, false
	}
	n = int64(int8(body[0]))
	for _, c := range body[1:] {
		n = n<<8 | int64(c)
	}
	return n, true
}

// plainValue reads the values that answers consist of. What it does not know is
// left to the codec.
func plainValue(tag byte, body []byte) (value, bool) {
	switch tag {
	case tagNull, tagNoObject, tagNoRow, tagEnd:
		return value{}, true
	case tagOctets:
		return value{shape: text, text: string(body[:min(len(body), textLimit)])}, true
	case tagInteger:
		n, ok := signed(body)
		return value{shape: integer, number: uint64(n)}, ok
	case tagObject:
		s, ok := objectText(body)
		return value{shape: object, text: s}, ok
	case tagAddress:
		a, ok := netip.AddrFromSlice(body)
		return value{shape: address, text: a.String()}, ok && len(body) == 4
	}
	n, ok := unsigned(body)
	switch tag {
	case tagGauge32, tagUnsigned:
		return value{shape: gauge, number: n}, ok && n < 1<<32
	case tagTicks:
		return value{shape: ticks, number: n}, ok && n < 1<<32
	case tagCounter32:
		return value{shape: counts32, number: n}, ok && n < 1<<32
	case tagCounter64:
		return value{shape: counts64, number: n}, ok
	}
	return value{}, false
}

// objectText writes an encoded object identifier with dots.
func objectText(body []byte) (string, bool) {
	if len(body) == 0 || len(body) > maxOID*5 {
		return "", false
	}
	out := make([]byte, 0, 3*len(body))
	var n uint64
	first := true
	for i, c := range body {
		if n>>32 != 0 {
			return "", false
		}
		n = n<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			if i == len(body)-1 {
				return "", false
			}
			continue
		}
		if first {
			top := min(n/40, 2)
			out = strconv.AppendUint(append(out, '.'), top, 10)
			n -= 40 * top
			first = false
		}
		out = strconv.AppendUint(append(out, '.'), n, 10)
		n = 0
	}
	return string(out), true
}

// appendTLV writes a value.
func appendTLV(dst []byte, tag byte, body []byte) []byte {
	return append(appendHead(dst, tag, len(body)), body...)
}

// appendHead writes tag and length.
func appendHead(dst []byte, tag byte, n int) []byte {
	switch {
	case n < 0x80:
		return append(dst, tag, byte(n))
	case n < 0x100:
		return append(dst, tag, 0x81, byte(n))
	}
	return append(dst, tag, 0x82, byte(n>>8), byte(n))
}

// headLen is the length of what appendHead writes.
func headLen(n int) int {
	switch {
	case n < 0x80:
		return 2
	case n < 0x100:
		return 3
	}
	return 4
}

// appendInt writes a non-negative INTEGER in as few octets as it needs (X.690
// section 8.3.2).
func appendInt(dst []byte, n uint32) []byte {
	switch {
	case n < 1<<7:
		return append(dst, tagInteger, 1, byte(n))
	case n < 1<<15:
		return append(dst, tagInteger, 2, byte(n>>8), byte(n))
	case n < 1<<23:
		return append(dst, tagInteger, 3, byte(n>>16), byte(n>>8), byte(n))
	case n < 1<<31:
		return append(dst, tagInteger, 4, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, tagInteger, 5, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}
