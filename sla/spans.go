package sla

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Spans returns what each moment of p counts as for the claim, with the time that is
// left out given (see LeftOut). The series are those of its checks. Where the checks
// are combined, a moment is down while enough of them are, unknown while those that
// were seen do not settle it, and degraded while the service works without all of its
// parts. Of a mean a moment is down only while all are; while some are, it is degraded.
func (c *Claim) Spans(p timeline.Period, series []timeline.Series, out timeline.Set) []timeline.Span {
	all := make([][]timeline.Span, 0, len(series))
	for _, s := range series {
		if spans := timeline.Spans(s, p, out, c.DegradedDown); len(spans) > 0 {
			all = append(all, spans)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return sweep(all, c.Combine.Need(len(all)))
}

// sweep goes over spans that all cover the same period.
func sweep(all [][]timeline.Span, need int) []timeline.Span {
	var out []timeline.Span
	at, now := make([]int, len(all)), make([]timeline.Span, len(all))
	from := all[0][0].From
	for {
		var to time.Time
		for i, spans := range all {
			now[i] = spans[at[i]]
			if to.IsZero() || now[i].To.Before(to) {
				to = now[i].To
			}
		}
		kind, reason := kindOf(now, need)
		if n := len(out); n > 0 && out[n-1].Kind == kind && out[n-1].Reason == reason {
			out[n-1].To = to
		} else {
			out = append(out, timeline.Span{From: from, To: to, Kind: kind, Reason: reason})
		}
		from = to
		for i, spans := range all {
			if !spans[at[i]].To.After(to) {
				if at[i]++; at[i] == len(spans) {
					return out
				}
			}
		}
	}
}

// kindOf says what a moment is of a service whose checks are in these states, and
// for which reason: that of the first check that makes it so.
func kindOf(now []timeline.Span, need int) (timeline.Kind, check.Reason) {
	var n [timeline.Excluded + 1]int
	var first [timeline.Excluded + 1]check.Reason
	for i := len(now) - 1; i >= 0; i-- {
		n[now[i].Kind]++
		first[now[i].Kind] = now[i].Reason
	}
	good := n[timeline.Up] + n[timeline.Degraded]
	enough := len(now) - need + 1 // so many that are good keep it up
	if need == 0 {
		need, enough = len(now), 1
		if n[timeline.Down] == 0 {
			enough = len(now)
		}
	}
	kind := timeline.Up
	switch {
	case n[timeline.Excluded] > 0:
		kind = timeline.Excluded
	case n[timeline.Down] >= need:
		kind = timeline.Down
	case good < enough:
		kind = timeline.Unknown
	case n[timeline.Down] > 0:
		return timeline.Degraded, first[timeline.Down]
	case n[timeline.Up] < enough:
		kind = timeline.Degraded
	}
	return kind, first[kind]
}
