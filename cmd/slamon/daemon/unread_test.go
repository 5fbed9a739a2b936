package daemon

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// torn is a history that can be read or not.
type torn struct {
	history
	err error
}

func (h *torn) Series(id check.ID, p timeline.Period) (timeline.Series, error) {
	if h.err != nil {
		return timeline.Series{}, h.err
	}
	return h.history.Series(id, p)
}

// TestUnreadIncidentStays: while the history of a check cannot be read, nobody may be told
// that its failure is over.
func TestUnreadIncidentStays(t *testing.T) {
	d := turning(t, 1)
	store := &torn{history: d.boards.history}
	d.boards.history = store
	cfg, now := d.config.Load(), time.Now().Truncate(time.Second).Add(-time.Hour)
	refresh := func(state check.State) []status.Incident {
		now = now.Add(time.Minute)
		d.result(t, "c0", now.Add(-time.Second), state)
		return d.boards.refresh(now, cfg, status.Own{NetworkAlive: true}, d.boards.judge(now, cfg)).Services[0].Incidents
	}
	refresh(check.Up)
	if open := refresh(check.Down); len(open) != 1 || !open[0].Ongoing {
		t.Fatalf("incidents are %v, want an open one", open)
	}
	store.err = errors.New("damaged")
	if open := refresh(check.Up); len(open) != 1 || !open[0].Ongoing {
		t.Errorf("incidents are %v while nothing can be read, want the open one", open)
	}
	store.err = nil
	if over := refresh(check.Up); len(over) != 1 || over[0].Ongoing {
		t.Errorf("incidents are %v once it can be read, want one that is over", over)
	}
}

// TestUnread: a damaged page concerns thousands of checks, and is a line a minute.
func TestUnread(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	var u unread
	begin := time.Date(2026, time.March, 3, 6, 0, 0, 0, time.UTC)
	for second := range 90 {
		for _, id := range []check.ID{"a", "b", "c"} {
			u.tell(log, begin.Add(time.Duration(second)*time.Second), id, errors.New("damaged"))
		}
	}
	if n := strings.Count(out.String(), "history cannot be read"); n != 2 || !strings.Contains(out.String(), "more_before=179") {
		t.Errorf("%d lines, want one a minute with how many there were besides:\n%s", n, &out)
	}
}
