package sla

import (
	"math"
	"time"
)

// MinOutlook is how many incidents a forecast needs (accounting D.10): below it
// the next one decides more than all that were seen.
const MinOutlook = 5

// longestFactor is how much longer than the longest seen an outage is taken to be
// able to get (wM of accounting D.10): with it the interval covers also heavy-tailed
// durations.
const longestFactor = 6

// Outlook is how available the service will be in the long run if nothing about
// it changes: an extra, and never part of a verdict.
type Outlook struct {
	Enough    bool // there were at least MinOutlook incidents
	Incidents int
	// Low and High are the two-sided 95 % interval of the availability; 0 and 1
	// unless Enough.
	Low, High float64
}

// Forecast computes the outlook from the lengths of the incidents that were seen
// in so much known time, by the interval of Fay and Feuer for weighted Poisson
// sums.
func Forecast(lengths []time.Duration, known time.Duration) Outlook {
	o := Outlook{Incidents: len(lengths), High: 1}
	if len(lengths) < MinOutlook || known <= 0 {
		return o
	}
	var y, v, longest float64
	for _, d := range lengths {
		s := d.Seconds()
		y, v, longest = y+s, v+s*s, max(longest, s)
	}
	if y <= 0 {
		return o
	}
	w := longestFactor * longest
	low := v / y * gammaAt(y*y/v, intervalLevel)
	high := (v + w*w) / (y + w) * gammaAt((y+w)*(y+w)/(v+w*w), 1-intervalLevel)
	t := known.Seconds()
	o.Enough = true
	o.Low, o.High = max(0, 1-high/t), min(1, 1-low/t)
	return o
}

// Outlook forecasts from the incidents of a verdict that are not planned work: those
// of the service where several checks make it, and of a mean each in part.
func (v Verdict) Outlook() Outlook {
	m := len(v.Claim.Checks)
	if m > 1 && v.Claim.Combine != Mean {
		lengths := make([]time.Duration, len(v.likely))
		for i, p := range v.likely {
			lengths[i] = p.Length()
		}
		return Forecast(lengths, v.Accounted-v.Unknown)
	}
	total := 0
	for _, id := range v.Claim.Checks {
		total += v.Claim.Weight(id)
	}
	var lengths []time.Duration
	for _, i := range v.Incidents {
		length := i.Point
		if m > 1 {
			length = time.Duration(float64(length) * float64(v.Claim.Weight(i.Check)) / float64(total))
		}
		if !i.Planned && length > 0 {
			lengths = append(lengths, length)
		}
	}
	return Forecast(lengths, v.Accounted-v.Unknown)
}

// gammaAt is gammaQuantile. Its shape may be a fraction, but is never below 1: v is
// at most y², and what is added keeps that.
func gammaAt(a, p float64) float64 { return gammaQuantile(math.Max(a, 1), p) }
