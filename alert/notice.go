package alert

import "time"

// Kind is what a notice says of its conditions.
type Kind string

// The kinds of notice.
const (
	Opened    Kind = "opened"
	Changed   Kind = "changed" // more severe than when it was told
	Reminder  Kind = "reminder"
	Escalated Kind = "escalated"
	Recovered Kind = "recovered"
	Flapping  Kind = "flapping" // comes and goes too often to be told each time
	Stable    Kind = "stable"   // has stopped flapping
	Reported  Kind = "report"   // how things stood in a period that has ended
	Test      Kind = "test"     // somebody tries a channel
)

// maxListed bounds the conditions that a notice carries. A network that is gone
// takes thousands of checks along; nobody reads more than this in a mail.
const maxListed = 50

// Notice is one message that is due.
type Notice struct {
	ID       string    `json:"id"`     // stable: the same notice decided again has the same
	Thread   string    `json:"thread"` // that of the notice that opened the trouble
	Kind     Kind      `json:"kind"`
	Why      string    `json:"why"` // why it is due now
	Policy   string    `json:"policy"`
	Severity Severity  `json:"severity"`
	Detected time.Time `json:"detected"`
	Due      time.Time `json:"due"`

	Channels   []Channel `json:"channels"`
	Escalation []Channel `json:"escalation,omitempty"`
	Fallback   []Channel `json:"fallback,omitempty"`

	Conditions []Condition `json:"conditions"` // most severe first
	More       int         `json:"more,omitempty"`

	Dispatch *Dispatched `json:"dispatch,omitempty"` // of Reported
}

// add puts another condition into the notice.
func (n *Notice) add(it *Item) {
	if len(n.Conditions) < maxListed {
		n.Conditions = append(n.Conditions, it.Condition)
	} else {
		n.More++
	}
	n.Severity = max(n.Severity, it.Condition.Severity)
	if it.clock().Before(n.Detected) {
		n.Detected = it.clock()
	}
}
