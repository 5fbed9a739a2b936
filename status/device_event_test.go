package status

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/device"
)

// TestAboutDevices takes traps and crossings of the devices that are asked for.
func TestAboutDevices(t *testing.T) {
	events := []Event{
		{Kind: "trap_link_down", Text: "gate: linkDown, ifIndex 2"},
		{Kind: "trap_link_down", Text: "192.0.2.9: linkDown"},
		{Kind: "trap_cold_start", Text: "gateway: coldStart"},
		{Kind: "crossing_raised", Text: "busy: gate cpu is 96 % (latest), above its limit of 90 %"},
		{Kind: "crossing_raised", Text: "busy: disk storage /var is 96 %, above its limit of 90 %"},
		{Kind: "reload", Text: "gate: nothing of a device"},
	}
	got := AboutDevices(events, []device.ID{"gate", "switch"})
	if diff := cmp.Diff([]Event{events[0], events[3]}, got); diff != "" {
		t.Errorf("AboutDevices (-want +got):\n%s", diff)
	}
	if len(events) != 6 || events[5].Kind != "reload" {
		t.Error("its argument was changed")
	}
}
