package device

import (
	"errors"
	"fmt"
	"time"
)

// Statistic is what of the readings is held against a threshold.
type Statistic uint8

// The statistics.
const (
	ByLatest Statistic = iota // the reading itself
	ByMean                    // mean of the readings within Over
	ByP95                     // 95th percentile of the readings within Over
)

var statisticNames = [...]string{"latest", "mean", "p95"}

// String returns the word used in the file.
func (s Statistic) String() string {
	if int(s) < len(statisticNames) {
		return statisticNames[s]
	}
	return fmt.Sprintf("statistic(%d)", uint8(s))
}

// ParseStatistic is the inverse of String.
func ParseStatistic(word string) (Statistic, error) {
	for i, name := range statisticNames {
		if word == name {
			return Statistic(i), nil
		}
	}
	return ByLatest, fmt.Errorf("statistic %q: want latest, mean or p95", word)
}

// Severity is how much a crossing matters.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// ParseSeverity accepts the words above.
func ParseSeverity(word string) (Severity, error) {
	switch s := Severity(word); s {
	case Info, Warning, Critical:
		return s, nil
	}
	return "", fmt.Errorf("severity %q: want info, warning or critical", word)
}

// Threshold is a limit on a series, with hysteresis: a rising and a falling mark
// as in the alarm group of RFC 2819. It is passed when the value is beyond Limit
// for RaiseAfter, and passed back when the value is within Limit less Margin for
// ClearAfter. A value between the two marks changes nothing.
type Threshold struct {
	ID       string
	Device   ID     // empty for every device that has such a series
	Kind     Kind   //
	Instance string // empty for every instance
	Severity Severity

	By   Statistic
	Over time.Duration // what ByMean and ByP95 look back on

	Limit  float64 // in the unit of the kind
	Margin float64 // in the same unit; 10 % of Limit is a good one
	Below  bool    // the bad side is below Limit: free space, battery, a link that is down

	RaiseAfter time.Duration // 5 min is a good one for polls every minute
	ClearAfter time.Duration // 10 min

	// MaxGap is the longest pause between two readings that counts as having
	// looked; a longer one starts the waiting anew. 2.5 intervals is a good one.
	MaxGap time.Duration

	// More than MaxChanges raises and clears within ChangesWithin are one
	// crossing, Unstable, until nothing has changed for as long.
	MaxChanges    int // 4 when zero
	ChangesWithin time.Duration
}

// Defaults of the flap guard.
const (
	DefaultMaxChanges    = 4
	DefaultChangesWithin = time.Hour
)

// MaxSamples bounds what a Watch keeps for its statistic: a day of readings
// every minute fits.
const MaxSamples = 1500

// Check says what is wrong with the threshold.
func (t Threshold) Check() error {
	switch {
	case t.ID == "":
		return errors.New("a threshold needs an id")
	case t.Kind == NoKind || t.Kind >= kindCount:
		return errors.New("a threshold needs a kind of reading")
	case t.Limit != t.Limit || t.Margin != t.Margin || t.Margin < 0:
		return errors.New("limit and margin must be numbers, the margin not below zero")
	case t.By != ByLatest && t.Over <= 0:
		return fmt.Errorf("by %s needs a time to look back on (over)", t.By)
	case t.RaiseAfter < 0 || t.ClearAfter < 0 || t.MaxGap < 0 || t.MaxChanges < 0 || t.ChangesWithin < 0:
		return errors.New("times and counts must not be below zero")
	case t.MaxGap == 0:
		return errors.New("a threshold needs the longest pause that counts as having looked (max_gap)")
	}
	return nil
}

// Watches reports whether the threshold is about the series.
func (t Threshold) Watches(s Series) bool {
	return t.Kind == s.Kind && (t.Device == "" || t.Device == s.Device) &&
		(t.Instance == "" || t.Instance == s.Instance)
}

// beyond reports whether v is on the bad side of Limit.
func (t Threshold) beyond(v float64) bool {
	if t.Below {
		return v < t.Limit
	}
	return v > t.Limit
}

// within reports whether v is so far on the good side that the threshold may clear.
func (t Threshold) within(v float64) bool {
	if t.Below {
		return v > t.Limit+t.Margin
	}
	return v < t.Limit-t.Margin
}
