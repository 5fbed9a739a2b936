package daemon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// turning opens a daemon that does not run, with so many checks and a claim on each,
// judged one at a time when nothing is new.
func turning(t *testing.T, claims int) *Daemon {
	t.Helper()
	var text strings.Builder
	text.WriteString("[storage]\nbackup_directory = \"\"\n[[service]]\nid = \"s\"\n")
	for i := range claims {
		fmt.Fprintf(&text, "[[service.check]]\nid = \"c%d\"\npaused = true\ntcp = { address = \"127.0.0.1:9\" }\n", i)
	}
	for i := range claims {
		fmt.Fprintf(&text, "[[service.claim]]\nid = \"m%d\"\nkind = \"objective\"\navailability = \"99.9%%\"\nchecks = [\"c%d\"]\nwindow = { kind = \"rolling\", days = 30 }\n", i, i)
	}
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "slamon.toml"), text.String())
	d := loaded(t, filepath.Join(dir, "slamon.toml"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.store.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	d.boards.turns.budget = time.Nanosecond
	return d
}

func (d *Daemon) result(t *testing.T, id string, at time.Time, state check.State) {
	t.Helper()
	r := check.Result{Check: check.ID(id), Site: "main", Sent: at, Base: true, Outcome: check.Outcome{State: state}}
	if state == check.Down {
		r.Reason = check.ReasonTimeout
	}
	d.store.Append(r, time.Minute)
	if err := d.store.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestTurns: of ten claims of which nothing is new one is judged at a time, each once
// before any a second time; a failure and a correction do not wait for their turn.
func TestTurns(t *testing.T) {
	const claims = 10
	d := turning(t, claims)
	cfg, now := d.config.Load(), time.Now().Truncate(time.Second)
	for i := range claims {
		for n := range 30 {
			d.result(t, fmt.Sprintf("c%d", i), now.Add(time.Duration(n-30)*time.Minute), check.Up)
		}
	}
	judged := d.boards.judge(now, cfg).byID()
	fresh := func(at time.Time) (list []sla.ClaimID) {
		judged = d.boards.judge(at, cfg).byID()
		for _, c := range cfg.Claims {
			if judged[c.ID].Until.Equal(at) {
				list = append(list, c.ID)
			}
		}
		return list
	}
	seen := map[sla.ClaimID]bool{}
	for n := range claims {
		list := fresh(now.Add(time.Duration(n+1) * time.Second))
		if len(list) != 1 || seen[list[0]] {
			t.Fatalf("board %d judged %v; %d had their turn", n, list, len(seen))
		}
		seen[list[0]] = true
	}
	d.result(t, "c7", now.Add(20*time.Second), check.Down)
	if list := fresh(now.Add(21 * time.Second)); len(list) != 2 || judged["m7"].Probes.Failed != 1 {
		t.Errorf("after a failure %v were judged, want m7 and one in turn; %d failed", list, judged["m7"].Probes.Failed)
	}
	if list := fresh(now.Add(22 * time.Second)); len(list) != 2 || !judged["m7"].Until.Equal(now.Add(22*time.Second)) {
		t.Errorf("while it is down %v were judged, want m7 and one in turn", list)
	}
	_, err := d.ledger.Correct(sla.Correction{Claim: "m3", From: now.Add(-10 * time.Minute), To: now.Add(-5 * time.Minute), As: sla.AsUnknown, Why: "a test", By: "Sato", At: now})
	if err != nil {
		t.Fatal(err)
	}
	if list := fresh(now.Add(23 * time.Second)); len(list) != claims || judged["m3"].Unknown == 0 {
		t.Errorf("after a correction %v were judged, want all; m3 is unknown for %s", list, judged["m3"].Unknown)
	}
}

// BenchmarkTurns is what a board costs while nothing happens to 10,000 checks with a
// claim on each, whose windows all move.
func BenchmarkTurns(b *testing.B) {
	var text strings.Builder
	text.WriteString("[storage]\nbackup_directory = \"\"\n")
	const services, checks = 100, 100
	for s := range services {
		fmt.Fprintf(&text, "[[service]]\nid = \"s%d\"\n", s)
		for c := range checks {
			fmt.Fprintf(&text, "[[service.check]]\nid = \"c%d-%d\"\npaused = true\ntcp = { address = \"127.0.0.1:9\" }\n", s, c)
		}
		for c := range checks {
			fmt.Fprintf(&text, "[[service.claim]]\nid = \"m%d-%d\"\nkind = \"objective\"\navailability = \"99.99%%\"\nchecks = [\"c%d-%d\"]\nwindow = { kind = \"calendar_month\" }\n", s, c, s, c)
		}
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "slamon.toml"), []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	d := loaded(b, filepath.Join(dir, "slamon.toml"))
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.store.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended; d.Close() })
	year := time.Now().AddDate(-1, 0, 0)
	const stretches = 49 // two outages a month, as mode year of bench has them
	for n := range stretches {
		state := check.Up
		if n%2 == 1 {
			state = check.Down
		}
		at := year.Add(time.Duration(n) * 365 * 24 * time.Hour / stretches)
		if n == stretches-1 {
			at, state = time.Now(), check.Up
		}
		d.probed(b, at, state)
	}
	cfg := d.config.Load()
	begun := time.Now()
	d.boards.judge(time.Now(), cfg)
	b.Logf("all claims over all windows after a start: %s", time.Since(begun).Round(time.Millisecond))
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			cpu := processorTime(b)
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(processorTime(b)-cpu)/1e6/float64(b.N), "cpu-ms/op") // what others do on the machine is not in it
		})
	}
	run("all", func() {
		d.boards.turns.of = nil
		d.boards.judge(time.Now(), cfg)
	})
	run("in turn", func() { d.boards.judge(time.Now(), cfg) })
	run("board", func() {
		d.boards.refresh(time.Now(), cfg, status.Own{NetworkAlive: true}, d.boards.judge(time.Now(), cfg))
	})
}

func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
