package daemon

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// frozen is the verdict of a closed period: version 1 as it was when the period
// closed, later ones as corrections left it. None is ever changed.
type frozen[V any] struct {
	Version    int       `json:"version"`
	At         time.Time `json:"at"`
	Correction string    `json:"correction,omitempty"`
	Why        string    `json:"why,omitempty"`
	Verdict    V         `json:"verdict"` // sla.VerdictJSON or sla.ResponseJSON
}

// frozenIncidents bounds the incidents of a frozen verdict, so that it fits into a fact of
// the store.
const frozenIncidents = 1500

func periodOf(from, to time.Time) timeline.Period { return timeline.Period{From: from, To: to} }

// frozenKey names a period of a claim: a window by its start, any other, such as a
// month inside a contract year, by both ends.
func frozenKey(c *sla.Claim, p timeline.Period) string {
	if c.Window.Kind != sla.Rolling {
		if w := c.Window.Period(p.From); w.From.Equal(p.From) && w.To.Equal(p.To) {
			return fmt.Sprintf("%s%s/%012d/", frozenPrefix, c.ID, p.From.Unix())
		}
	}
	return fmt.Sprintf("%s%s/%012d-%012d/", frozenPrefix, c.ID, p.From.Unix(), p.To.Unix())
}

// versions returns what is frozen of a claim's period.
func versions[V any](l *ledger, c *sla.Claim, p timeline.Period) ([]frozen[V], error) {
	var list []frozen[V]
	err := eachFact(l.store, frozenKey(c, p), func(_ string, f frozen[V]) { list = append(list, f) })
	return list, err
}

// nextVersion is a verdict as it is kept: the next version of its period.
func nextVersion(v *finding, number int, why, correction string) (store.Fact, error) {
	f := frozen[any]{Version: number, At: time.Now().UTC(), Correction: correction, Why: why, Verdict: v.verdict}
	return fact(fmt.Sprintf("%s%04d", frozenKey(&v.claim.Claim, v.period), number), f)
}

func fact(key string, v any) (store.Fact, error) {
	text, err := json.Marshal(v)
	return store.Fact{Key: key, Value: text}, err
}

// frozenPeriod is a closed period with the number of its versions.
type frozenPeriod struct {
	timeline.Period
	versions int
}

// frozenIn returns the closed periods of a claim that reach into p.
func (l *ledger) frozenIn(c *sla.Claim, p timeline.Period) ([]frozenPeriod, error) {
	var list []frozenPeriod
	for _, w := range calendars(c) {
		for at := w.Period(p.From); at.From.Before(p.To) && p.From.Before(at.To); at = w.Period(at.To) {
			known, err := l.store.Scan(frozenKey(c, at), maxFacts)
			if err != nil {
				return nil, err
			}
			if len(known) > 0 {
				list = append(list, frozenPeriod{at, len(known)})
			}
			if w.Kind == sla.Fixed {
				break
			}
		}
	}
	return list, nil
}

// reportVersions are frozen verdicts as a report shows them.
func reportVersions(list []frozen[sla.VerdictJSON]) []report.Frozen {
	out := make([]report.Frozen, 0, len(list))
	for _, f := range list {
		out = append(out, report.Frozen{Version: f.Version, At: f.At, Why: f.Why, Availability: f.Verdict.Availability.Point,
			Downtime: f.Verdict.Downtime.Point, Answer: string(f.Verdict.Verdict)})
	}
	return out
}

// responseVersions are those of a claim on response time.
func responseVersions(list []frozen[sla.ResponseJSON]) []report.FrozenResponse {
	out := make([]report.FrozenResponse, 0, len(list))
	for _, f := range list {
		out = append(out, report.FrozenResponse{Version: f.Version, At: f.At, Why: f.Why, Share: f.Verdict.Share.Point, Answer: f.Verdict.Verdict})
	}
	return out
}
