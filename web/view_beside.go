package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
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
	// Events are traps and crossings of these devices.
	Events []eventJSON `json:"device_events"`
}

func (s *server) incidentWithReadings(i *status.Incident, service check.ServiceID, b *status.Board) incidentWithReadings {
	out := incidentWithReadings{s.fullIncident(i, b), s.readingsBeside(i, service, b), []eventJSON{}}
	for _, e := range s.eventsBeside(i, service, b) {
		out.Events = append(out.Events, eventJSON{e.At.In(zoneOf(b)), e.Kind, e.Text})
	}
	return out
}

const (
	// eventsBefore and eventsAfter an incident are shown what its devices told: a link
	// goes down before the probes notice, and comes up before they are good again.
	eventsBefore = 10 * time.Minute
	eventsAfter  = time.Minute
	// maxBesideEvents are gone through; a flood of traps is one line a minute and trap.
	maxBesideEvents = 2000
)

// eventsBeside returns what the devices of the incident's service told around it, oldest
// first: traps, and thresholds that were passed.
func (s *server) eventsBeside(i *status.Incident, service check.ServiceID, b *status.Board) []status.Event {
	var ids []device.ID
	for n := range b.Devices {
		if b.Devices[n].Service == service {
			ids = append(ids, b.Devices[n].ID)
		}
	}
	if s.History == nil || s.public || len(ids) == 0 {
		return nil
	}
	p := timeline.Period{From: i.FirstBad.Add(-eventsBefore), To: incidentEnd(i, b.At).Add(eventsAfter)}
	events, err := s.History.Events(p, maxBesideEvents)
	if err != nil {
		s.Log.Warn("events cannot be read", "incident", i.ID, "error", err)
	}
	events = status.AboutDevices(events, ids)
	slices.Reverse(events)
	return events
}

func (v *visit) eventRows(events []status.Event) []eventRow {
	rows := make([]eventRow, 0, len(events))
	for _, e := range events {
		rows = append(rows, eventRow{v.at(e.At), v.eventKind(e.Kind), v.event(e.Text)})
	}
	return rows
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
