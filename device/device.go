package device

import (
	"regexp"
	"time"

	"github.com/slamon/slamon/check"
)

// Device is one SNMP agent that is watched.
type Device struct {
	ID      ID
	Name    string // for display; the ID when the file names none
	Service check.ServiceID
	Class   check.Class

	Address     string // host or host:port; port 161 when it has none
	Credentials Credentials
	Context     string // SNMPv3 context name; empty for the default one

	Interval       time.Duration // between polls
	Timeout        time.Duration // of one request; 2 s when zero
	Retries        int           // further requests after one that got no answer; below zero for none, 2 when zero
	MaxRepetitions int           // rows asked for at once; 10 when zero, see RFC 3416 section 4.2.3

	Profile    string // by name; chosen by sysObjectID when empty
	Unverified bool   // also read objects that the profile marks as not verified

	Wanted Wanted
}

// Wanted is what to read of a device.
type Wanted struct {
	CPU, Memory, Storage, Interfaces bool
	Extra                            bool // what else the profile offers: temperature, battery

	StorageExclude *regexp.Regexp // mounts to leave out; DefaultStorageExclude when nil
	InterfaceMatch *regexp.Regexp // name or alias must match; all that are switched on when nil
	// InterfaceExclude leaves out, of those that match; none when nil.
	InterfaceExclude *regexp.Regexp
	InterfaceKinds   []Kind // which of InBits … OutUse to read; DefaultInterfaceKinds when empty
	Custom           []CustomObject
}

// CustomObject is a reading by OID.
type CustomObject struct {
	Name    string // becomes the instance of the series
	OID     string // of a scalar with its .0, or of one cell
	Unit    Unit
	Counter bool    // a counter: the reading is its rate per second
	Scale   float64 // the value is multiplied by it; 1 when zero
}

// DefaultStorageExclude leaves out what is not a disk: memory file systems and
// the mounts of containers and of package images.
var DefaultStorageExclude = regexp.MustCompile(
	`^/(dev|proc|sys|run)(/|$)|^/snap/|^/var/lib/(docker|containers|kubelet)/`)

// DefaultInterfaceKinds are read when the file does not choose.
var DefaultInterfaceKinds = []Kind{InBits, OutBits, InErrors, OutErrors, InDiscards, OutDiscards, Speed, LinkUp, InUse, OutUse}

// Everything wants all that the profile offers.
var Everything = Wanted{CPU: true, Memory: true, Storage: true, Interfaces: true, Extra: true}
