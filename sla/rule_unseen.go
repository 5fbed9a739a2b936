package sla

import (
	"math"
	"time"

	"github.com/slamon/slamon/timeline"
)

// unseen bounds what a rule counts of failures that no probe met.
type unseen struct {
	rule     *Rule
	e        *estimate
	plain    bool // the rule counts every moment as it is
	unproven string
	base     time.Duration // what was seen, at most
	hard     time.Duration // what was seen, at least
	more     time.Duration // a plain sum counts this beside failures
	factor   float64       // counted time for each moment of failure; 0 when what nobody saw cannot count
	long     time.Duration // failures in pauses in which slots were lost
	exact    bool          // lower limits of continuous time hold
}

func (c *counter) unseen(e *estimate, n *counted, all []ruleLines) unseen {
	r := c.rule
	u := unseen{rule: r, e: e, base: n.possible.total(), hard: n.certain.total(), factor: 1}
	var slow, longGood time.Duration
	for i := range e.parts {
		slow = max(slow, e.parts[i].slow)
		longGood += e.parts[i].longGood
	}
	empties := n.worst.sums[1] != n.worst.sums[0] && r.samples() > 0
	u.plain = (r.Bucket == 0 || r.linear() && r.Share == Share{}) && r.MinRun == 0 &&
		(r.Round == RoundNone || r.Round == "") && (r.Start == FirstFailure || r.Start == "") && !(r.mean() && len(all) > 1 && e.need > 0)
	u.exact = u.plain && !empties && (r.Empty == "" || r.Empty == EmptyUnknown)
	u.more = max(0, n.possible.total()-e.high)
	apart := len(all) == 1 || e.need == 0 // failures of several checks can follow each other unseen, but where each counts by itself
	switch {
	case u.plain:
	case r.Start == StartDetection:
		u.factor = 0
	case r.Start == StartNotice || r.Start == StartTicket:
		u.factor, u.long = 0, time.Duration(len(r.Told))*timeline.LongGap(slow)
	case r.unbroken() && apart && r.shortest() > 0 && 2*slow <= r.shortest():
		u.factor = 0
		if timeline.MaxGap(slow) >= r.shortest() {
			u.long = longGood
		}
	default:
		u.widen(c, n, all, longGood)
	}
	if c.loose {
		u.base += time.Minute * time.Duration(len(e.parts)*max(0, e.runs()-n.possible.n))
	}
	return u
}

// runs counts the failures of all checks.
func (e *estimate) runs() int {
	n := 0
	for i := range e.parts {
		n += e.parts[i].runs
	}
	return n
}

// widen finds how much a moment of unseen failure can count at most: a bucket that
// is down at a share s of it counts 1/s of its failure, and what rounds up can
// make much of a little.
func (u *unseen) widen(c *counter, n *counted, all []ruleLines, longGood time.Duration) {
	r := c.rule
	u.long = longGood
	if r.Bucket > 0 && !r.linear() {
		if r.Share.PPB == 0 {
			u.unproven = "it counts " + clock(r.Bucket) + " for any failure in it, however short, and between two probes there is always room for one"
			return
		}
		fill := time.Duration(2*max(r.RecoverAfter, 1) - 1)
		u.factor = float64(fill) * float64(whole) / float64(r.Share.PPB)
		if r.MinRun > 0 { // what was too short can have been part of more
			looser := *r
			looser.MinRun, looser.Start = 0, FirstFailure
			k := *c
			k.rule = &looser
			l := joined(1, all)
			u.base = max(u.base, k.tally(l.possible, &l, possibleSide).total())
		}
		if !r.unbroken() {
			u.base += fill * n.possible.rare
		}
		return
	}
	switch least := r.shortest(); {
	case r.Round == RoundNearest:
		u.factor = 1 + float64(time.Minute/2)/float64(least)
	case r.Round == RoundUp && least == 0:
		u.unproven = "it counts a minute for any failure, however short, and between two probes there is always room for one"
	case r.Round == RoundUp:
		u.factor = 1 + float64(time.Minute)/float64(least)
	}
}

// upper returns the one-sided upper limit of what counts, at level alpha.
func (u *unseen) upper(alpha float64) float64 {
	var most float64
	switch {
	case u.unproven != "":
		return math.MaxInt64
	case u.plain:
		most = u.e.upper(alpha) + float64(u.more)
	case u.factor == 0:
		most = float64(u.base + u.long)
	default:
		most = float64(u.base) + u.factor*(u.e.hidden(alpha)+float64(u.long))
	}
	if most < float64(u.rule.MinRunTotal) {
		return 0
	}
	return most
}

// hidden bounds the failures that no probe met.
func (e *estimate) hidden(alpha float64) float64 {
	switch {
	case e.need == 0:
		h := e.hits(func(p *evidence) time.Duration { return p.slow })
		return h.unit * h.upper(h.count(e, func(p *evidence) int { return p.single }), alpha)
	case e.need > 1:
		return e.together(e.hiddenSum(alpha))
	}
	var slow time.Duration
	single := 0
	for i := range e.parts {
		slow = max(slow, e.parts[i].slow)
		single += e.parts[i].single
	}
	return float64(slow) * poissonUpper(single, alpha)
}

// lower returns the one-sided lower limit of what counts.
func (u *unseen) lower(alpha float64) float64 {
	most := float64(u.hard)
	if u.exact {
		if l := u.e.lower(alpha); l >= float64(u.rule.MinRunTotal) {
			most = max(most, l)
		}
	}
	return most
}

// deciding returns the base interval that would decide the claim on the same
// history, or zero when none can.
func (c *counter) deciding(v *Verdict, e *estimate, n *counted, u *unseen) time.Duration {
	left := v.Allowance - n.certain.total() - v.Count.Unknown
	if left <= 0 || u.unproven != "" {
		return 0
	}
	single := 0
	for i := range e.parts {
		single += e.parts[i].single
	}
	runs := float64(2 * n.possible.length) // both borders of each
	plain := time.Duration(float64(left) / (runs + max(1, u.factor)*poissonUpper(single, verdictLevel)))
	if !c.rule.unbroken() || c.rule.shortest() == 0 {
		return plain
	}
	least := c.rule.shortest() / 2
	if runs > 0 {
		least = min(least, time.Duration(float64(left)/runs))
	}
	return max(plain, least)
}
