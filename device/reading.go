package device

import "time"

// ID is the stable name of a device, with the syntax of check.ID. History belongs
// to it, not to the address.
type ID string

// Series is what a history is kept of: one kind of value of one part of a device.
type Series struct {
	Device   ID     `json:"device"`
	Kind     Kind   `json:"kind"`
	Instance string `json:"instance,omitempty"` // mount, interface name, name of a custom reading; empty for the whole device
}

// String returns "device kind instance".
func (s Series) String() string {
	text := string(s.Device) + " " + s.Kind.String()
	if s.Instance != "" {
		text += " " + s.Instance
	}
	return text
}

// InstanceLimit is the most bytes of an instance. Interface aliases reach 64
// characters (IF-MIB), mounts of containers more; what is longer is cut, so that
// a hostile agent cannot fill the store with names.
const InstanceLimit = 96

// Reading is one value of a series at one time.
type Reading struct {
	Series
	At    time.Time // UTC; when the answer came
	Value float64   // in the unit of the kind; zero when void
	Void  Void
}

// Known reports whether the reading has a value.
func (r Reading) Known() bool { return r.Void == NotVoid }
