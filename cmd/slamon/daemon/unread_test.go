package daemon

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

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
