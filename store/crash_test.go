package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/slamon/slamon/check"
)

// crashStore names the store that a process started by TestKilled writes to.
const crashStore = "SLAMON_TEST_CRASH_STORE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashStore); path != "" {
		appendForEver(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// crashBase is when the n-th result of TestKilled was sent: every 10 ms on a grid of
// 10 ms, so that each is told from the others by its moment.
func crashSent(n int) time.Time { return t0.Add(time.Duration(n) * 10 * time.Millisecond) }

func crashResult(n int) check.Result {
	id := check.ID(fmt.Sprintf("check-%d", n%7))
	if n/100%2 == 1 {
		return down(id, crashSent(n))
	}
	return up(id, crashSent(n))
}

// appendForEver is the child: it appends numbered results, prints the number of the
// newest durable one after every commit, and writes checkpoints on the way, until it
// is killed.
func appendForEver(path string) {
	out := bufio.NewWriter(os.Stdout)
	next := 0
	s, err := Open(path, Options{Committed: func(r []check.Result) {
		n := int(r[len(r)-1].Sent.Sub(t0) / (10 * time.Millisecond))
		fmt.Fprintln(out, n)
		out.Flush()
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for id := range 7 {
		if r, ok := s.Latest(check.ID(fmt.Sprintf("check-%d", id))); ok {
			next = max(next, int(r.Sent.Sub(t0)/(10*time.Millisecond))+1)
		}
	}
	for turn := 0; ; turn++ {
		for range 20 {
			s.Append(crashResult(next), 70*time.Millisecond)
			next++
		}
		s.writing.Lock()
		_, err := s.flush()
		if err == nil && (turn%5 == 4 || s.pass.active) {
			if !s.pass.active {
				s.beginPass(time.Now())
			}
			err = s.stepPass(time.Now())
		}
		s.writing.Unlock()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// TestKilled kills a writer 200 times at random moments and looks whether all it had
// been told to be durable is there, in the end as after every 50th life.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slamon.db")
	acknowledged := -1
	for life := range 200 {
		lines := 1 + life%12 // how many acknowledgements this life gets
		acknowledged = max(acknowledged, liveAndDie(t, path, lines))
		if life%50 == 49 {
			checkAcknowledged(t, path, acknowledged)
		}
	}
	t.Logf("%d results acknowledged", acknowledged+1)
}

// liveAndDie starts a writer, waits for so many acknowledgements, kills it, and
// returns the newest number that it printed.
func liveAndDie(t *testing.T, path string, lines int) int {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashStore+"="+path)
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	newest, seen := -1, 0
	scanner := bufio.NewScanner(out)
	for scanner.Scan() { // to the end: what was printed before the kill counts
		if _, err := fmt.Sscan(scanner.Text(), &newest); err != nil {
			t.Fatalf("child printed %q", scanner.Text())
		}
		if seen++; seen == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = child.Wait()
	if complaint.Len() > 0 || seen < lines {
		t.Fatalf("child: %v: %s", err, complaint.String())
	}
	return newest
}

func checkAcknowledged(t *testing.T, path string, newest int) {
	t.Helper()
	if report, err := Verify(context.Background(), path); err != nil {
		t.Fatalf("%v: %v", err, report.Problems)
	}
	s := openTest(t, path, Options{})
	defer s.Close()
	have := map[int64]check.State{}
	for id := range 7 {
		for _, r := range collect(t, s, check.ID(fmt.Sprintf("check-%d", id)), always) {
			have[r.Sent.UnixMilli()] = r.State
		}
	}
	missing := 0
	for n := range newest + 1 {
		want := crashResult(n)
		if state, ok := have[want.Sent.UnixMilli()]; !ok || state != want.State {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d acknowledged results are missing or wrong", missing, newest+1)
	}
	if got := s.Stats().Stored; got != uint64(len(have)) {
		t.Errorf("Stored = %d, but %d results are there", got, len(have))
	}
}
