package sla

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// ResponseClaim holds a service to a time of response: "3 s for 99 % of operations".
type ResponseClaim struct {
	Limit time.Duration
	Share Figure // of all operations
}

// Responses are the operations of a window, as day summaries count them. The zero
// value is a window without any.
type Responses struct {
	Buckets []ResponseBucket // of the answered ones, in order
	Failed  int              // not answered, or wrongly: never within a limit
	Unknown int              // slots in which nothing could be asked
}

// ResponseBucket counts the operations that took longer than From and at most UpTo.
type ResponseBucket struct {
	From, UpTo time.Duration
	Count      int
}

// Add takes the operations of another window in.
func (r *Responses) Add(o Responses) {
	r.Failed, r.Unknown = r.Failed+o.Failed, r.Unknown+o.Unknown
	for _, b := range o.Buckets {
		i, found := slices.BinarySearchFunc(r.Buckets, b, func(a, b ResponseBucket) int {
			return cmp.Compare(a.From, b.From)
		})
		if found && r.Buckets[i].UpTo == b.UpTo {
			r.Buckets[i].Count += b.Count
			continue
		}
		r.Buckets = slices.Insert(r.Buckets, i, b)
	}
}

// Answered is the number of operations that were answered.
func (r Responses) Answered() int {
	n := 0
	for _, b := range r.Buckets {
		n += b.Count
	}
	return n
}

// Percentile returns bounds of the time that the share q (0-1) of the answered
// operations took at most: those of the bucket that it falls into. It is false for a
// window without any.
func (r Responses) Percentile(q float64) (low, high time.Duration, ok bool) {
	rank := max(1, int(math.Ceil(q*float64(r.Answered()))))
	seen := 0
	for _, b := range r.Buckets {
		if seen += b.Count; seen >= rank {
			return b.From, b.UpTo, true
		}
	}
	return 0, 0, false
}

// Within returns bounds of the number of operations that took at most the limit: those
// in the bucket that the limit cuts may or may not.
func (r Responses) Within(limit time.Duration) (least, most int) {
	for _, b := range r.Buckets {
		if b.UpTo <= limit {
			least += b.Count
		}
		if b.From < limit {
			most += b.Count
		}
	}
	return least, most
}

// ResponseVerdict is how a claim on response time stands.
type ResponseVerdict struct {
	Claim       ResponseClaim
	Answer      Answer // never BreachedCertain: a probe is a sample of what users do
	Operations  int    // asked, with or without answer
	Unknown     int
	Point       float64 // share within the limit of those that were asked; NaN without any
	Low95       float64 // one-sided limits of the share that users saw, buckets included
	High95      float64
	Explanation string
}

// JudgeResponses holds the operations to the claim. Failed operations count as late,
// since a user who gets no answer has waited longer than any limit. Unknown slots are
// neither: a claim that would break if they had all been late is met only if they
// were like the rest.
func JudgeResponses(c ResponseClaim, r Responses) ResponseVerdict {
	n := r.Answered() + r.Failed
	least, most := r.Within(c.Limit)
	v := ResponseVerdict{Claim: c, Operations: n, Unknown: r.Unknown, Point: math.NaN(), Low95: 0, High95: 1, Answer: CannotTell}
	if n > 0 {
		v.Point = float64(least+most) / 2 / float64(n)
		v.Low95 = 1 - binomialUpper(n-least, n, verdictLevel)
		v.High95 = 1 - binomialLower(n-most, n, verdictLevel)
		whole := n + r.Unknown
		switch want := c.Share.Ratio(); {
		case 1-binomialUpper(whole-least, whole, verdictLevel) >= want:
			v.Answer = Met
		case v.Low95 >= want:
			v.Answer = MetIfUnknownAlike
		case 1-binomialLower(n-most, whole, verdictLevel) < want:
			v.Answer = Breached
		}
	}
	v.Explanation = v.words()
	return v
}

func (v ResponseVerdict) words() string {
	goal := fmt.Sprintf("%s within %s", v.Claim.Share, v.Claim.Limit)
	if v.Operations == 0 {
		return "Nothing was measured, so nothing can be said of " + goal + "."
	}
	share := fmt.Sprintf("of %d operations %s %% were answered in time, and at 95 %% confidence between %s %% and %s %% of what users did",
		v.Operations, floorPercent(v.Point), floorPercent(v.Low95), floorPercent(v.High95))
	switch v.Answer {
	case Met:
		return fmt.Sprintf("Met: %s; claimed are %s.", share, goal)
	case MetIfUnknownAlike:
		return fmt.Sprintf("Met if the %d slots without measurement were like the rest: %s; claimed are %s.", v.Unknown, share, goal)
	case Breached:
		return fmt.Sprintf("Breached: %s; claimed are %s.", share, goal)
	}
	return fmt.Sprintf("Cannot tell: %s; claimed are %s.", share, goal)
}

// floorPercent writes a share with three digits after the point, never rounded up.
func floorPercent(share float64) string {
	return fmt.Sprintf("%.3f", math.Floor(share*100_000+1e-9)/1000)
}

// binomialUpper is the largest probability under which x or fewer of n still happen
// with the chance alpha (Clopper and Pearson, Biometrika 26, 1934).
func binomialUpper(x, n int, alpha float64) float64 {
	if x >= n {
		return 1
	}
	return solve(func(p float64) bool { return betaRegular(float64(n-x), float64(x+1), 1-p) > alpha })
}

// binomialLower is the smallest probability under which x or more of n still happen
// with the chance alpha.
func binomialLower(x, n int, alpha float64) float64 {
	if x <= 0 {
		return 0
	}
	return solve(func(p float64) bool { return betaRegular(float64(x), float64(n-x+1), p) < alpha })
}

// solve finds where below turns from true to false between 0 and 1.
func solve(below func(float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if mid := (low + high) / 2; below(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// betaRegular is the regularised incomplete beta function I_x(a, b), by its continued
// fraction (DLMF 8.17.22) with Lentz's method.
func betaRegular(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaRegular(b, a, 1-x)
	}
	whole, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(whole-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front * betaFraction(a, b, x)
}

func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range terms(a + b) {
		m := float64(i / 2)
		numerator := 1.0
		switch {
		case i == 0:
		case i%2 == 0:
			numerator = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			numerator = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + numerator*d; math.Abs(d) < tiny {
			d = tiny
		}
		if c = 1 + numerator/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if math.Abs(1-c*d) < 1e-14 {
			break
		}
	}
	return f - 1
}
