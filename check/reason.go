package check

import "fmt"

// Reason says why an outcome is not plainly up. The set is closed; its numbers
// are written to disk, so new reasons go at the end and none is ever reused.
type Reason uint8

// The reasons. Those from ReasonOwnNetwork on are our own trouble and go with Unknown.
const (
	ReasonNone        Reason = iota // nothing to remark
	ReasonTimeout                   // no (whole) answer within the deadline
	ReasonRefused                   // the target's host refused the connection
	ReasonUnreachable               // a router or the target's host said unreachable
	ReasonDNS                       // the name did not resolve, or to the wrong thing
	ReasonTLS                       // handshake, chain, name or validity of the certificate
	ReasonStatus                    // answered with an unexpected status or code
	ReasonContent                   // answered with unexpected content
	ReasonThreshold                 // a measured value passed a limit
	ReasonProtocol                  // answered something that is not the protocol
	ReasonAuth                      // our credentials were not accepted
	ReasonReset                     // the target closed the connection too early
	ReasonSlow                      // answered, slower than the stated limit
	ReasonLate                      // a heartbeat did not arrive in time
	ReasonInternal                  // the probe itself broke
	ReasonOwnNetwork                // our own line was dead
	ReasonResources                 // no descriptor, memory or probe slot was free
	ReasonMissed                    // the slot could not be used: the one before overran
	ReasonStopped                   // the monitor was not running or the machine slept
	ReasonClock                     // the wall clock was stepped
	ReasonStorage                   // the result could not be stored
	reasonCount
)

var reasonNames = [reasonCount]string{
	"none", "timeout", "refused", "unreachable", "dns", "tls", "status", "content",
	"threshold", "protocol", "auth", "reset", "slow", "late", "internal",
	"own_network", "resources", "missed", "stopped", "clock", "storage",
}

// Reasons lists every Reason in the order of their numbers.
func Reasons() []Reason {
	all := make([]Reason, reasonCount)
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

// String returns the word used in metrics, CSV, reports and pages.
func (r Reason) String() string {
	if r < reasonCount {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Network reports whether the failure could as well be caused by our own line,
// so that the anchors have to be asked before the target is blamed.
func (r Reason) Network() bool {
	switch r {
	case ReasonTimeout, ReasonRefused, ReasonUnreachable, ReasonDNS, ReasonReset, ReasonTLS:
		return true
	}
	return false
}

// ParseReason is the inverse of String.
func ParseReason(word string) (Reason, error) {
	for i, name := range reasonNames {
		if word == name {
			return Reason(i), nil
		}
	}
	return ReasonNone, fmt.Errorf("reason %q: not one of slamon's reasons", word)
}

// MarshalText encodes the reason as its word.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText decodes a word as ParseReason does.
func (r *Reason) UnmarshalText(text []byte) error {
	v, err := ParseReason(string(text))
	if err == nil {
		*r = v
	}
	return err
}
