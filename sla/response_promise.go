package sla

import (
	"fmt"
	"strings"
	"time"
)

// Promise is a time of response and the share of operations that keep it.
type Promise struct {
	Limit time.Duration
	Share Figure // of all operations, failed ones included
}

// The limits of a promise. A shorter time than a millisecond says nothing over a
// network; whoever waits for hours does not wait for a response.
const (
	minPromise = time.Millisecond
	maxPromise = 4 * time.Hour
)

const promiseExample = `want a time and a share, such as "3s for 99%"`

// ParsePromise reads a promise such as "3s for 99%" or "800 ms for 99.5 %".
func ParsePromise(text string) (Promise, error) {
	limit, share, ok := strings.Cut(text, " for ")
	if !ok {
		return Promise{}, fmt.Errorf("%q: %s", text, promiseExample)
	}
	d, err := time.ParseDuration(strings.ReplaceAll(strings.TrimSpace(limit), " ", ""))
	if err != nil {
		return Promise{}, fmt.Errorf("%q: %q is no time; %s", text, strings.TrimSpace(limit), promiseExample)
	}
	if d < minPromise || d > maxPromise {
		return Promise{}, fmt.Errorf("%q: want a time between %s and %s", text, minPromise, maxPromise)
	}
	f, err := ParseFigure(share)
	if err != nil {
		return Promise{}, fmt.Errorf("%q: share %w", text, err)
	}
	if f.Ratio() < .5 {
		return Promise{}, fmt.Errorf("%q: a share of less than half of the operations is hardly a claim", text)
	}
	return Promise{d, f}, nil
}

// String prints the promise as ParsePromise reads it.
func (p Promise) String() string { return fmt.Sprintf("%s for %s", PromiseTime(p.Limit), p.Share) }

// PromiseTime prints a limit as it is written in a promise: "3s", "1m30s", "2m".
func PromiseTime(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// UnmarshalText decodes as ParsePromise does.
func (p *Promise) UnmarshalText(text []byte) error {
	v, err := ParsePromise(string(text))
	if err == nil {
		*p = v
	}
	return err
}

// MarshalText encodes as String does.
func (p Promise) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Provable returns how many operations are needed to prove the promise when each of
// them is in time; zero when no number does.
func (p Promise) Provable() int {
	want := p.Share.Ratio()
	if want >= 1 {
		return 0
	}
	low, high := 0, 1
	for 1-binomialUpper(0, high, verdictLevel) < want {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if mid := (low + high) / 2; 1-binomialUpper(0, mid, verdictLevel) >= want {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
