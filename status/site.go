package status

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// Site is what another slamon, in another place, says of the claims that both have.
type Site struct {
	Name   string
	URL    string
	At     time.Time // when its figures were made; zero before the first answer
	Error  string    // why it could not be asked last; empty when it could
	Claims map[sla.ClaimID]sla.Verdict
	// Responses are its verdicts on response time: answer, operations and share of each.
	Responses map[sla.ClaimID]sla.ResponseVerdict
	Down      map[check.ID]bool // checks that it saw down; nil while what it said is old
}
