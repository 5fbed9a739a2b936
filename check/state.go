package check

import "fmt"

// State is the answer to "was it available?" at the moment a probe was sent.
// The zero value is Unknown.
type State uint8

// The four states, in no order of severity.
const (
	Unknown  State = iota // we could not ask
	Up                    // answered as expected
	Degraded              // answered, but too slowly or partly wrong; counts as available unless a claim says otherwise
	Down                  // the target failed
)

// States lists every State, for metrics that need one series for each.
var States = [...]State{Unknown, Up, Degraded, Down}

var stateNames = [...]string{"unknown", "up", "degraded", "down"}

// String returns the word used in the file, in CSV, metrics and pages.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Good reports whether the target did its work: Up or Degraded.
func (s State) Good() bool { return s == Up || s == Degraded }

// ParseState is the inverse of String.
func ParseState(word string) (State, error) {
	for i, name := range stateNames {
		if word == name {
			return State(i), nil
		}
	}
	return Unknown, fmt.Errorf("outcome %q: want up, degraded, down or unknown", word)
}

// MarshalText encodes the state as its word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText decodes a word as ParseState does.
func (s *State) UnmarshalText(text []byte) error {
	v, err := ParseState(string(text))
	if err == nil {
		*s = v
	}
	return err
}
