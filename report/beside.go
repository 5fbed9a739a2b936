package report

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/device"
)

// maxBeside is how many incidents are shown with what the devices read: each is a
// look into the store for every device. The first ones of the period are.
const maxBeside = 100

// DeviceEvent is a trap or a crossing of one of the service's devices.
type DeviceEvent struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// addReadings puts the readings of the service's devices beside the incidents.
func (d *Document) addReadings() {
	for n := range d.Incidents {
		i := &d.Incidents[n]
		i.Readings, i.Events = []device.Beside{}, []DeviceEvent{}
		if d.input.Readings == nil || n >= maxBeside {
			continue
		}
		to := i.incident.FirstGood
		if to.IsZero() {
			to = i.incident.LastBad
		}
		i.Readings = orEmpty(d.input.Readings(i.incident.FirstBad, to))
		if d.input.Events == nil {
			continue
		}
		for _, e := range d.input.Events(i.incident.FirstBad, to) {
			i.Events = append(i.Events, DeviceEvent{e.At.In(d.zone()), e.Kind, e.Text})
		}
	}
}

// eventGrid lists what the devices told around the incidents.
func (d *Document) eventGrid(l *Language) grid {
	g := grid{ID: "deviceevents", Title: l.t("told"), Head: []string{"#", l.t("told.at"), l.t("told.what")}, Right: map[int]bool{0: true}}
	for n, i := range d.Incidents {
		for _, e := range i.Events {
			g.Rows = append(g.Rows, []string{fmt.Sprint(n + 1), d.when(e.At), e.Text})
		}
	}
	return g
}

// besideGrid answers whether the devices were busy when the service broke.
func (d *Document) besideGrid(l *Language) grid {
	g := grid{ID: "readings", Title: l.t("beside"), Empty: l.t("beside.none"),
		Head: []string{"#", l.t("began"), l.t("beside.device"), l.t("beside.reading"), l.t("beside.before"), l.t("beside.during")}, Right: map[int]bool{0: true}}
	for n, i := range d.Incidents {
		number, began := fmt.Sprint(n+1), d.when(i.incident.FirstBad)
		for _, b := range i.Readings {
			what := l.t("reading." + b.Kind.String())
			if b.Instance != "" {
				what += " " + b.Instance
			}
			g.Rows = append(g.Rows, []string{number, began, name(b.Name, string(b.Device)), what, l.seen(b.Before, b.Kind), l.seen(b.During, b.Kind)})
			number, began = "", ""
		}
	}
	if len(g.Rows) > 0 {
		g.Note = l.t("beside.note", l.duration(device.LookBack.Truncate(time.Minute)))
	}
	return g
}

// seen writes what was read in a time; what is not known is never a figure.
func (l *Language) seen(s device.Seen, k device.Kind) string {
	switch {
	case s.Known > 0:
		return l.t("beside.figures", device.Format(s.Mean, k.Unit()), device.Format(s.Max, k.Unit()))
	case s.Void > 0:
		return l.t("beside.void", l.t("void."+s.Why.String()))
	}
	return l.t("beside.nothing")
}
