package sla

import (
	"math"
	"testing"
)

// The published values of the accounting rules, D.5.
func TestPoissonUpperPublished(t *testing.T) {
	for n, want := range []float64{2.996, 4.744, 6.296, 7.754, 9.154, 10.51, 11.84} {
		tolerance := 0.0005
		if n >= 5 {
			tolerance = 0.005 // printed with two decimals
		}
		if got := poissonUpper(n, 0.05); math.Abs(got-want) > tolerance {
			t.Errorf("poissonUpper(%d, 0.05) = %.5f, want %.3f", n, got, want)
		}
	}
}

// The exact two-sided 95 % limits of Garwood (1936), as in every table of them.
func TestPoissonLimitsGarwood(t *testing.T) {
	for _, what := range []struct {
		n            int
		lower, upper float64
	}{
		{0, 0, 3.6889}, {1, 0.0253, 5.5716}, {2, 0.2422, 7.2247}, {5, 1.6235, 11.6683},
		{10, 4.7954, 18.3904}, {20, 12.2165, 30.8884}, {50, 37.1110, 65.9188}, {100, 81.3640, 121.6268},
	} {
		if got := poissonLower(what.n, 0.025); math.Abs(got-what.lower) > 1e-4 {
			t.Errorf("poissonLower(%d, 0.025) = %.5f, want %.4f", what.n, got, what.lower)
		}
		if got := poissonUpper(what.n, 0.025); math.Abs(got-what.upper) > 1e-4 {
			t.Errorf("poissonUpper(%d, 0.025) = %.5f, want %.4f", what.n, got, what.upper)
		}
	}
}

// poissonTail returns the probability of at most n under the mean, term by term.
func poissonTail(n int, mean float64) float64 {
	sum := 0.0
	for k := n; k >= 0; k-- {
		logFactorial, _ := math.Lgamma(float64(k) + 1)
		term := math.Exp(float64(k)*math.Log(mean) - mean - logFactorial)
		sum += term
		if term < sum*1e-17 {
			break
		}
	}
	return sum
}

// The limits are held against the distribution itself, small and large counts,
// inside and outside the table, at levels shared among several checks.
func TestPoissonLimitsInvert(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 7, 30, 63, 64, 65, 200, 1000, 20_000, 300_000} {
		for _, alpha := range []float64{0.05, 0.025, 0.05 / 3, 0.025 / 40, 1e-6} {
			if got := poissonTail(n, poissonUpper(n, alpha)); math.Abs(got-alpha) > alpha*1e-6 {
				t.Errorf("P(at most %d) under the upper limit at %g is %g", n, alpha, got)
			}
			if n == 0 {
				continue
			}
			if got := 1 - poissonTail(n-1, poissonLower(n, alpha)); math.Abs(got-alpha) > alpha*1e-6+1e-9 {
				t.Errorf("P(at least %d) under the lower limit at %g is %g", n, alpha, got)
			}
		}
	}
}

// What the upper limit rests on: one more count raises it by more than one.
func TestPoissonUpperGrows(t *testing.T) {
	for n := range 500 {
		if step := poissonUpper(n+1, 0.05) - poissonUpper(n, 0.05); step <= 1 {
			t.Fatalf("from %d to %d the upper limit grows by %g, want more than 1", n, n+1, step)
		}
	}
}

func BenchmarkPoissonUpper(b *testing.B) {
	for b.Loop() {
		poissonUpper(17, 0.01) // not one of the levels with a table
	}
}
