package sla

// UnseenLimit returns the one-sided 95 % upper limit of downtime, in base
// intervals, for a window in which n outages were each hit by a single base
// probe: 2.996 for none (the rule of three), 4.744 for one. A claim can be proven
// while the limit times the interval stays within its allowance.
func UnseenLimit(n int) float64 { return poissonUpper(max(n, 0), verdictLevel) }
