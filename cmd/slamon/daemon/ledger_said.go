package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
)

// remarkPrefix is where confirmed causes are kept: by incident, then by time. Each is an
// entry of its own, so that what somebody said first is still there after the second
// thought. What people did about notices is kept with those.
const remarkPrefix = "remark/"

// maxRemarks bounds what is kept of one incident, and shown on its page.
const maxRemarks = 500

func remarksOf(incident string) string { return remarkPrefix + incident + "/" }

// confirmed keeps a cause in the history of its incident.
func (l *ledger) confirmed(incident string, c sla.Cause) error {
	known, err := l.store.Scan(remarksOf(incident), maxRemarks)
	if err != nil {
		return err
	}
	if len(known) >= maxRemarks {
		return refuse400("the cause of this incident was confirmed %d times already", len(known))
	}
	return l.put(fmt.Sprintf("%s%020d", remarksOf(incident), c.At.UnixNano()), c)
}

// Comment keeps what somebody says of an incident.
func (s stating) Comment(incident string, act alert.Act) error {
	switch {
	case strings.TrimSpace(act.By) == "":
		return refuse400("nobody is named who says it: say by")
	case strings.TrimSpace(act.Note) == "":
		return refuse400("the comment is empty: say note")
	case !s.ledger.isIncident(incident):
		return refuse400("no incident is named %q", incident)
	}
	id, _ := splitIncident(incident)
	deed := alert.Deed{Kind: alert.Commented, Key: incidentKey + incident, Title: incident, Check: id, Act: act}
	if c, ok := (*s.checks.Load())[id]; ok {
		deed.Service, deed.Title = c.Service, cmp.Or(c.Name, incident)
	}
	s.teller.mu.Lock()
	defer s.teller.mu.Unlock()
	return s.teller.did(deed)
}

// Remarks returns what was said of an incident and done about it, oldest first.
func (s stating) Remarks(incident string) ([]web.Remark, error) {
	var list []web.Remark
	err1 := eachFact(s.store, remarksOf(incident), func(_ string, c sla.Cause) {
		list = append(list, web.Remark{Kind: web.Confirmed, Side: c.Side, Act: alert.Act{By: c.By, At: c.At, Note: c.Note}})
	})
	done, err2 := deeds(s.store, maxDeeds, s.about(incident))
	for _, d := range done {
		list = append(list, web.Remark{Kind: web.RemarkKind(d.Kind), Act: d.Act})
	}
	slices.SortStableFunc(list, func(a, b web.Remark) int { return a.At.Compare(b.At) })
	return list, errors.Join(err1, err2)
}

// about returns which deeds belong to an incident: those about it, and what was muted of
// its check since it began.
func (s stating) about(incident string) func(alert.Deed) bool {
	id, began := splitIncident(incident)
	service := (*s.checks.Load())[id].Service
	return func(d alert.Deed) bool {
		if d.Kind != alert.Muted && d.Kind != alert.Unmuted {
			return d.Key == incidentKey+incident
		}
		return service != "" && d.Service == service && (d.Check == "" || d.Check == id) && !began.IsZero() && d.At.After(began) && d.At.Before(began.Add(mutedBeside))
	}
}

// mutedBeside is how long after the begin of an incident a mute is taken to belong to
// it. Later ones are about others.
const mutedBeside = 7 * 24 * time.Hour

// splitIncident takes the name of an incident apart; zero when it is none.
func splitIncident(name string) (id check.ID, first time.Time) {
	at := strings.LastIndex(name, "-")
	if at < 0 {
		return "", time.Time{}
	}
	first, err := time.Parse("20060102T150405.000Z", name[at+1:])
	if err != nil {
		return "", time.Time{}
	}
	return check.ID(name[:at]), first
}

// Entered reports whether an announcement was made by hand and still stands.
func (s stating) Entered(id string) bool {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	a, ok := s.ledger.announcements[id]
	return ok && a.Removed.IsZero()
}

// Corrections returns those of a claim.
func (s stating) Corrections(id sla.ClaimID) []sla.Correction { return s.ledger.correctionsOf(id) }

// Versions returns the frozen verdicts of a claim, the newest period first.
func (s stating) Versions(id sla.ClaimID) ([]web.Version, error) {
	var list []web.Version
	err := eachFact(s.store, frozenPrefix+string(id)+"/", func(_ string, f frozenHead) {
		v := &f.Verdict
		out := web.Version{
			From: v.Window.From, To: v.Window.To, Version: f.Version, At: f.At, Correction: f.Correction, Why: f.Why,
			Availability: v.Availability.Point, Digits: v.Claim.Digits, Downtime: v.Downtime.Point, Answer: v.Verdict,
		}
		if v.Claim.Response != "" {
			out.Responses, out.Share, out.Digits = true, v.Share.Point, v.Claim.Share.Digits
		}
		list = append(list, out)
	})
	slices.SortStableFunc(list, func(a, b web.Version) int {
		return cmp.Or(b.From.Compare(a.From), cmp.Compare(a.Version, b.Version))
	})
	return list, err
}

// frozenHead is what a list shows of a frozen verdict. Its incidents, of which there may
// be thousands, are passed over.
type frozenHead struct {
	Version    int       `json:"version"`
	At         time.Time `json:"at"`
	Correction string    `json:"correction"`
	Why        string    `json:"why"`
	Verdict    struct {
		Claim struct {
			Digits   int
			Response string     // of a claim on response time
			Share    sla.Figure // likewise
		}
		Share        sla.ShareJSON `json:"within_limit"`
		Window       struct{ From, To time.Time }
		Availability struct{ Point float64 }
		Downtime     struct{ Point float64 } `json:"downtime_seconds"`
		Verdict      sla.Answer
	} `json:"verdict"`
}
