package web

import (
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/sla"
)

// Remark is what a person said of an incident or did about it, and when.
type Remark struct {
	Kind RemarkKind `json:"kind"`
	Side sla.Side   `json:"side,omitempty"` // of a confirmed cause
	alert.Act
}

// RemarkKind is the kind of a remark.
type RemarkKind string

// The kinds.
const (
	Acknowledged RemarkKind = "acknowledged"
	Commented    RemarkKind = "commented"
	Confirmed    RemarkKind = "cause"
	Muted        RemarkKind = "muted"
	Unmuted      RemarkKind = "unmuted"
)

// Version is what was handed out for a closed period of a claim: the first as it was
// when the period closed, later ones as corrections left it.
type Version struct {
	From, To     time.Time
	Version      int
	At           time.Time
	Correction   string // that made it; empty for the first
	Why          string
	Availability float64 // point, 0-1
	Digits       int
	Downtime     float64 // seconds, point
	Answer       sla.Answer
	Responses    bool     // of a claim on response time, which has no availability
	Share        *float64 // of operations in time, 0-1; nil where there was none
}

// maxComment bounds a comment: some paragraphs.
const maxComment = 4000

// paragraphs keeps the lines of what somebody typed, and bounds them.
func paragraphs(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > maxComment {
		s = strings.ToValidUTF8(s[:maxComment], "")
	}
	return strings.TrimSpace(s)
}

// comment takes {"by", "note"}.
func (s *server) comment(w http.ResponseWriter, r *http.Request) {
	var act alert.Act
	if !s.statement(w, r, &act) {
		return
	}
	act.By, act.At, act.Note = signed(r, act.By), time.Now(), paragraphs(act.Note)
	s.kept(w, r, act, s.Ledger.Comment(r.PathValue("id"), act))
}

// remarks returns what was said of an incident, oldest first.
func (s *server) remarks(incident string) []Remark {
	if s.Ledger == nil {
		return []Remark{}
	}
	list, err := s.Ledger.Remarks(incident)
	if err != nil {
		s.Log.Warn("what was said of an incident cannot be read", "incident", incident, "error", err)
	}
	if list == nil {
		list = []Remark{}
	}
	return list
}
