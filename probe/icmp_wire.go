package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// The protocol numbers of ICMP and ICMPv6 (RFC 792, RFC 4443).
const (
	protocolICMP   = 1
	protocolICMPv6 = 58
)

// tokenBytes of every echo's payload are a random number of our own. The id and
// the sequence number are 16 bits each and shared with every other program on
// the host, so that they alone cannot tell whose reply came in.
const tokenBytes = 8

// echoRequest builds the bytes of one request. The kernel puts its own id in
// place on an unprivileged socket, and the checksum in place for IPv6.
func echoRequest(v6 bool, id, seq uint16, token uint64, size int) ([]byte, error) {
	payload := make([]byte, max(size, tokenBytes))
	binary.BigEndian.PutUint64(payload, token)
	for i := tokenBytes; i < len(payload); i++ {
		payload[i] = byte(i)
	}
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: int(id), Seq: int(seq), Data: payload}}
	if v6 {
		m.Type = ipv6.ICMPTypeEchoRequest
	}
	return m.Marshal(nil)
}

// echoNews is what one received packet tells about one of our requests.
type echoNews struct {
	seq     uint16
	id      uint16     // of a quoted request; the kernel has checked it on unprivileged sockets
	token   uint64     // of a reply, or of a quote that is long enough
	hasData bool       // token is known
	dst     netip.Addr // where the quoted request went; invalid for a reply
	problem string     // empty for a reply; else what a router or the host said
}

// parseEcho reads an ICMP packet without its IP header. It returns false for
// everything that is neither a reply to an echo request nor a complaint about
// one.
func parseEcho(v6 bool, packet []byte) (echoNews, bool) {
	if news, ok := parseReply(v6, packet); ok {
		return news, true
	}
	protocol := protocolICMP
	if v6 {
		protocol = protocolICMPv6
	}
	m, err := icmp.ParseMessage(protocol, packet)
	if err != nil {
		return echoNews{}, false
	}
	switch body := m.Body.(type) {
	case *icmp.DstUnreach:
		return parseComplaint(v6, problemWords(v6, packet[0], packet[1]), body.Data)
	case *icmp.TimeExceeded:
		return parseComplaint(v6, problemWords(v6, packet[0], packet[1]), body.Data)
	case *icmp.PacketTooBig:
		return parseComplaint(v6, problemWords(v6, packet[0], packet[1]), body.Data)
	}
	return echoNews{}, false
}

// parseReply reads an echo reply by hand: nearly all packets are one, and the
// parser of the library makes garbage of some hundred bytes for each. The checksum is
// left alone: a reply that was damaged where it matters does not carry our token.
func parseReply(v6 bool, packet []byte) (echoNews, bool) {
	kind := byte(ipv4.ICMPTypeEchoReply)
	if v6 {
		kind = byte(ipv6.ICMPTypeEchoReply)
	}
	if len(packet) < 8+tokenBytes || packet[0] != kind || packet[1] != 0 {
		return echoNews{}, false
	}
	return echoNews{
		id: binary.BigEndian.Uint16(packet[4:]), seq: binary.BigEndian.Uint16(packet[6:]),
		token: binary.BigEndian.Uint64(packet[8:]), hasData: true,
	}, true
}

// parseComplaint finds our request in the quoted datagram: its IP header and at
// least its first eight bytes, which hold id and sequence number (RFC 792).
func parseComplaint(v6 bool, problem string, quote []byte) (echoNews, bool) {
	var dst netip.Addr
	switch {
	case v6 && len(quote) >= ipv6.HeaderLen:
		if quote[6] != protocolICMPv6 { // a request of ours has no extension header
			return echoNews{}, false
		}
		dst, _ = netip.AddrFromSlice(quote[24:40])
		quote = quote[ipv6.HeaderLen:]
	case !v6 && len(quote) >= ipv4.HeaderLen:
		length := int(quote[0]&0x0f) * 4
		if quote[9] != protocolICMP || length < ipv4.HeaderLen || len(quote) < length {
			return echoNews{}, false
		}
		dst, _ = netip.AddrFromSlice(quote[16:20])
		quote = quote[length:]
	default:
		return echoNews{}, false
	}
	news, ok := parseQuotedEcho(v6, quote)
	news.dst, news.problem = dst, problem
	return news, ok
}

// parseQuotedEcho reads the beginning of one of our own requests.
func parseQuotedEcho(v6 bool, quote []byte) (echoNews, bool) {
	want := byte(ipv4.ICMPTypeEcho)
	if v6 {
		want = byte(ipv6.ICMPTypeEchoRequest)
	}
	if len(quote) < 8 || quote[0] != want {
		return echoNews{}, false
	}
	news := echoNews{id: binary.BigEndian.Uint16(quote[4:]), seq: binary.BigEndian.Uint16(quote[6:])}
	if len(quote) >= 8+tokenBytes {
		news.token, news.hasData = binary.BigEndian.Uint64(quote[8:]), true
	}
	return news, true
}

// The words for the codes of "destination unreachable" (RFC 792, RFC 1812
// section 5.2.7.1; RFC 4443 section 3.1).
var (
	unreachable4 = [...]string{
		0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
		4: "packet too big and not to be fragmented", 5: "source route failed", 6: "network unknown", 7: "host unknown",
		8: "host isolated", 9: "network prohibited", 10: "host prohibited", 11: "network unreachable for this type of service",
		12: "host unreachable for this type of service", 13: "prohibited by a filter", 14: "host precedence violation", 15: "precedence cut off",
	}
	unreachable6 = [...]string{
		0: "no route", 1: "prohibited by a filter", 2: "beyond the scope of our address", 3: "address unreachable",
		4: "port unreachable", 5: "our address failed a policy", 6: "route rejected", 7: "source route error",
	}
)

// problemWords says in words what an ICMP error means.
func problemWords(v6 bool, kind, code byte) string {
	words := unreachable4[:]
	exceeded, unreachable := byte(ipv4.ICMPTypeTimeExceeded), byte(ipv4.ICMPTypeDestinationUnreachable)
	if v6 {
		words = unreachable6[:]
		exceeded, unreachable = byte(ipv6.ICMPTypeTimeExceeded), byte(ipv6.ICMPTypeDestinationUnreachable)
	}
	switch {
	case kind == exceeded:
		return "too many hops (a routing loop)"
	case v6 && kind == byte(ipv6.ICMPTypePacketTooBig):
		return "packet too big"
	case kind == unreachable && int(code) < len(words):
		return words[code]
	}
	return fmt.Sprintf("unreachable (ICMP type %d code %d)", kind, code)
}
