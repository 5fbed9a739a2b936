package sla

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// StageName names a step from probes to counted downtime.
type StageName string

// The stages, in the order of evaluation. Exclusions come after the shortest run,
// so that work in the middle of an outage does not make two short ones of it.
const (
	StageLine     StageName = "line"      // failures as the probes saw them
	StageBuckets  StageName = "buckets"   // whole buckets
	StageMinRun   StageName = "min_run"   // runs long enough, from where counting starts
	StageExcluded StageName = "excluded"  // without what is left out
	StageRounded  StageName = "rounded"   // each run rounded
	StageTotal    StageName = "min_total" // nothing, if the sum is too small
)

var stageNames = [...]StageName{StageLine, StageBuckets, StageMinRun, StageExcluded, StageRounded, StageTotal}

const stages = len(stageNames)

// Takes reports whether the rule has a step, so that it can change anything. The first
// and the last are always there.
func (r *Rule) Takes(s StageName) bool {
	switch s {
	case StageBuckets:
		return r.Bucket > 0
	case StageMinRun:
		return r.MinRun > 0 || r.Start != FirstFailure && r.Start != ""
	case StageRounded:
		return r.Round != RoundNone && r.Round != ""
	}
	return true
}

// Stage is the downtime after one step, in the window.
type Stage struct {
	Name             StageName
	Low, Point, High time.Duration
}

// CountedRun is one run as the rule counts it, on the most likely line.
type CountedRun struct {
	timeline.Period               // buckets included
	Counted         time.Duration // after rounding, inside the window
	Check           check.ID      // of several that count each by itself; else empty
	Less            Less
	Why             string // Less in words; empty for nothing
}

// Count is what a rule makes of a history. It stands beside the figures of a
// verdict, which are those of the rule.
type Count struct {
	Stages []Stage
	Runs   []CountedRun
	// Incidents is the number of runs that count, those within the rule's merge gap
	// taken as one.
	Incidents int
	// Unknown is what the unknown time would add if it had been down.
	Unknown time.Duration
	// Dropped is the time of empty buckets that leave the denominator.
	Dropped time.Duration
	// Denominator is what the share is a share of; the whole window's is WholeDenominator.
	Denominator, WholeDenominator time.Duration
	// Continuous is the downtime without a rule.
	Continuous Downtime
	// Unproven says why no sampling can prove what the rule counts; empty when it can.
	Unproven string
}

// tally is one line counted.
type tally struct {
	sums   [stages]time.Duration
	runs   []CountedRun  // of the most likely line
	length int           // runs in the window
	n      int           // incidents
	rare   time.Duration // buckets that failed in part, but too little to count
}

func (t tally) total() time.Duration { return t.sums[stages-1] }

// counter counts lines by a rule.
type counter struct {
	rule  *Rule
	grid  grid
	cut   *cutter // window and exclusions
	edge  time.Time
	final bool
	// loose is set when rounding depends on which failures join: runs of several
	// checks. Then the low bound rounds down, and the high one up for each.
	loose bool
}

// side says which line is counted.
type side int

const (
	certainSide side = iota
	likelySide
	possibleSide
	closeSide // with the unknown time right at failures
	worstSide // with all unknown time
)

// tally counts one line.
func (c *counter) tally(line timeline.Set, l *ruleLines, s side) tally {
	var t tally
	window := c.cut.Period
	plain := cutter{Period: window}
	for _, p := range line {
		t.sums[0] += plain.length(p)
	}
	pieces := c.pieces(line, l, s)
	for _, p := range pieces {
		t.sums[1] += p.value(plain.length(p.Period))
	}
	if c.rule.Bucket > 0 && s == possibleSide {
		t.rare = c.touched(line, pieces)
	}
	var end time.Time
	for _, run := range c.rule.runs(pieces) {
		from := c.begin(run, l)
		var left, counted time.Duration
		if from.Before(run.To) {
			t.sums[2] += c.rule.counts(run, from, &plain)
			left = c.rule.counts(run, from, c.cut)
			counted = c.round(left, s)
		}
		t.sums[3] += left
		t.sums[4] += counted
		if plain.length(run.Period) == 0 {
			continue
		}
		t.length++
		if s == likelySide {
			less := c.less(run, from, left, counted)
			t.runs = append(t.runs, CountedRun{Period: run.Period, Counted: counted, Less: less, Why: c.rule.Why(less)})
		}
		if counted > 0 {
			if t.n == 0 || run.From.Sub(end) > c.rule.MergeGap || c.rule.MergeGap == 0 {
				t.n++
			}
			end = run.To
		}
	}
	if t.sums[5] = t.sums[4]; t.sums[5] < c.rule.MinRunTotal {
		t.sums[5] = 0
	}
	return t
}

// pieces are the buckets that are down, or the line itself in continuous time.
func (c *counter) pieces(line timeline.Set, l *ruleLines, s side) []part {
	if c.rule.Bucket == 0 {
		pieces := make([]part, len(line))
		for i, p := range line {
			pieces[i] = part{Period: p, down: 1, of: 1}
		}
		return pieces
	}
	b := bucketer{grid: c.grid, rule: c.rule, edge: c.edge, complete: s == certainSide && !c.final}
	if (s == likelySide || s == possibleSide) && len(l.worst) > 0 {
		b.unknown = func(p timeline.Period) time.Duration { return l.worst.Within(p) - l.possible.Within(p) }
	}
	pieces := b.count(line)
	unknown := c.rule.Empty == EmptyUnknown || c.rule.Empty == ""
	if unknown && s == worstSide || c.rule.Empty == EmptyDown {
		return with(pieces, l.empty)
	}
	return without(pieces, l.empty)
}

// touched returns the buckets that the line reaches, but that are not down.
func (c *counter) touched(line timeline.Set, pieces []part) time.Duration {
	var all, down timeline.Set
	for _, p := range line {
		all = append(all, c.cut.Cut(c.grid.around(p)))
	}
	for _, p := range pieces {
		down = append(down, p.Period)
	}
	return timeline.SetOf(all...).Minus(timeline.SetOf(down...)).Length()
}

// begin returns the moment from which on a run counts: its end, if it does not.
func (c *counter) begin(run ruleRun, l *ruleLines) time.Time {
	r := c.rule
	if run.Length() < r.MinRun {
		return run.To
	}
	switch r.Start {
	case AfterMinRun:
		return run.From.Add(r.MinRun)
	case StartDetection:
		return firstIn(l.detected, run.Period)
	case StartNotice, StartTicket:
		return firstIn(r.Told, run.Period)
	}
	return run.From
}

// firstIn returns the first of the moments, which are in order, inside p, or p's end.
func firstIn(all []time.Time, p timeline.Period) time.Time {
	i, _ := slices.BinarySearchFunc(all, p.From, time.Time.Compare)
	if i < len(all) && all[i].Before(p.To) {
		return all[i]
	}
	return p.To
}

func (c *counter) round(d time.Duration, s side) time.Duration {
	if !c.loose || s == likelySide {
		return c.rule.round(d)
	}
	if s == certainSide {
		return d.Truncate(time.Minute)
	}
	return (d + time.Minute - 1).Truncate(time.Minute)
}

// counted is a history by a rule.
type counted struct {
	certain, likely, possible, close, worst tally
	dropped                                 time.Duration
}

func (c *counter) count(l *ruleLines) counted {
	all := counted{
		certain:  c.tally(l.certain, l, certainSide),
		likely:   c.tally(l.likely, l, likelySide),
		possible: c.tally(l.possible, l, possibleSide),
	}
	all.close, all.worst = all.possible, all.possible
	if len(l.close) != len(l.possible) || l.close.Length() != l.possible.Length() {
		all.close = c.tally(l.close, l, closeSide)
	}
	if len(l.empty) > 0 || l.worst.Length() != l.possible.Length() {
		all.worst = c.tally(l.worst, l, worstSide)
	}
	if c.rule.Empty == EmptyDrop {
		all.dropped = c.cut.sum(l.empty)
	}
	return all
}
