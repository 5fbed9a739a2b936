package daemon

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/store"
)

// TestLineSlow has anchors that used to answer within 5 ms.
func TestLineSlow(t *testing.T) {
	kept, err := store.Open(filepath.Join(t.TempDir(), "slamon.db"), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- kept.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for _, id := range []check.ID{"gateway", "resolver"} {
		for i := range 100 {
			kept.Append(check.Result{Check: id, Base: true, Sent: time.Now().Add(time.Duration(i-100) * 10 * time.Second).UTC(),
				Outcome: check.Outcome{State: check.Up, Took: 5 * time.Millisecond}}, 10*time.Second)
		}
	}
	if err := kept.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	up := func(took time.Duration) check.Outcome { return check.Outcome{State: check.Up, Took: took} }
	dead := check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: time.Second}
	for _, c := range []struct {
		name              string
		gateway, resolver check.Outcome
		need              int
		slow              bool
		said              string
	}{
		{"both quick", up(4 * time.Millisecond), up(34 * time.Millisecond), 2, false, "2 of 2 anchors answer at their usual pace"},
		{"one slow, one is enough", up(4 * time.Millisecond), up(240 * time.Millisecond), 1, false, "1 of 2 anchors answer at their usual pace (Resolver took 240ms, usually "},
		{"one slow, both needed", up(4 * time.Millisecond), up(240 * time.Millisecond), 2, true, "1 of 2"},
		{"one slow, one dead", dead, up(240 * time.Millisecond), 1, true, "0 of 2 anchors answer at their usual pace (Gateway: timeout)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &Daemon{store: kept}
			d.config.Store(&config.Config{Need: c.need})
			d.anchors.Store(&[]schedule.Task{
				{Check: check.Check{ID: "gateway", Name: "Gateway", Timeout: time.Second}, Probe: func(context.Context) check.Outcome { return c.gateway }},
				{Check: check.Check{ID: "resolver", Name: "Resolver", Timeout: time.Second}, Probe: func(context.Context) check.Outcome { return c.resolver }},
			})
			said, slow := d.lineSlow(ctx)
			if slow != c.slow || !strings.Contains(said, c.said) {
				t.Errorf("lineSlow = %q, %t; want %q, %t", said, slow, c.said, c.slow)
			}
		})
	}
	fresh := &Daemon{store: kept}
	fresh.config.Store(&config.Config{Need: 1})
	fresh.anchors.Store(&[]schedule.Task{{Check: check.Check{ID: "new", Timeout: time.Second}, Probe: func(context.Context) check.Outcome { return up(time.Second) }}})
	if said, slow := fresh.lineSlow(ctx); slow {
		t.Errorf("an anchor without history blames the line: %q", said)
	}
	if said, slow := (&Daemon{store: kept}).lineSlow(ctx); slow || said != "" {
		t.Errorf("without anchors: %q, %t", said, slow)
	}
}
