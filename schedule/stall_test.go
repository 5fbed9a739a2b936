package schedule

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
)

// TestBusyMachine: while the machine stands still, targets get no fair chance. A time-out
// is theirs when only the probe came back late, and when only ticks were missing.
func TestBusyMachine(t *testing.T) {
	for name, tt := range map[string]struct {
		late, away time.Duration // of the probe, and of the ticks
		want       string
	}{
		"busy":                   {2 * time.Second, 3 * time.Second, "0 b unknown resources\n"},
		"so busy that none came": {9 * time.Second, 12 * time.Second, "0 b unknown resources\n"},
		"only the probe is late": {900 * time.Millisecond, 0, "0 b down timeout\n"},
		"only ticks are missing": {0, 3 * time.Second, "0 b down timeout\n"},
		"a hiccup":               {200 * time.Millisecond, 200 * time.Millisecond, "0 b down timeout\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := plain("web", time.Minute)
			c.Timeout = 4 * time.Second
			deaf := func(context.Context) check.Outcome {
				time.Sleep(c.Timeout + tt.late)
				return check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Detail: &check.Evidence{Sentence: "no answer within 4s", Address: "192.0.2.1:80"}}
			}
			inBubble(t, Options{}, []Task{{c, deaf}}, func(s *Scheduler, b *book) {
				start := s.nextSlot("web")
				sleepUntil(start.Add(time.Second))
				s.ticking.Store(true) // as if the machine had other things to do
				time.Sleep(tt.away)
				s.ticking.Store(false)
				sleepUntil(start.Add(40 * time.Second))
				if diff := cmp.Diff(tt.want, diary(b.of("web"), start)); diff != "" {
					t.Fatalf("results (-want +got):\n%s", diff)
				}
				r := b.of("web")[0]
				if r.State == check.Unknown && (!strings.HasPrefix(r.Detail.Sentence, "this machine was too busy to tell: it stood still for ") ||
					!strings.HasSuffix(r.Detail.Sentence, "; what it saw: no answer within 4s") || r.Detail.Address == "") {
					t.Errorf("evidence %+v, want what we did and what was seen", r.Detail)
				}
			})
		})
	}
}
