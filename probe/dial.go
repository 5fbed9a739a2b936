package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/slamon/slamon/check"
)

// fallbackTimeout bounds a probe whose context has no deadline: nothing may wait
// for ever, and 30 s is longer than any interval that decides a claim.
const fallbackTimeout = 30 * time.Second

// maxAddresses is the most addresses of one name that are tried: a hostile or
// careless zone may hold hundreds.
const maxAddresses = 8

// endpoint is a host and a port, taken apart once so that a probe of a literal
// address asks no resolver.
type endpoint struct {
	host   string
	addr   netip.Addr // valid if host is a literal address
	port   uint16
	family check.Family
}

// newEndpoint takes "host:port" apart. A host without port gets defaultPort,
// unless that is zero.
func newEndpoint(address string, defaultPort uint16, f check.Family) (endpoint, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		if defaultPort == 0 {
			return endpoint{}, fmt.Errorf("address %q: want host:port", address)
		}
		host, port = trimBrackets(address), strconv.Itoa(int(defaultPort))
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return endpoint{}, fmt.Errorf("address %q: want a port between 1 and 65535", address)
	}
	if host == "" {
		return endpoint{}, fmt.Errorf("address %q: want a host", address)
	}
	if !ascii(host) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return endpoint{}, fmt.Errorf("address %q: %w", address, err)
		}
	}
	e := endpoint{host: host, port: uint16(n), family: f}
	if a, err := netip.ParseAddr(host); err == nil {
		e.addr = a.Unmap()
	}
	return e, nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func trimBrackets(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// deadline is the end of the probe.
func deadline(ctx context.Context) time.Time {
	if d, ok := ctx.Deadline(); ok {
		return d
	}
	return time.Now().Add(fallbackTimeout)
}

// resolve returns the addresses of e, in the resolver's order, and leaves t in
// PhaseConnect if there are any.
func (e endpoint) resolve(ctx context.Context, t *trace) ([]netip.Addr, error) {
	if pin, ok := ctx.Value(pinKey{}).(pinned); ok && strings.EqualFold(pin.host, e.host) {
		return []netip.Addr{pin.addr}, nil
	}
	if e.addr.IsValid() {
		if !e.takes(e.addr) {
			return nil, &net.AddrError{Err: "not an address of the wanted family", Addr: e.host}
		}
		return []netip.Addr{e.addr}, nil
	}
	all, err := resolver.LookupNetIP(ctx, e.network(), e.host)
	if err != nil {
		return nil, err
	}
	if len(all) > maxAddresses {
		all = all[:maxAddresses]
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	return all, nil
}

func (e endpoint) takes(a netip.Addr) bool {
	return e.family == check.AnyFamily || (e.family == check.IPv4) == a.Is4()
}

func (e endpoint) network() string {
	switch e.family {
	case check.IPv4:
		return "ip4"
	case check.IPv6:
		return "ip6"
	}
	return "ip"
}

// dialer opens connections without keep-alive packets: no probe lives long
// enough to need them, and each setting is a system call.
var dialer = net.Dialer{KeepAlive: -1}

// dial connects to e by TCP: to each address in turn until one answers, within
// the deadline of ctx, which becomes the deadline of the connection. It leaves t
// in PhaseConnect; t.peer is the address that answered or was tried last.
func (e endpoint) dial(ctx context.Context, t *trace) (net.Conn, error) {
	t.enter(check.PhaseResolve)
	if e.addr.IsValid() && e.takes(e.addr) {
		t.phase = check.PhaseConnect
		return e.connect(ctx, t, e.addr, deadline(ctx))
	}
	all, err := e.resolve(ctx, t)
	if err != nil {
		return nil, err
	}
	t.enter(check.PhaseConnect)
	return e.connectAny(ctx, t, all)
}

// connectAny gives every address an equal share of the time that is left, so
// that one that swallows packets leaves some for the others.
func (e endpoint) connectAny(ctx context.Context, t *trace, all []netip.Addr) (net.Conn, error) {
	var worst error
	var at netip.AddrPort
	for i, a := range all {
		end := deadline(ctx)
		if left := len(all) - i; left > 1 {
			end = time.Now().Add(time.Until(end) / time.Duration(left))
		}
		conn, err := e.connect(ctx, t, a, end)
		if err == nil {
			return conn, nil
		}
		// An answer of the target says more than our lack of a route to another
		// of its addresses.
		if _, own := resources(err); worst == nil || !own {
			worst, at = err, t.peer
		}
		if ctx.Err() != nil {
			break
		}
	}
	t.peer = at
	return nil, worst
}

func (e endpoint) connect(ctx context.Context, t *trace, a netip.Addr, end time.Time) (net.Conn, error) {
	t.peer = netip.AddrPortFrom(a, e.port)
	d := dialer
	d.Deadline = end
	// Not DialTCP: Go 1.26 binds the socket to port 0 even when it is given no
	// local address, so the kernel has to find a port that is free towards every
	// target; with tens of thousands of recent connections that took 0.5 ms, and
	// the ports ran out.
	conn, err := d.DialContext(ctx, "tcp", t.peer.String())
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(deadline(ctx)); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
