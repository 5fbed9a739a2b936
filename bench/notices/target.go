package main

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// targets is a web server that every check asks under an address of its own.
type targets struct {
	port   int
	server *http.Server

	mu      sync.Mutex
	gone    bool                   // all of them fail
	broken  map[string]bool        // by address
	answers map[string][]time.Time // bad ones of those
}

func listen() (*targets, error) {
	listener, err := net.Listen("tcp", "0.0.0.0:0") // all of 127.0.0.0/8
	if err != nil {
		return nil, err
	}
	t := &targets{port: listener.Addr().(*net.TCPAddr).Port, broken: map[string]bool{}, answers: map[string][]time.Time{}}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	go t.server.Serve(listener)
	return t, nil
}

func (t *targets) close() { t.server.Close() }

func address(n int) string { return fmt.Sprintf("127.%d.%d.%d", 1+n>>16, n>>8&255, n&255) }

func (t *targets) url(n int) string { return fmt.Sprintf("%s:%d", address(n), t.port) }

// ServeHTTP answers well, or with 500.
func (t *targets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.Host)
	t.mu.Lock()
	bad := t.gone || t.broken[host]
	if t.broken[host] {
		t.answers[host] = append(t.answers[host], time.Now())
	}
	t.mu.Unlock()
	if bad {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (t *targets) fail(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken[address] = true
}

func (t *targets) badAnswers(address string) []time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answers[address]
}

func (t *targets) mendAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.broken)
}

func (t *targets) breakAll(gone bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone = gone
}
