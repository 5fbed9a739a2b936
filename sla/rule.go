package sla

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Rule says which moments of a failure count as downtime, and how they are summed
// up: the counting rule of a contract. Nil is continuous time, every moment as it
// is. The order of evaluation is that of Count's stages.
type Rule struct {
	Basis  Basis
	Bucket time.Duration // grain of counting, by the clock on the wall; 0 for continuous time
	// Share and MinSamples say when a bucket is down: that share of it failed. A
	// bucket with fewer probes than MinSamples is empty.
	Share      Share
	MinSamples int
	// MinRun is the shortest run that counts at all, MinRunTotal the least sum.
	MinRun, MinRunTotal time.Duration
	Start               Start
	// Told is when the vendor's notices came out, or tickets were logged, in order:
	// for StartNotice and StartTicket.
	Told         []time.Time
	RecoverAfter int           // good buckets that it takes to end a run; 0 is 1
	MergeGap     time.Duration // runs closer than this are one incident; they count as they are
	Round        Round         // of each run, in continuous time
	Empty        Empty
	Weight       Weight
	MonthHours   int // hours that every month is taken to have, such as 720; 0 for those it has
	Credits      Credits
}

// Basis is what the share of a rule is a share of.
type Basis string

// The bases. Probes cannot see users and their requests: for all but time, each
// probe stands for the requests of the time around it, and a bucket without a
// probe is empty. The last two have no threshold: a bucket counts in proportion to
// its failed share, and of user minutes each check of the claim has an equal part.
const (
	ByTime              Basis = "time"
	ByRequest           Basis = "request"
	ByUserMinutes       Basis = "user_minutes"
	ByIntervalErrorRate Basis = "interval_error_rate"
)

// Bases lists every basis; the first is what counts when none is stated.
var Bases = [...]Basis{ByTime, ByRequest, ByUserMinutes, ByIntervalErrorRate}

// Start is the moment from which on a run counts.
type Start string

// The starts. Of the last three, a run that nobody noticed, told or logged while
// it lasted does not count.
const (
	FirstFailure   Start = "first_failure"
	AfterMinRun    Start = "after_min_run"
	StartDetection Start = "detection" // the first failed probe
	StartNotice    Start = "notice"    // what the vendor published: Rule.Told
	StartTicket    Start = "ticket"    // what the customer logged: Rule.Told
)

// Starts lists every start; the first is what counts when none is stated.
var Starts = [...]Start{FirstFailure, AfterMinRun, StartDetection, StartNotice, StartTicket}

// Round is what becomes of the seconds of a run.
type Round string

// The ways to round to whole minutes.
const (
	RoundNone    Round = "none"
	RoundDown    Round = "down_minute"
	RoundNearest Round = "nearest_minute"
	RoundUp      Round = "up_minute"
)

// Rounds lists every way to round; the first is what counts when none is stated.
var Rounds = [...]Round{RoundNone, RoundDown, RoundNearest, RoundUp}

// Empty is what a bucket counts as that has too few probes to be judged.
type Empty string

// What empty buckets count as. Those that are dropped leave the denominator too.
const (
	EmptyUnknown Empty = "unknown"
	EmptyUp      Empty = "up"
	EmptyDown    Empty = "down"
	EmptyDrop    Empty = "drop"
)

// Empties lists them all; the first is what counts when none is stated.
var Empties = [...]Empty{EmptyUnknown, EmptyUp, EmptyDown, EmptyDrop}

// Weight is how much of a bucket that is down counts.
type Weight string

// The weights. By affected share, a bucket counts in proportion to its failed
// share, and each check of the claim stands for an equal part of the customers.
const (
	WeightNone     Weight = "none"
	WeightAffected Weight = "affected_share"
)

// Weights lists every weight; the first is what counts when none is stated.
var Weights = [...]Weight{WeightNone, WeightAffected}

// Share is a threshold of the failed share of a bucket, such as ">0.05" or ">=1".
// The zero value is ">0": any failure.
type Share struct {
	PPB     int64 // parts per 10^9
	Reached bool  // the share itself is enough (>=)
}

// ParseShare reads a threshold: > or >= and a number from 0 to 1 or a percentage.
// One that no bucket, or every bucket, would meet is refused.
func ParseShare(text string) (Share, error) {
	number, ok := strings.CutPrefix(strings.TrimSpace(text), ">")
	if !ok {
		return Share{}, fmt.Errorf("%q: want > or >= and a share, such as \">0.05\" or \">=1\"", text)
	}
	number, reached := strings.CutPrefix(number, "=")
	number = strings.TrimSpace(number)
	ppb, ok := parsePPB(number)
	switch {
	case !ok:
		return Share{}, fmt.Errorf("%q: want a share from 0 to 1 after the sign, such as \">0.05\" or \">5%%\"", text)
	case ppb > whole || ppb == whole && !reached:
		return Share{}, fmt.Errorf("%q: no share is greater than all, so that the rule can never count anything", text)
	case ppb == 0 && reached:
		return Share{}, fmt.Errorf("%q: every bucket reaches nothing, so that all time would count", text)
	}
	return Share{ppb, reached}, nil
}

// parsePPB reads a plain decimal, or a percentage, as parts per 10^9.
func parsePPB(text string) (int64, bool) {
	places := 9
	if number, ok := strings.CutSuffix(text, "%"); ok {
		text, places = strings.TrimSpace(number), 7
	}
	integer, decimals, dot := strings.Cut(text, ".")
	if integer == "" || len(integer) > 6 || len(decimals) > places || dot && decimals == "" {
		return 0, false
	}
	var ppb int64
	for _, c := range integer + decimals + strings.Repeat("0", places-len(decimals)) {
		if c < '0' || c > '9' {
			return 0, false
		}
		ppb = ppb*10 + int64(c-'0')
	}
	return ppb, true
}

// String prints the threshold as ParseShare reads it.
func (s Share) String() string {
	sign := ">"
	if s.Reached {
		sign = ">="
	}
	n := fmt.Sprintf("%d.%09d", s.PPB/whole, s.PPB%whole)
	return sign + strings.TrimSuffix(strings.TrimRight(n, "0"), ".")
}

// met reports whether part of total reaches the threshold.
func (s Share) met(part, total time.Duration) bool {
	if part <= 0 || total <= 0 {
		return false
	}
	hi1, lo1 := bits.Mul64(uint64(part), whole)
	hi2, lo2 := bits.Mul64(uint64(total), uint64(s.PPB))
	if hi1 == hi2 && lo1 == lo2 {
		return s.Reached
	}
	return hi1 > hi2 || hi1 == hi2 && lo1 > lo2
}

// linear reports whether buckets count in proportion to their failed share.
func (r *Rule) linear() bool {
	return r.Basis == ByUserMinutes || r.Basis == ByIntervalErrorRate || r.Weight == WeightAffected
}

// mean reports whether each check of the claim is counted by itself.
func (r *Rule) mean() bool { return r.Basis == ByUserMinutes || r.Weight == WeightAffected }

// samples returns how many probes a bucket needs to be judged; 0 when time that
// is known is enough.
func (r *Rule) samples() int {
	if r.Bucket > 0 && r.MinSamples == 0 && r.Basis != ByTime && r.Basis != "" {
		return 1
	}
	return r.MinSamples
}

// told reports whether somebody has to notice a run for it to count.
func (r *Rule) told() bool {
	return r.Start == StartDetection || r.Start == StartNotice || r.Start == StartTicket
}

// unbroken reports whether only whole buckets, or continuous time, can count, so
// that a single good probe ends what counts.
func (r *Rule) unbroken() bool { return r.Bucket == 0 || r.Share.PPB == whole && !r.linear() }

// shortest returns the length below which an unbroken failure counts nothing.
func (r *Rule) shortest() time.Duration {
	least := max(r.MinRun, r.Bucket)
	switch r.Round {
	case RoundDown:
		least = max(least, time.Minute)
	case RoundNearest:
		least = max(least, time.Minute/2)
	}
	return least
}

// Senseless returns what keeps the rule from ever counting anything over a window
// when its checks are probed at the interval, as a sentence, or nil. A zero window
// is not looked at.
func (r *Rule) Senseless(interval, window time.Duration) error {
	n := r.samples()
	switch {
	case r.Bucket > 0 && n > 0 && interval > 0 && r.Empty != EmptyDown && MostSamples(r.Bucket, interval) < n:
		return fmt.Errorf("it asks for %s in a bucket of %s, and probes every %s give at most %d: the rule can never count anything",
			probes(n), clock(r.Bucket), clock(interval), MostSamples(r.Bucket, interval))
	case window > 0 && max(r.MinRun, r.MinRunTotal) >= window:
		return fmt.Errorf("it leaves aside what is shorter than %s, and the window has only %s: the rule can never count anything",
			clock(max(r.MinRun, r.MinRunTotal)), clock(window))
	}
	return nil
}

// MostSamples returns how many probes on an even grid a bucket can hold.
func MostSamples(bucket, interval time.Duration) int {
	return int((bucket + interval - 1) / interval)
}

func probes(n int) string {
	if n == 1 {
		return "1 probe"
	}
	return fmt.Sprintf("%d probes", n)
}
