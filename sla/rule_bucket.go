package sla

import (
	"math/bits"
	"slices"
	"time"

	"github.com/slamon/slamon/timeline"
)

// part is time that counts as down: whole, or the share down ÷ of of it.
type part struct {
	timeline.Period
	down, of time.Duration
}

// value returns what length of the part counts as.
func (p part) value(length time.Duration) time.Duration {
	if p.down == p.of || length <= 0 {
		return length
	}
	hi, lo := bits.Mul64(uint64(length), uint64(p.down))
	q, _ := bits.Div64(hi, lo, uint64(p.of))
	return time.Duration(q)
}

// bucketer turns one line into the buckets that are down. Only buckets in which
// something begins or ends are looked at one by one.
type bucketer struct {
	grid
	rule     *Rule
	unknown  func(timeline.Period) time.Duration // how much of a bucket is left out of its share
	edge     time.Time                           // nothing is known from here on
	complete bool                                // a bucket that the edge cuts is not counted

	at     int64 // the bucket that is being filled
	down   time.Duration
	pieces []part
}

func (b *bucketer) count(line timeline.Set) []part {
	b.pieces = make([]part, 0, len(line)+len(line)/2)
	for _, p := range line {
		first, last := b.index(p.From), b.index(p.To.Add(-1))
		if first != b.at {
			b.close()
			b.at = first
		}
		if first == last {
			b.down += p.Length()
			continue
		}
		b.down += b.start(first + 1).Sub(p.From)
		b.close()
		if inner := (timeline.Period{From: b.start(first + 1), To: b.start(last)}); inner.Length() > 0 {
			b.add(part{Period: inner, down: 1, of: 1})
		}
		b.at, b.down = last, p.To.Sub(b.start(last))
	}
	b.close()
	return b.pieces
}

// close judges the bucket that was filled.
func (b *bucketer) close() {
	down := b.down
	b.down = 0
	if down <= 0 {
		return
	}
	p := timeline.Period{From: b.start(b.at), To: b.start(b.at + 1)}
	if b.edge.Before(p.To) && b.edge.After(p.From) {
		if b.complete {
			return
		}
		p.To = b.edge
	}
	of := p.Length()
	if b.rule.linear() { // what is unknown counts as such, in proportion
		if b.rule.Share.met(down, of) {
			b.add(part{Period: p, down: min(down, of), of: of})
		}
		return
	}
	if b.unknown != nil {
		of -= b.unknown(p)
	}
	if b.rule.Share.met(down, of) {
		b.add(part{Period: p, down: 1, of: 1})
	}
}

func (b *bucketer) add(p part) {
	if n := len(b.pieces); n > 0 && b.pieces[n-1].To.Equal(p.From) && b.pieces[n-1].down == b.pieces[n-1].of && p.down == p.of {
		b.pieces[n-1].To = p.To
		return
	}
	b.pieces = append(b.pieces, p)
}

// without cuts a set of buckets out of pieces.
func without(all []part, out timeline.Set) []part {
	if len(out) == 0 {
		return all
	}
	var left []part
	for _, p := range all {
		for _, q := range (timeline.Set{p.Period}).Minus(out) {
			left = append(left, part{q, p.down, p.of})
		}
	}
	return left
}

// with adds a set of buckets to pieces, whole.
func with(all []part, in timeline.Set) []part {
	out := without(all, in)
	for _, p := range in {
		out = append(out, part{Period: p, down: 1, of: 1})
	}
	slices.SortFunc(out, func(a, b part) int { return a.From.Compare(b.From) })
	return out
}

// ruleRun is a row of pieces that count as one.
type ruleRun struct {
	timeline.Period
	pieces []part
}

// runs groups pieces. In continuous time each is a run; buckets run on until as
// many good ones as the rule asks for have come.
func (r *Rule) runs(all []part) []ruleRun {
	pause := r.pause()
	runs := make([]ruleRun, 0, len(all))
	for i, p := range all {
		if n := len(runs); n > 0 && r.Bucket > 0 && p.From.Sub(runs[n-1].To) <= pause {
			last := &runs[n-1]
			last.To = p.To
			last.pieces = all[i-len(last.pieces) : i+1]
			continue
		}
		runs = append(runs, ruleRun{p.Period, all[i : i+1]})
	}
	return runs
}

// pause returns how far buckets that are down can lie apart in one run.
func (r *Rule) pause() time.Duration {
	return time.Duration(max(r.RecoverAfter, 1)-1) * r.Bucket
}

// counts returns how much of a run counts from some moment on, inside what the
// cutter leaves.
func (r *Rule) counts(run ruleRun, from time.Time, c *cutter) time.Duration {
	if !r.linear() { // pauses shorter than recovery takes belong to it
		return c.length(timeline.Period{From: later(run.From, from), To: run.To})
	}
	var sum time.Duration
	for _, p := range run.pieces {
		sum += p.value(c.length(timeline.Period{From: later(p.From, from), To: p.To}))
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// round brings the length of a run to whole minutes.
func (r *Rule) round(d time.Duration) time.Duration {
	switch r.Round {
	case RoundDown:
		return d.Truncate(time.Minute)
	case RoundNearest:
		return d.Round(time.Minute)
	case RoundUp:
		return (d + time.Minute - 1).Truncate(time.Minute)
	}
	return d
}
