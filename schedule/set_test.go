package schedule

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
)

func TestReload(t *testing.T) {
	web := check.Check{ID: "web", Interval: time.Minute, Timeout: 5 * time.Second, Reprobe: 10 * time.Second, ReprobeGood: 1}
	refuse := down(check.ReasonRefused)
	inBubble(t, Options{}, []Task{{web, refuse}, {plain("old", time.Minute), up}, {plain("pace", time.Minute), up}},
		func(s *Scheduler, b *book) {
			start := s.nextSlot("web")
			sleepUntil(start.Add(15 * time.Second))
			slot, pace := s.nextSlot("web"), s.nextSlot("pace")
			old := len(b.of("old"))

			web.Name = "renamed"
			s.Set([]Task{{web, up}, {plain("new", time.Minute), up}, {plain("pace", time.Hour), up}}, nil, 0)
			if got := s.nextSlot("web"); !got.Equal(slot) {
				t.Errorf("next slot of an unchanged check = %s, want %s as before", got, slot)
			}
			if got := s.nextSlot("pace"); got.Equal(pace) {
				t.Errorf("next slot of a check with a new interval = %s, as before", got)
			}
			sleepUntil(start.Add(76 * time.Second))
			want := "0 b down refused\n10 - down refused\n20 - up\n30 - up\n60 b up\n"
			if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
				t.Errorf("a failing check across a reload (-want +got):\n%s", diff)
			}
			if got := len(b.of("old")); got != old {
				t.Errorf("removed check: %d results after it went, want none", got-old)
			}
			if got := len(b.of("new")); got < 1 {
				t.Error("new check: no result within its first interval")
			}
			if got := s.Stats().Checks; got != 3 {
				t.Errorf("Checks = %d, want 3", got)
			}
		})
}

// A probe that is under way when its check is removed says nothing any more.
func TestRemoveWhileInFlight(t *testing.T) {
	inBubble(t, Options{}, []Task{{plain("web", time.Minute), hang}}, func(s *Scheduler, b *book) {
		s.Trigger("web")
		synctest.Wait()
		s.Set(nil, nil, 0)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := b.of("web"); len(got) != 0 || s.Stats().InFlight != 0 {
			t.Errorf("results = %+v, %d in flight, want neither", got, s.Stats().InFlight)
		}
	})
}

func TestPauseAndResume(t *testing.T) {
	c := plain("web", time.Minute)
	inBubble(t, Options{}, []Task{{c, up}}, func(s *Scheduler, b *book) {
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		c.Paused = true
		s.Set([]Task{{c, up}}, nil, 0)
		n := len(b.of("web"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := len(b.of("web")); got != n {
			t.Errorf("%d results while paused, want none", got-n)
		}
		c.Paused = false
		s.Set([]Task{{c, up}}, nil, 0)
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		got := b.of("web")
		if len(got) == n || len(got) > n+2 {
			t.Errorf("%d results in the first interval after the pause, want one", len(got)-n)
		}
		if st := s.Stats(); len(st.Missed) > 0 {
			t.Errorf("Missed = %v, want none: paused time is not missed", st.Missed)
		}
	})
}

// Anchors can be taken away and given back, also while they are being asked.
func TestReloadAnchors(t *testing.T) {
	l := &line{}
	l.dead.Store(true)
	web := Task{plain("web", time.Hour), func(ctx context.Context) check.Outcome { return down(check.ReasonTimeout)(ctx) }}
	inBubble(t, Options{Anchors: l.anchors(true), Need: 1}, []Task{web}, func(s *Scheduler, b *book) {
		start := time.Now()
		s.Trigger("web")
		synctest.Wait()
		s.Set([]Task{web}, nil, 0)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		s.Trigger("web")
		synctest.Wait()
		want := "0 - unknown own_network\n5 - down timeout\n"
		if diff := cmp.Diff(want, diary(b.of("web"), start)); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
		if got := b.of("gateway"); len(got) != 0 {
			t.Errorf("removed anchor: results = %+v, want none", got)
		}
	})
}
