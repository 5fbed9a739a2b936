package daemon

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/slamon/slamon/device"
)

// TestAddressBook follows names as they move, keeps what it knew when the resolver is
// dead, and forgets what the file no longer names.
func TestAddressBook(t *testing.T) {
	names := map[string][]netip.Addr{"switch.example.net": {netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("::ffff:192.0.2.8")}}
	b := newAddressBook(quiet())
	var looked atomic.Int32
	b.lookup = func(_ context.Context, _, host string) ([]netip.Addr, error) {
		looked.Add(1)
		if addrs, ok := names[host]; ok {
			return addrs, nil
		}
		return nil, errors.New("no such host")
	}
	devices := []device.Device{
		{ID: "switch", Address: "switch.example.net:161"}, {ID: "again", Address: "switch.example.net:1161"},
		{ID: "gate", Address: "192.0.2.1:161"}, {ID: "other", Address: "[fe80::1%eth0]:161"}, {ID: "lost", Address: "lost.example.net:161"},
	}
	want := func(when, from string, id device.ID) {
		t.Helper()
		if got := b.find(netip.MustParseAddr(from)); got != id {
			t.Errorf("%s: %s is %q, want %q", when, from, got, id)
		}
	}
	want("before", "192.0.2.1", "")
	b.update(t.Context(), devices)
	for from, id := range map[string]device.ID{"192.0.2.1": "gate", "::ffff:192.0.2.1": "gate", "192.0.2.7": "switch", "192.0.2.8": "switch", "fe80::1%eth1": "other", "192.0.2.9": ""} {
		want("at first", from, id)
	}
	if n := looked.Load(); n != 2 {
		t.Errorf("%d look-ups of two names", n)
	}
	delete(names, "switch.example.net")
	b.update(t.Context(), devices)
	want("with a dead resolver", "192.0.2.7", "switch")
	names["switch.example.net"] = []netip.Addr{netip.MustParseAddr("192.0.2.77")}
	b.update(t.Context(), devices)
	want("after a move", "192.0.2.7", "")
	want("after a move", "192.0.2.77", "switch")
	b.update(t.Context(), devices[2:])
	want("out of the file", "192.0.2.77", "")
	if len(b.named) != 1 { // of the one that was never found
		t.Errorf("%d names are remembered", len(b.named))
	}
}
