package main

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// maxBesideDevices bounds the devices of one service that are shown beside an incident.
const maxBesideDevices = 20

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
