package sla

import "math"

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
