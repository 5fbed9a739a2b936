package timeline

import (
	"cmp"
	"slices"
	"time"
)

// Set is time made of periods that are in order and neither empty, touching nor
// overlapping. The zero value is no time at all.
type Set []Period

// SetOf returns the time that at least one of the periods covers, in any order.
// Empty and reversed periods count for nothing. The argument is not changed.
func SetOf(periods ...Period) Set {
	sorted := slices.Clone(periods)
	slices.SortFunc(sorted, func(a, b Period) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
	})
	var s Set
	for _, p := range sorted {
		s = s.add(p)
	}
	return s
}

// add appends a period that does not begin before the last one.
func (s Set) add(p Period) Set {
	if !p.From.Before(p.To) {
		return s
	}
	if n := len(s); n > 0 && !p.From.After(s[n-1].To) {
		s[n-1].To = later(s[n-1].To, p.To)
		return s
	}
	return append(s, p)
}

// Length returns the measure of the set.
func (s Set) Length() time.Duration {
	var sum time.Duration
	for _, p := range s {
		sum += p.Length()
	}
	return sum
}

// Within returns how much of the set lies inside p.
func (s Set) Within(p Period) time.Duration {
	var sum time.Duration
	for _, q := range s[s.after(p.From):] {
		if !q.From.Before(p.To) {
			break
		}
		sum += p.Cut(q).Length()
	}
	return sum
}

// Holds reports whether t lies in the set.
func (s Set) Holds(t time.Time) bool {
	i := s.after(t)
	return i < len(s) && !s[i].From.After(t)
}

// after returns the index of the first period that ends after t.
func (s Set) after(t time.Time) int {
	i, _ := slices.BinarySearchFunc(s, t, func(p Period, t time.Time) int {
		if p.To.After(t) {
			return 1
		}
		return -1
	})
	return i
}

// Union returns the time that is in s or in t.
func (s Set) Union(t Set) Set {
	return SetOf(append(slices.Clone(s), t...)...)
}

// Intersect returns the time that is in both.
func (s Set) Intersect(t Set) Set {
	var both Set
	for len(s) > 0 && len(t) > 0 {
		both = both.add(s[0].Cut(t[0]))
		if s[0].To.Before(t[0].To) {
			s = s[1:]
		} else {
			t = t[1:]
		}
	}
	return both
}

// Minus returns the time that is in s but not in t.
func (s Set) Minus(t Set) Set {
	if len(t) == 0 {
		return s
	}
	var rest Set
	for _, p := range s {
		from := p.From
		for _, hole := range t[t.after(p.From):] {
			if !hole.From.Before(p.To) {
				break
			}
			rest = rest.add(Period{from, hole.From})
			from = hole.To
		}
		rest = rest.add(Period{from, p.To})
	}
	return rest
}

// Cut returns the part of q that lies inside p; it is empty (To not after From)
// when they do not meet.
func (p Period) Cut(q Period) Period {
	cut := Period{later(p.From, q.From), sooner(p.To, q.To)}
	if cut.To.Before(cut.From) {
		cut.To = cut.From
	}
	return cut
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
