package daemon

import (
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

func TestLatestFollowsTheOrderOfSending(t *testing.T) {
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	result := func(after time.Duration, state check.State) check.Result {
		return check.Result{Check: "page", Sent: noon.Add(after), Outcome: check.Outcome{State: state}}
	}
	var l latest
	l.take([]check.Result{result(0, check.Up), result(time.Minute, check.Unknown)})
	// The clock was set back by an hour, and then the target fails.
	back := -time.Hour + 2*time.Minute
	l.confirmBy([]alert.Policy{{Confirm: 2}, {Confirm: 1}})
	if !l.take([]check.Result{result(back, check.Down), result(back+10*time.Second, check.Down)}) {
		t.Error("a failure that is confirmed waits for the next board")
	}
	if l.take([]check.Result{result(back+11*time.Second, check.Down)}) {
		t.Error("a failure that is known calls for a board")
	}
	m, ok := l.get("page")
	if !ok || m.last.State != check.Down || !m.since.Equal(noon.Add(back)) || m.failed != 3 || !m.lastGood.Equal(noon) {
		t.Errorf("after a step back: %+v", m)
	}
	known := map[check.ID][]status.Incident{"page": nil}
	if stale := l.settle([]check.Check{{ID: "page"}}, known); len(stale) != 1 {
		t.Error("the incidents of a check that is down are not read again")
	}
	l.take([]check.Result{result(back+20*time.Second, check.Up)})
	if m, _ = l.get("page"); m.failed != 0 || !m.lastGood.Equal(noon.Add(back+20*time.Second)) {
		t.Errorf("after recovery: %+v", m)
	}
}
