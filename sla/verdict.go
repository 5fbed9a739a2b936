package sla

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Answer is the outcome of holding a service to a claim.
type Answer string

// The answers. Breached is at 95 % confidence; BreachedCertain needs no
// statistics. MetIfUnknownAlike says that the claim is met if the time we could
// not see was like the time we saw; it is a kind of CannotTell.
const (
	Met               Answer = "met"
	MetIfUnknownAlike Answer = "met_if_unknown_alike"
	BreachedCertain   Answer = "breached_certain"
	Breached          Answer = "breached"
	CannotTell        Answer = "cannot_tell"
)

// Answers lists every answer, for metrics that need one series for each.
var Answers = [...]Answer{Met, MetIfUnknownAlike, BreachedCertain, Breached, CannotTell}

// Downtime is how long the service was down, and how sure that is.
type Downtime struct {
	Point             time.Duration // best estimate of the total
	HardLow, HardHigh time.Duration // from the probes that were made, unseen outages apart
	Low95, High95     time.Duration // two-sided 95 % interval, unseen outages included
	// Least95 and Most95 are the one-sided 95 % limits. The answer rests on them
	// (accounting.md D.6, step 8), each asked by itself; they lie inside the interval.
	Least95, Most95 time.Duration
}

// Probes counts results in the window.
type Probes struct{ Total, Failed, Unknown int }

// Incident is one or more runs, merged by the claim's rule.
type Incident struct {
	timeline.Run
	Check            check.ID
	Low, Point, High time.Duration // length inside the window; exclusions are left out
	Runs             int           // merged into it
	Planned          bool          // wholly inside announced maintenance
}

// Verdict is the answer to one claim over one period, with what it rests on.
type Verdict struct {
	Claim  Claim
	Period timeline.Period // the whole window, borders in the claim's zone
	Until  time.Time       // how far the account goes: the window's end, or now
	Final  bool            // the window has ended

	Accounted time.Duration // window up to Until, less what is excluded
	Excluded  time.Duration
	Unknown   time.Duration
	Coverage  float64 // share of Accounted that is not unknown, 0-1; 0 when nothing is accounted
	// Allowance is what the figure leaves in the whole window less exclusions,
	// the part that lies in the future included.
	Allowance time.Duration

	Downtime Downtime
	// Availability holds 1 − downtime ÷ Accounted, rounded down; Low95 belongs to
	// High95 above. While nothing at all is known, it is 0, 0 and 1.
	Availability struct{ Point, Low95, High95 float64 }

	Answer      Answer
	Explanation string // one or two sentences a manager understands
	// Deciding is the base interval that would decide the claim on the same
	// history; zero when no interval can.
	Deciding  time.Duration
	Interval  time.Duration // the base interval that was used
	Probes    Probes
	Incidents []Incident
	// Failures is how many times the service failed: the incidents of a single check,
	// those that make the service of several fail, or what the rule counts.
	Failures int
	likely   timeline.Set // when a service of several checks failed, unplanned
	together *together    // when it failed, planned or not: see ServiceIncidents
	left     timeline.Set // out of the account
	Count    *Count       // what the claim's rule made of it; nil without a rule
	Credit   CreditDue    // of a rule with credits, for a window that has ended
}

// Remaining returns the allowance that is left, negative once it is overdrawn.
func (v Verdict) Remaining() time.Duration { return v.Allowance - v.Downtime.Point }
