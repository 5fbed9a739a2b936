package daemon

import (
	"slices"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/timeline"
)

// maxNotices bounds how many notices a report lists: thirty a day for half a year.
// Whoever has more finds them all under /api/v1/notices.
const maxNotices = 5000

// said returns the notices of a service's period, and what people did about them.
func (s site) said(id check.ServiceID, p timeline.Period) (notices []report.Notice, done []report.Deed, err error) {
	if notices, err = s.notices(id, p); err == nil {
		done, err = s.deeds(id, p)
	}
	return notices, done, err
}

// notices returns the notices that name the service and were detected in the period.
func (s site) notices(id check.ServiceID, p timeline.Period) ([]report.Notice, error) {
	var list []report.Notice
	err := notify.Between(shelf{s.ledger.store}, p.From, p.To, func(e *notify.Entry) bool {
		if slices.ContainsFunc(e.Notice.Conditions, func(c alert.Condition) bool { return c.Service == id }) {
			list = append(list, reportedNotice(e))
		}
		return len(list) < maxNotices
	})
	slices.SortStableFunc(list, func(a, b report.Notice) int { return a.Detected.Compare(b.Detected) })
	return list, err
}

func reportedNotice(e *notify.Entry) report.Notice {
	n := report.Notice{
		Detected: e.Notice.Detected, Due: e.Notice.Due, Kind: string(e.Notice.Kind), Why: e.Notice.Why,
		Missed: !e.Missed.IsZero(), Deliveries: make([]report.Delivery, 0, len(e.Deliveries)),
	}
	if !e.Accepted.IsZero() {
		n.Accepted = &e.Accepted
	}
	if len(e.Notice.Conditions) > 0 {
		n.Title = e.Notice.Conditions[0].Title
	}
	for _, d := range e.Deliveries {
		to := report.Delivery{Channel: string(d.Channel), Answer: d.Answer, GaveUp: d.GaveUp, Tries: d.Tries, Attempts: []report.Attempt{}}
		if !d.Accepted.IsZero() {
			to.Accepted = &d.Accepted
		}
		for _, a := range d.Attempts {
			to.Attempts = append(to.Attempts, report.Attempt{At: a.At, Took: a.Took.Seconds(), Error: a.Error})
		}
		n.Deliveries = append(n.Deliveries, to)
	}
	return n
}

// deeds returns what people did about the service, or about one of its checks or
// incidents, and what they said, in the period.
func (s site) deeds(id check.ServiceID, p timeline.Period) ([]report.Deed, error) {
	checks := map[check.ID]bool{}
	for _, c := range s.service(id).Checks {
		checks[c.ID] = true
	}
	kept, err := deeds(s.ledger.store, maxDeeds, func(d alert.Deed) bool {
		return (d.Service == id || checks[d.Check]) && !d.At.Before(p.From) && d.At.Before(p.To)
	})
	list := make([]report.Deed, 0, len(kept))
	for _, d := range slices.Backward(kept) {
		out := report.Deed{At: d.At, Kind: string(d.Kind), About: d.Title, By: d.By, Note: d.Note}
		if out.About == "" {
			out.About = muted(d.Service, d.Check)
		}
		if !d.Until.IsZero() {
			out.Until = &d.Until
		}
		list = append(list, out)
	}
	return list, err
}
