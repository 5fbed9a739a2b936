package sla

import (
	"math"
	"sync"
)

// poissonUpper returns the exact one-sided upper limit, at level alpha, for the
// mean of a Poisson count of which n were seen: the mean under which n or fewer
// have the probability alpha. It is ½χ²(1−α; 2n+2). With alpha 0.05 and n = 0 it
// is 2.996, the "rule of three".
func poissonUpper(n int, alpha float64) float64 {
	if t := limits(alpha); t != nil && n < len(t.upper) {
		return t.upper[n]
	}
	return gammaQuantile(float64(n)+1, 1-alpha)
}

// poissonLower returns the exact one-sided lower limit: the mean under which n or
// more have the probability alpha, ½χ²(α; 2n); 0 for n = 0.
func poissonLower(n int, alpha float64) float64 {
	if n <= 0 {
		return 0
	}
	if t := limits(alpha); t != nil && n < len(t.lower) {
		return t.lower[n]
	}
	return gammaQuantile(float64(n), alpha)
}

// limitTable keeps the limits of small counts: a verdict needs six of them, and
// six inversions would cost more than all the rest of it.
type limitTable struct{ upper, lower [64]float64 }

// The two levels that every verdict needs: one-sided 95 % for the answer, and
// 97.5 % on both sides for the interval that is shown.
const (
	verdictLevel  = 0.05
	intervalLevel = 0.025
)

var (
	verdictLimits  = sync.OnceValue(func() *limitTable { return newLimitTable(verdictLevel) })
	intervalLimits = sync.OnceValue(func() *limitTable { return newLimitTable(intervalLevel) })
)

func limits(alpha float64) *limitTable {
	switch alpha {
	case verdictLevel:
		return verdictLimits()
	case intervalLevel:
		return intervalLimits()
	}
	return nil
}

func newLimitTable(alpha float64) *limitTable {
	t := new(limitTable)
	for n := range t.upper {
		t.upper[n] = gammaQuantile(float64(n)+1, 1-alpha)
		if n > 0 {
			t.lower[n] = gammaQuantile(float64(n), alpha)
		}
	}
	return t
}

// gammaQuantile returns x with P(a, x) = p for a ≥ 1 and 0 < p < 1, where P is the
// regularized lower incomplete gamma function. It starts from the cube-root
// approximation of Wilson and Hilferty and improves it by Newton's method, kept
// inside a bracket.
func gammaQuantile(a, p float64) float64 {
	z := math.Sqrt2 * math.Erfinv(2*p-1)
	c := 1 - 1/(9*a) + z/(3*math.Sqrt(a))
	x := a * c * c * c
	low, high := 0.0, math.Inf(1)
	if !(x > 0) {
		x = a * math.Pow(p, 1/a) / 2
	}
	logGamma, _ := math.Lgamma(a)
	for range 100 { // five steps are usual; the bracket halves at worst
		miss := gammaP(a, x) - p
		if miss > 0 {
			high = x
		} else {
			low = x
		}
		next := x - miss/math.Exp((a-1)*math.Log(x)-x-logGamma)
		if !(next > low && next < high) {
			if next = (low + high) / 2; math.IsInf(high, 1) {
				next = 2 * x
			}
		}
		if math.Abs(next-x) <= 1e-13*x {
			return next
		}
		x = next
	}
	return x
}

// gammaP is the regularized lower incomplete gamma function P(a, x), by its power
// series below a+1 and by the continued fraction of its complement above
// (Abramowitz and Stegun 6.5.29 and 6.5.31, the latter by Lentz's method).
func gammaP(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	logGamma, _ := math.Lgamma(a)
	front := math.Exp(a*math.Log(x) - x - logGamma)
	if x < a+1 {
		return front * gammaSeries(a, x)
	}
	return 1 - front*gammaFraction(a, x)
}

// terms bounds the series and the fraction; both need some multiple of √a.
func terms(a float64) int { return 200 + 20*int(math.Sqrt(a)) }

func gammaSeries(a, x float64) float64 {
	term := 1 / a
	sum := term
	for i := 1; i < terms(a); i++ {
		term *= x / (a + float64(i))
		sum += term
		if term < sum*1e-16 {
			break
		}
	}
	return sum
}

func gammaFraction(a, x float64) float64 {
	const tiny = 1e-300 // Lentz: stands in for a zero denominator
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	f := d
	for i := 1; i < terms(a); i++ {
		n := -float64(i) * (float64(i) - a)
		b += 2
		if d = n*d + b; math.Abs(d) < tiny {
			d = tiny
		}
		if c = b + n/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return f
}
