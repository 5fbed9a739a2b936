// Package sla holds a service to its claims.
//
// A Claim is a figure that somebody stated: who, when, over which window, by
// which counting rule, with which exclusions. Judge takes the history of a
// claim's checks and answers with a Verdict: met, breached (for certain, or at
// 95 %), or cannot tell. The verdict carries how sure it is: the point estimate,
// hard bounds from the probes that were made, a 95 % interval that includes the
// outages that nobody can have seen, the unknown time, and the probe interval
// that would decide the claim where the present one cannot.
//
// Terms. Allowance is the downtime that the claim leaves in its window. Coverage
// is the share of the accounted time that is not unknown. Unknown time is carried
// as a number of its own and never scaled away: a claim is met only if it would
// still be met with all unknown time down.
//
// An Incident is a failure of one check. ServiceIncidents puts these together as the claim
// does: what its combination of checks makes a failure of the service, what its rule merges,
// leaves out or cuts, with the reason. Those that count are as many as Verdict.Failures.
//
// A ResponseClaim holds the operations of a service to a time of response: a share of
// all of them within a limit. Its Hold counts the results of the base grid; a failed
// one is late, an unknown slot is neither in time nor late, and what is still to come may
// be either. Usual and Drift say what response time is usual at an hour of the week and
// whether answers have left it, which no claim is about.
//
// The arithmetic is exact where it can be: figures are integers in parts per
// 10^9, times are nanoseconds. No figure is ever rounded up.
//
// The package is pure: no clock, no files.
package sla
