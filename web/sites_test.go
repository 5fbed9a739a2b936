package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

// TestSites shows a claim from three other places: one that has it, one that has not,
// and one that cannot be asked. Anybody's view shows none of them.
func TestSites(t *testing.T) {
	o := options()
	board := *made().Board
	year := 365 * 24 * time.Hour
	board.Sites = []status.Site{
		{Name: "outside", URL: "https://slamon.example.net", At: board.At, Claims: map[sla.ClaimID]sla.Verdict{
			"meeting-year": {Answer: sla.Breached, Accounted: year, Coverage: 1, Downtime: sla.Downtime{Point: 2 * time.Hour, Low95: time.Hour, High95: 3 * time.Hour}},
		}, Responses: map[sla.ClaimID]sla.ResponseVerdict{"meeting-response": {
			Answer: sla.Breached, Point: .8125, Low95: .8, High95: .825, ResponseFigures: sla.ResponseFigures{Operations: 1600, Unknown: 400}}}},
		{Name: "small-office", URL: "https://small.example.net", At: board.At},
		{Name: "far", URL: "https://far.example.net", Error: "cannot be asked: <no route>"},
	}
	o.Board = func() *status.Board { return &board }
	h, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	page := ask(h, http.MethodGet, "/services/meeting").Body.String()
	for _, shown := range []string{"From each place, apart", "outside", "99.9771 %", "99.9657 % – 99.9885 %", "small-office", "has no claim of this id", "81.25 %", "80.00 % – 82.50 %", "80.00 %", "cannot be asked: &lt;no route&gt;"} {
		if !strings.Contains(page, shown) {
			t.Errorf("the page of the service lacks %q", shown)
		}
	}
	answer := ask(h, http.MethodGet, "/api/v1/sites").Body.String()
	for _, said := range []string{`"site":"outside"`, `"verdict":"breached"`, `"high95":10800`, `"point":0.8125`, `"operations":1600`, `"at":null`, `"error":"cannot be asked`} {
		if !strings.Contains(strings.ReplaceAll(answer, `": `, `":`), said) {
			t.Errorf("/api/v1/sites lacks %s: %s", said, answer)
		}
	}
	if h, err = web.NewPublic(o); err != nil {
		t.Fatal(err)
	}
	if page := ask(h, http.MethodGet, "/services/meeting").Body.String(); strings.Contains(page, "small-office") || strings.Contains(page, "From each place") {
		t.Error("the public view shows other places")
	}
	if w := ask(h, http.MethodGet, "/api/v1/sites"); w.Code != http.StatusNotFound {
		t.Errorf("the public view answers /api/v1/sites with %d", w.Code)
	}
}
