package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/slamon/slamon/status"
)

const (
	// maxStreams are the pages that can be live at a time; others fall back to
	// asking now and then.
	maxStreams = 100
	// eventEvery is how often a stream looks for a newer board.
	eventEvery = time.Second
	// eventSilence is the longest pause on a stream: proxies cut what is silent
	// for a minute.
	eventSilence = 15 * time.Second
)

// boardName tells one board from another, on pages and in events.
func boardName(b *status.Board) string { return b.At.UTC().Format(time.RFC3339Nano) }

// events tells a page by server-sent events that there is a newer board.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.stream <- struct{}{}:
		defer func() { <-s.stream }()
	default:
		w.Header().Set("Retry-After", "30")
		fail(w, http.StatusServiceUnavailable, "too many live pages: ask again later")
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := http.NewResponseController(w)
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	var shown, spoke time.Time
	for {
		now := time.Now()
		_ = out.SetWriteDeadline(now.Add(2 * eventSilence))
		b := s.Board()
		switch {
		case b != nil && !b.At.Equal(shown):
			shown, spoke = b.At, now
			fmt.Fprintf(w, "event: board\ndata: %s\n\n", boardName(b))
		case now.Sub(spoke) >= eventSilence:
			spoke = now
			fmt.Fprint(w, ": still here\n\n")
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}
