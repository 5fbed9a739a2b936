package sla

import (
	"math"
	"time"

	"github.com/slamon/slamon/timeline"
)

// apply puts the figures of the claim's rule in the place of continuous ones. e is
// the continuous estimate, with which the verdict has been filled.
func (v *Verdict) apply(e *estimate, cut *cutter, d *desk, series []timeline.Series) {
	r := v.Claim.Rule
	c := &counter{rule: r, cut: cut, edge: v.Period.To, final: v.Final}
	if !v.Final {
		c.edge = v.Until
	}
	all := c.read(v, d, series)
	c.loose = len(all) > 1 && (r.Round == RoundNearest || r.Round == RoundUp)
	var n counted
	if r.mean() && len(all) > 1 {
		n = c.mean(all)
	} else {
		l := joined(v.Claim.Combine, all)
		c.settle(&l)
		n = c.count(&l)
	}
	v.Count = &Count{
		Runs: n.likely.runs, Incidents: n.likely.n, Dropped: n.dropped, Continuous: v.Downtime,
		Unknown: max(0, n.worst.total()-n.possible.total()),
	}
	for i, name := range stageNames {
		v.Count.Stages = append(v.Count.Stages, Stage{name, n.certain.sums[i], n.likely.sums[i], n.possible.sums[i]})
	}
	v.denominate(cut)
	u := c.unseen(e, &n, all)
	v.Count.Unproven = u.unproven
	v.figures(e, &n, &u)
	v.Answer = v.ruleAnswer(e, &n, &u)
	v.Deciding = c.deciding(v, e, &n, &u)
	v.Explanation = v.explainRule(e, &n, &u)
	v.Credit = v.credit()
}

// read draws the lines of every check. Buckets at the borders of the window are
// read whole.
func (c *counter) read(v *Verdict, d *desk, series []timeline.Series) []ruleLines {
	p := c.cut.Period
	if c.rule.Bucket > 0 && p.Length() > 0 {
		c.grid = newGrid(c.rule.Bucket, p.From, v.Claim.zone())
		p = c.grid.around(p)
		if v.Final {
			c.edge = p.To
		}
		p.To = c.edge
	}
	if len(series) == 0 {
		series = []timeline.Series{{}}
	}
	all := make([]ruleLines, len(series))
	for i, s := range series {
		d.account.Read(s, p, v.Claim.DegradedDown)
		all[i] = linesOf(&d.account)
		if c.rule.MinRun > 0 {
			all[i].open(&d.account, p, c.rule.MinRun)
		}
		if need := c.rule.samples(); c.rule.Bucket > 0 && need > 0 && p.Length() > 0 {
			all[i].empty = c.grid.emptyBuckets(s, c.grid.around(p), need)
		}
	}
	return all
}

// settle finds the buckets of which nothing is known, for rules that say what
// those count as.
func (c *counter) settle(l *ruleLines) {
	if c.rule.Bucket == 0 || c.rule.samples() > 0 || c.rule.Empty == EmptyUnknown || c.rule.Empty == "" {
		return
	}
	for _, p := range l.worst.Minus(l.possible) {
		first, end := c.grid.index(p.From.Add(-1))+1, c.grid.index(p.To)
		if first < end {
			l.empty = append(l.empty, timeline.Period{From: c.grid.start(first), To: c.grid.start(end)})
		}
	}
}

// mean counts every check by itself, and takes the middle.
func (c *counter) mean(all []ruleLines) counted {
	var sum counted
	add := func(into, t *tally) {
		for i := range into.sums {
			into.sums[i] += t.sums[i]
		}
		into.runs, into.n, into.rare = append(into.runs, t.runs...), into.n+t.n, into.rare+t.rare
		into.length += t.length
	}
	for i := range all {
		c.settle(&all[i])
		n := c.count(&all[i])
		add(&sum.certain, &n.certain)
		add(&sum.likely, &n.likely)
		add(&sum.possible, &n.possible)
		add(&sum.close, &n.close)
		add(&sum.worst, &n.worst)
		sum.dropped += n.dropped
	}
	k := time.Duration(len(all))
	for _, t := range []*tally{&sum.certain, &sum.likely} {
		for i := range t.sums {
			t.sums[i] /= k
		}
	}
	for _, t := range []*tally{&sum.possible, &sum.close, &sum.worst} {
		for i := range t.sums {
			t.sums[i] = (t.sums[i] + k - 1) / k
		}
	}
	sum.dropped /= k
	return sum
}

// denominate finds what the share is a share of, and the allowance.
func (v *Verdict) denominate(cut *cutter) {
	n, excluded := v.Count, cut.excluded.Within(v.Period)
	n.WholeDenominator, n.Denominator = v.Period.Length()-excluded, v.Accounted
	if hours := v.Claim.Rule.MonthHours; hours > 0 {
		fixed := monthsOf(v.Period, v.Claim.zone(), time.Duration(hours)*time.Hour)
		n.WholeDenominator = fixed - excluded
		n.Denominator = time.Duration(float64(fixed)*float64(cut.Length())/float64(max(1, v.Period.Length()))) - v.Excluded
		if v.Final {
			n.Denominator = n.WholeDenominator
		}
	}
	n.WholeDenominator = max(0, n.WholeDenominator-n.Dropped)
	n.Denominator = max(0, n.Denominator-n.Dropped)
	v.Allowance = v.Claim.Availability.Allowance(n.WholeDenominator)
}

// monthsOf adds up months of a fixed length; those that a window cuts, in part.
func monthsOf(p timeline.Period, zone *time.Location, length time.Duration) time.Duration {
	var sum time.Duration
	month := Window{Kind: CalendarMonth, Zone: zone}
	for _, part := range Months(p, zone) {
		if whole := month.recurring(part.From).Length(); part.Length() == whole {
			sum += length
		} else {
			sum += time.Duration(float64(length) * float64(part.Length()) / float64(whole))
		}
	}
	return sum
}

func (v *Verdict) figures(e *estimate, n *counted, u *unseen) {
	most := v.Count.Denominator
	low, high := min(n.certain.total(), most), min(n.possible.total(), most)
	point := n.likely.total()
	if u.plain {
		point = e.point
		if point < v.Claim.Rule.MinRunTotal {
			point = 0
		}
	}
	v.Downtime = Downtime{
		Point: min(max(low, min(point, max(high, low))), most), HardLow: low, HardHigh: max(high, low),
		Low95: max(low, floorTo(u.lower(intervalLevel), most)), High95: max(low, ceilTo(u.upper(intervalLevel), most)),
		Least95: max(low, floorTo(u.lower(verdictLevel), most)), Most95: max(low, ceilTo(u.upper(verdictLevel), most)),
	}
	if u.plain {
		v.Downtime.Point = min(max(low, point), most)
	}
	v.Downtime.order()
	v.Availability.Point = ratio(most-v.Downtime.Point, most)
	v.Availability.Low95 = ratio(most-v.Downtime.High95, most)
	v.Availability.High95 = ratio(most-v.Downtime.Low95, most)
	if v.Accounted <= v.Unknown {
		v.Availability.Point, v.Availability.Low95, v.Availability.High95 = 0, 0, 1
	}
}

func (v *Verdict) ruleAnswer(e *estimate, n *counted, u *unseen) Answer {
	most, w := v.Count.Denominator, v.Count.Unknown
	upper := ceilTo(u.upper(verdictLevel), most)
	near := max(0, n.close.total()-n.possible.total())
	switch {
	case v.Downtime.HardLow > v.Allowance:
		return BreachedCertain
	case floorTo(u.lower(verdictLevel), most) > v.Allowance:
		return Breached
	case !v.Final || v.Accounted <= v.Unknown || most <= 0:
		return CannotTell
	case u.unproven != "":
		return CannotTell
	case upper+w <= v.Allowance:
		return Met
	case w <= most/100 && float64(upper+near)*float64(most)/float64(most-w) <= float64(v.Allowance):
		return MetIfUnknownAlike
	}
	return CannotTell
}

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
		(r.Round == RoundNone || r.Round == "") && (r.Start == FirstFailure || r.Start == "") && !(r.mean() && len(all) > 1)
	u.exact = u.plain && !empties && (r.Empty == "" || r.Empty == EmptyUnknown)
	u.more = max(0, n.possible.total()-e.high)
	apart := len(all) == 1 // failures of several checks can follow each other unseen
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
			l := joined(AnyDown, all)
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
	if e.combine != AllDown {
		var slow time.Duration
		single := 0
		for i := range e.parts {
			slow = max(slow, e.parts[i].slow)
			single += e.parts[i].single
		}
		return float64(slow) * poissonUpper(single, alpha)
	}
	sum := 0.0
	for i := range e.parts {
		sum += e.parts[i].unseen(alpha / float64(len(e.parts)))
	}
	return sum
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
