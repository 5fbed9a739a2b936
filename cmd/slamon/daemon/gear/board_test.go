package gear

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// TestBoardsShareDevices wants boards to show the same device again while nothing of it
// has changed, and another one as soon as a reading, a trap or the file has.
func TestBoardsShareDevices(t *testing.T) {
	w := watch(t, filepath.Join(t.TempDir(), "s.db"))
	defer w.stop(t)
	cfg := watchingConfig()
	newest := func() float64 {
		shown := w.Board(cfg)
		if len(shown) != 1 || len(shown[0].Readings) != 1 {
			t.Fatalf("the board shows %+v", shown)
		}
		if n := len(shown[0].Watched); n != len(cfg.SNMP.Thresholds) {
			t.Errorf("%d thresholds are held against it, want %d", n, len(cfg.SNMP.Thresholds))
		}
		return shown[0].Readings[0].Value
	}
	at := w.read(t, time.Now().Add(-time.Minute), .25)
	if got := newest(); got != .25 {
		t.Errorf("after the first reading: %v", got)
	}
	before := w.shown["gate"]
	if newest(); w.shown["gate"] != before {
		t.Error("a device of which nothing is new is looked at again")
	}
	w.read(t, at, .5)
	if got := newest(); got != .5 {
		t.Errorf("after another reading: %v", got)
	}
	w.NoteTrap(device.Trap{Device: "gate", Name: "coldStart"})
	if traps := w.Board(cfg)[0].Traps; len(traps) != 1 {
		t.Errorf("after a trap: %v", traps)
	}
	other := watchingConfig()
	other.SNMP.Devices[0].Name = "The gate"
	if got := w.Board(other)[0].Name; got != "The gate" {
		t.Errorf("by another file the device is called %q", got)
	}
	before = w.shown["gate"]
	before.until = time.Now()
	if newest(); w.shown["gate"] == before {
		t.Error("what is too old is shown still")
	}
}

// TestPollsTogether puts polls together while the groups stay small.
func TestPollsTogether(t *testing.T) {
	devices := make([]device.Device, 1600)
	for i := range devices {
		devices[i].Interval = 10 * time.Second
	}
	if got := pollQuantum(devices); got != pollTogether {
		t.Errorf("1,600 agents every 10 s: %s, want %s", got, pollTogether)
	}
	devices[0].Interval = time.Second
	if got := pollQuantum(devices); got != 0 {
		t.Errorf("more of them: %s, want every tick", got)
	}
	w := watch(t, filepath.Join(t.TempDir(), "s.db"))
	defer w.stop(t)
	if got := w.Quantum(check.Check{Service: check.DevicesService}); got != pollTogether {
		t.Errorf("of a device: %s, want %s", got, pollTogether)
	}
	if got := w.Quantum(check.Check{Service: "shop"}); got != 0 {
		t.Errorf("of another check: %s, want every tick", got)
	}
}
