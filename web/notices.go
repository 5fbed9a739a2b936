package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// Notices is who was told what, and what people do about it. Its errors are told to
// the caller; a Refusal is the caller's own mistake.
type Notices interface {
	// Told returns the newest notices, at most limit; those about one condition when key
	// is not empty.
	Told(key string, limit int) ([]Notice, error)
	// Acknowledge keeps that somebody takes care of a condition.
	Acknowledge(key string, act alert.Act) error
	// Acknowledged returns what somebody did about a condition; nil for nothing.
	Acknowledged(key string) *alert.Act
	// Signed reports whether a link to acknowledge a condition is one of ours.
	Signed(key, signature string) bool
	// Mute keeps a service or a check quiet.
	Mute(alert.Mute) error
	// Unmute ends the mutes of a service, or of one of its checks.
	Unmute(service check.ServiceID, id check.ID, by string) error
	// Mutes returns those that are in force.
	Mutes() []alert.Mute
	// TellVendor keeps when and where the vendor told its users of an incident.
	TellVendor(incident string, t alert.Telling) error
	// VendorTold returns what was kept of that.
	VendorTold(incident string) ([]alert.Telling, error)
}

// Notice is a notice with everything that was done about it.
type Notice struct {
	ID         string         `json:"id"`
	Kind       alert.Kind     `json:"kind"`
	Severity   alert.Severity `json:"severity"`
	Why        string         `json:"why"`
	Title      string         `json:"title"`
	TitleJA    string         `json:"-"` // the title in Japanese; empty where there is none
	Keys       []string       `json:"conditions"`
	Path       string         `json:"path"` // of the page about the first condition; may be empty
	More       int            `json:"more"`
	Detected   time.Time      `json:"detected"`
	Due        time.Time      `json:"due"`
	Accepted   *time.Time     `json:"accepted"`
	Delay      *float64       `json:"delay_seconds"`
	Missed     bool           `json:"missed"`
	Deliveries []Delivery     `json:"deliveries"`
}

// titleIn returns the title in a language.
func (n *Notice) titleIn(code string) string {
	if code == "ja" && n.TitleJA != "" {
		return n.TitleJA
	}
	return n.Title
}

// Delivery is a notice on its way over one channel.
type Delivery struct {
	Channel  alert.Channel `json:"channel"`
	Accepted *time.Time    `json:"accepted"`
	Answer   string        `json:"answer"`
	GaveUp   string        `json:"gave_up"`
	Tries    int           `json:"tries"`
	Attempts []Attempt     `json:"attempts"`
}

// Attempt is one try.
type Attempt struct {
	At    time.Time `json:"at"`
	Took  float64   `json:"took_seconds"`
	Error string    `json:"error"`
}

const (
	// usualNotices and maxNotices are how many an answer lists.
	usualNotices = 50
	maxNotices   = 1000
	// incidentKey makes the key of a condition out of the name of an incident.
	incidentKey = "incident/"
)

func (s *server) noticeRoutes() []route {
	return []route{
		{http.MethodGet, "/api/v1/notices", s.withBoard(s.apiNotices)},
		{http.MethodGet, "/api/v1/mutes", s.withBoard(s.apiMutes)},
		{http.MethodPost, "/api/v1/mutes", s.guard(s.mute)},
		{http.MethodDelete, "/api/v1/mutes", s.guard(s.unmute)},
		{http.MethodPost, "/api/v1/incidents/{id}/acknowledge", s.guard(s.acknowledge)},
		{http.MethodPost, "/api/v1/incidents/{id}/vendor-notice", s.guard(s.tellVendor)},
	}
}

func (s *server) apiNotices(w http.ResponseWriter, r *http.Request, b *status.Board) {
	limit := usualNotices
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxNotices {
			fail(w, http.StatusBadRequest, "limit: want a number between 1 and 1000")
			return
		}
		limit = n
	}
	key := ""
	if id := r.URL.Query().Get("incident"); id != "" {
		key = incidentKey + id
	}
	list := []Notice{}
	if s.Notices != nil {
		told, err := s.Notices.Told(key, limit)
		if err != nil {
			s.Log.Error("notices cannot be read", "error", err)
			fail(w, http.StatusInternalServerError, err.Error())
			return
		}
		list = append(list, told...)
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "notices": list})
}

func (s *server) apiMutes(w http.ResponseWriter, r *http.Request, b *status.Board) {
	list := []alert.Mute{}
	if s.Notices != nil {
		list = append(list, s.Notices.Mutes()...)
	}
	writeJSON(w, r, map[string]any{"at": b.At.In(zoneOf(b)), "mutes": list})
}

// offered says so when this slamon tells nobody.
func (s *server) offered(w http.ResponseWriter) bool {
	if s.Notices == nil {
		fail(w, http.StatusNotImplemented, "this slamon tells nobody")
	}
	return s.Notices != nil
}

// mute takes {"service", "check", "until", "by", "note"}.
func (s *server) mute(w http.ResponseWriter, r *http.Request) {
	var m alert.Mute
	if !s.offered(w) || !readStatement(w, r, &m) {
		return
	}
	m.By, m.At = signed(r, m.By), time.Now()
	b := s.Board()
	switch {
	case b == nil || findService(b, m.Service) == nil:
		s.kept(w, r, nil, Refusal{errors.New("service: there is none of this name")})
	case m.By == "" || m.Note == "":
		s.kept(w, r, nil, Refusal{errors.New("a mute needs by and note: who does it, and why")})
	case !m.Until.After(m.At) || m.Until.After(m.At.AddDate(0, 0, maxMuteDays)):
		s.kept(w, r, nil, Refusal{errors.New("until: want a moment in the future, within 31 days")})
	default:
		s.kept(w, r, m, s.Notices.Mute(m))
	}
}

// unmute takes ?service=, and ?check= where one check was muted.
func (s *server) unmute(w http.ResponseWriter, r *http.Request) {
	if !s.offered(w) {
		return
	}
	q := r.URL.Query()
	by := signed(r, q.Get("by"))
	if by == "" {
		s.kept(w, r, nil, Refusal{errors.New("by: want the name of whoever ends the mute")})
		return
	}
	err := s.Notices.Unmute(check.ServiceID(q.Get("service")), check.ID(q.Get("check")), by)
	s.kept(w, r, map[string]string{"service": q.Get("service"), "check": q.Get("check")}, err)
}

// maxMuteDays bounds a mute: what is quiet for longer should not be in the file.
const maxMuteDays = 31

// acknowledge takes {"by", "note"}. The name is that of an incident, or the key of
// another condition.
func (s *server) acknowledge(w http.ResponseWriter, r *http.Request) {
	var act alert.Act
	if !s.offered(w) || !readStatement(w, r, &act) {
		return
	}
	act.By, act.At = signed(r, act.By), time.Now()
	if act.By == "" {
		s.kept(w, r, nil, Refusal{errors.New("by: want the name of whoever takes care of it")})
		return
	}
	s.kept(w, r, act, s.Notices.Acknowledge(r.PathValue("id"), act))
}

// tellVendor takes {"where", "seen", "not_seen", "by", "note"}.
func (s *server) tellVendor(w http.ResponseWriter, r *http.Request) {
	var t alert.Telling
	if !s.offered(w) || !readStatement(w, r, &t) {
		return
	}
	t.By, t.At = signed(r, t.By), time.Now()
	b := s.Board()
	if b == nil {
		fail(w, http.StatusServiceUnavailable, "slamon is starting: no figures yet")
		return
	}
	i, _, err := s.incidentOf(b, r.PathValue("id"))
	switch {
	case err != nil:
		s.kept(w, r, nil, Refusal{err})
	case t.Where == "" || t.By == "":
		s.kept(w, r, nil, Refusal{errors.New("where and by: want the vendor's channel, such as web or mail, and who says so")})
	case t.Seen.IsZero() || t.Seen.After(t.At) || t.NotSeen.After(t.Seen):
		s.kept(w, r, nil, Refusal{errors.New("seen: want when the vendor told it, in the past and not before not_seen")})
	default:
		s.kept(w, r, judged(i, &t, b.At), s.Notices.TellVendor(i.ID, t))
	}
}

// vendorNotice is one telling with its judgement; Where is empty while there is none.
type vendorNotice struct {
	Where     string           `json:"where"`
	Seen      *time.Time       `json:"seen"`
	By        string           `json:"by"`
	Note      string           `json:"note"`
	Answer    alert.Promptness `json:"answer"`
	DelayLow  float64          `json:"delay_low_seconds"`
	DelayHigh *float64         `json:"delay_high_seconds"` // null when the begin is not known, or nothing was told
}

// judged says whether the vendor told its users within the hour, with bounds.
func judged(i *status.Incident, t *alert.Telling, now time.Time) vendorNotice {
	o := alert.Outage{LastGood: i.LastGood, FirstBad: i.FirstBad, Ended: i.FirstGood, Planned: i.Planned}
	d := alert.Prompt(o, t, now)
	v := vendorNotice{Answer: d.Answer, DelayLow: max(0, d.Low.Seconds())}
	if t == nil {
		return v
	}
	v.Where, v.Seen, v.By, v.Note = t.Where, &t.Seen, t.By, t.Note
	if d.Known {
		high := d.High.Seconds()
		v.DelayHigh = &high
	}
	return v
}

// vendorNotices judges everything that the vendor told of an incident.
func (s *server) vendorNotices(i *status.Incident, now time.Time) []vendorNotice {
	if s.Notices == nil {
		return []vendorNotice{}
	}
	told, err := s.Notices.VendorTold(i.ID)
	if err != nil {
		s.Log.Warn("what the vendor told cannot be read", "incident", i.ID, "error", err)
	}
	if len(told) == 0 {
		return []vendorNotice{judged(i, nil, now)}
	}
	list := make([]vendorNotice, 0, len(told))
	for k := range told {
		list = append(list, judged(i, &told[k], now))
	}
	return list
}
