package daemon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// tenThousand opens a daemon that does not run, with 10,000 checks in 100 services, a claim on
// each service and an hour of results.
func tenThousand(b *testing.B) *Daemon {
	b.Helper()
	dir := b.TempDir()
	var text strings.Builder
	text.WriteString("[storage]\nbackup_directory = \"\"\n")
	for s := range 100 {
		fmt.Fprintf(&text, "[[service]]\nid = \"s%d\"\n", s)
		for c := range 100 {
			fmt.Fprintf(&text, "[[service.check]]\nid = \"c%d-%d\"\npaused = true\ntcp = { address = \"127.0.0.1:9\" }\n", s, c)
		}
		fmt.Fprintf(&text, "[[service.claim]]\nid = \"m%d\"\nkind = \"objective\"\navailability = \"99.99%%\"\nwindow = { kind = \"calendar_month\" }\n", s)
	}
	path := filepath.Join(dir, "slamon.toml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	d := loaded(b, path)
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.store.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended; d.Close() })
	now := time.Now()
	for n := range 12 {
		d.probed(b, now.Add(time.Duration(n-12)*5*time.Minute), check.Up)
	}
	return d
}

// probed appends one result of every check, and waits until it is on the board's desk.
func (d *Daemon) probed(b *testing.B, at time.Time, state check.State) {
	for s := range 100 {
		for c := range 100 {
			r := check.Result{Check: check.ID(fmt.Sprintf("c%d-%d", s, c)), Site: "main", Sent: at, Base: true, Outcome: check.Outcome{State: state}}
			if state == check.Down {
				r.Reason = check.ReasonTimeout
			}
			d.store.Append(r, 5*time.Minute)
		}
	}
	if err := d.store.Sync(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBoards: what lies between a result and the decision whom to tell.
func BenchmarkBoards(b *testing.B) {
	d := tenThousand(b)
	cfg, own := d.config.Load(), status.Own{NetworkAlive: true}
	d.boards.refresh(time.Now(), cfg, own, nil)
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			d.boards.refresh(time.Now(), cfg, own, nil)
		}
	})
	b.Run("quick", func(b *testing.B) {
		for b.Loop() {
			d.boards.refresh(time.Now(), cfg, own, d.boards.verdicts.Load())
		}
	})
	b.Run("quick, all down", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			d.probed(b, time.Now(), check.Down)
			b.StartTimer()
			d.boards.refresh(time.Now(), cfg, own, d.boards.verdicts.Load())
		}
	})
}
