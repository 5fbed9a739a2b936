package check

import "time"

// ID is the stable name of a check. History belongs to it, not to the display
// name: renaming a check keeps its past, and removing it deletes nothing.
// Syntax: a lower-case letter or digit, then letters, digits, '-', '_' or '.',
// 64 characters at most.
type ID string

// ServiceID is the stable name of a service, with the syntax of ID.
type ServiceID string

// OwnNetworkService is the reserved service that the anchors belong to.
const OwnNetworkService ServiceID = "own-network"

// Service is what the vendor sells and makes claims about.
type Service struct {
	ID     ServiceID
	Name   string // for display; the ID when the file names none
	Vendor string
	Note   string
	Public bool // may be shown on the read-only public view
	Checks []Check
}

// Check is one question put to one target on an interval.
type Check struct {
	ID      ID
	Name    string // for display; the ID when the file names none
	Service ServiceID
	Class   Class

	Interval      time.Duration // base grid
	Timeout       time.Duration // of one probe; never longer than Interval
	Reprobe       time.Duration // pause between probes after a failure; 0 turns re-probing off
	ReprobeGood   int           // good re-probes after recovery before the base grid is enough again
	DegradedAfter time.Duration // an answer slower than this is Degraded; 0 for no limit
	Paused        bool          // known, shown, not probed: its time is unknown
	Sensor        bool          // a connection is kept open, and a probe sent at once when it breaks
	EveryAddress  bool          // each address of the target's name is asked; see Host

	Params Params
}

// Kind returns the word for the check's protocol, for example "http".
func (c Check) Kind() string {
	if c.Params == nil {
		return ""
	}
	return c.Params.Kind()
}

// Target returns what is asked, fit for people: an address, a URL without
// credentials, a name.
func (c Check) Target() string {
	if c.Params == nil {
		return ""
	}
	return c.Params.Target()
}
