package schedule

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
)

// fault is what a target does between two moments after the first slot.
type fault struct {
	from, to time.Duration
	probe    func(context.Context) check.Outcome
}

// moment is a time that a test sets and a probe reads.
type moment struct{ atomic.Pointer[time.Time] }

func (m *moment) set(t time.Time) { m.Store(&t) }
func (m *moment) get() time.Time  { return *m.Load() }

// Timeouts below end 20 ms before a tick, so that it is clear which tick sees them.
func TestReprobe(t *testing.T) {
	refuse := down(check.ReasonRefused)
	tests := []struct {
		name     string
		interval time.Duration
		timeout  time.Duration
		reprobe  time.Duration
		good     int
		faults   []fault
		until    time.Duration
		want     string
	}{{
		name: "until recovered and then two good ones", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 10 * time.Second, good: 2,
		faults: []fault{{0, 25 * time.Second, refuse}}, until: 125 * time.Second,
		want: "0 b down refused\n10 - down refused\n20 - down refused\n30 - up\n40 - up\n50 - up\n60 b up\n120 b up\n",
	}, {
		name: "no good ones asked for", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 10 * time.Second,
		faults:  []fault{{0, 5 * time.Second, refuse}}, until: 61 * time.Second,
		want: "0 b down refused\n10 - up\n60 b up\n",
	}, {
		name: "a second failure starts over", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 10 * time.Second, good: 2,
		faults: []fault{{0, 5 * time.Second, refuse}, {15 * time.Second, 25 * time.Second, refuse}}, until: 61 * time.Second,
		want: "0 b down refused\n10 - up\n20 - down refused\n30 - up\n40 - up\n50 - up\n60 b up\n",
	}, {
		name: "base slots stay where they are", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 25 * time.Second, good: 1,
		faults: []fault{{0, 70 * time.Second, refuse}}, until: 181 * time.Second,
		want: "0 b down refused\n25 - down refused\n60 b down refused\n85 - up\n120 b up\n180 b up\n",
	}, {
		name: "a hanging target keeps the pace", interval: time.Minute, timeout: 3980 * time.Millisecond,
		reprobe: time.Second, good: 1,
		faults: []fault{{0, 6500 * time.Millisecond, hang}}, until: 61 * time.Second,
		want: "0 b down timeout\n4 - down timeout\n5 - down timeout\n6 - down timeout\n7 - up\n8 - up\n60 b up\n",
	}, {
		name: "at most four under way, spread over the timeout", interval: time.Minute, timeout: 19980 * time.Millisecond,
		reprobe: time.Second, good: 1,
		faults: []fault{{0, 37 * time.Second, hang}}, until: 61 * time.Second,
		want: "0 b down timeout\n20 - down timeout\n25 - down timeout\n30 - down timeout\n35 - down timeout\n40 - up\n45 - up\n60 b up\n",
	}, {
		name: "pause of an interval or more leaves the grid alone", interval: 10 * time.Second, timeout: 5 * time.Second,
		reprobe: 10 * time.Second, good: 3,
		faults: []fault{{0, 15 * time.Second, refuse}}, until: 31 * time.Second,
		want: "0 b down refused\n10 b down refused\n20 b up\n30 b up\n",
	}, {
		name: "turned off", interval: 10 * time.Second, timeout: 5 * time.Second, good: 3,
		faults: []fault{{0, 15 * time.Second, refuse}}, until: 31 * time.Second,
		want: "0 b down refused\n10 b down refused\n20 b up\n30 b up\n",
	}, {
		name: "our own trouble is looked into as well", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 10 * time.Second,
		faults: []fault{{0, 5 * time.Second, func(context.Context) check.Outcome {
			return check.Outcome{Reason: check.ReasonOwnNetwork, Took: 1}
		}}}, until: 61 * time.Second,
		want: "0 b unknown own_network\n10 - up\n60 b up\n",
	}, {
		name: "a broken probe is not", interval: time.Minute, timeout: 5 * time.Second,
		reprobe: 10 * time.Second,
		faults: []fault{{0, 5 * time.Second, func(context.Context) check.Outcome {
			return check.Outcome{Reason: check.ReasonInternal, Took: 1}
		}}}, until: 61 * time.Second,
		want: "0 b unknown internal\n60 b up\n",
	}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := check.Check{ID: "web", Interval: tt.interval, Timeout: tt.timeout, Reprobe: tt.reprobe, ReprobeGood: tt.good}
			var start moment
			probe := func(ctx context.Context) check.Outcome {
				at := time.Since(start.get())
				for _, f := range tt.faults {
					if at >= f.from && at < f.to {
						return f.probe(ctx)
					}
				}
				return up(ctx)
			}
			inBubble(t, Options{}, []Task{{c, probe}}, func(s *Scheduler, b *book) {
				slot := s.nextSlot("web")
				start.set(slot)
				sleepUntil(slot.Add(tt.until))
				if diff := cmp.Diff(tt.want, diary(b.of("web"), slot)); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A late tick makes no pause longer: pauses count from the tick's own time.
func TestPauseCountsFromTheTick(t *testing.T) {
	c := check.Check{ID: "web", Interval: time.Minute, Timeout: time.Second, Reprobe: 10 * time.Second}
	s := New(Options{Emit: func(check.Result, time.Duration) {}})
	s.Set([]Task{{c, down(check.ReasonStatus)}}, nil, 0)
	s.ctx = t.Context()
	st := s.states["web"]
	st.failing = true
	late := 3 * time.Millisecond
	wall := time.Date(2021, 10, 1, 0, 0, 0, int(late), time.UTC)
	now := reading{mono: time.Hour + late, wall: wall}
	st.setSlot(wall.Add(time.Minute), now.offset())
	st.again = time.Hour
	s.queue.fix(st)
	s.mu.Lock()
	s.startDue(now)
	s.mu.Unlock()
	s.running.Wait()
	if want := time.Hour + c.Reprobe; st.again != want {
		t.Errorf("next re-probe at %s, want %s", st.again, want)
	}
}

// An answer that comes while an earlier probe still hangs is held back, and
// counts at once for what is asked next.
func TestOrderOfEmission(t *testing.T) {
	c := check.Check{ID: "web", Interval: time.Minute, Timeout: 7980 * time.Millisecond, Reprobe: 2 * time.Second, ReprobeGood: 1}
	var first moment
	probe := func(ctx context.Context) check.Outcome {
		if time.Since(first.get()) < 9*time.Second {
			return hang(ctx)
		}
		return up(ctx)
	}
	inBubble(t, Options{}, []Task{{c, probe}}, func(s *Scheduler, b *book) {
		start := s.nextSlot("web")
		first.set(start)
		sleepUntil(start.Add(15 * time.Second))
		want := "0 b down timeout\n"
		if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
			t.Errorf("while the probe of second 8 hangs (-want +got):\n%s", diff)
		}
		sleepUntil(start.Add(30 * time.Second))
		want = "0 b down timeout\n8 - down timeout\n10 - up\n12 - up\n"
		if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
			t.Errorf("after it has answered (-want +got):\n%s", diff)
		}
	})
}

// A slow consumer sees one result of a check at a time, in order, and holds up
// no other check.
func TestEmitOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		busy := map[check.ID]bool{}
		var started []check.ID
		s := New(Options{Emit: func(r check.Result, interval time.Duration) {
			b.mu.Lock()
			if busy[r.Check] {
				t.Errorf("two results of %s handed out at once", r.Check)
			}
			if interval != time.Minute {
				t.Errorf("interval = %s, want 1m0s", interval)
			}
			busy[r.Check] = true
			started = append(started, r.Check)
			b.mu.Unlock()
			if r.Check == "slow" {
				time.Sleep(5 * time.Second)
			}
			b.mu.Lock()
			busy[r.Check] = false
			b.mu.Unlock()
			b.emit(r, interval)
		}})
		s.clock.asleep = func() time.Duration { return 0 }
		s.Set([]Task{{plain("slow", time.Minute), up}, {plain("quick", time.Minute), up}}, nil, 0)
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- s.Run(ctx) }()
		synctest.Wait()
		for range 3 {
			s.Trigger("slow")
			synctest.Wait()
		}
		s.Trigger("quick")
		synctest.Wait()
		b.mu.Lock()
		if want := []check.ID{"slow", "quick"}; !cmp.Equal(started, want) {
			t.Errorf("handed out %v, want %v while the first is being taken", started, want)
		}
		b.mu.Unlock()
		time.Sleep(16 * time.Second)
		synctest.Wait()
		if got := b.of("slow"); len(got) != 3 {
			t.Errorf("%d results of the slow consumer, want 3", len(got))
		}
		cancel()
		<-stopped
	})
}
