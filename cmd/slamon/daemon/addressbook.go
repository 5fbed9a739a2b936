package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slamon/slamon/device"
)

const (
	// lookAgain is how often the names of devices are looked up anew: what moves to
	// another address does so by hand, and its old address stays known for as long.
	lookAgain = 10 * time.Minute
	// lookTime bounds one look-up: longer than a resolver's own retries take.
	lookTime = 10 * time.Second
	// looksAtOnce bounds the look-ups that run beside each other.
	looksAtOnce = 8
	// maxAddresses of one name are known; a device has a handful.
	maxAddresses = 16
)

// addressBook knows which device has which address, for what comes from there. Devices
// that are configured by name are looked up. It is safe for concurrent use.
type addressBook struct {
	log    *slog.Logger
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

	mu    sync.RWMutex // guards what follows
	at    map[netip.Addr]device.ID
	named map[string][]netip.Addr // what a name last led to
}

func newAddressBook(log *slog.Logger) *addressBook {
	return &addressBook{log: log, lookup: net.DefaultResolver.LookupNetIP, named: map[string][]netip.Addr{}}
}

// find returns the device of an address, empty when there is none.
func (b *addressBook) find(from netip.Addr) device.ID {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.at[from.Unmap().WithZone("")]
}

// update looks the names of the devices up and files the devices by their addresses. A
// name that cannot be looked up keeps the addresses that it had.
func (b *addressBook) update(ctx context.Context, devices []device.Device) {
	b.file(devices) // addresses, and the names that are known already, are good at once
	var looks errgroup.Group
	looks.SetLimit(looksAtOnce)
	asked := map[string]bool{}
	for _, d := range devices {
		host := hostOf(d)
		if _, err := netip.ParseAddr(host); err != nil && host != "" && !asked[host] {
			asked[host] = true
			looks.Go(func() error { b.look(ctx, host); return nil })
		}
	}
	_ = looks.Wait() // none fails
	if ctx.Err() == nil && len(asked) > 0 {
		b.file(devices)
	}
}

func (b *addressBook) look(ctx context.Context, host string) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	addrs, err := b.lookup(ctx, "ip", host)
	if err != nil { // the device's own check says so too
		b.log.Debug("the name of a device cannot be looked up", "host", host, "error", err)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.named[host] = addrs[:min(len(addrs), maxAddresses)]
}

// file makes the map anew. Of devices that share an address the first of the file
// counts.
func (b *addressBook) file(devices []device.Device) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, named := make(map[netip.Addr]device.ID, len(devices)), map[string][]netip.Addr{}
	for _, d := range devices {
		host := hostOf(d)
		addrs := b.named[host]
		if addr, err := netip.ParseAddr(host); err == nil {
			addrs = []netip.Addr{addr}
		} else {
			named[host] = addrs
		}
		for _, a := range addrs {
			if a = a.Unmap().WithZone(""); at[a] == "" {
				at[a] = d.ID
			}
		}
	}
	b.at, b.named = at, named // what is in the file no more is forgotten
}

func hostOf(d device.Device) string {
	host, _, err := net.SplitHostPort(d.Address)
	if err != nil {
		return ""
	}
	return host
}

// keepAddresses keeps the book up to date until ctx is done: at once when the
// configuration changes, and else every now and then.
func (d *Daemon) keepAddresses(ctx context.Context, b *addressBook) {
	for {
		cfg := d.config.Load()
		b.update(ctx, cfg.SNMP.Devices)
		for until := time.Now().Add(lookAgain); d.config.Load() == cfg && time.Now().Before(until); {
			if !wait(ctx, time.Second, nil) {
				return
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}
