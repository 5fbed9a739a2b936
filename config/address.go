package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// noPort stands for a protocol without a usual port: the file must state one.
const noPort = 0

// address reads host:port. The port may be missing if the protocol has a usual
// one; a bare IPv6 address needs its brackets only before a port.
func (r *reader) address(f field[string], key string, port int, family check.Family) string {
	if !f.ok {
		if !f.set {
			panic("config: address of a key that is not there")
		}
		return ""
	}
	example := key + ` = "www.example.com:` + strconv.Itoa(max(port, 1)) + `"`
	if port == noPort {
		example = key + ` = "www.example.com:443"`
	}
	text := f.v
	if strings.Contains(text, "@") { // what stands before it may be a password
		r.complain(f.at, example, "%s: want host:port without user and password", key)
		return ""
	}
	if _, rest, ok := strings.Cut(text, "://"); ok {
		rest, _, _ = strings.Cut(rest, "/")
		r.complain(f.at, key+" = "+strconv.Quote(rest), "%s: want host:port, got the URL %s", key, quote(text))
		return ""
	}
	host, number, ok := splitAddress(text)
	if !ok || !validHost(host) {
		r.complain(f.at, example, "%s %s is not host:port", key, quote(text))
		return ""
	}
	if number == "" {
		if port == noPort {
			r.complain(f.at, key+" = "+strconv.Quote(net.JoinHostPort(host, "443")), "%s %s has no port", key, quote(text))
			return ""
		}
		number = strconv.Itoa(port)
	}
	if n, err := strconv.ParseUint(number, 10, 16); err != nil || n == 0 {
		r.complain(f.at, example, "%s %s: the port must be a number between 1 and 65535", key, quote(text))
		return ""
	}
	r.sameFamily(f.at, host, family)
	return net.JoinHostPort(host, number)
}

// splitAddress cuts host and port; the port is empty if there is none.
func splitAddress(text string) (host, port string, ok bool) {
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil && !strings.Contains(text, "]:") {
		return a.String(), "", true
	}
	if !strings.Contains(text, ":") {
		return text, "", text != ""
	}
	host, port, err := net.SplitHostPort(text)
	return host, port, err == nil && host != "" && port != ""
}

// host reads a name or an address without a port.
func (r *reader) host(f field[string], key string, family check.Family) string {
	host := strings.Trim(f.v, "[]")
	if !f.ok {
		return ""
	}
	if !validHost(host) {
		shown, remedy := quote(f.v), key+` = "gateway.example.net"`
		if strings.Contains(f.v, "@") {
			shown = "holds a user or a password: it"
		}
		if h, _, err := net.SplitHostPort(f.v); err == nil && validHost(h) {
			remedy = key + " = " + strconv.Quote(h)
		}
		r.complain(f.at, remedy, "%s %s is not a host name or an address without a port", key, shown)
		return ""
	}
	r.sameFamily(f.at, host, family)
	return host
}

func (r *reader) sameFamily(at place, host string, family check.Family) {
	if family == check.AnyFamily {
		return
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return
	}
	switch {
	case family == check.IPv4 && !a.Unmap().Is4():
		r.complain(at, `family = "ipv6"`, "%s is not an IPv4 address", host)
	case family == check.IPv6 && a.Is4():
		r.complain(at, `family = "ipv4"`, "%s is not an IPv6 address", host)
	}
}

// validHost accepts IP addresses and host names in ASCII (RFC 1123; with the
// underscore, which real names use).
func validHost(host string) bool {
	if strings.Contains(host, ":") { // only an IPv6 address has colons
		_, err := netip.ParseAddr(host)
		return err == nil
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
	}
	return true
}

// families are the words of the file.
var families = map[string]check.Family{"any": check.AnyFamily, "ipv4": check.IPv4, "ipv6": check.IPv6}

func (r *reader) family(f field[string]) check.Family {
	return families[r.oneOf(f, "family", "any", "any", "ipv4", "ipv6")]
}
