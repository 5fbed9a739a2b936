package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
)

// pictureURL is where the picture of a piece of evidence is.
func pictureURL(id check.ID, sent time.Time) string {
	q := url.Values{"check": {string(id)}, "sent": {sent.UTC().Format(time.RFC3339Nano)}}
	return "/api/v1/picture?" + q.Encode()
}

// picture serves what a browser showed when a step failed. It never changes. The
// media type and nosniff keep it from being taken for anything else.
func (s *server) picture(w http.ResponseWriter, r *http.Request) {
	id := check.ID(r.URL.Query().Get("check"))
	sent, err := time.Parse(time.RFC3339Nano, r.URL.Query().Get("sent"))
	if err != nil || id == "" || s.History == nil {
		fail(w, http.StatusBadRequest, "name check and time: /api/v1/picture?check=ID&sent=2026-11-23T10:45:00.123Z")
		return
	}
	picture, err := s.History.Picture(id, sent)
	if err != nil {
		s.Log.Warn("a picture cannot be read", "check", id, "error", err)
		fail(w, http.StatusInternalServerError, "the picture cannot be read: the log says why")
		return
	}
	if picture == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no picture was kept of %s at %s", id, sent.Format(time.RFC3339Nano)))
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	_, _ = w.Write(picture)
}
