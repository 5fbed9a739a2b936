package config

import (
	"net/netip"

	"github.com/slamon/slamon/check"
)

// everyAddress reads whether each address of the target's name is asked. It
// complains where there is no name with addresses of its own.
func (r *reader) everyAddress(f field[bool], p check.Params) bool {
	if !f.v || p == nil {
		return false
	}
	if h, ok := p.(check.HTTP); ok && h.Proxy != nil {
		r.complain(f.at, "take out every_address or the proxy", "every_address: the proxy resolves the name, so its addresses cannot be chosen")
		return false
	}
	host, _, ok := check.Host(p)
	if _, isDNS := p.(check.DNS); isDNS && !ok {
		r.complain(f.at, `server = "ns.example.com"`, "every_address asks each address of the name server, but the dns table names none")
		return false
	}
	switch p.(type) {
	case check.Heartbeat, check.Transaction, check.Command, check.Throughput, check.Mailbox, check.Browser:
		r.complain(f.at, "take it out", "every_address has no use with %s: it is for targets that are found by one name", p.Kind())
		return false
	}
	if !ok {
		return false // its own mistake has been told
	}
	if _, err := netip.ParseAddr(host); err == nil {
		r.complain(f.at, "take it out, or put the name in the place of the address", "every_address: %s is an address and not a name", host)
		return false
	}
	return true
}
