package gear

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// watching is a store with devices around it, as the daemon makes them.
type watching struct {
	*Devices
	store  *store.Store
	events []status.Event
}

var processor = device.Series{Device: "gate", Kind: device.CPU}

func watchingConfig() *config.Config {
	return &config.Config{Zone: time.UTC, SNMP: config.SNMP{
		Devices: []device.Device{{ID: "gate", Address: "127.0.0.1:1", Interval: time.Minute, Credentials: device.Credentials{Community: secret.New("x")}}},
		Thresholds: []device.Threshold{
			{ID: "full", Kind: device.CPU, Severity: device.Warning, Limit: .9, Margin: .09, RaiseAfter: 5 * time.Minute, ClearAfter: 10 * time.Minute, MaxGap: 150 * time.Second},
			{ID: "mean", Device: "gate", Kind: device.CPU, Severity: device.Info, By: device.ByMean, Over: 20 * time.Minute, Limit: .8, Margin: .1, MaxGap: 150 * time.Second},
		},
		Capacity: []device.CapacityRule{device.DefaultCapacity},
	}}
}

func watch(t *testing.T, path string) *watching {
	t.Helper()
	w := &watching{}
	w.Devices = New(slog.New(slog.DiscardHandler), func(e status.Event) { w.events = append(w.events, e) }, func() {})
	s, err := store.Open(path, store.Options{NoSync: true, ReadingsCommitted: w.Committed})
	if err != nil {
		t.Fatal(err)
	}
	w.store = s
	if err := w.Open(s); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Set(watchingConfig()); err != nil {
		t.Fatal(err)
	}
	return w
}

// read appends readings a minute apart and makes them durable.
func (w *watching) read(t *testing.T, from time.Time, values ...float64) time.Time {
	t.Helper()
	for _, v := range values {
		w.store.AppendReadings("gate", []device.Reading{{Series: processor, At: from, Value: v}})
		from = from.Add(time.Minute)
	}
	if err := w.store.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.tell()
	return from
}

func (w *watching) kinds() string {
	var words []string
	for _, e := range w.events {
		id, _, _ := strings.Cut(e.Text, ":")
		words = append(words, id+" "+strings.TrimPrefix(e.Kind, "crossing_"))
	}
	return strings.Join(words, ", ")
}

func (w *watching) stop(t *testing.T) {
	t.Helper()
	w.Devices.Close()
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
}

func many(v float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = v
	}
	return values
}

// TestThresholdsSurvive raises, and clears after restarts in the middle of the waiting:
// one in order, and one like a crash, whose state was never written down.
func TestThresholdsSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	w := watch(t, path)
	at := w.read(t, time.Now().Add(-2*time.Hour).Truncate(time.Minute), many(.3, 12)...)
	at = w.read(t, at, many(.95, 3)...)
	if got := w.kinds(); got != "" {
		t.Fatalf("after three busy minutes: %s", got)
	}
	w.keepWatches()
	at = w.read(t, at, .95) // its state is not written down
	w.stop(t)

	w = watch(t, path)
	at = w.read(t, at, many(.95, 2)...)
	if got, want := w.kinds(), "full raised"; got != want {
		t.Fatalf("after six busy minutes: %q, want %q", got, want)
	}
	if at = w.read(t, at, many(.95, 14)...); w.kinds() != "full raised, mean raised" {
		t.Fatalf("after twenty busy minutes: %q", w.kinds())
	}
	w.keepWatches()
	board := w.Board(watchingConfig())
	if len(board) != 1 || len(board[0].Watched) != 2 || !board[0].Watched[0].Raised {
		t.Errorf("the board shows %+v", board)
	}
	w.stop(t)

	w = watch(t, path)
	w.read(t, at, many(.1, 21)...)
	if got, want := w.kinds(), "mean cleared, full cleared"; got != want {
		t.Errorf("after quiet minutes: %q, want %q", got, want)
	}
	w.stop(t)
}

// TestReviewOpens has five busy days out of seven, and follows the review through
// assignment and decision over a restart.
func TestReviewOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	w := watch(t, path)
	midnight := time.Now().UTC().Truncate(24 * time.Hour)
	for n := 7; n > 0; n-- {
		busy := .7
		if n == 3 || n == 6 {
			busy = .2
		}
		day := midnight.AddDate(0, 0, -n)
		for i := range 288 {
			w.store.AppendReadings("gate", []device.Reading{{Series: processor, At: day.Add(time.Duration(i) * 5 * time.Minute), Value: busy}})
		}
	}
	if err := w.store.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	now := midnight.Add(time.Hour)
	w.review(now)
	w.review(now.Add(time.Minute)) // once a day only
	list := w.Reviews(now)
	if len(list) != 1 || list[0].Cause != device.BusyDays || !list[0].Open() {
		t.Fatalf("reviews %+v", list)
	}
	id := list[0].ID
	if _, err := w.ChangeReview(id, web.ReviewChange{Owner: "net-team", By: "sato"}, now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ChangeReview("nobody", web.ReviewChange{Owner: "x", By: "y"}, now); err == nil {
		t.Error("a review that is not there was changed")
	}
	w.stop(t)

	w = watch(t, path)
	defer w.stop(t)
	w.review(now.Add(2 * time.Hour))
	if list = w.Reviews(now); len(list) != 1 || list[0].Owner != "net-team" {
		t.Fatalf("after a restart: %+v", list)
	}
	r, err := w.ChangeReview(id, web.ReviewChange{Decision: "a second gateway", By: "sato"}, now)
	if err != nil || r.Open() || len(r.History) < 2 {
		t.Errorf("decided: %+v, %v", r, err)
	}
	if _, err := w.ChangeReview(id, web.ReviewChange{Comment: "too late", By: "sato"}, now); err == nil {
		t.Error("a decided review was changed")
	}
}

// TestNews writes down once an interval that nothing is known of a device.
func TestNews(t *testing.T) {
	r := readDevice{Device: device.Device{Interval: 5 * time.Minute}}
	void, known := []device.Reading{{Void: device.VoidSilent}}, []device.Reading{{Void: device.VoidFirst}, {Value: 1}}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		after time.Duration
		read  []device.Reading
		want  bool
	}{
		{0, known, true}, {300, void, true}, {330, void, false}, {360, void, false}, {600, void, true}, {610, void, false},
		{620, known, true}, {630, known, true}, {640, void, true}, {650, void, false},
	} {
		if got := r.news(c.read, start.Add(c.after*time.Second)); got != c.want {
			t.Errorf("poll %d, after %d s: news is %t, want %t", i, c.after, got, c.want)
		}
	}
}
