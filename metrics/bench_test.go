package metrics

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// manyChecks is a board of n HTTPS checks in services of a hundred.
func manyChecks(n int) *status.Board {
	b := &status.Board{At: noon, Site: "tokyo", Zone: time.UTC, Started: noon.Add(-time.Hour)}
	for i := range n {
		if i%100 == 0 {
			b.Services = append(b.Services, status.Service{Service: check.Service{
				ID: check.ServiceID(fmt.Sprintf("service-%03d", i/100)),
			}})
		}
		s := &b.Services[len(b.Services)-1]
		c := status.Check{LastGood: noon, Check: check.Check{
			ID: check.ID(fmt.Sprintf("shop-front-%05d", i)), Service: s.ID, Class: check.Application,
		}}
		c.Last = check.Result{Check: c.ID, Sent: noon, Outcome: check.Outcome{
			State: check.Up, Took: 40 * time.Millisecond,
			Facts: []check.Fact{{Kind: check.HTTPStatus, Value: 200}, {Kind: check.CertificateExpiry, Value: 1.8e9}},
		}}
		s.Checks = append(s.Checks, c)
	}
	return b
}

// reader takes an answer and keeps nothing of it: what a recorder needs to grow would be
// counted too.
type reader struct {
	header http.Header
	took   int64
}

func (r *reader) Header() http.Header { return r.header }

func (r *reader) Write(b []byte) (int, error) {
	r.took += int64(len(b))
	return len(b), nil
}

func (r *reader) WriteHeader(code int) {
	if code != http.StatusOK {
		panic(http.StatusText(code))
	}
}

func observeAll(m *Metrics, b *status.Board) {
	for _, s := range b.Services {
		for _, c := range s.Checks {
			m.Observe(c.Check, c.Last)
			failed := c.Last
			failed.State, failed.Reason = check.Down, check.ReasonTimeout
			m.Observe(c.Check, failed)
		}
	}
}

// BenchmarkScrape10000 serves a scrape as Prometheus asks for it, of 10,000
// checks that each had good and failed results.
func BenchmarkScrape10000(b *testing.B) {
	for _, format := range []struct{ name, accept, encoding string }{
		{"text", "text/plain", ""},
		{"text_gzip", "text/plain", "gzip"},
		{"openmetrics_gzip", "application/openmetrics-text;version=1.0.0", "gzip"},
	} {
		b.Run(format.name, func(b *testing.B) {
			board := manyChecks(10_000)
			m := New(func() *status.Board { return board }, Options{})
			observeAll(m, board)
			h := m.Handler()
			b.ReportAllocs()
			var sent int64
			began := processorTime(b)
			for b.Loop() {
				r := httptest.NewRequest("GET", "/metrics", nil)
				r.Header.Set("Accept", format.accept)
				r.Header.Set("Accept-Encoding", format.encoding)
				w := reader{header: http.Header{}}
				h.ServeHTTP(&w, r)
				sent = w.took
			}
			b.ReportMetric((processorTime(b)-began).Seconds()*1e3/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(sent), "sent-B")
		})
	}
}

// processorTime is what the process has used, in all its threads: on a machine that
// others use too, the time of a clock says little.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
