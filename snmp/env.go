package snmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/slamon/slamon/device"
)

// Options of an Env. The zero value is fine.
type Options struct {
	// Profiles is a directory with profiles of the user, *.toml. One that has the
	// name of a built-in profile takes its place.
	Profiles string
	// Resolver looks names up; net.DefaultResolver when nil.
	Resolver *net.Resolver
}

// Env holds what all devices share: sockets, profiles and resolved names. It is
// safe for concurrent use.
type Env struct {
	profiles *Profiles
	resolver *net.Resolver

	mu     sync.Mutex // protects all below
	closed bool
	lines  map[string]*line // by network, "udp4" or "udp6"; opened when first needed
	names  map[string]found
}

// found is an address that a name had.
type found struct {
	addr  netip.Addr
	until time.Time
}

const (
	// nameTTL is how long an address is believed. Devices seldom move, and a
	// name server that is down must not take the readings with it.
	nameTTL = 5 * time.Minute
	// maxNames bounds the cache; a file has fewer devices.
	maxNames = 65536

	defaultPort = 161
)

// NewEnv reads the profiles. Sockets are opened when they are first needed.
func NewEnv(o Options) (*Env, error) {
	profiles, err := LoadProfiles(o.Profiles)
	if err != nil {
		return nil, err
	}
	resolver := o.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	return &Env{profiles: profiles, resolver: resolver, lines: make(map[string]*line), names: make(map[string]found)}, nil
}

// Profiles returns the profiles that devices are read by.
func (e *Env) Profiles() *Profiles { return e.profiles }

// Close closes the sockets. Polls that are under way end.
func (e *Env) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for network, l := range e.lines {
		l.close()
		delete(e.lines, network)
	}
}

// line returns the socket for an address.
func (e *Env) line(to netip.Addr) (*line, error) {
	network := "udp6"
	if to.Is4() {
		network = "udp4"
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errClosed
	}
	if l := e.lines[network]; l != nil {
		return l, nil
	}
	l, err := openLine(network)
	if err != nil {
		return nil, fmt.Errorf("opening the socket for SNMP: %w", err)
	}
	e.lines[network] = l
	return l, nil
}

// splitAddress takes "host" or "host:port" apart.
func splitAddress(address string) (host string, port uint16, err error) {
	if addr, err := netip.ParseAddr(address); err == nil {
		return addr.String(), defaultPort, nil
	}
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		var missing *net.AddrError
		if errors.As(err, &missing) && missing.Err == "missing port in address" && address != "" {
			return address, defaultPort, nil
		}
		return "", 0, fmt.Errorf("address %q: want host or host:port", address)
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || host == "" {
		return "", 0, fmt.Errorf("address %q: want host or host:port, the port from 1 to 65535", address)
	}
	return host, uint16(n), nil
}

// resolve returns the address of a device.
func (e *Env) resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(addr.Unmap(), port), nil
	}
	now := time.Now()
	e.mu.Lock()
	known, ok := e.names[host]
	e.mu.Unlock()
	if ok && now.Before(known.until) {
		return netip.AddrPortFrom(known.addr, port), nil
	}
	addrs, err := e.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addrs) == 0 {
		if ok { // better an old address than none
			return netip.AddrPortFrom(known.addr, port), nil
		}
		return netip.AddrPort{}, fmt.Errorf("%w: %q", errName, host)
	}
	known = found{addrs[0].Unmap(), now.Add(nameTTL)}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.names) < maxNames {
		e.names[host] = known
	}
	return netip.AddrPortFrom(known.addr, port), nil
}

// CheckAddress says what is wrong with the address of a device.
func CheckAddress(address string) error {
	_, _, err := splitAddress(address)
	return err
}

// defaults fills in what the file did not name.
func defaults(d device.Device) device.Device {
	if d.Timeout <= 0 {
		d.Timeout = 2 * time.Second
	}
	switch {
	case d.Retries == 0:
		d.Retries = 2
	case d.Retries < 0:
		d.Retries = 0
	}
	if d.MaxRepetitions <= 0 {
		d.MaxRepetitions = 10
	}
	d.MaxRepetitions = min(d.MaxRepetitions, 100)
	if d.Wanted.StorageExclude == nil {
		d.Wanted.StorageExclude = device.DefaultStorageExclude
	}
	if len(d.Wanted.InterfaceKinds) == 0 {
		d.Wanted.InterfaceKinds = device.DefaultInterfaceKinds
	}
	return d
}
