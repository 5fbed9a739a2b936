package sla

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
)

// ClaimID is the stable name of a claim, with the syntax of check.ID.
type ClaimID string

// Kind says what a claim binds.
type Kind string

// The kinds of claim. Only a contract makes credit due; a disclosure is borne
// out or not; an objective is our own.
const (
	Contract   Kind = "contract"
	Disclosure Kind = "disclosure"
	Objective  Kind = "objective"
)

// ParseKind accepts the words above.
func ParseKind(word string) (Kind, error) {
	switch k := Kind(word); k {
	case Contract, Disclosure, Objective:
		return k, nil
	}
	return "", fmt.Errorf("kind %q: want contract, disclosure or objective", word)
}

// Claim is a figure to hold a service to.
type Claim struct {
	ID           ClaimID
	Name         string
	Service      check.ServiceID
	Kind         Kind
	Availability Figure
	Text         string     // what the vendor stated, in the user's own words, with its place
	AsOf         time.Time  // date of the statement; zero when not given
	Checks       []check.ID // the checks that decide; never empty
	Combine      Combine
	// SitesDown is how many places have to see a check down at the same time for it to count
	// in the figure of all places together; 0 for no such figure. The claim's own figure is
	// always that of one place.
	SitesDown    int
	Weights      map[check.ID]int // of Mean; a check that is not named weighs 1
	Window       Window
	DegradedDown bool // a degraded probe counts as down
	// ExcludeMaintenance leaves announced maintenance out of the account, out of
	// the denominator too. Emergency maintenance is never left out by it.
	ExcludeMaintenance bool
	// MaxIncidents is how many incidents were stated beside the figure; nil for nothing.
	MaxIncidents *int
	MinNotice    time.Duration // lead time below which maintenance is an emergency
	Work         MaintenanceRule
	Hours        *Hours // outside them nothing is promised; nil for always
	Reference    string // the guideline value to show beside the claim, such as "mic-2008/6"; may be empty
	Rule         *Rule  // how downtime is counted; nil for continuous time
}
