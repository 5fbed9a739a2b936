package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// TestSeries: what is handed out of a check is what verdicts rest on; one that is not here
// is left out, and nothing that was not named is read.
func TestSeries(t *testing.T) {
	s := &server{}
	begin := time.Date(2026, 9, 1, 0, 0, 0, 5e6, time.UTC)
	j := seriesToJSON(&timeline.Series{Check: "login", Interval: 5 * time.Minute, Stretches: []timeline.Stretch{{State: check.Down, Reason: check.ReasonTimeout,
		First: begin, Last: begin.Add(time.Hour), Results: 13, Base: 12, Interval: 5 * time.Minute, Beside: true, LongGaps: 1500 * time.Millisecond}}})
	if x := j.Stretches[0]; j.Interval != 300 || !x.First.Equal(begin) || x.LongGaps != 1.5 || !x.Beside || x.Base != 12 {
		t.Errorf("%+v", j)
	}
	b := &status.Board{At: begin}
	for query, want := range map[string]int{"": 400, "?check=a&from=x": 400} {
		w := httptest.NewRecorder()
		s.apiSeries(w, httptest.NewRequest(http.MethodGet, "/api/v1/series"+query, nil), b)
		if w.Code != want {
			t.Errorf("series%s: %d, want %d", query, w.Code, want)
		}
	}
}
