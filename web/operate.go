package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slamon/slamon/check"
)

// maxMessage bounds what a heartbeat may say. It is shown in one line of a page.
const maxMessage = 512

// healthy answers as long as the process serves at all.
func (s *server) healthy(w http.ResponseWriter, _ *http.Request) {
	text(w, http.StatusOK, "slamon is healthy.\n")
}

// ready answers 200 once there are figures to show.
func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.Board() == nil {
		text(w, http.StatusServiceUnavailable, "slamon is starting: no figures yet.\n")
		return
	}
	text(w, http.StatusOK, "slamon is ready.\n")
}

// reload takes the configuration file anew. The complaints are the answer.
func (s *server) reload(w http.ResponseWriter, _ *http.Request) {
	if s.Reload == nil {
		fail(w, http.StatusNotImplemented, "this slamon cannot reload")
		return
	}
	if err := s.Reload(); err != nil {
		text(w, http.StatusBadRequest, "the configuration was not taken, the old one stays:\n"+err.Error()+"\n")
		return
	}
	text(w, http.StatusOK, "the configuration was taken.\n")
}

// backup makes a backup while the caller waits.
func (s *server) backup(w http.ResponseWriter, r *http.Request) {
	if s.Backup == nil {
		fail(w, http.StatusNotImplemented, "no backup directory is configured: set backup_directory under [storage]")
		return
	}
	// A large store takes longer than a server's usual time to write an answer.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	path, err := s.Backup(r.Context())
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeJSON(w, r, map[string]string{"path": path})
}

// heartbeat takes the report of something outside: a backup, a batch job.
func (s *server) heartbeat(w http.ResponseWriter, r *http.Request) {
	id := check.ID(r.PathValue("check"))
	params, ok := s.heartbeatParams(id)
	if !ok || s.Heartbeat == nil {
		fail(w, http.StatusNotFound, fmt.Sprintf("no heartbeat check is named %q", id))
		return
	}
	if !s.maySay(r, params) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="heartbeat"`)
		fail(w, http.StatusUnauthorized, "the token of this heartbeat is missing or wrong")
		return
	}
	good, err := reportedGood(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	message, err := reportedMessage(w, r)
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	if !s.Heartbeat(id, time.Now(), good, message) {
		fail(w, http.StatusNotFound, fmt.Sprintf("no heartbeat check is named %q", id))
		return
	}
	text(w, http.StatusOK, "noted.\n")
}

func (s *server) heartbeatParams(id check.ID) (check.Heartbeat, bool) {
	if b := s.Board(); b != nil {
		if c, _ := findCheck(b, id); c != nil {
			h, ok := c.Params.(check.Heartbeat)
			return h, ok
		}
	}
	return check.Heartbeat{}, false
}

// maySay compares the token in constant time. The sums make both sides equally
// long. A heartbeat without a token is guarded like everything else. The header
// of our own is for sites with basic authentication, which takes Authorization
// for itself.
func (s *server) maySay(r *http.Request, h check.Heartbeat) bool {
	if h.Token.Empty() {
		return s.allowed(r)
	}
	token := r.Header.Get("X-Slamon-Token")
	if scheme, bearer, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(bearer)
	}
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(h.Token.Reveal()))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// notShown are spaces and control characters.
func notShown(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func reportedGood(r *http.Request) (bool, error) {
	switch v := r.URL.Query().Get("status"); v {
	case "", "ok":
		return true, nil
	case "fail":
		return false, nil
	default:
		return false, fmt.Errorf("status %q: want ok or fail", v)
	}
}

// reportedMessage is the query's message, or else the body.
func reportedMessage(w http.ResponseWriter, r *http.Request) (string, error) {
	message := r.URL.Query().Get("message")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8*maxMessage))
	if err != nil {
		return "", errors.New("the message is too long: want 4 KiB at most")
	}
	if message == "" {
		message = string(body)
	}
	message = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(message, "�"), notShown), " ")
	if len(message) > maxMessage {
		message = message[:maxMessage]
		for !utf8.ValidString(message) {
			message = message[:len(message)-1]
		}
	}
	return message, nil
}
