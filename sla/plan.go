package sla

import "time"

// Plan says what probing a claim asks for, before any probe is sent.
type Plan struct {
	Claim     Figure
	Window    time.Duration
	Allowance time.Duration
	// Deciding is the longest base interval that can prove the claim at 95 % when no
	// probe fails at all; DecidingTwo when two long outages have used half of the
	// allowance. Zero when no interval can.
	Deciding, DecidingTwo time.Duration
	Present               Pace // of the interval in use; zero when none was named
}

// Pace says what one base interval can and cannot show for a claim.
type Pace struct {
	Interval, Reprobe time.Duration
	Unseen            time.Duration // 95 % upper limit of the downtime that no probe saw, when none failed
	Hidden            time.Duration // longest outage that can stay unseen
	Refuting          time.Duration // one outage longer than this breaches the claim for certain
	// Singles is how many isolated failed probes the claim bears and can still be
	// proved; −1 when it cannot be proved even without one.
	Singles int
}

// mostSingles bounds the search: who bears more isolated failures than this needs
// no finer answer.
const mostSingles = 100

// NewPlan works out what the claim needs over a window. The interval in use may
// be zero; reprobe is the pause between probes after a failure.
func NewPlan(claim Figure, window, interval, reprobe time.Duration) Plan {
	p := Plan{Claim: claim, Window: window, Allowance: claim.Allowance(window)}
	p.Deciding = time.Duration(float64(p.Allowance) / UnseenLimit(0))
	// Both outages end within one pause between probes after their last failure.
	if left := p.Allowance/2 - 2*reprobe; left > 0 {
		p.DecidingTwo = time.Duration(float64(left) / (2 + UnseenLimit(0)))
	}
	if interval > 0 {
		p.Present = newPace(p.Allowance, interval, reprobe)
	}
	return p
}

func newPace(allowance, interval, reprobe time.Duration) Pace {
	end := interval // the pause after the last failure of an outage
	if reprobe > 0 {
		end = reprobe
	}
	p := Pace{
		Interval: interval, Reprobe: reprobe, Hidden: interval,
		Unseen:   time.Duration(float64(interval) * UnseenLimit(0)),
		Refuting: allowance + interval + end,
		Singles:  -1,
	}
	for n := range mostSingles + 1 {
		if UnseenLimit(n)*float64(interval) > float64(allowance) {
			break
		}
		p.Singles = n
	}
	return p
}

// PerDay returns how many base probes a day an interval takes, rounded up.
func PerDay(interval time.Duration) int {
	if interval <= 0 {
		return 0
	}
	const day = 24 * time.Hour
	return int((day + interval - 1) / interval)
}
