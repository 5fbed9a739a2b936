package config

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// Config is the whole of a file that has no mistakes. It is not changed after
// Load; a reload makes a new one.
type Config struct {
	File string // as it was given to Load
	Hash string // SHA-256 of the file's bytes, hexadecimal

	Site string         // the place slamon probes from
	Zone *time.Location // for display, and for windows that name none

	Storage Storage
	Web     Web

	// Anchors are probed to tell our own trouble from the targets'. They are
	// checks of class network on check.OwnNetworkService. While fewer than Need of
	// them answer, our own network counts as dead. Need is 0 without anchors.
	Anchors []check.Check
	Need    int

	Services    []check.Service // in the order of the file
	Claims      []sla.Claim     // on availability, in the order of the file
	Maintenance []Maintenance   // in the order of the file

	Responses []sla.ResponseClaim // claims on response time, in the order of the file
	Usual     sla.UsualRule       // what counts as an unusual response time

	Holidays         string         // iCalendar file of days that are no business days; empty for none
	Calendar         sla.Calendar   // what it says
	MaintenanceFiles []WatchedFile  // further sources of maintenance, read while slamon runs
	Report           ReportSettings // of monthly reports

	// Parents are the checks that a check hangs behind: while one of them is down,
	// nobody is told of it. Checks without any are left out.
	Parents map[check.ID][]check.ID

	Peers []Peer // other places that watch the same, in the order of the file

	Notify Notify

	SNMP SNMP // devices, their thresholds, traps

	// Warnings are not mistakes, but worth a look.
	Warnings []Complaint

	origins     origins
	usualMargin sla.Figure // as it was written
}

// Storage says where history lies and how long.
type Storage struct {
	Path            string // of the store; absolute or relative to the working directory
	Retention       time.Duration
	MaxSize         int64         // bytes; 0 for no limit
	BackupDirectory string        // empty for no backups
	BackupEvery     time.Duration // from one backup to the next
	BackupsKept     int           // older ones are removed
}

// Web says where slamon listens.
type Web struct {
	ListenAddress       string // host:port
	PublicListenAddress string // host:port of the view for anybody; empty for none
	PublicConfigFile    string // TLS of that view, in the form of the Prometheus family; empty for none
	ConfigFile          string // TLS and passwords, in the form of the Prometheus family; empty for none
	UsersFile           string // names and passwords of who may act while anybody may read; empty for none
	ExternalURL         string // how people reach the pages, without a slash at the end; empty when unknown
}

// Maintenance is a time that a vendor announced for work on a service.
type Maintenance struct {
	Service check.ServiceID
	sla.Exclusion
}

// WatchedFile is an iCalendar (.ics) or CSV (.csv) file of a service's maintenance.
type WatchedFile struct {
	Service check.ServiceID
	Path    string
}

// ReportSettings say what is written after each month.
type ReportSettings struct {
	Directory        string   // empty for no reports
	OnlyWhenBreached bool     // leave out the claims that were not breached
	Formats          []string // of html, text, csv and json
	Language         string   // "en" or "ja"
	Sheet            string   // file of the disclosure sheet's statements; empty for none
}

// Check returns the check or anchor with the id.
func (c *Config) Check(id check.ID) (check.Check, bool) {
	for _, s := range c.Services {
		for _, k := range s.Checks {
			if k.ID == id {
				return k, true
			}
		}
	}
	for _, k := range c.Anchors {
		if k.ID == id {
			return k, true
		}
	}
	return check.Check{}, false
}

// Exclusions returns the maintenance of a service as a claim can leave it out.
func (c *Config) Exclusions(id check.ServiceID) []sla.Exclusion {
	var ex []sla.Exclusion
	for _, m := range c.Maintenance {
		if m.Service == id {
			ex = append(ex, m.Exclusion)
		}
	}
	return ex
}
