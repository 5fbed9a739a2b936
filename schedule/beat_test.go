package schedule

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// TestBeat wants every slot used on its tick, from one beat of gocron's to the next,
// whether a beat is many ticks, no whole second of them, or shorter than one.
func TestBeat(t *testing.T) {
	for _, tick := range []time.Duration{10 * time.Millisecond, 30 * time.Millisecond, DefaultTick, 2 * time.Second} {
		t.Run(tick.String(), func(t *testing.T) {
			var tasks []Task
			for i := range 40 {
				tasks = append(tasks, Task{
					Check: check.Check{ID: check.ID(fmt.Sprint("check-", i)), Interval: 20 * tick, Timeout: tick},
					Probe: func(context.Context) check.Outcome { return check.Outcome{State: check.Up} },
				})
			}
			inBubble(t, Options{Tick: tick}, tasks, func(s *Scheduler, b *book) {
				time.Sleep(200*tick + 5*time.Second)
				if lag := s.Stats().Lag; lag.Max != 0 {
					t.Errorf("a slot was used %s late", lag.Max)
				}
				fit := int((200*tick + 5*time.Second) / (20 * tick))
				for _, task := range tasks {
					if n := len(b.of(task.Check.ID)); n < fit-1 || n > fit+1 {
						t.Errorf("%s: %d results in the time of %d slots", task.Check.ID, n, fit)
					}
				}
			})
		})
	}
}

// TestQuantum wants the slots of some checks on whole multiples of their own quantum, and
// those of the others on every tick.
func TestQuantum(t *testing.T) {
	const together = 250 * time.Millisecond
	var tasks []Task
	for i := range 100 {
		tasks = append(tasks, Task{
			Check: check.Check{ID: check.ID(fmt.Sprint("check-", i)), Interval: 10 * time.Second, Timeout: time.Second, Paused: i == 99},
			Probe: func(context.Context) check.Outcome { return check.Outcome{State: check.Up} },
		})
	}
	grouped := func(c check.Check) time.Duration {
		if c.ID < "check-5" {
			return together
		}
		return 0
	}
	inBubble(t, Options{Quantum: grouped}, tasks, func(s *Scheduler, b *book) {
		time.Sleep(21 * time.Second)
		odd := 0
		for _, task := range tasks[:99] {
			results := b.of(task.Check.ID)
			if len(results) < 2 {
				t.Errorf("%s: %d results in 21 s", task.Check.ID, len(results))
			}
			for _, r := range results {
				beside := r.Sent.UnixNano()%int64(together) != 0
				if beside && grouped(task.Check) > 0 {
					t.Errorf("%s is probed at %s", task.Check.ID, r.Sent)
				}
				if beside {
					odd++
				}
			}
		}
		if odd == 0 {
			t.Error("the others are grouped as well")
		}
	})
}
