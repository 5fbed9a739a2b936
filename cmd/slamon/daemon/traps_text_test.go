package daemon

import (
	"testing"

	"github.com/slamon/slamon/device"
)

// TestTrapText names the device or the sender, and leaves the clock out.
func TestTrapText(t *testing.T) {
	trap := device.Trap{From: "192.0.2.7:50000", Name: "linkDown", Values: []device.TrapValue{{Name: "sysUpTime.0", Value: "5"}, {Name: "ifIndex.2", Value: "2"}}}
	if got, want := trapText(trap), "192.0.2.7: linkDown, ifIndex.2 2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	trap.Device = "gate"
	if got, want := trapText(trap), "gate: linkDown, ifIndex.2 2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
