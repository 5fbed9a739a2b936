package alert

import (
	"fmt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// device reads off what of a device is beyond its thresholds. Its agent's silence is
// an incident of the check of its liveness.
func (r *reading) device(d *status.Device) {
	for i := range d.Watched {
		w := &d.Watched[i]
		if !w.Raised && !w.Unstable {
			continue
		}
		title := fmt.Sprintf("%s: %s passed its threshold", d.Name, thing(w.Series))
		if w.Unstable {
			title = fmt.Sprintf("%s: %s passes its threshold again and again", d.Name, thing(w.Series))
		}
		verb := "しきい値を通過"
		if w.Unstable {
			verb = "しきい値を繰り返し通過"
		}
		r.add(Condition{
			JA:      ja("", "%s: %s が%s", d.Name, thing(w.Series), verb),
			Key:     fmt.Sprintf("crossing/%s/%s", w.Threshold.ID, w.Series),
			Subject: fmt.Sprintf("threshold %s of %s", w.Threshold.ID, w.Series),
			Type:    Crossing, Severity: severityOf(w.Severity), Service: d.Service, Check: check.ID(d.ID), Class: d.Class,
			Since: w.Since, Title: title, Sentence: w.Sentence() + ".", Path: "/devices/" + string(d.ID),
		})
	}
}

// thing names what of a device a series is about.
func thing(s device.Series) string {
	if s.Instance == "" {
		return s.Kind.String()
	}
	return s.Kind.String() + " of " + s.Instance
}

func severityOf(s device.Severity) Severity {
	switch s {
	case device.Critical:
		return Critical
	case device.Warning:
		return Warning
	}
	return Info
}

// review says that somebody has to decide on capacity. It never disturbs: a review takes
// weeks.
func (r *reading) review(v *device.Review) {
	if !v.Open() {
		return
	}
	severity := Info
	sentence := "Because " + v.Because + "."
	if !v.Due.IsZero() && r.board.At.After(v.Due) {
		severity = Warning
		sentence += " It was due on " + v.Due.In(r.zone()).Format("2006-01-02") + "."
	}
	r.add(Condition{
		JA:  ja("", "%s: %s の容量の見直し", v.Series.Device, thing(v.Series)),
		Key: "review/" + v.ID, Subject: "capacity review " + v.ID, Type: Review, Severity: severity, Check: check.ID(v.Series.Device),
		Since: v.Opened, Title: fmt.Sprintf("%s: the capacity of %s is to be reviewed", v.Series.Device, thing(v.Series)),
		Sentence: sentence, Path: "/devices",
	})
}
