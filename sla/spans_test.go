package sla

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/timeline"
)

var spanEpoch = time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC)

// drawSpans covers n minutes with spans of any kind.
func drawSpans(t *rapid.T, n int) []timeline.Span {
	var out []timeline.Span
	for at := 0; at < n; {
		long := rapid.IntRange(1, n-at).Draw(t, "long")
		kind := timeline.Kind(rapid.IntRange(0, int(timeline.Excluded)).Draw(t, "kind"))
		out = append(out, timeline.Span{From: spanEpoch.Add(time.Duration(at) * time.Minute), To: spanEpoch.Add(time.Duration(at+long) * time.Minute), Kind: kind})
		at += long
	}
	return out
}

func spanAt(spans []timeline.Span, at time.Time) timeline.Span {
	for _, s := range spans {
		if !at.Before(s.From) && at.Before(s.To) {
			return s
		}
	}
	return timeline.Span{}
}

// TestSweep compares the sweep with a look at every minute.
func TestSweep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const minutes = 30
		var all [][]timeline.Span
		for range rapid.IntRange(2, 4).Draw(t, "checks") {
			all = append(all, drawSpans(t, minutes))
		}
		need := rapid.IntRange(0, len(all)).Draw(t, "need")
		got := sweep(all, need)
		at := spanEpoch
		for _, s := range got {
			if !s.From.Equal(at) || !s.To.After(s.From) {
				t.Fatalf("spans do not touch: %v", got)
			}
			at = s.To
		}
		if !at.Equal(spanEpoch.Add(minutes * time.Minute)) {
			t.Fatalf("the period ends at %v", at)
		}
		for m := range minutes {
			now := spanEpoch.Add(time.Duration(m) * time.Minute)
			var each []timeline.Span
			for _, spans := range all {
				each = append(each, spanAt(spans, now))
			}
			if want, _ := kindOf(each, need); spanAt(got, now).Kind != want {
				t.Fatalf("minute %d is %v, want %v", m, spanAt(got, now).Kind, want)
			}
		}
	})
}

func TestKindOf(t *testing.T) {
	const u, d, x, o, e = timeline.Up, timeline.Down, timeline.Unknown, timeline.Degraded, timeline.Excluded
	for _, c := range []struct {
		how  Combine
		now  []timeline.Kind
		want timeline.Kind
	}{
		{AnyDown, []timeline.Kind{u, d, x}, d},
		{AnyDown, []timeline.Kind{u, x, u}, x},
		{AnyDown, []timeline.Kind{u, o, u}, o},
		{AnyDown, []timeline.Kind{u, u, u}, u},
		{AllDown, []timeline.Kind{d, d, d}, d},
		{AllDown, []timeline.Kind{d, d, x}, x},
		{AllDown, []timeline.Kind{u, x, x}, u},
		{AllDown, []timeline.Kind{d, u, d}, o}, // one dead node is degraded, not down
		{AllDown, []timeline.Kind{o, x, x}, o},
		{quorum(2, 3), []timeline.Kind{d, d, u}, d},
		{quorum(2, 3), []timeline.Kind{d, d, x}, d},
		{quorum(2, 3), []timeline.Kind{d, u, x}, x},
		{quorum(2, 3), []timeline.Kind{d, u, u}, o},
		{quorum(2, 3), []timeline.Kind{x, u, u}, u},
		{quorum(2, 3), []timeline.Kind{o, o, u}, o},
		{quorum(2, 3), []timeline.Kind{o, u, u}, u},
		{Mean, []timeline.Kind{d, d, d}, d},
		{Mean, []timeline.Kind{d, u, x}, o},
		{Mean, []timeline.Kind{u, u, x}, x},
		{Mean, []timeline.Kind{u, u, u}, u},
		{AnyDown, []timeline.Kind{e, e, e}, e},
		{AllDown, []timeline.Kind{e, e, e}, e},
	} {
		now := make([]timeline.Span, len(c.now))
		for i, k := range c.now {
			now[i].Kind = k
		}
		if got, _ := kindOf(now, c.how.Need(len(now))); got != c.want {
			t.Errorf("%s of %v is %v, want %v", c.how, c.now, got, c.want)
		}
	}
}
