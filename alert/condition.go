package alert

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// Type is what kind of thing is wrong. The set is closed.
type Type string

// The types of condition.
const (
	Incident        Type = "incident"         // a check is down
	Allowance       Type = "allowance"        // a share of a claim's allowance is used
	Refuted         Type = "refuted"          // a claim is breached for certain
	BurnRate        Type = "burn_rate"        // the allowance is used up too fast (claims at or below 99.95 %)
	Certificate     Type = "certificate"      // a certificate is about to end
	UnusualResponse Type = "unusual_response" // a check responds more slowly than usual
	Coverage        Type = "coverage"         // too much time is unknown
	OwnNetwork      Type = "own_network"      // our own line is dead
	Clock           Type = "clock"            // our own clock is off
	Backup          Type = "backup"           // the backup failed or its check did
	Storage         Type = "storage"          // the store takes no results
	Crossing        Type = "crossing"         // a reading passed its threshold
	Review          Type = "review"           // a capacity review is waiting for a decision
	Blind           Type = "blind"            // slamon was not watching for a while
	Deadline        Type = "deadline"         // a notice is about to miss its window
	Reporting       Type = "report"           // a report goes out; never a condition
	Trial           Type = "test"             // somebody tries a channel; never a condition
)

// Types lists every type.
var Types = [...]Type{Incident, Allowance, Refuted, BurnRate, Certificate, UnusualResponse, Coverage, OwnNetwork, Clock, Backup, Storage, Crossing, Review, Blind, Deadline}

// ParseType accepts the words above.
func ParseType(word string) (Type, error) {
	for _, t := range Types {
		if word == string(t) {
			return t, nil
		}
	}
	return "", fmt.Errorf("type %q: not a kind of condition", word)
}

// Severity orders conditions. Only Critical ones disturb quiet hours.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Warning
	Critical
)

var severityNames = [...]string{"info", "warning", "critical"}

// String returns the word used in the file, in notices and labels.
func (s Severity) String() string { return severityNames[min(int(s), len(severityNames)-1)] }

// ParseSeverity is the inverse of String.
func ParseSeverity(word string) (Severity, error) {
	for i, name := range severityNames {
		if word == name {
			return Severity(i), nil
		}
	}
	return Info, fmt.Errorf("severity %q: want info, warning or critical", word)
}

// MarshalText encodes the severity as its word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText decodes a word as ParseSeverity does.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// Condition is something that is wrong now.
type Condition struct {
	Key      string          `json:"key"`     // stable while it is the same trouble
	Subject  string          `json:"subject"` // what flaps: the check, the claim, the device
	Type     Type            `json:"type"`
	Severity Severity        `json:"severity"`
	Service  check.ServiceID `json:"service,omitempty"`
	Check    check.ID        `json:"check,omitempty"`
	Class    check.Class     `json:"class,omitempty"`
	Claim    sla.ClaimID     `json:"claim,omitempty"`

	Since    time.Time    `json:"since"`            // when it began, as far as known
	Failed   int          `json:"failed,omitempty"` // failed probes so far
	Sites    int          `json:"sites,omitempty"`  // places from which it is seen to fail now; 0 counts as one
	Reason   check.Reason `json:"reason,omitempty"`
	Title    string       `json:"title"`          // a subject line
	Sentence string       `json:"sentence"`       // what was seen
	JA       Words        `json:"ja,omitzero"`    // the same in Japanese, where there are words
	Path     string       `json:"path,omitempty"` // of the page about it
	// Lasting says that it cannot get better while its window lasts: downtime is not
	// taken back. Giving way to something worse is no recovery, and not told as one.
	Lasting bool `json:"lasting,omitempty"`
	// Maintenance says that the vendor announced work for this time.
	Maintenance bool `json:"maintenance,omitempty"`
}
