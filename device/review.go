package device

import (
	"errors"
	"fmt"
	"time"
)

// Review is a capacity item that a person decides on. It is not an alarm:
// nothing is broken, and it may take weeks.
type Review struct {
	ID       string    `json:"id"` // stable: rule, series and day of opening
	Rule     string    `json:"rule"`
	Series   Series    `json:"series"`
	Cause    Cause     `json:"cause"`
	Because  string    `json:"because"`
	Opened   time.Time `json:"opened"`
	Owner    string    `json:"owner,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Decision string    `json:"decision,omitempty"`
	Closed   time.Time `json:"closed,omitzero"` // zero while open
	History  []Entry   `json:"history"`         // oldest first
}

// Entry is one line of a review's history.
type Entry struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What string    `json:"what"`
}

const (
	// DefaultDue is how long a review may take when nobody says otherwise: a
	// month's planning round.
	DefaultDue = 30 * 24 * time.Hour
	// TextLimit bounds what people may write into a review, in bytes.
	TextLimit = 2000
	// HistoryLimit bounds the lines of a review.
	HistoryLimit = 200
)

// Opens returns the review that a finding opens, or false when it opens none:
// there is no cause, or the series has an open review of the same rule.
func (c CapacityRule) Opens(s Series, f Finding, existing []Review, now time.Time) (Review, bool) {
	if f.Cause == NoCause {
		return Review{}, false
	}
	for _, r := range existing {
		if r.Rule == c.ID && r.Series == s && r.Open() {
			return Review{}, false
		}
	}
	id := fmt.Sprintf("%s/%s/%s", c.ID, s, now.UTC().Format("2006-01-02T15:04"))
	return Review{
		ID: id, Rule: c.ID, Series: s, Cause: f.Cause, Because: f.Because,
		Opened: now.UTC(), Due: now.UTC().Add(DefaultDue),
		History: []Entry{{now.UTC(), "slamon", "opened: " + f.Because}},
	}, true
}

// Open reports whether somebody still has to decide.
func (r Review) Open() bool { return r.Closed.IsZero() }

// Assign gives the review to somebody until a day.
func (r Review) Assign(owner string, due time.Time, by string, now time.Time) (Review, error) {
	if owner == "" || due.IsZero() {
		return r, errors.New("a review is assigned to an owner and with a due date")
	}
	return r.note(by, "assigned to "+owner+", due "+due.Format(time.DateOnly), now, func(r *Review) {
		r.Owner, r.Due = owner, due
	})
}

// Comment adds a line to the history.
func (r Review) Comment(text, by string, now time.Time) (Review, error) {
	if text == "" {
		return r, errors.New("the comment is empty")
	}
	return r.note(by, text, now, func(*Review) {})
}

// Decide closes the review with what was decided.
func (r Review) Decide(decision, by string, now time.Time) (Review, error) {
	if decision == "" {
		return r, errors.New("a review is closed with a decision; say what was decided")
	}
	return r.note(by, "decided: "+decision, now, func(r *Review) {
		r.Decision, r.Closed = decision, now.UTC()
	})
}

// note changes a copy; the review that was given stays as it was.
func (r Review) note(by, what string, now time.Time, change func(*Review)) (Review, error) {
	switch {
	case !r.Open():
		return r, fmt.Errorf("review %s was closed on %s; its history is not changed any more", r.ID, r.Closed.Format(time.DateOnly))
	case by == "":
		return r, errors.New("the history of a review needs a name")
	case len(by) > TextLimit || len(what) > TextLimit:
		return r, fmt.Errorf("the text is longer than %d bytes", TextLimit)
	case len(r.History) >= HistoryLimit:
		return r, fmt.Errorf("review %s has %d entries, which is the most; decide it", r.ID, len(r.History))
	}
	changed := r
	changed.History = append(append([]Entry(nil), r.History...), Entry{now.UTC(), by, what})
	change(&changed)
	return changed, nil
}
