package sla

import (
	"math"
	"math/bits"
	"time"
)

// meanOf puts checks together whose downtime counts in part: every length is the
// mean of the checks' lengths by their weights, unknown time too.
func meanOf(parts []evidence, weights []int) estimate {
	e := estimate{parts: parts, weights: weights, whole: &together{}}
	for _, w := range weights {
		e.whole.weights += w
	}
	e.low = e.mean(func(p *evidence) time.Duration { return p.low }).down()
	e.high = e.mean(func(p *evidence) time.Duration { return p.high }).up()
	e.point = e.mean(func(p *evidence) time.Duration { return p.point }).up()
	e.unknown = e.mean(func(p *evidence) time.Duration { return p.unknown }).up()
	for i := range parts {
		e.failures += parts[i].failures
	}
	return e
}

// mean weighs one length of each part.
func (e *estimate) mean(of func(*evidence) time.Duration) weighted {
	var sum weighted
	for i := range e.parts {
		sum.add(of(&e.parts[i]), e.weights[i])
	}
	return sum
}

// weighted is a sum of lengths times their weights, in 128 bits: a century of
// nanoseconds times a weight does not fit into 64.
type weighted struct {
	hi, lo uint64
	total  int
}

func (w *weighted) add(d time.Duration, weight int) {
	hi, lo := bits.Mul64(uint64(max(0, d)), uint64(weight))
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi, _ = bits.Add64(w.hi, hi, carry)
	w.total += weight
}

// down and up return the mean, rounded to either side.
func (w weighted) down() time.Duration {
	if w.total == 0 {
		return 0
	}
	q, _ := bits.Div64(w.hi, w.lo, uint64(w.total))
	return time.Duration(q)
}

func (w weighted) up() time.Duration {
	if w.total == 0 {
		return 0
	}
	q, rest := bits.Div64(w.hi, w.lo, uint64(w.total))
	if rest > 0 {
		q++
	}
	return time.Duration(q)
}

// hits are counts of the parts, weighted by what one hit of each stands for: its
// base gap times its weight, the largest taken as one.
type hits struct {
	unit  float64 // nanoseconds of the mean that a whole hit stands for
	share []float64
	even  bool // all stand for the same
}

func (e *estimate) hits(gap func(*evidence) time.Duration) hits {
	h := hits{share: make([]float64, len(e.parts)), even: true}
	total, most := 0, 0.0
	for i := range e.parts {
		h.share[i] = float64(gap(&e.parts[i])) * float64(e.weights[i])
		most = max(most, h.share[i])
		total += e.weights[i]
	}
	if most == 0 {
		return h
	}
	for i := range h.share {
		h.share[i] /= most
		h.even = h.even && h.share[i] == 1
	}
	h.unit = most / float64(total)
	return h
}

func (h *hits) count(e *estimate, of func(*evidence) int) float64 {
	sum := 0.0
	for i := range e.parts {
		sum += h.share[i] * float64(of(&e.parts[i]))
	}
	return sum
}

// upper bounds the mean of a weighted count of which y was seen. With equal weights
// it is a Poisson count; else Chernoff's bound holds for a sum of independent draws
// with weights up to one, and equals the Poisson limit for none.
func (h *hits) upper(y, alpha float64) float64 {
	if h.even {
		return poissonUpper(int(math.Round(y)), alpha)
	}
	return chernoffUpper(y, alpha)
}

// chernoffUpper returns the θ above y with θ − y + y·ln(y/θ) = ln(1/alpha): under a
// larger mean, y or less has a chance below alpha.
func chernoffUpper(y, alpha float64) float64 {
	want := -math.Log(alpha)
	if y <= 0 {
		return want
	}
	low, high := y, y+2*want+2*math.Sqrt(want*y)+1
	for range 100 {
		mid := (low + high) / 2
		if mid-y+y*math.Log(y/mid) < want {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// upperMean bounds the mean of the checks' downtimes as evidence.upper bounds one:
// the phases are drawn independently, so that one limit holds for the hits of all.
func (e *estimate) upperMean(alpha float64) float64 {
	at := func(gap, ends, good, gaps func(*evidence) time.Duration) float64 {
		h := e.hits(gap)
		single := h.count(e, func(p *evidence) int { return p.single })
		first := h.unit*h.upper(h.count(e, func(p *evidence) int { return p.runs }), alpha) + float64(e.mean(gaps).up())
		return min(
			float64(e.high+e.mean(good).up())+h.unit*(h.upper(single, alpha)-single),
			float64(e.low+e.mean(ends).up()+1)+first,
			h.unit*h.count(e, func(p *evidence) int { return p.further })+first,
		)
	}
	none := func(*evidence) time.Duration { return 0 }
	gaps := func(p *evidence) time.Duration { return p.longGaps }
	u := at(func(p *evidence) time.Duration { return p.slow },
		func(p *evidence) time.Duration { return p.shortEnds + p.reprobed },
		func(p *evidence) time.Duration { return p.longGood }, gaps)
	if e.mean(gaps).up() == 0 {
		return u
	}
	return min(u, at(func(p *evidence) time.Duration { return p.longest() },
		func(p *evidence) time.Duration { return p.hitEnds + p.reprobed }, none, none))
}

// lowerMean bounds the mean from below: all lower limits hold at once when they
// share the level.
func (e *estimate) lowerMean(alpha float64) float64 {
	sum, total := 0.0, 0.0
	for i := range e.parts {
		w := float64(e.weights[i])
		sum += w * e.parts[i].lower(alpha/float64(len(e.parts)))
		total += w
	}
	return max(float64(e.low), sum/total)
}

// decidingMean is deciding for the mean, where every pause counts in part.
func (e *estimate) decidingMean(allowance time.Duration) time.Duration {
	left := allowance - e.low - e.unknown - e.mean(func(p *evidence) time.Duration { return p.ends }).up()
	if left <= 0 {
		return 0
	}
	one := func(*evidence) time.Duration { return 1 }
	h := e.hits(one)
	single := h.count(e, func(p *evidence) int { return p.single })
	runs := h.count(e, func(p *evidence) int { return p.runs - p.single })
	return time.Duration(float64(left) / (h.unit * (runs + h.upper(single, verdictLevel))))
}
