package device

import "fmt"

// Void says why a reading has no value. The zero value is NotVoid: the value
// counts. The set is closed and its numbers are written to disk.
type Void uint8

// The reasons.
const (
	NotVoid           Void = iota
	VoidFirst              // nothing earlier to take a difference from
	VoidSilent             // the agent did not answer
	VoidRefused            // the host answered that no agent listens
	VoidAuth               // the agent did not accept our credentials, or is another engine
	VoidMissing            // the agent has no such object or row
	VoidType               // the value is not of the type that the object has
	VoidAgentError         // the agent answered with an error status
	VoidRestart            // the agent restarted in between
	VoidDiscontinuity      // the agent says that the counter broke in between
	VoidWrap               // the counter fell, or may have wrapped more than once
	VoidSpeed              // more than the line, or the processors, can do
	VoidClock              // the agent's clock contradicts ours
	VoidStale              // the agent has not updated its counters in between
	VoidRange              // outside of what the object can be
	VoidDisabled           // switched off by its operator
	VoidUnasked            // the poll ended before this was asked
	voidCount
)

var voidNames = [voidCount]string{
	"", "first", "silent", "refused", "auth", "missing", "type", "agent_error", "restart",
	"discontinuity", "wrap", "speed", "clock", "stale", "range", "disabled", "unasked",
}

var voidSentences = [voidCount]string{
	"", "no earlier value to compare with", "the agent did not answer", "no agent listens on the port",
	"the agent did not accept the credentials", "the agent has no such object",
	"the agent sent a value of another type", "the agent answered with an error",
	"the agent restarted", "the counter was interrupted", "the counter wrapped or was reset",
	"more than is possible in the time", "the agent's clock contradicts ours",
	"the agent has not counted on since the last reading", "the value is out of range",
	"switched off by its operator", "the poll ended before it was asked",
}

// String returns the word used in CSV and JSON; it is empty for NotVoid.
func (v Void) String() string {
	if v < voidCount {
		return voidNames[v]
	}
	return fmt.Sprintf("void(%d)", uint8(v))
}

// Sentence says it for people.
func (v Void) Sentence() string {
	if v < voidCount {
		return voidSentences[v]
	}
	return v.String()
}

// ParseVoid is the inverse of String.
func ParseVoid(word string) (Void, error) {
	for i, name := range voidNames {
		if word == name {
			return Void(i), nil
		}
	}
	return NotVoid, fmt.Errorf("void %q: not one of slamon's reasons for a void reading", word)
}

// MarshalText encodes the reason as its word.
func (v Void) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText decodes a word as ParseVoid does.
func (v *Void) UnmarshalText(text []byte) error {
	parsed, err := ParseVoid(string(text))
	if err == nil {
		*v = parsed
	}
	return err
}
