package store

import (
	"math"
	"time"
)

// latencyStep is the ratio between neighbouring latency codes. A code stands for
// everything within ±0.4 % of its value, which is finer than any chart shows, and
// the difference of two neighbouring results mostly fits one byte.
const latencyStep = 1.008

var logStep = math.Log(latencyStep)

// maxCode stands for some 26 hours: no probe takes longer.
const maxCode = 3170

// latencyCode returns the code of d; 0 stands for no latency (less than 0.5 µs).
func latencyCode(d time.Duration) uint16 {
	us := float64(d) / float64(time.Microsecond)
	if us < 0.5 {
		return 0
	}
	code := 1 + math.Round(math.Log(max(us, 1))/logStep)
	return uint16(min(code, maxCode))
}

// latencies are the values of all codes: looking one up takes a nanosecond, math.Exp
// twenty, and replaying a log needs 300,000.
var latencies = func() (table [maxCode + 1]time.Duration) {
	for code := 1; code <= maxCode; code++ {
		us := math.Exp(float64(code-1) * logStep)
		table[code] = time.Duration(math.Round(us * float64(time.Microsecond)))
	}
	return table
}()

// codeLatency is the inverse of latencyCode, within 0.4 %.
func codeLatency(code uint16) time.Duration { return latencies[min(code, maxCode)] }
