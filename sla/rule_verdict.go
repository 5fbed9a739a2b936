package sla

import "github.com/slamon/slamon/timeline"

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
	v.together = &together{need: e.need}
	if (r.mean() || e.need == 0) && len(all) > 1 {
		weights := make([]int, len(all))
		for i := range series {
			weights[i] = v.Claim.Weight(series[i].Check)
			v.together.weights += weights[i]
		}
		n = c.mean(all, weights, series)
	} else {
		l := joined(e.need, all)
		c.settle(&l)
		n = c.count(&l)
		v.together.certain, v.together.likely, v.together.possible = l.certain, l.likely, l.possible
	}
	v.Count = &Count{
		Runs: n.likely.runs, Incidents: n.likely.n, Dropped: n.dropped, Continuous: v.Downtime,
		Unknown: max(0, n.worst.total()-n.possible.total()),
	}
	for i, name := range stageNames {
		v.Count.Stages = append(v.Count.Stages, Stage{name, n.certain.sums[i], n.likely.sums[i], n.possible.sums[i]})
	}
	v.Failures = n.likely.n
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
		if most := max(c.rule.MinRun, c.rule.pause()); most > 0 {
			all[i].open(&d.account, p, most)
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
	upper := v.Downtime.Most95
	near := max(0, n.close.total()-n.possible.total())
	switch {
	case v.Downtime.HardLow > v.Allowance:
		return BreachedCertain
	case v.Downtime.Least95 > v.Allowance:
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
