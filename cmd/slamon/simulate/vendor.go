// Package simulate is a vendor whose faults are known: real sockets on loopback
// that answer, refuse, hang or lie on a schedule, and a record of when they truly
// did. The demo holds what slamon measured against that record.
//
// A Fault is one piece of trouble at a stated distance from the start. An App is
// an HTTP application that suffers its faults; a Mailbox is a mail server that
// keeps what it receives. Nothing here is used by the daemon.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Kind is how a fault shows.
type Kind string

// The kinds of fault.
const (
	Refuse Kind = "refuses connections"
	Hang   Kind = "accepts and never answers"
	Error  Kind = "answers 503"
	Wrong  Kind = "answers 200 with the wrong page"
	Slow   Kind = "answers, but slowly"
)

// Down reports whether the fault is an outage to a user.
func (k Kind) Down() bool { return k != Slow }

// Fault is one piece of trouble.
type Fault struct {
	Kind  Kind
	Path  string        // the one path that suffers, such as JoinPath; empty for all
	After time.Duration // since the start
	For   time.Duration
}

// Happened is a fault as it truly was.
type Happened struct {
	Kind     Kind
	Path     string    // see Fault
	From, To time.Time // zero To while it lasts
}

// SlowAnswer is how long a slow application takes. It lies above the limit that
// the demo's file states and below its timeout.
const SlowAnswer = 600 * time.Millisecond

// App is a web-conferencing application. Make one with NewApp.
type App struct {
	address string
	server  http.Server
	fault   atomic.Value // Fault now in force, of Kind "" for none
	release chan struct{}

	sessions sessions

	mu       sync.Mutex
	listener net.Listener
	happened []Happened
}

// NewApp listens on a free port of host, a loopback address.
func NewApp(host string) (*App, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, fmt.Errorf("simulated application: %w", err)
	}
	a := &App{address: listener.Addr().String(), listener: listener, release: make(chan struct{})}
	a.fault.Store(Fault{})
	a.server.Handler = http.HandlerFunc(a.answer)
	a.server.ReadHeaderTimeout = 10 * time.Second
	go a.server.Serve(listener)
	return a, nil
}

// Address returns host:port, which stays the same through all faults.
func (a *App) Address() string { return a.address }

// Happened returns the faults so far, in order.
func (a *App) Happened() []Happened {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Happened(nil), a.happened...)
}

func (a *App) answer(w http.ResponseWriter, r *http.Request) {
	fault := a.fault.Load().(Fault)
	if fault.Path != "" && fault.Path != r.URL.Path {
		fault = Fault{}
	}
	switch fault.Kind {
	case Hang:
		a.mu.Lock()
		release := a.release
		a.mu.Unlock()
		select {
		case <-release:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler) // whoever asked during the fault gets no answer after it
	case Error:
		http.Error(w, "Service temporarily unavailable: the session store is down", http.StatusServiceUnavailable)
		return
	case Wrong:
		if fault.Path != "" {
			fmt.Fprintln(w, `{"text":""}`) // right in form, and wrong
			return
		}
		fmt.Fprintln(w, "<h1>Welcome to nginx!</h1>")
		return
	case Slow:
		length := SlowAnswer
		if fault.Path != "" {
			length = SlowStep
		}
		pause := time.NewTimer(length)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-r.Context().Done():
			return
		}
	}
	if !a.errand(w, r) {
		fmt.Fprintln(w, `{"status":"ok","room":"open"}`)
	}
}

// Run suffers the faults, counted from start, until ctx is done or all are over,
// and returns once the application answers again or is closed.
func (a *App) Run(ctx context.Context, start time.Time, faults []Fault) error {
	for _, f := range faults {
		if !wait(ctx, start.Add(f.After)) {
			return nil
		}
		if err := a.suffer(ctx, f, start.Add(f.After+f.For)); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) suffer(ctx context.Context, f Fault, until time.Time) error {
	a.begin(f)
	wait(ctx, until)
	return a.end(f.Kind)
}

// begin notes the moment after which no request is answered well any more.
func (a *App) begin(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f.Kind == Refuse {
		a.listener.Close()
	}
	a.fault.Store(f)
	a.happened = append(a.happened, Happened{Kind: f.Kind, Path: f.Path, From: time.Now().UTC()})
}

// end notes the moment just before requests are answered again.
func (a *App) end(kind Kind) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.happened[len(a.happened)-1].To = time.Now().UTC()
	close(a.release)
	a.release = make(chan struct{})
	a.fault.Store(Fault{})
	if kind != Refuse {
		return nil
	}
	listener, err := net.Listen("tcp", a.address)
	if err != nil {
		return fmt.Errorf("simulated application: cannot listen again: %w", err)
	}
	a.listener = listener
	go a.server.Serve(listener)
	return nil
}

// Close stops the application.
func (a *App) Close() error {
	if err := a.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// wait returns true at the moment, or false when ctx ends before.
func wait(ctx context.Context, moment time.Time) bool {
	timer := time.NewTimer(time.Until(moment))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
