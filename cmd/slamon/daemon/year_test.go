package daemon

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/store"
)

// yearConfig watches a web conference: the claims of its sheet and of its contract, and
// the value of a guideline beside them.
const yearConfig = `
[site]
name = "tokyo-office"
timezone = "Asia/Tokyo"
[storage]
path = "year.db"
[[service]]
id = "meeting"
name = "Live Meeting"
vendor = "Example Conferencing K.K."
[[service.check]]
id = "join"
name = "Join page"
class = "application"
interval = "10s"
paused = true
http = { url = "https://meet.example.com/join" }
[[service.check]]
id = "relay"
name = "Media relay"
class = "platform"
interval = "5m"
paused = true
tcp = { address = "turn.example.com:3478" }
[[service.check]]
id = "edge"
name = "Edge router"
class = "network"
interval = "5m"
paused = true
icmp = { host = "edge.example.com" }
[[service.claim]]
id = "sheet"
name = "Disclosure sheet, row 43"
kind = "disclosure"
availability = "99.991%"
checks = ["join"]
exclude_maintenance = true
min_notice = "14d"
window = { kind = "fixed", from = FROM, to = TO }
[[service.claim]]
id = "contract"
name = "Contract, clause 7"
kind = "contract"
availability = "100%"
checks = ["join", "relay"]
window = { kind = "calendar_month" }
[[service.claim]]
id = "guideline"
name = "Guideline for ASP and SaaS"
kind = "objective"
availability = "95%"
checks = ["join"]
window = { kind = "fixed", from = FROM, to = TO }
`

// event is a piece of the made year in which something was the matter.
type event struct {
	ago, long time.Duration
	state     check.State
	reason    check.Reason
}

const day = 24 * time.Hour

// yearEvents are outages of every length, unknown time of two kinds, and two pieces of
// maintenance of which one was announced too late.
var yearEvents = map[check.ID][]event{
	"join": {
		{350*day + 3*time.Hour, 17 * time.Minute, check.Down, check.ReasonTimeout},
		{301 * day, 2 * time.Hour, check.Down, check.ReasonRefused}, // maintenance
		{262 * day, 27 * time.Hour, check.Unknown, check.ReasonStopped},
		{230*day + 5*time.Hour, 42 * time.Second, check.Down, check.ReasonTLS},
		{160 * day, 95 * time.Minute, check.Unknown, check.ReasonOwnNetwork},
		{120 * day, 9 * time.Minute, check.Down, check.ReasonStatus}, // announced late
		{60*day + 8*time.Hour, 40 * time.Minute, check.Degraded, check.ReasonSlow},
		{9*day + 2*time.Hour, 6*time.Minute + 30*time.Second, check.Down, check.ReasonTimeout},
		{3 * time.Hour, 4*time.Minute + 10*time.Second, check.Down, check.ReasonStatus},
	},
	"relay": {{262 * day, 27 * time.Hour, check.Unknown, check.ReasonStopped}, {200 * day, 31 * time.Minute, check.Down, check.ReasonRefused}},
	"edge":  {{262 * day, 27 * time.Hour, check.Unknown, check.ReasonStopped}},
}

// yearSite is a daemon's whole site over a real store with a made year. The daemon does
// not run, so that nothing but the pages takes time.
func yearSite(t testing.TB, now time.Time) http.Handler {
	t.Helper()
	dir := t.TempDir()
	from := now.AddDate(0, 0, -300)
	text := strings.NewReplacer("FROM", from.Format(time.DateOnly), "TO", from.AddDate(1, 0, -1).Format(time.DateOnly)).Replace(yearConfig)
	for _, m := range []struct{ ago, told int }{{301, 320}, {120, 121}, {-6, 12}} {
		start := now.AddDate(0, 0, -m.ago)
		text += fmt.Sprintf("[[maintenance]]\nservice = \"meeting\"\nfrom = %s\nto = %s\nannounced = %s\nnote = \"Release\"\n",
			start.Format(time.RFC3339), start.Add(3*time.Hour).Format(time.RFC3339), now.AddDate(0, 0, -m.told).Format(time.RFC3339))
	}
	file := filepath.Join(dir, "slamon.toml")
	write(t, file, text)
	fillYear(t, filepath.Join(dir, "year.db"), now)
	d := loaded(t, file)
	t.Cleanup(func() { d.Close() })
	h, err := d.handler()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// fillYear appends what the probes of a year would have found: 3.4 million results.
func fillYear(t testing.TB, path string, now time.Time) {
	t.Helper()
	s, err := store.Open(path, store.Options{Site: "tokyo-office", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	written := make(chan error, 1)
	go func() { written <- s.Run(ctx) }()
	random := rand.New(rand.NewPCG(1, 2))
	intervals := map[check.ID]time.Duration{"join": 10 * time.Second, "relay": 5 * time.Minute, "edge": 5 * time.Minute}
	n := 0
	for id, interval := range intervals {
		for at := now.AddDate(-1, 0, 0); at.Before(now); at = at.Add(interval) {
			r := check.Result{Check: id, Site: "tokyo-office", Sent: at.UTC(), Base: true}
			r.State, r.Took = check.Up, time.Duration(20+15*random.ExpFloat64())*time.Millisecond
			for _, e := range yearEvents[id] {
				if begin := now.Add(-e.ago); !at.Before(begin) && at.Before(begin.Add(e.long)) {
					r.State, r.Reason = e.state, e.reason
				}
			}
			if s.Append(r, interval); n%100_000 == 0 {
				if err := s.Sync(ctx); err != nil {
					t.Fatal(err)
				}
			}
			n++
		}
	}
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkYearPages measures pages over a real store with a year of results, most of
// them 10 s apart.
func BenchmarkYearPages(b *testing.B) {
	h := yearSite(b, time.Now().Truncate(time.Second))
	for _, address := range []string{
		"/", "/services/meeting?range=1h", "/services/meeting", "/services/meeting?range=7d", "/services/meeting?range=30d", "/services/meeting?range=365d",
		"/services/meeting?range=claim", "/checks/join?range=7d", "/claims/sheet", "/incidents", "/maintenance", "/reports", "/notices", "/system",
	} {
		b.Run(strings.NewReplacer("/", "_", "?range=", "_").Replace(strings.TrimPrefix(address, "/")+"_page"), func(b *testing.B) {
			size := 0
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9780"+address, nil)
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatalf("%s: %d", address, w.Code)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}
