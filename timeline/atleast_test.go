package timeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSet makes a set inside an hour, in whole minutes.
func drawSet(t *rapid.T) Set {
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	var periods []Period
	for range rapid.IntRange(0, 5).Draw(t, "periods") {
		from := rapid.IntRange(0, 59).Draw(t, "from")
		to := rapid.IntRange(from, 60).Draw(t, "to")
		periods = append(periods, Period{at.Add(time.Duration(from) * time.Minute), at.Add(time.Duration(to) * time.Minute)})
	}
	return SetOf(periods...)
}

// TestAtLeast looks at every minute, and holds both ends against union and intersection.
func TestAtLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sets []Set
		for range rapid.IntRange(1, 5).Draw(t, "sets") {
			sets = append(sets, drawSet(t))
		}
		union, all := sets[0], sets[0]
		for _, s := range sets[1:] {
			union, all = union.Union(s), all.Intersect(s)
		}
		if diff := cmp.Diff(SetOf(union...), SetOf(AtLeast(1, sets...)...)); diff != "" {
			t.Fatalf("at least 1 is not the union (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(SetOf(all...), SetOf(AtLeast(len(sets), sets...)...)); diff != "" {
			t.Fatalf("at least all is not the intersection (-want +got):\n%s", diff)
		}
		n := rapid.IntRange(1, len(sets)).Draw(t, "n")
		got := AtLeast(n, sets...)
		for i, p := range got {
			if !p.From.Before(p.To) || i > 0 && !got[i-1].To.Before(p.From) {
				t.Fatalf("periods are empty, touch or overlap: %v", got)
			}
		}
		for m := range 60 {
			at := time.Date(2026, 10, 1, 0, m, 30, 0, time.UTC)
			in := 0
			for _, s := range sets {
				if s.Holds(at) {
					in++
				}
			}
			if got.Holds(at) != (in >= n) {
				t.Fatalf("minute %d lies in %d of %d sets, at least %d says %v", m, in, len(sets), n, got.Holds(at))
			}
		}
	})
}
