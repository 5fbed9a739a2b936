package web_test

import (
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/slamon/slamon/status"
)

// firstPaint is when the browser had painted something of the page, in milliseconds
// from the click.
const firstPaint = `String(performance.getEntriesByName("first-contentful-paint")[0].startTime)`

// BenchmarkFirstPaint measures how long somebody looks at nothing: headless Chromium
// on the same machine; style and script come from the cache but for the first time.
func BenchmarkFirstPaint(b *testing.B) {
	for _, c := range []struct {
		name, address string
		board         *status.Board
	}{
		{"overview_10000_checks", "/", many(100)},
		{"service_year", "/services/meeting?range=claim", made().Board},
		{"incident", "/incidents/" + incidentID(b, "files", 0), made().Board},
	} {
		b.Run(c.name, func(b *testing.B) {
			browser := startBrowser(b)
			o := options()
			o.Board = func() *status.Board { return c.board }
			server := httptest.NewServer(handler(b, o))
			defer server.Close()
			defer server.CloseClientConnections()
			sum, n := 0.0, 0
			for b.Loop() {
				if err := chromedp.Do(browser.ctx, chromedp.Navigate(server.URL+c.address)); err != nil {
					b.Fatal(err)
				}
				if _, err := chromedp.Run(browser.ctx, chromedp.Poll[bool](`performance.getEntriesByName("first-contentful-paint").length === 1`)); err != nil {
					b.Fatal(err)
				}
				ms, err := strconv.ParseFloat(browser.evaluate(b, firstPaint), 64)
				if err != nil {
					b.Fatal(err)
				}
				sum, n = sum+ms, n+1
			}
			b.ReportMetric(sum/float64(n), "ms/paint")
		})
	}
}
