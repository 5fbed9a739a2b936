// Package status is one look at everything: services, checks with their latest
// result, claims with their verdicts, incidents, and how the monitor itself is
// doing.
//
// A Board is a value that is made anew at every refresh and never changed
// afterwards, so metrics, pages and commands may read it at the same time and
// all show the same moment. The package is pure.
package status

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/sla"
)

// Board is everything that is known at one moment.
type Board struct {
	At       time.Time
	Site     string
	Zone     *time.Location // for display
	Version  string
	Started  time.Time
	Services []Service // in the order of the file; the own network last
	Own      Own
	Sites    []Site // other places, in the order of the file

	Devices []Device        // in the order of the file
	Reviews []device.Review // open ones and those of the last months, newest first
	// Capacity are the rules that open reviews.
	Capacity []device.CapacityRule
}

// Service is one service with all that is known of it.
type Service struct {
	check.Service
	State     check.State // the worst of its checks that are not paused
	Checks    []Check
	Claims    []Claim
	Responses []Response // claims on response time
	Incidents []Incident // newest first; open ones and those of the last days
	// Maintenance is what the vendor announced, in order of time, whether a claim
	// leaves it out or not.
	Maintenance []sla.Exclusion
}

// Check is one check with its latest result.
type Check struct {
	check.Check
	Last     check.Result // zero Sent before the first
	Since    time.Time    // when the present state was first seen
	LastGood time.Time    // zero when never
	Failed   int          // failed probes since the last good one
	Usual    Usual
}

// Claim is one claim, judged over its own window and over rolling ones.
type Claim struct {
	sla.Verdict
	// Other treats announced maintenance the other way than the claim says, so that
	// both figures can be shown; nil while none was announced in the window.
	Other   *sla.Verdict
	Rolling []Rolling
	// Burn holds the short windows that tell how fast the allowance goes; empty for
	// claims that are too high for that.
	Burn []Rolling
}

// Rolling is the verdict over the time that ends now.
type Rolling struct {
	Name string // "1h", "24h", "7d", "30d", "90d", "365d"
	sla.Verdict
}

// Windows are the rolling windows that every claim is shown over.
var Windows = [...]struct {
	Name   string
	Length time.Duration
}{
	{"1h", time.Hour},
	{"24h", 24 * time.Hour},
	{"7d", 7 * 24 * time.Hour},
	{"30d", 30 * 24 * time.Hour},
	{"90d", 90 * 24 * time.Hour},
	{"365d", 365 * 24 * time.Hour},
}

// Incident is a failure of one check, for lists.
type Incident struct {
	sla.Incident
	ID      string // stable: check and first failed probe
	Service check.ServiceID
	Detail  *check.Evidence // of the first failed probe; nil when not kept
	Cause   sla.Cause       // as a person has confirmed it; zero when nobody has
}

// IncidentID names an incident: it depends on the check and its first failed probe
// only, so that it stays the same while the incident grows.
func IncidentID(id check.ID, firstBad time.Time) string {
	return string(id) + "-" + firstBad.UTC().Format("20060102T150405.000Z")
}

// Own is how the monitor itself is doing.
type Own struct {
	ConfigFile       string
	ConfigLoaded     time.Time // last successful load
	ConfigError      string    // of the last reload; empty when it was taken
	NetworkAlive     bool
	InFlight         int
	Missed           map[check.Reason]uint64 // slots that could not be used
	Started          uint64                  // probes started
	Lag              Lag                     // of base slots, from slot to start
	ResultsStored    uint64
	ResultsLost      uint64 // could not be stored
	StoreBytes       int64
	StoreError       string // of the last write; empty when it succeeded
	LastBackup       time.Time
	BackupError      string
	ClockOffset      time.Duration // own clock against the reference, when asked
	ClockOffsetKnown bool
	Events           []Event // newest first: starts, stops, steps of the clock, reloads
}

// Lag is how late probes start; zero before the first.
type Lag struct{ P50, P99, Max time.Duration }

// Event is something that happened to the monitor.
type Event struct {
	At   time.Time
	Kind string // "started", "stopped", "clock_step", "suspend", "reload", "backup", …
	Text string
}
