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

// Spans covers the period: the spans touch, none is empty, and their sum is the
// period's length to the nanosecond. Excluded time may come in any order; it
// hides whatever was seen in it. A degraded result counts as failed when
// degradedDown is set. Time without any result carries check.ReasonStopped.
func Spans(s Series, p Period, excluded []Period, degradedDown bool) []Span {
	if !p.From.Before(p.To) {
		return nil
	}
	b := spanner{period: p, excluded: SetOf(excluded...), degradedDown: degradedDown, at: p.From}
	stretches := s.Stretches[beside(s.Stretches, p.From):]
	if len(stretches) > 0 {
		b.begin(&stretches[0])
	}
	for i := range stretches {
		if i > 0 {
			b.pause(&stretches[i-1], &stretches[i])
		}
		b.until(stretches[i].Last, b.kind(&stretches[i]), stretches[i].Reason)
		if !b.at.Before(p.To) {
			return b.spans
		}
	}
	if n := len(stretches); n > 0 {
		b.end(&stretches[n-1])
	}
	b.until(p.To, Unknown, check.ReasonStopped)
	return b.spans
}

// spanner lays spans one after the other; at is where the next one begins.
type spanner struct {
	period       Period
	excluded     Set
	degradedDown bool
	at           time.Time
	spans        []Span
}

func (b *spanner) kind(s *Stretch) Kind {
	switch s.State {
	case check.Up:
		return Up
	case check.Degraded:
		if b.degradedDown {
			return Down
		}
		return Degraded
	case check.Down:
		return Down
	}
	return Unknown
}

func (b *spanner) begin(first *Stretch) {
	if first.State == check.Unknown || first.First.Sub(b.at) > LongGap(first.Interval) {
		b.until(first.First, Unknown, unknownReason(first, first))
	} else {
		b.until(first.First, b.kind(first), first.Reason)
	}
}

func (b *spanner) pause(prev, next *Stretch) {
	length := next.First.Sub(prev.Last)
	if prev.State == check.Unknown || next.State == check.Unknown || length > MaxGap(max(prev.Interval, next.Interval)) {
		b.until(next.First, Unknown, unknownReason(prev, next))
		return
	}
	b.until(prev.Last.Add(length/2), b.kind(prev), prev.Reason)
	b.until(next.First, b.kind(next), next.Reason)
}

func (b *spanner) end(final *Stretch) {
	switch pause := b.period.To.Sub(final.Last); {
	case final.State == check.Unknown:
		b.until(b.period.To, Unknown, final.Reason)
	case pause <= LongGap(final.Interval):
		b.until(b.period.To, b.kind(final), final.Reason)
	}
}

// unknownReason says why the pause between two stretches is unknown: for the
// reason of the unknown results beside it, else because there were none.
func unknownReason(prev, next *Stretch) check.Reason {
	switch {
	case next.State == check.Unknown:
		return next.Reason
	case prev.State == check.Unknown:
		return prev.Reason
	}
	return check.ReasonStopped
}

// until lays time of one kind up to to, with what is excluded cut out.
func (b *spanner) until(to time.Time, kind Kind, reason check.Reason) {
	to = sooner(to, b.period.To)
	for b.at.Before(to) {
		i := b.excluded.after(b.at)
		switch {
		case i == len(b.excluded) || !b.excluded[i].From.Before(to):
			b.lay(to, kind, reason)
		case b.excluded[i].From.After(b.at):
			b.lay(b.excluded[i].From, kind, reason)
		default:
			b.lay(sooner(b.excluded[i].To, b.period.To), Excluded, check.ReasonNone)
		}
	}
}

// lay appends a span, or lengthens the last one when it says the same. The reason
// of time that is up means nothing.
func (b *spanner) lay(to time.Time, kind Kind, reason check.Reason) {
	if kind == Up {
		reason = check.ReasonNone
	}
	if n := len(b.spans); n > 0 && b.spans[n-1].Kind == kind && b.spans[n-1].Reason == reason {
		b.spans[n-1].To = to
	} else {
		b.spans = append(b.spans, Span{From: b.at, To: to, Kind: kind, Reason: reason})
	}
	b.at = to
}
