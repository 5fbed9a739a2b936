package sla

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// lines is the history as a rule sees it: when the service was down for certain,
// most likely, possibly, and at worst, that is with unknown time down too. Each
// holds the one before it. Pieces of one check may touch where a good probe parts
// two failures: that is no time, but it ends a run.
type ruleLines struct {
	certain, likely, possible, worst timeline.Set
	close                            timeline.Set // possible, and the unknown time right at failures
	detected                         []time.Time  // first failed probes, in order
	empty                            timeline.Set // buckets with too few probes
}

// linesOf draws an account as lines.
func linesOf(a *timeline.Account) ruleLines {
	n := len(a.Runs)
	l := ruleLines{
		certain: make(timeline.Set, 0, n), likely: make(timeline.Set, 0, n), possible: make(timeline.Set, 0, n),
		detected: make([]time.Time, 0, n),
	}
	for i := range a.Runs {
		r := &a.Runs[i]
		from := r.Possible.From.Add(r.FirstBad.Sub(r.Possible.From) / 2)
		to := r.LastBad.Add(r.Possible.To.Sub(r.LastBad) / 2)
		l.certain = lay(l.certain, r.Certain())
		l.likely = lay(l.likely, timeline.Period{From: from, To: to})
		l.possible = lay(l.possible, r.Possible)
		l.detected = append(l.detected, r.FirstBad)
	}
	l.close, l.worst = l.possible, l.possible
	if len(a.Near) > 0 {
		l.close = l.possible.Union(a.Near)
	}
	if len(a.Unknown) > 0 {
		l.worst = l.possible.Union(a.Unknown)
	}
	return l
}

// open lets unknown time at a border of what was read go on beyond it, and failures
// there whose other end is not known: they can have been long enough to count.
func (l *ruleLines) open(a *timeline.Account, p timeline.Period, most time.Duration) {
	var beyond []timeline.Period
	before := func(t time.Time) { beyond = append(beyond, timeline.Period{From: t.Add(-most), To: t}) }
	after := func(t time.Time) { beyond = append(beyond, timeline.Period{From: t, To: t.Add(most)}) }
	if n := len(a.Unknown); n > 0 {
		if !a.Unknown[0].From.After(p.From) {
			before(p.From)
		}
		if !a.Unknown[n-1].To.Before(p.To) {
			after(p.To)
		}
	}
	for i := range a.Runs {
		r := &a.Runs[i]
		if r.LastGood.IsZero() && !r.Possible.From.After(p.From) {
			before(r.Possible.From)
		}
		if r.FirstGood.IsZero() && !r.Possible.To.Before(p.To) {
			after(r.Possible.To)
		}
	}
	if len(beyond) > 0 {
		l.worst = l.worst.Union(timeline.SetOf(beyond...))
	}
}

// lay appends a period that has a length.
func lay(s timeline.Set, p timeline.Period) timeline.Set {
	if !p.From.Before(p.To) {
		return s
	}
	return append(s, p)
}

// joined puts the lines of several checks together, of which so many have to be down.
func joined(need int, all []ruleLines) ruleLines {
	if len(all) == 1 {
		return all[0]
	}
	draw := func(of func(*ruleLines) timeline.Set) timeline.Set {
		sets := make([]timeline.Set, len(all))
		for i := range all {
			sets[i] = of(&all[i])
		}
		return timeline.AtLeast(need, sets...)
	}
	l := ruleLines{
		certain:  draw(func(l *ruleLines) timeline.Set { return l.certain }),
		likely:   draw(func(l *ruleLines) timeline.Set { return l.likely }),
		possible: draw(func(l *ruleLines) timeline.Set { return l.possible }),
		close:    draw(func(l *ruleLines) timeline.Set { return l.close }),
		worst:    draw(func(l *ruleLines) timeline.Set { return l.worst }),
		empty:    all[0].empty,
	}
	for i := range all {
		if i > 0 {
			l.empty = l.empty.Intersect(all[i].empty)
		}
		l.detected = append(l.detected, all[i].detected...)
	}
	slices.SortFunc(l.detected, time.Time.Compare)
	return l
}

// grid parts time into buckets. They follow the clock on the wall of the claim's
// zone: its offset at the beginning of the window, since a change of the clock is
// a whole number of buckets.
type grid struct {
	size   int64 // nanoseconds
	offset int64
}

func newGrid(size time.Duration, at time.Time, zone *time.Location) grid {
	_, seconds := at.In(zone).Zone()
	return grid{int64(size), int64(seconds) * int64(time.Second)}
}

// index returns the number of the bucket that holds t.
func (g grid) index(t time.Time) int64 {
	n := t.UnixNano() + g.offset
	i := n / g.size
	if n%g.size < 0 {
		i--
	}
	return i
}

// start returns the first instant of a bucket.
func (g grid) start(i int64) time.Time { return time.Unix(0, i*g.size-g.offset).UTC() }

// around returns the buckets that touch p, as one period.
func (g grid) around(p timeline.Period) timeline.Period {
	return timeline.Period{From: g.start(g.index(p.From)), To: g.start(g.index(p.To.Add(-1)) + 1)}
}

// emptyBuckets returns the buckets of p with fewer than need good or failed probes.
// The probes of a stretch count as evenly spaced. Where these come so densely that
// every bucket has enough, buckets are not looked at one by one.
func (g grid) emptyBuckets(s timeline.Series, p timeline.Period, need int) timeline.Set {
	b := bucketCounter{grid: g, need: need, last: g.index(p.From)}
	for i := range s.Stretches {
		st := &s.Stretches[i]
		if !known(st) || st.Last.Before(p.From) || !st.First.Before(p.To) {
			continue
		}
		b.stretch(st, p)
	}
	b.upTo(g.index(p.To.Add(-1)) + 1)
	return b.empty
}

// bucketCounter walks the probes in order; count are those of bucket last.
type bucketCounter struct {
	grid
	need  int
	last  int64
	count int
	empty timeline.Set
}

// upTo closes the buckets before i.
func (b *bucketCounter) upTo(i int64) {
	if i == b.last {
		return
	}
	if b.count < b.need {
		b.lay(b.last, b.last+1)
	}
	b.lay(b.last+1, i)
	b.last, b.count = i, 0
}

// lay notes the buckets from first to before end as empty.
func (b *bucketCounter) lay(first, end int64) {
	if first >= end {
		return
	}
	from, to := b.start(first), b.start(end)
	if n := len(b.empty); n > 0 && b.empty[n-1].To.Equal(from) {
		b.empty[n-1].To = to
		return
	}
	b.empty = append(b.empty, timeline.Period{From: from, To: to})
}

func (b *bucketCounter) stretch(s *timeline.Stretch, p timeline.Period) {
	n := s.Results
	step := time.Duration(1)
	if n > 1 {
		step = max(1, s.Last.Sub(s.First)/time.Duration(n-1))
	}
	dense := time.Duration(b.size)/step >= time.Duration(b.need) && s.LongGaps == 0
	k := timeline.GridPoints(s.First, step, n, timeline.Period{From: s.First, To: p.From})
	for k < n {
		at := s.First.Add(time.Duration(k) * step)
		if !at.Before(p.To) {
			return
		}
		i := b.index(at)
		b.upTo(i)
		next := b.start(i + 1)
		in := timeline.GridPoints(at, step, n-k, timeline.Period{From: at, To: next})
		b.count += in
		k += in
		if last := b.index(sooner(s.Last, p.To)); dense && i+1 < last {
			b.upTo(i + 1)
			k = timeline.GridPoints(s.First, step, n, timeline.Period{From: s.First, To: b.start(last)})
			b.last, b.count = last, 0
		}
	}
}

// known reports whether the target was asked.
func known(s *timeline.Stretch) bool { return s.State != check.Unknown }

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
