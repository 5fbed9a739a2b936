package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestReportWaitsForPlaces: the daemon gives other places 20 s to answer, and judges then.
func TestReportWaitsForPlaces(t *testing.T) {
	var patience time.Duration
	usual := http.DefaultTransport
	defer func() { http.DefaultTransport = usual }()
	http.DefaultTransport = transport(func(r *http.Request) (*http.Response, error) {
		end, _ := r.Context().Deadline()
		patience = time.Until(end)
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("a report\n"))}, nil
	})
	cmd := reportCommand()
	cmd.SetOut(io.Discard)
	cmd.SetArgs([]string{"month"})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if patience < 30*time.Second {
		t.Errorf("gives up after %s, want it to wait for the places that the daemon asks", patience)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
