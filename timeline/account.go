package timeline

import (
	"cmp"
	"math"
	"sort"
	"time"

	"github.com/slamon/slamon/check"
)

// Account is what one series says about one period: the failures, the time that
// is unknown, and how evenly it was probed. Exclusions are no matter of it. The
// zero value is ready; Read may be called again and again and keeps the memory.
type Account struct {
	Runs    []Run // that reach into the period, whole
	Unknown Set   // inside the period
	// Near is the part of Unknown that would have been failure or a long pause had
	// no unknown result lain there: holes of at most MaxGap that touch a failed
	// probe or are longer than LongGap. Whoever asks what holds "if the unknown time
	// was like the rest" has to count it as down, since it is not like the rest.
	Near Set
	// Long is the known pauses longer than LongGap between good results of
	// neighbouring stretches, LongBad those that touch a failed one. Lost and LostBad
	// sum up what lies inside stretches, at most what of it can lie in the period.
	Long, LongBad Set
	Lost, LostBad time.Duration
	// Slowest and Fastest are the longest and the shortest base interval in force;
	// zero when nothing is known.
	Slowest, Fastest time.Duration
	// Pace is the mean distance of base probes as a share of the interval: 1 on an
	// even grid, a little below with the extra slot of a daily change of phase.
	Pace float64
	// Total counts the results sent inside the period; Skipped are the unknown ones.
	// Of a stretch that a border cuts, results are counted as evenly spaced.
	Total, Failed, Skipped int

	period       Period
	degradedDown bool
	running      bool // the last run goes on
	hole         hole
	inside       pace // of the known stretches
}

// hole is the time since the last known result while unknown ones follow.
type hole struct {
	open     bool
	edge     bool          // no known result lies before it
	bad      bool          // that result failed
	from     time.Time     // that result, or the first unknown one or the period's start
	interval time.Duration // of that result
}

// pace compares the slots that fit into some time with the gaps between probes.
type pace struct{ slots, gaps float64 }

// ratio returns slots ÷ gaps, or 1 where slack partial gaps explain the difference.
func (p pace) ratio(slack int) float64 {
	if p.gaps < 1 || math.Abs(p.slots-p.gaps) <= float64(slack) {
		return 1
	}
	return p.slots / p.gaps
}

// Read takes the account of s in the period. A degraded result counts as failed
// when degradedDown is set. What lies before the first and after the last result
// is unknown, unless the pause to the period's border is at most LongGap.
func (a *Account) Read(s Series, p Period, degradedDown bool) {
	*a = Account{
		Runs: a.Runs[:0], Unknown: a.Unknown[:0], Near: a.Near[:0], Long: a.Long[:0], LongBad: a.LongBad[:0],
		period: p, degradedDown: degradedDown,
	}
	all := s.Stretches
	first := a.start(all)
	i := first
	for ; i < len(all); i++ {
		if i == first {
			a.begin(&all[i])
		} else {
			a.pause(&all[i-1], &all[i])
			if !a.running && !all[i-1].Last.Before(p.To) {
				break // all[i] lies beyond and was only needed to end the last run
			}
		}
		a.stretch(&all[i])
	}
	if i == len(all) {
		a.end(all)
	} else if a.hole.open {
		a.near(p.To, true, all[i].Interval)
	}
	a.Pace = a.inside.ratio(i - first)
	a.dropOutside()
}

// start returns the index to begin with: the stretch before the first that
// reaches into the period, and further back while a failure goes on there.
func (a *Account) start(all []Stretch) int {
	i := beside(all, a.period.From)
	for i > 0 && a.bad(&all[i]) {
		i--
	}
	return i
}

// beside returns the index of the last stretch that ends at or before t, or 0.
func beside(all []Stretch, t time.Time) int {
	i := sort.Search(len(all), func(i int) bool { return all[i].Last.After(t) })
	return max(i-1, 0)
}

func (a *Account) bad(s *Stretch) bool {
	return s.State == check.Down || a.degradedDown && s.State == check.Degraded
}

// begin handles the border before the first result.
func (a *Account) begin(first *Stretch) {
	border := sooner(a.period.From, first.First)
	if first.State == check.Unknown || first.First.Sub(border) > LongGap(first.Interval) {
		a.unknown(border, first.First)
		a.hole = hole{open: true, edge: true, from: border}
		a.fill(first)
		return
	}
	if border.Before(first.First) {
		a.inForce(first.Interval)
	}
	if a.bad(first) {
		a.open(first, border)
	}
}

// pause handles the time between two neighbouring stretches.
func (a *Account) pause(prev, next *Stretch) {
	interval := max(prev.Interval, next.Interval)
	length := next.First.Sub(prev.Last)
	if prev.State == check.Unknown || next.State == check.Unknown || length > MaxGap(interval) {
		a.unknown(prev.Last, next.First)
		a.running = false
		if !a.hole.open {
			a.hole = hole{open: true, bad: a.bad(prev), from: prev.Last, interval: prev.Interval}
		}
		a.fill(next)
		return
	}
	if a.length(prev.Last, next.First) > 0 {
		a.inForce(interval)
	}
	was, is := a.bad(prev), a.bad(next)
	if length > LongGap(interval) {
		long := &a.Long
		if was || is {
			long = &a.LongBad
		}
		*long = long.add(a.period.Cut(Period{prev.Last, next.First}))
	}
	switch {
	case !was && is:
		a.open(next, prev.Last)
		a.last().LastGood = prev.Last
	case was && !is:
		a.last().FirstGood, a.last().Possible.To = next.First, next.First
		a.running = false
	}
}

// stretch handles the time from the first to the last result of a stretch.
func (a *Account) stretch(s *Stretch) {
	part := a.part(s)
	count := a.count(s, s.Results, 0)
	a.Total += count
	if s.State == check.Unknown {
		a.Skipped += count
		a.unknown(s.First, s.Last)
		return
	}
	in := a.length(s.First, s.Last)
	a.inside.slots += float64(in) / float64(max(s.Interval, 1))
	a.inside.gaps += float64(max(s.Base-1, 0)) * part
	if part > 0 {
		a.inForce(s.Interval)
	}
	if !a.bad(s) {
		a.Lost += min(s.LongGaps, in)
		return
	}
	a.LostBad += min(s.LongGaps, in)
	a.Failed += count
	if !a.running {
		a.open(s, s.First)
	}
	run := a.last()
	run.LastBad, run.Possible.To = s.Last, s.Last
	run.Failed += s.Results
	run.Base += s.Base
	run.Hits += a.hits(s)
}

// hits returns how many base results of a failed stretch were sent in the period.
func (a *Account) hits(s *Stretch) int {
	if s.Results == s.Base {
		return a.count(s, s.Base, 0)
	}
	return a.count(s, s.Base, s.Interval)
}

// count returns how many of n results of a stretch were sent in the period. Where
// a border cuts it, they are taken as spaced by step from its first result on, or
// evenly up to its last one for a step of 0.
func (a *Account) count(s *Stretch, n int, step time.Duration) int {
	if a.whole(s) {
		return n
	}
	if step == 0 && n > 1 {
		step = s.Last.Sub(s.First) / time.Duration(n-1)
	}
	return GridPoints(s.First, step, n, a.period)
}

// GridPoints counts the first n points of the grid start, start+step, … that lie
// inside p.
func GridPoints(start time.Time, step time.Duration, n int, p Period) int {
	before := func(t time.Time) int {
		d := t.Sub(start)
		if d <= 0 {
			return 0
		}
		return min(n, int((d-1)/max(step, 1))+1)
	}
	return max(0, before(p.To)-before(p.From))
}

// end handles the border after the last result there is.
func (a *Account) end(all []Stretch) {
	if len(all) == 0 {
		a.unknown(a.period.From, a.period.To)
		return
	}
	final := &all[len(all)-1]
	if a.running {
		a.last().Ongoing = true
	}
	pause := a.period.To.Sub(final.Last)
	switch {
	case a.hole.open:
		a.unknown(final.Last, a.period.To)
		a.hole.edge = true
		a.near(a.period.To, false, final.Interval)
	case pause > LongGap(final.Interval):
		a.unknown(final.Last, a.period.To)
	case pause > 0:
		a.inForce(final.Interval)
		if a.running {
			a.last().Possible.To = a.period.To
		}
	}
}

// inForce notes a base interval of known time.
func (a *Account) inForce(interval time.Duration) {
	a.Slowest = max(a.Slowest, interval)
	a.Fastest = min(cmp.Or(a.Fastest, interval), interval)
}

// fill ends the hole when the next stretch is known.
func (a *Account) fill(next *Stretch) {
	if next.State == check.Unknown {
		return
	}
	a.near(next.First, a.bad(next), next.Interval)
	a.hole = hole{}
}

// near adds the hole that ends at to where it could as well have been a failure.
func (a *Account) near(to time.Time, bad bool, interval time.Duration) {
	h := a.hole
	interval = max(interval, h.interval)
	limit := MaxGap(interval)
	if h.edge {
		limit = LongGap(interval)
	}
	length := to.Sub(h.from)
	if length <= limit && (bad || h.bad || length > LongGap(interval)) {
		a.Near = a.Near.add(a.period.Cut(Period{h.from, to}))
	}
}

// open starts a run with the first failed stretch; from is the earliest that the
// failure can have begun.
func (a *Account) open(s *Stretch, from time.Time) {
	a.running = true
	a.Runs = append(a.Runs, Run{
		FirstBad: s.First, LastBad: s.Last, Reason: s.Reason, Interval: s.Interval, Beside: s.Beside,
		Possible: Period{from, s.Last},
	})
}

func (a *Account) last() *Run { return &a.Runs[len(a.Runs)-1] }

// length returns how much of from-to lies in the period.
func (a *Account) length(from, to time.Time) time.Duration {
	if !from.Before(a.period.From) && !to.After(a.period.To) && to.After(from) {
		return to.Sub(from) // nearly always
	}
	return a.period.Cut(Period{from, to}).Length()
}

func (a *Account) unknown(from, to time.Time) {
	a.Unknown = a.Unknown.add(a.period.Cut(Period{from, to}))
}

// whole reports whether all results of a stretch were sent in the period.
func (a *Account) whole(s *Stretch) bool {
	return !s.First.Before(a.period.From) && s.Last.Before(a.period.To)
}

// part returns the share of a stretch that lies in the period.
func (a *Account) part(s *Stretch) float64 {
	if a.whole(s) {
		return 1
	}
	return float64(a.length(s.First, s.Last)) / float64(max(1, s.Last.Sub(s.First)))
}

// dropOutside removes runs that were only read because they lie beside the period.
func (a *Account) dropOutside() {
	kept := a.Runs[:0]
	for _, r := range a.Runs {
		if a.length(r.Possible.From, r.Possible.To) > 0 ||
			!r.FirstBad.Before(a.period.From) && r.FirstBad.Before(a.period.To) {
			kept = append(kept, r)
		}
	}
	a.Runs = kept
}
