package status

import (
	"github.com/slamon/slamon/device"
)

// Device is one device with its latest readings and what they mean.
type Device struct {
	device.Device
	Profile  string           // that it is read by; empty before its first answer
	Notes    []string         // what of the wanted is not read, and why
	Readings []device.Reading // the latest of every series, by kind and instance
	Watched  []Watched        // its thresholds, by threshold and series
	Traps    []device.Trap    // of late, newest first
}

// Watched is one threshold on one series.
type Watched struct {
	device.Threshold
	device.Series
	device.Watch
}

// Sentence says what is held against the limit.
func (w Watched) Sentence() string {
	side := "above"
	if w.Below {
		side = "below"
	}
	unit := w.Threshold.Kind.Unit()
	return w.Series.String() + " is " + device.Format(w.Value, unit) + " (" + w.By.String() + "); its limit is " +
		side + " " + device.Format(w.Limit, unit) + " for " + w.RaiseAfter.String()
}
