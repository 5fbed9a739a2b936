package web

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// Options are what the pages stand on. Only Board is needed; what is nil is not
// offered.
type Options struct {
	Board   func() *status.Board // the newest, nil before the first
	History History
	Metrics http.Handler
	// Reload takes the configuration file anew; its error is shown to the caller.
	Reload func() error
	// Backup makes a verified backup and says where it is.
	Backup func(context.Context) (string, error)
	// Heartbeat takes a report for a heartbeat check; false when there is none of
	// this name.
	Heartbeat func(id check.ID, at time.Time, ok bool, message string) bool
	// Ledger keeps what people state: maintenance, causes, corrections.
	Ledger Ledger
	// Notices is who was told what.
	Notices Notices
	// Why says in a language why a notice was due; as it stands when nil.
	Why func(language, text string) string
	// Responses are the response times of a check over a period.
	Responses Responses
	// Readings are what is read of devices, and Reviews the capacity reviews.
	Readings Readings
	Reviews  Reviews
	// Report makes a report: its bytes and their media type.
	Report func(ReportRequest) ([]byte, string, error)
	// Config returns the configuration in force, secrets hidden.
	Config func() string
	// SignedIn reports whether somebody has signed in to make the request.
	SignedIn func(*http.Request) bool
	// CanSignIn is set where people may read without signing in, and sign in to act.
	CanSignIn bool
	// Sheet is set where there is a disclosure sheet to report on.
	Sheet bool
	// ExternalURL is how others reach these pages, for links in the feed and in
	// badges; taken from the request when empty.
	ExternalURL string
	Log         *slog.Logger

	// counted are the corrections that count, for a view that has no Ledger.
	counted func(sla.ClaimID) []sla.Correction
}

// server is the handler behind New.
type server struct {
	Options
	public bool
	cross  *http.CrossOriginProtection
	pages  *pages
	stream chan struct{} // one place for each live page
}

// New returns the handler of the whole site. It is safe for concurrent use.
func New(o Options) (http.Handler, error) { return newHandler(o, false) }

func newHandler(o Options, public bool) (http.Handler, error) {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	p, err := newPages()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s := &server{
		Options: o,
		public:  public,
		cross:   http.NewCrossOriginProtection(),
		pages:   p,
		stream:  make(chan struct{}, maxStreams),
	}
	if err := s.trustOwnName(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern(), r.handler)
	}
	return secure(s.cross.Handler(mux)), nil
}

// trustOwnName takes the name that people know for one of ours. A proxy may ask us by
// another one, and a browser without TLS says no more than where its page came from.
func (s *server) trustOwnName() error {
	if s.ExternalURL == "" {
		return nil
	}
	u, err := url.Parse(s.ExternalURL)
	if err != nil {
		return err
	}
	return s.cross.AddTrustedOrigin(u.Scheme + "://" + u.Host)
}

// route is one line of the table of addresses.
type route struct {
	method, path string
	handler      http.Handler
}

// pattern is what net/http wants; it serves HEAD with GET.
func (r route) pattern() string { return r.method + " " + r.path }

// routes is every address of the site. The description in openapi.json is held
// against it by a test.
func (s *server) routes() []route {
	if s.public {
		return s.publicRoutes()
	}
	get := func(path string, h http.HandlerFunc) route { return route{http.MethodGet, path, h} }
	post := func(path string, h http.HandlerFunc) route { return route{http.MethodPost, path, h} }
	table := []route{
		get("/-/healthy", s.healthy),
		get("/-/ready", s.ready),
		post("/-/reload", s.guard(s.reload)),
		post("/api/v1/heartbeat/{check}", s.heartbeat),
		post("/api/v1/backup", s.guard(s.backup)),
	}
	if s.Metrics != nil {
		table = append(table, route{http.MethodGet, "/metrics", s.Metrics})
	}
	table = append(append(table, s.apiRoutes()...), s.ledgerRoutes()...)
	table = append(table, s.deviceRoutes()...)
	table = append(table, s.responseRoutes()...)
	table = append(table, s.noticeRoutes()...)
	table = append(table, s.deedRoutes()...)
	return append(table, s.pageRoutes()...)
}
