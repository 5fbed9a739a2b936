package sla

import "github.com/slamon/slamon/timeline"

// mean counts every check by itself, and takes the mean by their weights.
func (c *counter) mean(all []ruleLines, weights []int, series []timeline.Series) counted {
	var sum counted
	var certain, likely, possible, near, worst [stages]weighted
	var dropped weighted
	add := func(into *tally, sums *[stages]weighted, t *tally, weight int) {
		for i := range sums {
			sums[i].add(t.sums[i], weight)
		}
		into.runs, into.n, into.rare = append(into.runs, t.runs...), into.n+t.n, into.rare+t.rare
		into.length += t.length
	}
	for i := range all {
		c.settle(&all[i])
		n, w := c.count(&all[i]), weights[i]
		for k := range n.likely.runs {
			n.likely.runs[k].Check = series[i].Check
		}
		add(&sum.certain, &certain, &n.certain, w)
		add(&sum.likely, &likely, &n.likely, w)
		add(&sum.possible, &possible, &n.possible, w)
		add(&sum.close, &near, &n.close, w)
		add(&sum.worst, &worst, &n.worst, w)
		dropped.add(n.dropped, w)
	}
	for i := range stages {
		sum.certain.sums[i], sum.likely.sums[i] = certain[i].down(), likely[i].down()
		sum.possible.sums[i], sum.close.sums[i], sum.worst.sums[i] = possible[i].up(), near[i].up(), worst[i].up()
	}
	sum.dropped = dropped.down()
	return sum
}
