package schedule

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
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

// hands are a test's hands on the clocks.
type hands struct {
	wall  func(time.Time) time.Time
	slept atomic.Int64 // time.Duration
}

// inBubble runs body beside a scheduler on fake time, and stops it afterwards.
func inBubble(t *testing.T, o Options, tasks []Task, body func(s *Scheduler, b *book)) {
	t.Helper()
	inBubbleWith(t, &hands{}, o, tasks, body)
}

func inBubbleWith(t *testing.T, h *hands, o Options, tasks []Task, body func(s *Scheduler, b *book)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		o.Emit, o.Clock = b.emit, b.event
		if o.Seed == 0 {
			o.Seed = 1
		}
		s := New(o)
		s.clock.asleep = func() time.Duration { return time.Duration(h.slept.Load()) }
		if h.wall != nil {
			s.clock.wall = h.wall
		}
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

// nextSlot returns a check's next base slot.
func (s *Scheduler) nextSlot(id check.ID) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[id].slotWall
}

// sleepUntil sleeps until the wall clock of the bubble shows t.
func sleepUntil(t time.Time) {
	time.Sleep(time.Until(t))
	synctest.Wait()
}

func up(context.Context) check.Outcome { return check.Outcome{State: check.Up, Took: 1} }

func down(reason check.Reason) func(context.Context) check.Outcome {
	return func(context.Context) check.Outcome {
		return check.Outcome{State: check.Down, Reason: reason, Took: 1}
	}
}

// hang accepts and never answers.
func hang(ctx context.Context) check.Outcome {
	<-ctx.Done()
	return check.Outcome{State: check.Down, Reason: check.ReasonTimeout}
}

// plain is a check without re-probes.
func plain(id string, interval time.Duration) check.Check {
	return check.Check{ID: check.ID(id), Interval: interval, Timeout: interval / 2}
}

// diary writes results as text, one a line: seconds after start, b for base,
// state, reason.
func diary(results []check.Result, start time.Time) string {
	var out strings.Builder
	for _, r := range results {
		kind := "-"
		if r.Base {
			kind = "b"
		}
		fmt.Fprintf(&out, "%g %s %s", r.Sent.Sub(start).Seconds(), kind, r.State)
		if r.Reason != check.ReasonNone {
			fmt.Fprintf(&out, " %s", r.Reason)
		}
		out.WriteByte('\n')
	}
	return out.String()
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

// Every slot of the grid is used, at its very moment, and nothing else: over a
// day with a change of phase, and over the night on which clocks on the wall are
// set back.
func TestDay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone data on this machine")
	}
	eve := time.Date(2021, 10, 30, 12, 0, 0, 0, time.UTC)
	tasks := []Task{
		{plain("web", 10*time.Second), up},
		{plain("disk", 5*time.Minute), up},
		{plain("odd", 35*time.Second), up},
		{plain("daily", 24*time.Hour), up},
	}
	h := &hands{wall: func(now time.Time) time.Time {
		bubble := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		return eve.Add(now.Sub(bubble)).In(berlin)
	}}
	inBubbleWith(t, h, Options{Tick: 5 * time.Second}, tasks, func(s *Scheduler, b *book) {
		time.Sleep(26*time.Hour + time.Second)
		synctest.Wait()
		for _, task := range tasks {
			grid := s.grid(s.states[task.Check.ID])
			slot := grid.Next(eve)
			got := b.of(task.Check.ID)
			for i, r := range got {
				if !r.Sent.Equal(slot) || !r.Base {
					t.Fatalf("%s: result %d sent %s, want %s", task.Check.ID, i, r.Sent, slot)
				}
				slot = grid.Next(slot)
			}
			if end := eve.Add(26 * time.Hour); !slot.After(end) {
				t.Errorf("%s: %d results, slot %s was not used", task.Check.ID, len(got), slot)
			}
		}
		if st := s.Stats(); len(st.Missed) > 0 || st.Lag.Max > 0 || st.Checks != 4 {
			t.Errorf("Stats = %+v, want nothing missed, nothing late, 4 checks", st)
		}
	})
}

func TestPanicIsUnknown(t *testing.T) {
	tasks := []Task{
		{plain("bad", time.Minute), func(context.Context) check.Outcome { panic("nil map") }},
		{plain("good", time.Minute), up},
	}
	inBubble(t, Options{}, tasks, func(s *Scheduler, b *book) {
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		bad, good := b.of("bad"), b.of("good")
		if len(bad) < 2 || len(good) < 2 {
			t.Fatalf("%d and %d results in two intervals, want two each", len(bad), len(good))
		}
		r := bad[0]
		if r.State != check.Unknown || r.Reason != check.ReasonInternal || r.Detail == nil ||
			!strings.Contains(r.Detail.Sentence, "nil map") {
			t.Errorf("result = %+v, want unknown, internal, with the cause", r)
		}
		if st := s.Stats(); st.Panics != uint64(len(bad)) || st.Missed[check.ReasonInternal] != uint64(len(bad)) || st.InFlight != 0 {
			t.Errorf("Stats = %+v, want %d panics, none in flight", st, len(bad))
		}
	})
}

// A probe that ignores its deadline is given up at the next slot; slots pass
// unused until it returns, and nothing else is held up.
func TestOverrun(t *testing.T) {
	calls := 0
	slow := func(context.Context) check.Outcome {
		if calls++; calls == 2 {
			time.Sleep(35 * time.Second)
		}
		return check.Outcome{State: check.Up, Took: 1}
	}
	tasks := []Task{{plain("slow", 10*time.Second), slow}, {plain("other", 10*time.Second), up}}
	inBubble(t, Options{}, tasks, func(s *Scheduler, b *book) {
		start := s.nextSlot("slow")
		sleepUntil(start.Add(65 * time.Second))
		want := `0 b up
10 b unknown internal
20 b unknown missed
30 b unknown missed
40 b unknown missed
50 b up
60 b up
`
		if diff := cmp.Diff(want, diary(b.of("slow"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
		if st := s.Stats(); st.Missed[check.ReasonMissed] != 3 || st.Missed[check.ReasonInternal] != 1 {
			t.Errorf("Missed = %v, want 3 missed, 1 internal", st.Missed)
		}
		for _, r := range b.of("other") {
			if r.State != check.Up {
				t.Errorf("other = %+v, want up", r)
			}
		}
	})
}

// A target that hangs until the very end of an interval loses no slot.
func TestTimeoutOfAWholeInterval(t *testing.T) {
	c := plain("hang", 10*time.Second)
	c.Timeout = c.Interval
	inBubble(t, Options{}, []Task{{c, hang}}, func(s *Scheduler, b *book) {
		start := s.nextSlot("hang")
		sleepUntil(start.Add(31 * time.Second))
		want := "0 b down timeout\n10 b down timeout\n20 b down timeout\n"
		if diff := cmp.Diff(want, diary(b.of("hang"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

// When ticks stop coming for a while, the slots that passed are on record.
func TestStall(t *testing.T) {
	inBubble(t, Options{}, []Task{{plain("web", 10*time.Second), up}}, func(s *Scheduler, b *book) {
		start := s.nextSlot("web")
		sleepUntil(start.Add(5 * time.Second))
		s.ticking.Store(true)
		sleepUntil(start.Add(45 * time.Second))
		s.ticking.Store(false)
		sleepUntil(start.Add(51 * time.Second))
		want := "0 b up\n10 b unknown missed\n45.05 b up\n50 b up\n"
		if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
		if got := s.Stats(); got.Missed[check.ReasonMissed] != 3 || got.Lag.Max < 5*time.Second {
			t.Errorf("Stats = %+v, want 3 slots missed and one 5 s late", got)
		}
	})
}

func TestLimitInFlight(t *testing.T) {
	var tasks []Task
	for i := range 5 {
		c := plain(fmt.Sprintf("c%d", i), time.Minute)
		c.Timeout = time.Minute
		tasks = append(tasks, Task{c, hang})
	}
	inBubble(t, Options{MaxInFlight: 2}, tasks, func(s *Scheduler, b *book) {
		time.Sleep(61 * time.Second)
		synctest.Wait()
		full := 0
		for _, task := range tasks {
			for _, r := range b.of(task.Check.ID) {
				if r.State == check.Unknown && r.Reason == check.ReasonResources && r.Base {
					full++
				}
			}
		}
		st := s.Stats()
		if full < 3 || st.Missed[check.ReasonResources] != uint64(full) || st.InFlight > 2 {
			t.Errorf("%d results for want of room, Stats = %+v, want at least 3 on record and 2 in flight", full, st)
		}
	})
}

// A check that found no room is looked into as soon as there is some.
func TestNoRoomIsLookedInto(t *testing.T) {
	web := plain("web", time.Minute)
	web.Reprobe = 5 * time.Second
	inBubble(t, Options{MaxInFlight: 1}, []Task{{web, up}, {plain("hog", time.Hour), func(context.Context) check.Outcome {
		time.Sleep(28 * time.Second)
		return check.Outcome{State: check.Up}
	}}}, func(s *Scheduler, b *book) {
		start := s.nextSlot("web")
		sleepUntil(start.Add(-time.Second))
		s.Trigger("hog")
		sleepUntil(start.Add(61 * time.Second))
		want := "0 b unknown resources\n30 - up\n60 b up\n"
		if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
	})
}

// Re-probes leave room for the slots of other checks.
func TestReprobesLeaveRoom(t *testing.T) {
	var tasks []Task
	for i := range 6 {
		c := plain(fmt.Sprintf("c%d", i), time.Minute)
		c.Reprobe = time.Second
		tasks = append(tasks, Task{c, hang})
	}
	inBubble(t, Options{MaxInFlight: 20}, tasks, func(s *Scheduler, b *book) {
		most := 0
		for range 300 {
			time.Sleep(time.Second)
			s.mu.Lock()
			beside := 0
			for _, st := range s.states {
				beside += int(st.extra)
			}
			s.mu.Unlock()
			most = max(most, beside)
		}
		if most < 16 || most > 18 {
			t.Errorf("%d re-probes under way at most, want 18 of 20 places or nearly", most)
		}
	})
}

func TestTrigger(t *testing.T) {
	paused := plain("paused", time.Hour)
	paused.Paused = true
	tasks := []Task{{plain("web", time.Hour), up}, {paused, up}, {plain("hang", time.Hour), hang}}
	inBubble(t, Options{}, tasks, func(s *Scheduler, b *book) {
		if !s.Trigger("web") {
			t.Error("Trigger(web) = false, want true")
		}
		synctest.Wait()
		if got := b.of("web"); len(got) != 1 || got[0].Base {
			t.Errorf("results = %+v, want one beside the grid", got)
		}
		if s.Trigger("paused") || s.Trigger("nobody") {
			t.Error("Trigger of a paused or unknown check = true, want false")
		}
		for i := range maxReprobes {
			if !s.Trigger("hang") {
				t.Errorf("Trigger(hang) = false with %d under way, want true", i)
			}
		}
		if s.Trigger("hang") {
			t.Errorf("Trigger(hang) = true with %d under way, want false", maxReprobes)
		}
	})
}

// What our own stop cuts off is not the target's failure, and a probe that does
// not return cannot hold up the stop for ever.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		release := make(chan struct{})
		s := New(Options{Emit: b.emit})
		s.clock.asleep = func() time.Duration { return 0 }
		s.Set([]Task{
			{plain("hang", 10*time.Second), hang},
			{plain("deaf", 10*time.Second), func(context.Context) check.Outcome {
				<-release
				return check.Outcome{State: check.Up}
			}},
			{plain("late", 10*time.Second), func(ctx context.Context) check.Outcome {
				<-ctx.Done()
				return check.Outcome{State: check.Up}
			}},
		}, nil, 0)
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- s.Run(ctx) }()
		synctest.Wait()
		for _, id := range []check.ID{"hang", "deaf", "late"} {
			s.Trigger(id)
		}
		synctest.Wait()
		began := time.Now()
		cancel()
		if err := <-stopped; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		if took := time.Since(began); took != stopGrace {
			t.Errorf("stopped after %s, want %s", took, stopGrace)
		}
		close(release)
		synctest.Wait()
		if len(b.of("hang")) != 0 || len(b.of("deaf")) != 0 || len(b.of("late")) != 1 {
			t.Errorf("results = %v, want the one good answer", b.results)
		}
		if s.Trigger("late") {
			t.Error("Trigger after the stop = true, want false")
		}
	})
}
