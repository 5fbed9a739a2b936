package check

import "net/url"

// Host returns the name that a target is found by, and which of its addresses are
// meant. It is false for a kind that is not asked at one named host, or goes through
// a proxy that resolves names itself. A literal address is returned as it stands.
func Host(p Params) (host string, f Family, ok bool) {
	address := ""
	switch p := p.(type) {
	case HTTP:
		if p.URL == nil || p.Proxy != nil {
			return "", AnyFamily, false
		}
		address, f = p.URL.Host, p.Family
	case WebSocket:
		if p.URL == nil {
			return "", AnyFamily, false
		}
		address, f = p.URL.Host, p.Family
	case TCP:
		address, f = p.Address, p.Family
	case TLSHandshake:
		address, f = p.Address, p.Family
	case ICMP:
		address, f = p.Host, p.Family
	case DNS:
		address = p.Server
	case NTP:
		address = p.Address
	case Mail:
		address, f = p.Address, p.Family
	case SSH:
		address, f = p.Address, p.Family
	case GRPC:
		address = p.Address
	case STUN:
		address, f = p.Address, p.Family
	case TURN:
		address, f = p.Address, p.Family
	case UDP:
		address, f = p.Address, p.Family
	}
	host = (&url.URL{Host: address}).Hostname()
	return host, f, host != ""
}
