package metrics

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

const (
	// maxScrapes are answered at a time: two Prometheus servers that ask at the
	// same second, and a person with curl.
	maxScrapes = 4
	// scrapeTimeout bounds how long one scrape is written. Prometheus gives up after 10 s
	// by default.
	scrapeTimeout = 10 * time.Second
)

// Options are what New needs beside the board.
type Options struct {
	Version, Revision string
	Log               *slog.Logger
	// Schedule, Store and Sensors are asked at every scrape; what is nil is not exposed.
	Schedule func() Schedule
	Store    func() Store
	Sensors  func() Sensors
	// WithoutRuntime leaves out the go_ and process_ metrics.
	WithoutRuntime bool
}

// Metrics is everything that slamon exposes. It is safe for concurrent use.
type Metrics struct {
	board    func() *status.Board
	options  Options
	registry *prometheus.Registry

	took   *prometheus.HistogramVec
	phases *prometheus.CounterVec
	commit prometheus.Histogram
	lag    prometheus.Histogram

	notices  notices
	channels []string // shown so far; belongs to the caller of Channels

	sinks sync.Pool // of *sink: the memory of scrapes that are over

	mu        sync.Mutex // guards what follows
	tallies   map[check.ID]*tally
	incidents incidentCounter
}

// New makes the metrics over source, which returns the newest board or nil
// before there is one.
func New(source func() *status.Board, o Options) *Metrics {
	m := &Metrics{
		board:    source,
		options:  o,
		registry: prometheus.NewRegistry(),
		tallies:  map[check.ID]*tally{},
	}
	m.sinks.New = func() any { return newSink() }
	m.makeHistograms()
	m.makeNotices()
	m.registry.MustRegister(m.took, m.phases, m.commit, m.lag)
	if !o.WithoutRuntime {
		m.registry.MustRegister(
			collectors.NewGoCollector(),
			collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		)
	}
	return m
}

// Register adds a collector of another room.
func (m *Metrics) Register(c prometheus.Collector) error { return m.registry.Register(c) }

// Gather returns what a scrape would see, for tests and commands.
func (m *Metrics) Gather() prometheus.Gatherer { return kept{m} }

// Handler serves the exposition, in the format that the scraper prefers. A
// broken series is left out, logged and counted; the others are served.
func (m *Metrics) Handler() http.Handler {
	o := promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError,
		Registry:            m.registry,
		MaxRequestsInFlight: maxScrapes,
		CoalesceGather:      true,
		EnableOpenMetrics:   true,
		// When a counter began, for scrapers that read it; others are told in
		// deploy/prometheus to drop it.
		EnableOpenMetricsTextCreatedSamples: true,
	}
	if m.options.Log != nil {
		o.ErrorLog = slog.NewLogLogger(m.options.Log.Handler(), slog.LevelWarn)
	}
	return inTime(promhttp.HandlerForTransactional(exposed{m}, o))
}

// inTime ends an answer that nobody takes. The Timeout of promhttp would hold every
// answer in memory as a whole first, and that of 10,000 checks is 8 MB.
func inTime(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		_ = c.SetWriteDeadline(time.Now().Add(scrapeTimeout)) // a recorder in a test has none
		h.ServeHTTP(w, r)
		_ = c.SetWriteDeadline(time.Time{}) // the connection may be used again, much later
	})
}
