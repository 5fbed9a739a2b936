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

// TestClosedMeanwhile shows a notice once while it moves from the open ones to the
// closed ones, which is not done at a stroke for whoever reads both.
func TestClosedMeanwhile(t *testing.T) {
	now := time.Now()
	l := newShelf()
	e := &Entry{Notice: alert.Notice{ID: "n1", Detected: now, Due: now.Add(time.Hour)}}
	if err := l.Save(map[string][]byte{openPrefix + "n1": encode(e)}); err != nil {
		t.Fatal(err)
	}
	b, err := NewOutbox(Options{Ledger: l, Render: plainMessage})
	if err != nil {
		t.Fatal(err)
	}
	closed := *e
	closed.Closed = now
	if err := l.Save(map[string][]byte{doneKey(now, "n1"): encode(&closed)}); err != nil {
		t.Fatal(err)
	}
	if list, err := b.History(10, nil); err != nil || len(list) != 1 {
		t.Errorf("History() = %d notices, %v; want the one", len(list), err)
	}
	n := 0
	if err := Between(l, now.Add(-time.Minute), now.Add(time.Minute), func(*Entry) bool { n++; return true }); err != nil || n != 1 {
		t.Errorf("Between() gave %d notices, %v; want the one", n, err)
	}
}
