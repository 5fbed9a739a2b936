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
