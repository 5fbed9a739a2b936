package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// deedRoutes are the forms on pages. Each does what the API does, for people: name and
// time are kept, and the page says what was done.
func (s *server) deedRoutes() []route {
	post := func(path, home string, fill func(*visit) view, do deed) route {
		return route{http.MethodPost, path, s.act(home, fill, do)}
	}
	const incident, service, claim, maintenance = "/incidents/{id}", "/services/{id}", "/claims/{id}", "/maintenance"
	return append(s.reviewRoutes(post),
		post(incident+"/acknowledge", incident, s.incident, s.doAcknowledge),
		post(incident+"/comment", incident, s.incident, s.doComment),
		post(incident+"/cause", incident, s.incident, s.doConfirm),
		post(incident+"/mute", incident, s.incident, s.doMuteIncident),
		post(incident+"/vendor-notice", incident, s.incident, s.doTellVendor),
		post(service+"/mute", service, s.service, s.doMute),
		post(service+"/unmute", service, s.service, s.doUnmute),
		post(claim+"/correct", claim, s.claim, s.doCorrect),
		post(maintenance, maintenance, s.maintenancePage, s.doAnnounce),
		post(maintenance+"/{id}/remove", maintenance, s.maintenancePage, s.doTakeBack),
	)
}

// refuse says on the page why something was not done. What is not the reader's own
// mistake goes into the log as well.
func (v *visit) refuse(s *server, err error) {
	var refusal Refusal
	if v.refusal, v.failed = v.say(err.Error()), http.StatusBadRequest; !errors.As(err, &refusal) {
		s.Log.Error("a statement could not be kept", "path", v.r.URL.Path, "error", err)
		v.failed = http.StatusInternalServerError
	}
}

// mistake is a refusal in the reader's language.
func (v *visit) mistake(key string, args ...any) error {
	return Refusal{errors.New(v.t(key, args...))}
}

// doer is who does it: who has signed in, or the name in the form.
func (v *visit) doer(form url.Values) (alert.Act, error) {
	act := alert.Act{By: v.actor.User, At: time.Now(), Note: line(form.Get("note"))}
	if act.By == "" {
		act.By = line(form.Get("by"))
	}
	if act.By == "" {
		return act, v.mistake("ack.name")
	}
	return act, nil
}

// wallLayouts are what browsers send for a date and a time.
var wallLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"}

// wall reads a date and a time of the site's zone.
func (v *visit) wall(form url.Values, field string) (time.Time, error) {
	text := strings.TrimSpace(form.Get(field))
	for _, layout := range wallLayouts {
		if t, err := time.ParseInLocation(layout, text, v.zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, v.mistake("act.time", v.t("field."+field), text)
}

// offers refuses what this slamon does not keep.
func (v *visit) offers(there bool) error {
	if there {
		return nil
	}
	return v.mistake("act.none")
}

func (s *server) doAcknowledge(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	if err = errors.Join(err, v.offers(s.Notices != nil)); err == nil {
		err = s.Notices.Acknowledge(v.r.PathValue("id"), act)
	}
	return v.path, "acknowledged", err
}

func (s *server) doComment(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	if act.Note = paragraphs(form.Get("note")); act.Note == "" && err == nil {
		err = v.mistake("act.empty")
	}
	if err = errors.Join(err, v.offers(s.Ledger != nil)); err == nil {
		err = s.Ledger.Comment(v.r.PathValue("id"), act)
	}
	return v.path, "comment", err
}

func (s *server) doConfirm(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	if err = errors.Join(err, v.offers(s.Ledger != nil)); err == nil {
		err = s.Ledger.Confirm(v.r.PathValue("id"), sla.Cause{Side: sla.Side(form.Get("side")), By: act.By, At: act.At, Note: act.Note})
	}
	return v.path, "cause", err
}

// doMuteIncident mutes the check of an incident.
func (s *server) doMuteIncident(v *visit, form url.Values) (next, done string, err error) {
	i, _, err := s.incidentOf(v.board, v.r.PathValue("id"))
	if err != nil {
		return "", "", Refusal{err}
	}
	return v.path, "muted", s.muteFor(v, form, i.Service, i.Check)
}

// doMute mutes a service, or one of its checks.
func (s *server) doMute(v *visit, form url.Values) (next, done string, err error) {
	service := findService(v.board, check.ServiceID(v.r.PathValue("id")))
	if service == nil {
		return "", "", v.mistake("page.missing.service", v.r.PathValue("id"))
	}
	return v.path, "muted", s.muteFor(v, form, service.ID, check.ID(form.Get("check")))
}

func (s *server) muteFor(v *visit, form url.Values, service check.ServiceID, id check.ID) error {
	act, err := v.doer(form)
	until, late := v.wall(form, "until")
	if err = errors.Join(err, late, v.offers(s.Notices != nil)); err != nil {
		return err
	}
	switch c, _ := findCheck(v.board, id); {
	case id != "" && (c == nil || c.Service != service):
		return v.mistake("page.missing.check", string(id))
	case act.Note == "":
		return v.mistake("act.empty")
	case !until.After(act.At) || until.After(act.At.AddDate(0, 0, maxMuteDays)):
		return v.mistake("act.until", maxMuteDays)
	}
	return s.Notices.Mute(alert.Mute{Service: service, Check: id, Until: until.UTC(), Act: act})
}

func (s *server) doUnmute(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	if err = errors.Join(err, v.offers(s.Notices != nil)); err == nil {
		err = s.Notices.Unmute(check.ServiceID(v.r.PathValue("id")), check.ID(form.Get("check")), act.By)
	}
	return v.path, "unmuted", err
}

// doTellVendor keeps that the vendor told its users.
func (s *server) doTellVendor(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	seen, late := v.wall(form, "seen")
	if err = errors.Join(err, late, v.offers(s.Notices != nil)); err != nil {
		return "", "", err
	}
	t := alert.Telling{Where: line(form.Get("where")), NotSeen: seen.UTC(), Seen: seen.UTC(), Act: act}
	i, _, err := s.incidentOf(v.board, v.r.PathValue("id"))
	if err != nil {
		return "", "", Refusal{err}
	}
	if t.Where == "" || seen.After(act.At) {
		return "", "", v.mistake("act.seen.past")
	}
	return v.path, "vendor", s.Notices.TellVendor(i.ID, t)
}

func (s *server) doCorrect(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	from, err1 := v.wall(form, "from")
	to, err2 := v.wall(form, "to")
	if err = errors.Join(err, err1, err2, v.offers(s.Ledger != nil)); err != nil {
		return "", "", err
	}
	_, err = s.Ledger.Correct(sla.Correction{
		Claim: sla.ClaimID(v.r.PathValue("id")), From: from.UTC(), To: to.UTC(), As: sla.CountsAs(form.Get("as")),
		Why: act.Note, By: act.By, At: act.At,
	})
	return v.path, "corrected", err
}

func (s *server) doAnnounce(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	from, err1 := v.wall(form, "from")
	to, err2 := v.wall(form, "to")
	a := Announcement{
		Service: check.ServiceID(form.Get("service")), From: from, To: to, Note: act.Note, By: act.By,
		Replaces: strings.TrimSpace(form.Get("replaces")),
	}
	if form.Get("announced") != "" {
		announced, err3 := v.wall(form, "announced")
		a.Announced, err = &announced, errors.Join(err, err3)
	}
	if err = errors.Join(err, err1, err2, v.offers(s.Ledger != nil)); err == nil {
		_, err = s.Ledger.AddMaintenance(a)
	}
	return v.path, "announced", err
}

func (s *server) doTakeBack(v *visit, form url.Values) (next, done string, err error) {
	act, err := v.doer(form)
	if err = errors.Join(err, v.offers(s.Ledger != nil)); err == nil {
		err = s.Ledger.RemoveMaintenance(v.r.PathValue("id"), act.By)
	}
	return v.path, "takenback", err
}
