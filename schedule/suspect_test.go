package schedule

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/check"
)

// TestSuspect: the first probe comes before the outage that it was sent for.
func TestSuspect(t *testing.T) {
	c := plain("web", time.Hour)
	c.Reprobe, c.ReprobeGood = 10*time.Second, 3
	once := plain("once", time.Hour) // no re-probing
	var begun time.Time
	tasks := []Task{{once, up}, {c, func(context.Context) check.Outcome {
		if since := time.Since(begun); !begun.IsZero() && since > 5*time.Second && since < 35*time.Second {
			return check.Outcome{State: check.Down, Reason: check.ReasonRefused}
		}
		return check.Outcome{State: check.Up}
	}}}
	inBubble(t, Options{}, tasks, func(s *Scheduler, b *book) {
		begun = time.Now()
		if !s.Suspect("web") || !s.Suspect("once") {
			t.Error("Suspect = false, want true")
		}
		if s.Suspect("nobody") {
			t.Error("Suspect(nobody) = true, want false")
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		want := []check.State{check.Up, check.Down, check.Down, check.Down, check.Up, check.Up, check.Up, check.Up}
		got := b.of("web")
		if len(got) != len(want) {
			t.Fatalf("%d results, want %d: %+v", len(got), len(want), got)
		}
		for i, r := range got {
			if r.State != want[i] || r.Base {
				t.Errorf("result %d is %s, base %t, want %s beside the grid", i, r.State, r.Base, want[i])
			}
		}
		if n := len(b.of("once")); n != 1 {
			t.Errorf("%d results of a check without re-probing, want 1", n)
		}
	})
}

// TestSuspectWell: three probes of a target that is well, and no more.
func TestSuspectWell(t *testing.T) {
	c := plain("web", time.Hour)
	c.Reprobe, c.ReprobeGood = 10*time.Second, 3
	inBubble(t, Options{}, []Task{{c, up}}, func(s *Scheduler, b *book) {
		s.Suspect("web")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(b.of("web")); n != 3 {
			t.Errorf("%d results, want 3", n)
		}
	})
}
