package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
)

// maxForm bounds the form of an acknowledgement; maxNote what is kept of it.
const (
	maxForm = 16 << 10
	maxNote = 500
)

type acknowledgeView struct {
	Title, Text, What string
	Key, Sig          string
	Ask               bool
}

// askAcknowledge shows what a signed link is about. Following it changes nothing:
// mail programs and chats look behind links before any person does.
func (s *server) askAcknowledge(v *visit) view {
	q := v.r.URL.Query()
	key, sig := q.Get("key"), q.Get("sig")
	if s.public || s.Notices == nil || !s.Notices.Signed(key, sig) {
		return v.refused()
	}
	out := acknowledgeView{Title: v.t("ack.title"), Text: v.t("ack.text"), What: key, Key: key, Sig: sig, Ask: true}
	if act := s.Notices.Acknowledged(key); act != nil {
		out.Ask, out.Text = false, v.t("ack.already", act.By, v.at(act.At).Text, act.Note)
	}
	return view{name: "acknowledge", title: out.Title, body: out, every: longEvery}
}

// longEvery keeps a form from being replaced while somebody fills it in.
const longEvery = 3600

func (v *visit) refused() view {
	return view{name: "message", title: v.t("ack.title"), code: http.StatusForbidden,
		body: struct{ Title, Text string }{v.t("ack.title"), v.t("ack.wrong")}}
}

// takeAcknowledge keeps it. The signature stands for signing in: whoever was sent the
// notice may say that he takes care of it.
func (s *server) takeAcknowledge(v *visit) view {
	v.r.Body = http.MaxBytesReader(nil, v.r.Body, maxForm)
	key, sig := v.r.PostFormValue("key"), v.r.PostFormValue("sig")
	if s.public || s.Notices == nil || !s.Notices.Signed(key, sig) {
		return v.refused()
	}
	act := alert.Act{By: line(v.r.PostFormValue("by")), At: time.Now(), Note: line(v.r.PostFormValue("note"))}
	out := acknowledgeView{Title: v.t("ack.title"), What: key, Text: v.t("ack.done", act.By)}
	code := http.StatusOK
	if act.By == "" {
		out.Text, out.Key, out.Sig, out.Ask = v.t("ack.name"), key, sig, true
	} else if err := s.Notices.Acknowledge(key, act); err != nil {
		out.Text, code = v.say(err.Error()), http.StatusConflict
	}
	return view{name: "acknowledge", title: out.Title, body: out, code: code}
}

// line makes one bounded line of what somebody typed.
func line(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), notShown), " ")
	if len(s) > maxNote {
		s = strings.ToValidUTF8(s[:maxNote], "")
	}
	return s
}
