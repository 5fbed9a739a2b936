package schedule

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
)

// line is our own line in a test: anchors answer while it is alive.
type line struct{ dead atomic.Bool }

func (l *line) anchor(silent bool) func(context.Context) check.Outcome {
	return func(ctx context.Context) check.Outcome {
		switch {
		case !l.dead.Load():
			return up(ctx)
		case silent:
			return hang(ctx)
		}
		return down(check.ReasonUnreachable)(ctx)
	}
}

// anchors returns three, and a fourth that is always dead.
func (l *line) anchors(silent bool) []Task {
	var tasks []Task
	for _, id := range []string{"gateway", "resolver", "far"} {
		c := plain(id, 10*time.Minute)
		c.Service = check.OwnNetworkService
		tasks = append(tasks, Task{c, l.anchor(silent)})
	}
	return append(tasks, Task{plain("gone", 10*time.Minute), down(check.ReasonRefused)})
}

func TestOwnNetwork(t *testing.T) {
	tests := []struct {
		name   string
		reason check.Reason
		dead   bool
		silent bool // the anchors hang instead of failing
		need   int
		want   string
		held   time.Duration
	}{
		{"alive, the target is down", check.ReasonTimeout, false, false, 2, "0 - down timeout\n", 0},
		{"dead, nobody can tell", check.ReasonTimeout, true, false, 2, "0 - unknown own_network\n", 0},
		{"dead and silent, held until the anchors' timeout", check.ReasonRefused, true, true, 2, "0 - unknown own_network\n", anchorTimeout},
		{"more needed than answer", check.ReasonDNS, false, false, 4, "0 - unknown own_network\n", 0},
		{"an answer with a bad status came over a line that works", check.ReasonStatus, true, false, 2, "0 - down status\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := &line{}
			web := Task{plain("web", time.Hour), func(context.Context) check.Outcome {
				return check.Outcome{State: check.Down, Reason: tt.reason, Took: 1,
					Detail: &check.Evidence{Sentence: "connection to 192.0.2.1 failed", Address: "192.0.2.1:443"}}
			}}
			o := Options{Anchors: l.anchors(tt.silent), Need: tt.need}
			inBubble(t, o, []Task{web}, func(s *Scheduler, b *book) {
				l.dead.Store(tt.dead)
				start := time.Now()
				s.Trigger("web")
				time.Sleep(tt.held - 1)
				synctest.Wait()
				if got := b.of("web"); tt.held > 0 && len(got) > 0 {
					t.Errorf("results = %v before the anchors have answered, want none", got)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				got := b.of("web")
				if diff := cmp.Diff(tt.want, diary(got, start)); diff != "" {
					t.Fatalf("results (-want +got):\n%s", diff)
				}
				d := got[0].Detail
				if !strings.Contains(d.Sentence, "connection to 192.0.2.1 failed") || d.Address != "192.0.2.1:443" {
					t.Errorf("evidence = %+v, want what the probe said in it", d)
				}
				if tt.reason.Network() {
					for _, id := range []check.ID{"gateway", "resolver", "far", "gone"} {
						if r := b.of(id); len(r) != 1 || r[0].Base || r[0].State == check.Unknown {
							t.Errorf("anchor %s: results = %+v, want one beside the grid, as it was found", id, r)
						}
					}
				}
			})
		})
	}
}

func TestWithoutAnchors(t *testing.T) {
	inBubble(t, Options{Need: 1}, []Task{{plain("web", time.Hour), down(check.ReasonTimeout)}}, func(s *Scheduler, b *book) {
		s.Trigger("web")
		synctest.Wait()
		if got := b.of("web"); len(got) != 1 || got[0].State != check.Down || !s.NetworkAlive() {
			t.Errorf("results = %+v, want one down and the network alive", got)
		}
	})
}

// Many failures at once ask the anchors once, and a round that started up to two
// seconds before a probe still speaks for it.
func TestRoundsAreShared(t *testing.T) {
	l := &line{}
	var tasks []Task
	ids := []check.ID{"a", "b", "c", "d"}
	for _, id := range ids {
		tasks = append(tasks, Task{plain(string(id), time.Hour), down(check.ReasonTimeout)})
	}
	inBubble(t, Options{Anchors: l.anchors(false), Need: 2}, tasks, func(s *Scheduler, b *book) {
		trigger := func(want uint64, when string) {
			t.Helper()
			for _, id := range ids {
				s.Trigger(id)
			}
			synctest.Wait()
			if got := s.Stats().Rounds; got != want {
				t.Errorf("%d rounds %s, want %d", got, when, want)
			}
		}
		trigger(1, "after four failures at once")
		time.Sleep(1900 * time.Millisecond)
		trigger(1, "1.9 s later")
		time.Sleep(200 * time.Millisecond)
		trigger(2, "2.1 s later")
	})
}

// A line that comes back is noticed without a failure to remind of it.
func TestNetworkRecovers(t *testing.T) {
	l := &line{}
	inBubble(t, Options{Anchors: l.anchors(false), Need: 2}, []Task{{plain("web", time.Hour), down(check.ReasonTimeout)}},
		func(s *Scheduler, b *book) {
			l.dead.Store(true)
			s.Trigger("web")
			synctest.Wait()
			if s.NetworkAlive() {
				t.Error("NetworkAlive = true with all anchors dead, want false")
			}
			time.Sleep(time.Minute)
			l.dead.Store(false)
			time.Sleep(deadPause + time.Second)
			synctest.Wait()
			if !s.NetworkAlive() {
				t.Error("NetworkAlive = false six seconds after the anchors came back, want true")
			}
			rounds := s.Stats().Rounds
			time.Sleep(time.Minute)
			if got := s.Stats().Rounds; got != rounds {
				t.Errorf("%d rounds in a minute with the line alive and nothing failing, want none", got-rounds)
			}
		})
}

// A dead round within the life of a probe speaks against the line, also when a
// later one found it alive.
func TestLineDeadInBetween(t *testing.T) {
	l := &line{}
	slow := func(ctx context.Context) check.Outcome {
		time.Sleep(8 * time.Second)
		return check.Outcome{State: check.Down, Reason: check.ReasonTimeout}
	}
	tasks := []Task{{plain("slow", time.Hour), slow}, {plain("quick", time.Hour), down(check.ReasonRefused)}}
	inBubble(t, Options{Anchors: l.anchors(false), Need: 2}, tasks, func(s *Scheduler, b *book) {
		s.Trigger("slow")
		time.Sleep(time.Second)
		l.dead.Store(true)
		s.Trigger("quick")
		time.Sleep(3 * time.Second)
		l.dead.Store(false)
		s.Trigger("quick")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := b.of("slow"); len(got) != 1 || got[0].Reason != check.ReasonOwnNetwork {
			t.Errorf("results = %+v, want one unknown, own_network", got)
		}
		if got := b.of("quick"); len(got) != 2 || got[0].State != check.Unknown || got[1].State != check.Down {
			t.Errorf("results = %+v, want unknown while the line was dead and down after", got)
		}
	})
}
