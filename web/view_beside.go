package web

import (
	"cmp"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// maxBesideDevices of a service are shown beside one of its incidents.
const maxBesideDevices = 20

// besideRow is what one part of a device read before and during an incident.
type besideRow struct {
	Device, URL, Reading, Before, During string
}

// incidentWithReadings is an incident with what the devices read around it.
type incidentWithReadings struct {
	fullIncident
	Readings []device.Beside `json:"readings"`
}

// readingsBeside returns what the devices of the incident's service read around it:
// was the processor busy when it broke?
func (s *server) readingsBeside(i *status.Incident, service check.ServiceID, b *status.Board) []device.Beside {
	out := []device.Beside{}
	if s.Readings == nil || s.public {
		return out
	}
	shown := 0
	for n := range b.Devices {
		d := &b.Devices[n].Device
		if d.Service != service || shown == maxBesideDevices {
			continue
		}
		shown++
		lines, err := device.Look(*d, s.Readings.SeriesOf(d.ID), i.FirstBad, incidentEnd(i, b.At), s.Readings.Readings)
		if err != nil {
			s.Log.Warn("readings cannot be read", "device", d.ID, "error", err)
		}
		out = append(out, lines...)
	}
	return out
}

// incidentEnd is the first good probe after an incident, or as far as it is known.
func incidentEnd(i *status.Incident, now time.Time) time.Time {
	switch {
	case i.Ongoing:
		return now
	case i.FirstGood.IsZero():
		return i.LastBad
	}
	return i.FirstGood
}

func (v *visit) besideRows(list []device.Beside) []besideRow {
	rows := make([]besideRow, 0, len(list))
	for _, b := range list {
		rows = append(rows, besideRow{
			Device: cmp.Or(b.Name, string(b.Device)), URL: v.link("/devices/" + string(b.Device)),
			Reading: v.seriesName(b.Series), Before: v.seenText(b.Before, b.Kind), During: v.seenText(b.During, b.Kind),
		})
	}
	return rows
}

// seenText writes what was read in a time; what is not known is never a figure.
func (v *visit) seenText(s device.Seen, k device.Kind) string {
	switch {
	case s.Known > 0:
		return v.t("beside.figures", device.Format(s.Mean, k.Unit()), device.Format(s.Max, k.Unit()))
	case s.Void > 0:
		return v.t("state.unknown") + ": " + v.t("void."+s.Why.String())
	}
	return v.t("beside.nothing")
}
