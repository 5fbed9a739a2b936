package notify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

// TestBetween reads a month out of more notices than are read at once.
func TestBetween(t *testing.T) {
	l, start := newShelf(), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	save := map[string][]byte{}
	for i := range 2 * readAtOnce {
		at := start.Add(time.Duration(i) * time.Hour)
		e := &Entry{Notice: alert.Notice{ID: fmt.Sprintf("n%04d", i), Detected: at, Due: at.Add(time.Hour)}, Closed: at}
		save[doneKey(at, e.Notice.ID)] = encode(e)
	}
	for i, id := range []string{"early", "now", "late"} {
		e := &Entry{Notice: alert.Notice{ID: id, Detected: start.Add(time.Duration(i-1) * 600 * time.Hour)}}
		save[openPrefix+id] = encode(e)
	}
	if err := l.Save(save); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := Between(l, start, start.Add(600*time.Hour), func(e *Entry) bool { got = append(got, e.Notice.ID); return true }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 601 || got[0] != "now" || got[1] != "n0599" || got[600] != "n0000" {
		t.Errorf("%d notices: %s … %s; want now, n0599 … n0000", len(got), strings.Join(got[:min(2, len(got))], ", "), got[len(got)-1])
	}
	got = nil
	if err := Between(l, start.Add(time.Hour), start.Add(3*time.Hour), func(e *Entry) bool { got = append(got, e.Notice.ID); return len(got) < 1 }); err != nil || !slices.Equal(got, []string{"n0002"}) {
		t.Errorf("got %v, %v; want the newest alone", got, err)
	}
}
