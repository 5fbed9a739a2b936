package sla

import "time"

// Less is what made a run count less than its length.
type Less string

// The reasons. The zero value is none.
const (
	LessShort   Less = "too_short" // than the shortest run that counts
	LessAfter   Less = "after_min" // it counts only from there on
	LessUntold  Less = "untold"    // nobody noticed, told or logged it while it lasted
	LessTold    Less = "from_told" // it counts from when somebody did
	LessOut     Less = "left_out"  // whole
	LessPart    Less = "left_out_in_part"
	LessRounded Less = "rounded"
	// LessUnseen is that of one failed probe with nothing known on either side of it.
	LessUnseen Less = "nothing_known_around"
	// LessShare is that of one check of a service whose checks count each by its weight.
	LessShare Less = "by_share"
)

// less says what took from a run.
func (c *counter) less(run ruleRun, from time.Time, left, counted time.Duration) Less {
	r := c.rule
	switch {
	case run.Length() < r.MinRun:
		return LessShort
	case r.Start == AfterMinRun:
		return LessAfter
	case r.told() && !from.Before(run.To):
		return LessUntold
	case r.told() && from.After(run.From):
		return LessTold
	}
	excluded := c.cut.excluded.Within(run.Period)
	switch {
	case left == 0 && excluded > 0:
		return LessOut
	case counted != left:
		return LessRounded
	case excluded > 0:
		return LessPart
	}
	return ""
}

// Why puts what took from a run into words.
func (r *Rule) Why(l Less) string {
	switch l {
	case LessShort:
		return "shorter than " + clock(r.MinRun)
	case LessAfter:
		return "counts after " + clock(r.MinRun)
	case LessUntold:
		return "without a " + string(r.Start)
	case LessTold:
		return "counts from the " + string(r.Start)
	case LessOut:
		return "left out"
	case LessRounded:
		return "rounded"
	case LessPart:
		return "left out in part"
	case LessUnseen:
		return "nothing is known of the time around it"
	case LessShare:
		return "counts by the share of its check"
	}
	return ""
}
