package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// many is a board of 10,000 checks in a number of services, each with the claims
// of the made web conference.
func many(services int) *status.Board {
	b := *made().Board
	model := b.Services[0]
	b.Services = nil
	for i := range services {
		s := model
		s.ID = check.ServiceID(fmt.Sprintf("service-%05d", i))
		s.Name = fmt.Sprintf("Service number %d", i)
		s.Checks = nil
		for k := range 10_000 / services {
			c := model.Checks[k%len(model.Checks)]
			c.ID, c.Service = check.ID(fmt.Sprintf("check-%05d-%05d", i, k)), s.ID
			c.Name = "Check " + string(c.ID)
			s.Checks = append(s.Checks, c)
		}
		b.Services = append(b.Services, s)
	}
	return &b
}

// maxPage is the most that a page may weigh, in bytes, before compression.
const maxPage = 300_000

// TestWeight checks that no page grows with the number of checks.
func TestWeight(t *testing.T) {
	for _, services := range []int{1, 100, 5000} {
		board := many(services)
		o := options()
		o.Board = func() *status.Board { return board }
		h := handler(t, o)
		for _, address := range []string{"/", "/services/service-00000", "/incidents", "/system"} {
			w := ask(h, http.MethodGet, address)
			if w.Code != http.StatusOK || w.Body.Len() > maxPage {
				t.Errorf("%d services, %s: %d, %d bytes, want at most %d", services, address, w.Code, w.Body.Len(), maxPage)
			}
		}
	}
}

func BenchmarkPages(b *testing.B) {
	large := many(100)
	for _, c := range []struct {
		name, address string
		board         *status.Board
	}{
		{"overview_10000_checks", "/", large},
		{"overview_10000_checks_gzip", "/", large},
		{"service_day", "/services/meeting", made().Board},
		{"service_week_raw", "/services/meeting?range=7d", made().Board},
		{"service_year", "/services/meeting?range=claim", made().Board},
		{"claim", "/claims/meeting-year", made().Board},
		{"system", "/system", large},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := options()
			o.Board = func() *status.Board { return c.board }
			h := handler(b, o)
			size := 0
			b.ReportAllocs()
			for b.Loop() {
				w := ask(h, http.MethodGet, c.address, func(r *http.Request) {
					if c.name == "overview_10000_checks_gzip" {
						r.Header.Set("Accept-Encoding", "gzip")
					}
				})
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}
