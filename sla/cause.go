package sla

import (
	"fmt"
	"strings"
	"time"
)

// Side is who is responsible for an incident, as a person has confirmed it.
type Side string

// The sides. Unassigned is the word for an incident that nobody has looked at.
const (
	Vendor       Side = "vendor"
	OwnNetwork   Side = "own_network"
	OwnOperation Side = "own_operation"
	PlannedWork  Side = "planned"
	Emergency    Side = "emergency"
	UnknownSide  Side = "unknown"
)

// Sides lists every side that a person can confirm.
var Sides = [...]Side{Vendor, OwnNetwork, OwnOperation, PlannedWork, Emergency, UnknownSide}

// ParseSide accepts the words above.
func ParseSide(word string) (Side, error) {
	words := make([]string, len(Sides))
	for i, s := range Sides {
		if words[i] = string(s); words[i] == word {
			return s, nil
		}
	}
	return "", fmt.Errorf("side %q: want %s or %s", word, strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
}

// Cause is what a person has confirmed about an incident. The zero value means
// that nobody has.
type Cause struct {
	Side Side      `json:"side"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// CountsAs is what a correction makes of a period.
type CountsAs string

// What a period can be corrected to.
const (
	AsUnknown  CountsAs = "unknown"  // we were wrong about what we saw
	AsExcluded CountsAs = "excluded" // an agreed exception
)

// Correction changes how a period of the past counts: an entry, never an edit.
type Correction struct {
	ID     string    `json:"id"`
	Claim  ClaimID   `json:"claim"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	As     CountsAs  `json:"counts_as"`
	Why    string    `json:"why"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Before float64   `json:"availability_before"` // point of the window, 0-1
	After  float64   `json:"availability_after"`
}

// Check returns what is missing in a correction, as a sentence. A reason is asked
// for always, and all the more where the period was closed: its figure has been
// handed out.
func (c Correction) Check(frozen bool) error {
	switch {
	case !c.From.Before(c.To):
		return fmt.Errorf("the correction ends at %s, which is not after it begins", c.To.Format(time.RFC3339))
	case c.As != AsUnknown && c.As != AsExcluded:
		return fmt.Errorf("counts_as %q: want unknown or excluded", c.As)
	case strings.TrimSpace(c.By) == "":
		return fmt.Errorf("the correction does not say who makes it")
	case strings.TrimSpace(c.Why) == "" && frozen:
		return fmt.Errorf("the period is closed and its figure is frozen: a correction needs a reason")
	case strings.TrimSpace(c.Why) == "":
		return fmt.Errorf("a correction needs a reason")
	}
	return nil
}
