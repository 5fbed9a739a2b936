package probe

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
)

const day = 24 * time.Hour

// backup is a heartbeat of a daily job.
var backup = check.Check{ID: "backup", Params: check.Heartbeat{Every: day, Slack: time.Hour}}

// listening is an Env that waits for the backup, inside a bubble.
func listening(t testing.TB) (*Env, func() check.Outcome) {
	t.Helper()
	e, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	probe, err := e.New(backup)
	if err != nil {
		t.Fatal(err)
	}
	return e, func() check.Outcome {
		o := probe(context.Background())
		bounded(t, o)
		return o
	}
}

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, ask := listening(t)
		defer e.Close()

		want(t, ask(), check.Unknown, check.ReasonStopped)
		time.Sleep(day + time.Hour)
		want(t, ask(), check.Unknown, check.ReasonStopped)
		time.Sleep(time.Second)
		want(t, ask(), check.Down, check.ReasonLate)
		mentions(t, ask(), "1s late")

		if !e.Report("backup", time.Now(), true, "") {
			t.Fatal("the report was not taken")
		}
		want(t, ask(), check.Up, check.ReasonNone)
		time.Sleep(day + time.Hour)
		want(t, ask(), check.Up, check.ReasonNone)
		time.Sleep(90 * time.Second)
		o := ask()
		want(t, o, check.Down, check.ReasonLate)
		mentions(t, o, "1m30s late")
		mentions(t, o, "the last came at 2000-01-02T01:00:01Z") // a bubble begins with the year 2000

		e.Report("backup", time.Now(), false, "disk full\nafter 3 of 9 files")
		o = ask()
		want(t, o, check.Down, check.ReasonStatus)
		mentions(t, o, "disk full after 3 of 9 files")
		time.Sleep(day + 2*time.Hour)
		want(t, ask(), check.Down, check.ReasonLate)
	})
}

// TestHeartbeatRestart restores reports of various ages. One that is overdue may
// have had a successor that found nobody, if it was due while we were away.
func TestHeartbeatRestart(t *testing.T) {
	for name, tt := range map[string]struct {
		age    time.Duration // of the restored report
		ok     bool
		after  time.Duration // from the restart to the question
		state  check.State
		reason check.Reason
	}{
		"fresh":                            {2 * time.Hour, true, 0, check.Up, check.ReasonNone},
		"fresh failure":                    {2 * time.Hour, false, 0, check.Down, check.ReasonStatus},
		"due later, and missed":            {2 * time.Hour, true, 23*time.Hour + time.Minute, check.Down, check.ReasonLate},
		"due around the restart":           {day, true, 2 * time.Hour, check.Unknown, check.ReasonStopped},
		"due while we were away":           {2 * day, true, 0, check.Unknown, check.ReasonStopped},
		"still nothing after another turn": {2 * day, true, day + time.Hour + time.Second, check.Down, check.ReasonLate},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, ask := listening(t)
				defer e.Close()
				e.Restore(map[check.ID]Report{"backup": {At: time.Now().Add(-tt.age), OK: tt.ok}})
				time.Sleep(tt.after)
				want(t, ask(), tt.state, tt.reason)
			})
		})
	}
}

func TestHeartbeatReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, ask := listening(t)
		defer e.Close()
		if e.Report("nobody", time.Now(), true, "") {
			t.Error("a report for an unknown check was taken")
		}
		now := time.Now().UTC()
		e.Report("backup", now, true, strings.Repeat("x", 10*check.EvidenceLimit))
		e.Report("backup", now.Add(-time.Minute), false, "an older one that came later")
		want(t, ask(), check.Up, check.ReasonNone)
		e.Restore(map[check.ID]Report{"backup": {At: now.Add(-time.Hour)}, "gone": {At: now, OK: true}})
		want(t, ask(), check.Up, check.ReasonNone)

		if _, err := e.New(backup); err != nil { // a reload
			t.Fatal(err)
		}
		want(t, ask(), check.Up, check.ReasonNone)

		kept := e.Heartbeats()
		if len(kept["backup"].Message) > check.EvidenceLimit {
			t.Errorf("a message of %d bytes was kept", len(kept["backup"].Message))
		}
		encoded, err := json.Marshal(kept)
		if err != nil {
			t.Fatal(err)
		}
		var back map[check.ID]Report
		if err := json.Unmarshal(encoded, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(kept, back); diff != "" {
			t.Errorf("reports change on the way through JSON:\n%s", diff)
		}
	})
}

// TestHeartbeatClock judges by the clock of the Env.
func TestHeartbeatClock(t *testing.T) {
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	e, err := NewEnv(Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	probe, err := e.New(backup)
	if err != nil {
		t.Fatal(err)
	}
	e.Report("backup", now, true, "")
	now = now.Add(2 * day)
	want(t, probe(t.Context()), check.Down, check.ReasonLate)
}
