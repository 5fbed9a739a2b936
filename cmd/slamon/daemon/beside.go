package daemon

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// maxBesideDevices bounds the devices of one service that are shown beside an incident.
const maxBesideDevices = 20

const (
	// eventsBefore and eventsAfter an incident a report looks for what devices told: a
	// link goes down before the probes notice, and comes up before they are good again.
	eventsBefore = 10 * time.Minute
	eventsAfter  = time.Minute
	// maxBesideEvents are gone through for one incident.
	maxBesideEvents = 2000
)

// deviceEvents gives a report what the devices of a service told around an incident,
// oldest first.
func (s site) deviceEvents(id check.ServiceID) func(from, to time.Time) []status.Event {
	var ids []device.ID
	for _, d := range s.config.SNMP.Devices {
		if d.Service == id {
			ids = append(ids, d.ID)
		}
	}
	return func(from, to time.Time) []status.Event {
		events, err := s.ledger.store.Events(timeline.Period{From: from.Add(-eventsBefore), To: to.Add(eventsAfter)}, maxBesideEvents)
		if err != nil {
			s.ledger.log.Warn("events cannot be read", "service", id, "error", err)
		}
		events = status.AboutDevices(events, ids)
		slices.Reverse(events)
		return events
	}
}

// readings gives a report what the devices of a service read around an incident; nil
// for a service without devices.
func (s site) readings(id check.ServiceID) func(from, to time.Time) []device.Beside {
	var devices []device.Device
	for _, d := range s.config.SNMP.Devices {
		if d.Service == id && len(devices) < maxBesideDevices {
			devices = append(devices, d)
		}
	}
	if len(devices) == 0 {
		return nil
	}
	kept := s.ledger.store
	return func(from, to time.Time) []device.Beside {
		var out []device.Beside
		for _, d := range devices {
			lines, err := device.Look(d, kept.SeriesOf(d.ID), from, to, kept.Readings)
			if err != nil {
				s.ledger.log.Warn("readings cannot be read", "device", d.ID, "error", err)
			}
			out = append(out, lines...)
		}
		return out
	}
}
