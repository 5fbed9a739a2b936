package device

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestElapsed(t *testing.T) {
	wall := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	ticksAt := func(after time.Duration, ticks uint32) Clock {
		return Clock{Wall: wall.Add(after), HasTicks: true, Ticks: ticks}
	}
	engineAt := func(after time.Duration, boots, seconds uint32) Clock {
		return Clock{Wall: wall.Add(after), HasEngine: true, Boots: boots, Seconds: seconds}
	}
	both := func(c Clock, ticks uint32) Clock { c.HasTicks, c.Ticks = true, ticks; return c }
	for _, test := range []struct {
		name        string
		before, now Clock
		elapsed     time.Duration
		void        Void
	}{
		{"plain", ticksAt(0, 1000), ticksAt(10*time.Second, 2000), 10 * time.Second, NotVoid},
		{"the agent's clock counts, not ours", ticksAt(0, 1000), ticksAt(11*time.Second, 2000), 10 * time.Second, NotVoid},
		{"sysUpTime wraps after 497 days", ticksAt(0, 4294967000), ticksAt(10*time.Second, 704), 10 * time.Second, NotVoid},
		{"restart after a long life", ticksAt(0, 3_000_000_000), ticksAt(5*time.Minute, 100), 0, VoidRestart},
		{"restart after a short life", ticksAt(0, 500), ticksAt(5*time.Minute, 3000), 0, VoidRestart},
		{"restart that falls on a later value", ticksAt(0, 500), ticksAt(15*time.Minute, 30_000), 0, VoidRestart},
		{"restart near the wrap", ticksAt(0, 4294967000), ticksAt(5*time.Minute, 100), 0, VoidRestart},
		{"boots tell a restart that the ticks hide", both(engineAt(0, 1, 100), 10_000), both(engineAt(10*time.Second, 2, 110), 11_000), 0, VoidRestart},
		{"engine time falls", engineAt(0, 1, 5000), engineAt(10*time.Second, 1, 3), 0, VoidRestart},
		{"engine time alone", engineAt(0, 1, 5000), engineAt(10*time.Second, 1, 5010), 10 * time.Second, NotVoid},
		{"no clock at all", Clock{Wall: wall}, Clock{Wall: wall.Add(time.Minute)}, time.Minute, NotVoid},
		{"the agent's clock jumps ahead", ticksAt(0, 1000), ticksAt(10*time.Second, 1_000_000), 0, VoidClock},
		{"the agent's clock stands still for a moment", ticksAt(0, 1000), ticksAt(time.Second, 1000), 0, VoidStale},
		{"the agent's clock stands still", ticksAt(0, 1000), ticksAt(5*time.Minute, 1000), 0, VoidRestart},
		{"our clock stands still", ticksAt(0, 1000), ticksAt(0, 2000), 0, VoidClock},
		{"out of order", ticksAt(time.Minute, 1000), ticksAt(0, 2000), 0, VoidClock},
	} {
		elapsed, void := Elapsed(test.before, test.now)
		if elapsed != test.elapsed || void != test.void {
			t.Errorf("%s: Elapsed() = %s, %q, want %s, %q", test.name, elapsed, void, test.elapsed, test.void)
		}
	}
}

// Whatever an agent says, the time is positive and near ours, or void.
func TestElapsedIsNearOurs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wall := time.Duration(rapid.Int64Range(1, int64(100*24*time.Hour)).Draw(t, "wall"))
		at := time.Unix(1e9, 0)
		draw := func(name string, at time.Time) Clock {
			return Clock{
				Wall: at, HasTicks: rapid.Bool().Draw(t, name+" has ticks"), Ticks: rapid.Uint32().Draw(t, name+" ticks"),
				HasEngine: rapid.Bool().Draw(t, name+" has engine"), Boots: rapid.Uint32Range(0, 1).Draw(t, name+" boots"),
				Seconds: rapid.Uint32().Draw(t, name+" seconds"),
			}
		}
		elapsed, void := Elapsed(draw("before", at), draw("now", at.Add(wall)))
		if void != NotVoid {
			if elapsed != 0 {
				t.Fatalf("void %q with %s", void, elapsed)
			}
			return
		}
		slack := 2*time.Second + wall/4
		if elapsed <= 0 || elapsed < wall-slack || elapsed > wall+slack {
			t.Fatalf("Elapsed() = %s over %s of ours", elapsed, wall)
		}
	})
}
