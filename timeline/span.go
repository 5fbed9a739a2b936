package timeline

import (
	"time"

	"github.com/slamon/slamon/check"
)

// Kind is what a moment counts as.
type Kind uint8

// The kinds of time.
const (
	Unknown Kind = iota
	Up
	Degraded
	Down
	Excluded // announced maintenance that the claim leaves out
)

var kindNames = [...]string{"unknown", "up", "degraded", "down", "excluded"}

// String returns the word used in reports, JSON and pages.
func (k Kind) String() string { return kindNames[k] }

// MarshalText encodes the kind as its word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Span is a piece of a period. Where a failure begins or ends between two
// probes, the border lies in the middle of the pause.
type Span struct {
	From, To time.Time // To is not part of it
	Kind     Kind
	Reason   check.Reason // of Down, Degraded and Unknown
}

// Period is a stretch of wall time; To is not part of it.
type Period struct{ From, To time.Time }

// Length returns To−From.
func (p Period) Length() time.Duration { return p.To.Sub(p.From) }
