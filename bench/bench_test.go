package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the children that the bench starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		main()
		return
	}
	os.Exit(m.Run())
}

// quick runs a mode and returns what it printed.
func quick(t *testing.T, args ...string) string {
	t.Helper()
	s, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s.out = &out
	if err := modes[s.mode](t.Context(), s); err != nil {
		t.Fatalf("mode %s: %v\n%s", s.mode, err, out.String())
	}
	return out.String()
}

func linux(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no /proc on the CI machine")
		}
		t.Skip("the bench reads /proc and uses all of 127.0.0.0/8: Linux only")
	}
}

func TestLoad(t *testing.T) {
	linux(t)
	out := quick(t, "-checks", "20", "-interval", "1s", "-for", "1s")
	for _, name := range []string{"slamon ", "std ", "raw ", "KiB a check"} {
		if !strings.Contains(out, name) {
			t.Errorf("table without %q:\n%s", name, out)
		}
	}
}

func TestHang(t *testing.T) {
	linux(t)
	out := quick(t, "-mode", "hang", "-checks", "15", "-interval", "1s", "-for", "1s")
	if !strings.Contains(out, "10 hang") {
		t.Errorf("no row with hanging targets:\n%s", out)
	}
}

func TestYear(t *testing.T) {
	linux(t)
	keep := filepath.Join(t.TempDir(), "kept.db")
	args := []string{"-mode", "year", "-checks", "2", "-days", "20", "-store", keep}
	if out := quick(t, args...); !strings.Contains(out, "filled: 2 checks") || !strings.Contains(out, "all 6 windows") {
		t.Errorf("report:\n%s", out)
	}
	if out := quick(t, args...); strings.Contains(out, "filled") || !strings.Contains(out, "2 checks") {
		t.Errorf("report of a kept store:\n%s", out)
	}
}

func TestCommandLine(t *testing.T) {
	for _, args := range [][]string{{"-mode", "fast"}, {"-checks", "many"}, {"-for", "1"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("parse(%q) = nil, want an error", args)
		}
	}
	s := settings{mode: "hang", checks: hanging}
	if err := hang(t.Context(), s); err == nil {
		t.Errorf("hang with %d checks = nil, want an error", s.checks)
	}
	if err := outages(t.Context(), settings{mode: "outages", length: time.Minute}); err == nil {
		t.Error("outages of a minute = nil, want an error")
	}
}

// Two outages of a target neither meet nor touch the quiet ends.
func TestPlanOutages(t *testing.T) {
	from := time.Unix(1_700_000_000, 0)
	for seed := range uint64(50) {
		s := settings{checks: 40, length: 6 * time.Minute, seed: seed}
		script := planOutages(s, from)
		if len(script) != 40 {
			t.Fatalf("%d outages, want 40", len(script))
		}
		kinds := map[fault]int{}
		for i, o := range script {
			kinds[o.Kind]++
			length := time.Duration(o.To - o.From)
			if length < shortest || length > longest {
				t.Errorf("seed %d: outage of %s, want %s to %s", seed, length, shortest, longest)
			}
			if o.From < from.Add(quiet).UnixNano() || o.To > from.Add(s.length-quiet).UnixNano() {
				t.Errorf("seed %d: outage %+v reaches into the quiet time", seed, o)
			}
			if i%2 == 1 && o.From < script[i-1].To+int64(quiet/2) {
				t.Errorf("seed %d: outages %+v and %+v are too close", seed, script[i-1], o)
			}
		}
		if len(kinds) != 4 {
			t.Errorf("kinds of fault: %v, want all four", kinds)
		}
	}
}

func TestRecord(t *testing.T) {
	var r record
	begin := time.Unix(1_700_000_000, 0)
	for i := range 10 {
		due := begin.Add(time.Duration(i) * 30 * time.Millisecond)
		r.sent(start{i, due, due.Add(time.Duration(i) * time.Millisecond)})
	}
	r.miss()
	r.fail()
	w := r.take(5)
	if w.Probes != 10 || w.Missed != 1 || w.Failed != 1 || w.Peak != 4 {
		t.Errorf("window = %+v, want 10 probes, 1 missed, 1 failed, 4 in 100 ms", w)
	}
	if w.LateP50 != 7*time.Millisecond || w.LateMax != 9*time.Millisecond {
		t.Errorf("late p50 %s, max %s of targets 5 to 9, want 7ms, 9ms", w.LateP50, w.LateMax)
	}
	if w := r.take(0); w.Probes != 0 || w.Missed != 0 || w.LateMax != 0 || w.Peak != 0 {
		t.Errorf("second window = %+v, want an empty one", w)
	}
}

func TestTransactions(t *testing.T) {
	linux(t)
	out := quick(t, "-mode", "transactions", "-checks", "10", "-interval", "1s", "-for", "1s")
	for _, name := range []string{"slamon ", "byhand "} {
		if !strings.Contains(out, name) {
			t.Errorf("table without %q:\n%s", name, out)
		}
	}
	if strings.Contains(out, "of 0)") {
		t.Errorf("nothing was measured:\n%s", out)
	}
}

func TestReadings(t *testing.T) {
	linux(t)
	if out := quick(t, "-mode", "readings", "-checks", "2", "-days", "3"); !strings.Contains(out, "bytes a reading") || !strings.Contains(out, "all 10 charts") {
		t.Errorf("report:\n%s", out)
	}
}
