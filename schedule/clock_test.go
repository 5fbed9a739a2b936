package schedule

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// stepped returns hands that show the bubble's time plus an offset.
func stepped(offset *atomic.Int64) *hands {
	return &hands{wall: func(now time.Time) time.Time { return now.Add(time.Duration(offset.Load())) }}
}

func TestClockStep(t *testing.T) {
	const interval = 10 * time.Second
	tests := []struct {
		name string
		step time.Duration
		kind string
		text string
	}{
		{"an hour forward", time.Hour, "clock_step", "set forward by 1h0m0s"},
		{"an hour back", -time.Hour, "clock_step", "set back by 1h0m0s"},
		{"two seconds back", -2 * time.Second, "clock_step", "set back by 2s"},
		{"half a second forward", time.Second / 2, "", ""},
		{"half a second back", -time.Second / 2, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var offset atomic.Int64
			inBubbleWith(t, stepped(&offset), Options{}, []Task{{plain("web", interval), up}}, func(s *Scheduler, b *book) {
				start := s.nextSlot("web")
				sleepUntil(start.Add(25 * time.Second))
				offset.Store(int64(tt.step))
				time.Sleep(30 * time.Second)
				synctest.Wait()
				got := b.of("web")
				if tt.kind == "" {
					if len(b.events) != 0 || strings.Contains(diary(got, start), "unknown") {
						t.Errorf("events %v, results\n%s, want neither event nor unknown time", b.events, diary(got, start))
					}
					return
				}
				if len(b.events) != 1 || b.events[0].Kind != tt.kind || !strings.Contains(b.events[0].Text, tt.text) {
					t.Errorf("events = %+v, want one %s saying %q", b.events, tt.kind, tt.text)
				}
				want := "0 b up\n10 b up\n20 b up\n25.05 - unknown clock\n"
				if diff := cmp.Diff(want, diary(got[:4], start)); diff != "" {
					t.Errorf("results (-want +got):\n%s", diff)
				}
				// The grid goes on at its own slots of the new time.
				slot := s.grid(s.states["web"]).Next(start.Add(25*time.Second + tt.step))
				for _, r := range got[4:] {
					if !r.Sent.Equal(slot) || r.State != check.Up {
						t.Errorf("result sent %s, %s, want up at slot %s", r.Sent, r.State, slot)
					}
					slot = slot.Add(interval)
				}
				if n := len(got) - 4; n < 2 || n > 4 {
					t.Errorf("%d results in 30 s after the step, want about 3", n)
				}
				accounted(t, got, interval, tt.step)
			})
		})
	}
}

// accounted holds the results against timeline: no known time may touch the step.
func accounted(t *testing.T, results []check.Result, interval, step time.Duration) {
	t.Helper()
	var b timeline.Builder
	late := 0
	for _, r := range results {
		if _, _, isLate := b.Add(r, interval); isLate {
			late++
		}
	}
	if step > 0 && (late != 0 || b.Open().State != check.Up) {
		t.Errorf("forward: %d results late, want none, and up after the step", late)
	}
	if step < -time.Minute && (late != len(results)-4 || b.Open().State != check.Unknown) {
		t.Errorf("back: %d results late, want all after the step, and unknown until the clock has passed it", late)
	}
}

func TestSuspend(t *testing.T) {
	var offset atomic.Int64
	h := stepped(&offset)
	paused := plain("paused", 10*time.Second)
	paused.Paused = true
	tasks := []Task{{plain("web", 10*time.Second), up}, {paused, up}}
	inBubbleWith(t, h, Options{}, tasks, func(s *Scheduler, b *book) {
		start := s.nextSlot("web")
		sleepUntil(start.Add(25 * time.Second))
		h.slept.Store(int64(20 * time.Minute))
		offset.Store(int64(20 * time.Minute))
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(b.events) != 1 || b.events[0].Kind != "suspend" || !strings.Contains(b.events[0].Text, "20m0s") {
			t.Errorf("events = %+v, want one suspend of 20m0s", b.events)
		}
		got := b.of("web")
		if diff := cmp.Diff("25.05 - unknown stopped\n", diary(got[3:4], start)); diff != "" {
			t.Errorf("result at the suspend (-want +got):\n%s", diff)
		}
		if len(got) < 5 || got[4].Sent.Before(start.Add(20*time.Minute)) {
			t.Errorf("results = %s, want one after waking up", diary(got, start))
		}
		if got := b.of("paused"); len(got) != 0 {
			t.Errorf("paused check: results = %+v, want none", got)
		}
	})
}

// Where a probe hangs across a step back, its result and the mark of the step
// keep their order.
func TestStepWhileInFlight(t *testing.T) {
	var offset atomic.Int64
	c := plain("web", 10*time.Second)
	inBubbleWith(t, stepped(&offset), Options{}, []Task{{c, hang}}, func(s *Scheduler, b *book) {
		start := s.nextSlot("web")
		sleepUntil(start.Add(time.Second))
		offset.Store(int64(-time.Hour))
		time.Sleep(5 * time.Second)
		synctest.Wait()
		want := "0 b down timeout\n1.05 - unknown clock\n"
		if diff := cmp.Diff(want, diary(b.of("web")[:2], start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

// A small step back passes as unsteadiness, but times of sending do not go back.
func TestSmallStepKeepsOrder(t *testing.T) {
	var offset atomic.Int64
	inBubbleWith(t, stepped(&offset), Options{}, []Task{{plain("web", time.Hour), up}}, func(s *Scheduler, b *book) {
		start := time.Now()
		time.Sleep(time.Second)
		s.Trigger("web")
		synctest.Wait()
		offset.Store(int64(-time.Second / 2))
		time.Sleep(s.tick)
		s.Trigger("web")
		time.Sleep(time.Second)
		s.Trigger("web")
		synctest.Wait()
		if diff := cmp.Diff("1 - up\n1 - up\n1.55 - up\n", diary(b.of("web"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

// A process that is held up between reading two clocks sees them disagree once.
func TestOneOddReading(t *testing.T) {
	var glitch atomic.Bool
	h := &hands{wall: func(now time.Time) time.Time {
		if glitch.CompareAndSwap(true, false) {
			return now.Add(time.Hour)
		}
		return now
	}}
	inBubbleWith(t, h, Options{}, []Task{{plain("web", time.Hour), up}}, func(s *Scheduler, b *book) {
		glitch.Store(true)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := b.of("web"); len(b.events) != 0 || len(got) != 0 || glitch.Load() {
			t.Errorf("events %v, results %v, want none of one odd reading", b.events, got)
		}
	})
}

func TestRealClocks(t *testing.T) {
	c := newClock()
	first, second := c.read(), c.read()
	if second.mono < first.mono || second.asleep < 0 || (second.asleep-first.asleep).Abs() > maxStep {
		t.Errorf("two looks at the clocks: %+v, %+v, want them to agree", first, second)
	}
	if n := defaultInFlight(); n < 1 || n > mostInFlight {
		t.Errorf("defaultInFlight() = %d, want 1 to %d", n, mostInFlight)
	}
}
