package metrics

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// scrape asks as somebody does who keeps the connection.
func scrape(t *testing.T, url string) string {
	answer, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Error(answer.Status, err)
	}
	return string(body)
}

// steady keeps what does not change from one scrape to the next.
func steady(body string) string {
	var out strings.Builder
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, prefix+"check_up") || strings.HasPrefix(line, prefix+"check_results") || strings.HasPrefix(line, prefix+"service") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// TestScrapeMemory checks that a scrape which uses the memory of an earlier one tells
// nothing of it, with several at a time.
func TestScrapeMemory(t *testing.T) {
	small, large := manyChecks(30), manyChecks(1500)
	var mu sync.Mutex
	board := small
	show := func(b *status.Board) { mu.Lock(); board = b; mu.Unlock() }
	m := New(func() *status.Board { mu.Lock(); defer mu.Unlock(); return board }, Options{WithoutRuntime: true})
	observeAll(m, small)
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	want := steady(scrape(t, server.URL))
	show(large)
	observeAll(m, large)
	if n := strings.Count(scrape(t, server.URL), "\nslamon_check_up{"); n != 1500 {
		t.Fatalf("%d checks in the large scrape", n)
	}
	show(small)
	m.mu.Lock()
	m.tallies = map[check.ID]*tally{}
	m.mu.Unlock()
	observeAll(m, small)
	var all sync.WaitGroup
	for range maxScrapes / 2 { // a place may be free a moment after the answer has come
		all.Go(func() {
			for range 10 {
				if got := steady(scrape(t, server.URL)); got != want {
					t.Errorf("a later scrape differs:\n%s\nwant\n%s", got, want)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestBrokenNames checks that a device which offers the same interface twice, or a name
// that is no text, costs these series and no others.
func TestBrokenNames(t *testing.T) {
	b := &status.Board{At: noon, Site: "tokyo", Zone: time.UTC, Started: noon}
	d := status.Device{Device: device.Device{ID: "gw"}}
	for _, name := range []string{"eth0", "eth0", "eth\xff", "eth1"} {
		d.Readings = append(d.Readings, device.Reading{Series: device.Series{Device: "gw", Kind: device.InBits, Instance: name}, At: noon, Value: 5})
	}
	b.Devices = []status.Device{d}
	m := New(func() *status.Board { return b }, Options{WithoutRuntime: true})
	families, err := m.Gather().Gather()
	if err == nil || !strings.Contains(err.Error(), "twice") || !strings.Contains(err.Error(), "no text") {
		t.Errorf("want to be told of both, got %v", err)
	}
	for _, f := range families {
		if f.GetName() == bitsPerSecond && len(f.Metric) != 2 {
			t.Errorf("%d series of interfaces, want 2: %v", len(f.Metric), f.Metric)
		}
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `interface="eth1"`) {
		t.Errorf("a broken series breaks the scrape: %d %s", w.Code, w.Body)
	}
}
