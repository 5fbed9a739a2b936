package status

import (
	"slices"
	"strings"

	"github.com/slamon/slamon/device"
)

// What events about devices begin with: their kind, and the device that they are about.
const (
	TrapEvent     = "trap_"
	CrossingEvent = "crossing_"
)

// AboutDevices returns those of the events that are about one of the devices, in their
// order: traps that they sent, and thresholds that they passed. They say what happened
// beside an incident, and are never proof of it.
func AboutDevices(events []Event, ids []device.ID) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
		first, rest, _ := strings.Cut(e.Text, ": ")
		switch {
		case strings.HasPrefix(e.Kind, TrapEvent): // "device: linkDown, …"
		case strings.HasPrefix(e.Kind, CrossingEvent): // "threshold: device kind is …"
			first, _, _ = strings.Cut(rest, " ")
		default:
			return true
		}
		return !slices.Contains(ids, device.ID(first))
	})
}
