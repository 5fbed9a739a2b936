package metrics

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// withResponses adds a claim on response time that was judged, one that was not, and a
// check that is slower than usual.
func withResponses(b *status.Board) *status.Board {
	claim := sla.ResponseClaim{
		Claim:   sla.Claim{ID: "quick", Name: "Row 46", Service: "meeting", Kind: sla.Disclosure},
		Promise: sla.Promise{Limit: 3 * time.Second, Share: sla.Figure{PPB: 990_000_000}},
	}
	var c sla.ResponseCounter
	for range 8000 {
		c.Count(check.Up, 200*time.Millisecond)
	}
	for range 30 {
		c.Count(check.Up, 4*time.Second)
		c.Count(check.Down, 0)
	}
	r := c.Take().Responses()
	r.Unknown = 12
	judged := status.Response{ResponseVerdict: sla.JudgeResponses(claim, r), At: noon}
	blind := sla.JudgeResponses(claim, sla.Responses{Unknown: 360})
	judged.Rolling = []status.RollingResponse{{Name: "1h", ResponseVerdict: blind}, {Name: "24h", ResponseVerdict: judged.ResponseVerdict}}
	fresh := status.Response{ResponseVerdict: sla.ResponseVerdict{Claim: claim}}
	fresh.Claim.ID, fresh.Claim.Name, fresh.Claim.Kind = "new-quick", "New", sla.Objective
	s := &b.Services[0]
	s.Responses = []status.Response{judged, fresh}

	l := sla.NewUsualLearner(time.UTC)
	for at := noon.AddDate(0, 0, -22); at.Before(noon.AddDate(0, 0, -1)); at = at.Add(5 * time.Minute) {
		l.Add(at, check.Up, 40*time.Millisecond)
	}
	usual := &s.Checks[0].Usual
	usual.Range, usual.Unusual, usual.Since = l.Usual(), true, noon.Add(-20*time.Minute)
	usual.Median, usual.High, _ = usual.Range.At(noon)
	return b
}
