package alert

import (
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// unusual is there while the answers of a check are later than they usually are. A
// check that fails, and work that was announced, tell of themselves.
func (r *reading) unusual(s *status.Service, c *status.Check) {
	u := &c.Usual
	if !u.Unusual || c.Last.State == check.Down {
		return
	}
	found := Condition{
		Key: "unusual_response/" + string(c.ID), Subject: "response time of " + string(c.ID),
		Type: UnusualResponse, Severity: Warning, Service: s.ID, Check: c.ID, Class: c.Class, Since: u.Since,
		Title: fmt.Sprintf("%s: %s responds more slowly than usual", s.Name, c.Name),
		JA:    ja("", "%s: %s の応答が平常より遅い", s.Name, c.Name),
		Path:  "/checks/" + string(c.ID), Maintenance: maintained(s, r.board.At),
	}
	found.Sentence = "What is usual at this hour of the week is not known."
	if u.High > 0 {
		found.Sentence = fmt.Sprintf("At this hour of the week half of its answers take %s and 95 of 100 at most %s.", shortly(u.Median), shortly(u.High))
		if u.Recent > 0 {
			found.Sentence = fmt.Sprintf("Half of its answers of the last %s took %s or more. ", max(u.Rule.After, time.Minute).Round(time.Minute), shortly(u.Recent)) + found.Sentence
		}
	}
	found.Sentence += " It counts as no downtime."
	r.add(found)
}

// shortly prints a time of response with the digits that count.
func shortly(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// response tells of a claim on response time that is breached. More answers in time can
// not take that back within a window that is counted from its beginning.
func (r *reading) response(s *status.Service, c *status.Response) {
	if c.Answer != sla.Breached {
		return
	}
	window, lasting := c.Period.From.UTC().Format("20060102"), true
	if c.Claim.Window.Kind == sla.Rolling {
		window, lasting = "rolling", false
	}
	r.add(Condition{
		Key: fmt.Sprintf("refuted/%s/%s", c.Claim.ID, window), Subject: "claim " + string(c.Claim.ID),
		Type: Refuted, Severity: Critical, Service: s.ID, Claim: c.Claim.ID, Since: c.At,
		Title:    fmt.Sprintf("%s: the claim of %s is breached", s.Name, c.Claim.Promise),
		JA:       ja("", "%s: %s の未達", s.Name, c.Claim.Promise),
		Sentence: c.Explanation, Path: "/claims/" + string(c.Claim.ID), Lasting: lasting,
	})
}
