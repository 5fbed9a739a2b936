package schedule

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book keeps what a scheduler emits.
type book struct {
	mu      sync.Mutex
	results map[check.ID][]check.Result
	events  []status.Event
}

func (b *book) emit(r check.Result, _ time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.results == nil {
		b.results = map[check.ID][]check.Result{}
	}
	b.results[r.Check] = append(b.results[r.Check], r)
}

func (b *book) event(e status.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// of returns what was emitted for a check.
func (b *book) of(id check.ID) []check.Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]check.Result(nil), b.results[id]...)
}

// inBubble runs body beside a scheduler on fake time, and stops it afterwards.
func inBubble(t *testing.T, o Options, tasks []Task, body func(s *Scheduler, b *book)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		o.Emit, o.Clock = b.emit, b.event
		if o.Seed == 0 {
			o.Seed = 1
		}
		s := New(o)
		s.clock.asleep = func() time.Duration { return 0 } // real clocks do not belong in a bubble
		s.Set(tasks, o.Anchors, o.Need)
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- s.Run(ctx) }()
		synctest.Wait()
		body(s, b)
		cancel()
		if err := <-stopped; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
	})
}

// answer makes a probe that takes a while and then says the same always.
func answer(took time.Duration, state check.State, reason check.Reason) func(context.Context) check.Outcome {
	return func(ctx context.Context) check.Outcome {
		select {
		case <-time.After(took):
			return check.Outcome{State: state, Reason: reason, Took: took}
		case <-ctx.Done():
			return check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: took}
		}
	}
}

func up(ctx context.Context) check.Outcome { return check.Outcome{State: check.Up, Took: 1} }

// plain is a check without re-probes.
func plain(id string, interval time.Duration) check.Check {
	return check.Check{ID: check.ID(id), Interval: interval, Timeout: interval / 2}
}

func TestEveryCheckRunsWithinItsFirstInterval(t *testing.T) {
	var tasks []Task
	for i := range 200 {
		tasks = append(tasks, Task{plain(fmt.Sprintf("c%d", i), time.Minute), up})
	}
	inBubble(t, Options{Site: "here"}, tasks, func(s *Scheduler, b *book) {
		time.Sleep(time.Minute + 2*s.tick)
		synctest.Wait()
		for _, task := range tasks {
			got := b.of(task.Check.ID)
			if len(got) < 1 || len(got) > 3 {
				t.Fatalf("%s: %d results in its first interval, want one (three around a change of phase)", task.Check.ID, len(got))
			}
			if r := got[0]; r.Site != "here" || !r.Base || r.State != check.Up || r.Sent.Location() != time.UTC {
				t.Errorf("result = %+v, want a base one from here, up, in UTC", r)
			}
		}
	})
}
