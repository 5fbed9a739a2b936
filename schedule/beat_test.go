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
