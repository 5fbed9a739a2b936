package simulate

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// The paths of a user's errand in an App, of which a Fault can break one.
const (
	LoginPath = "/login"
	JoinPath  = "/join"
	PostPath  = "/post"
	LeavePath = "/leave"
)

// SlowStep is how long a slow step of an errand takes: above the limit that the
// demo's file states, and with what comes before and after it below its timeout.
const SlowStep = 400 * time.Millisecond

// maxSessions bounds what users leave behind who never leave.
const maxSessions = 1000

// maxPost bounds what a user can say.
const maxPost = 4 << 10

// sessions are the users that are logged in.
type sessions struct {
	mu   sync.Mutex
	open map[string]bool
}

func (s *sessions) begin() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil || len(s.open) >= maxSessions {
		s.open = map[string]bool{}
	}
	id := rand.Text()
	s.open[id] = true
	return id
}

// known returns the session of a request; it ends it if end says so.
func (s *sessions) known(r *http.Request, end bool) bool {
	c, err := r.Cookie("session")
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.open[c.Value]
	if end {
		delete(s.open, c.Value)
	}
	return known
}

// errand answers the requests of a user who logs in, joins a room, posts and leaves.
// It reports whether the path is one of them.
func (a *App) errand(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Path {
	case LoginPath:
		if r.FormValue("user") != "monitor" {
			http.Error(w, "unknown user", http.StatusUnauthorized)
			return true
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: a.sessions.begin(), Path: "/", HttpOnly: true})
		fmt.Fprintln(w, `{"welcome":"monitor"}`)
		return true
	case JoinPath, PostPath, LeavePath:
	default:
		return false
	}
	if !a.sessions.known(r, r.URL.Path == LeavePath) {
		http.Error(w, "log in first", http.StatusUnauthorized)
		return true
	}
	switch r.URL.Path {
	case JoinPath:
		fmt.Fprintln(w, `{"room":{"id":"r-1","open":true}}`)
	case PostPath:
		var post struct{ Text string }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPost)).Decode(&post); err != nil {
			http.Error(w, "want JSON with a text", http.StatusBadRequest)
			return true
		}
		json.NewEncoder(w).Encode(map[string]string{"text": post.Text})
	case LeavePath:
		w.WriteHeader(http.StatusNoContent)
	}
	return true
}
