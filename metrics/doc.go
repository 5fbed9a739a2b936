// Package metrics shows slamon to Prometheus.
//
// Most of what is exposed is read from a status.Board at the moment of a scrape
// (gather.go), so that no series outlives what it tells of: a check that leaves the
// configuration leaves the next scrape. Only what has to be
// summed up between two scrapes is kept here: results by outcome and reason,
// response times, lateness of slots, durations of commits.
//
// What is not known is absent. A check whose last result is unknown has neither
// slamon_check_up 0 nor 1; a window without known time has no availability. An
// alert on missing data is absent(), never a guess.
//
// An incident is counted once, when it is first seen, under the side that is known
// then: a counter cannot take back what it counted. What people confirm later shows in
// the list of 30 days, a gauge beside it.
//
// OpenMetrics and protobuf carry since when a counter counts, and exemplars: from a
// bucket of response times to the check that was last in it, from a count of failures
// to the last of them, from a count of incidents to the newest. So names that would
// be unbounded as labels are one click away.
//
// Label values come from the configuration (service, check, class, site, claim)
// or from closed sets (kind, outcome, reason, window, verdict, phase). Pairs of
// outcome and reason appear once they were seen, which keeps 10,000 checks near
// 60,000 series.
package metrics
