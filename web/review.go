package web

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/slamon/slamon/device"
)

// reviewRoutes are the forms of capacity reviews, on the page of the device.
func (s *server) reviewRoutes(post func(path, home string, fill func(*visit) view, do deed) route) []route {
	const home = "/devices/{id}"
	return []route{
		post(home+"/assign", home, s.device, s.doAssign),
		post(home+"/decide", home, s.device, s.doDecide),
		post(home+"/comment", home, s.device, s.doNote),
	}
}

// reviewForms are what the forms of an open review start with.
type reviewForms struct {
	ID, Name, Base, Query string
	// What was typed into a form that was refused, or what stands there now.
	Owner, Due, Decision, Note string
	Open                       bool
}

// reviewForms returns the forms of the open reviews of a device.
func (s *server) reviewForms(v *visit, id device.ID) []reviewForms {
	if s.Reviews == nil || v.public {
		return nil
	}
	var out []reviewForms
	for _, r := range v.board.Reviews {
		if r.Series.Device != id || !r.Open() {
			continue
		}
		f := reviewForms{ID: r.ID, Name: v.seriesName(r.Series), Base: "/devices/" + string(id), Query: v.langQuery(), Owner: r.Owner}
		if !r.Due.IsZero() {
			f.Due = r.Due.In(v.zone).Format(time.DateOnly)
		}
		if typed := v.actor.typed; typed.Get("review") == r.ID {
			f.Open = true
			f.Decision, f.Note = typed.Get("decision"), typed.Get("note")
			if v.actor.Open("assign") {
				f.Owner, f.Due = typed.Get("owner"), typed.Get("due")
			}
		}
		out = append(out, f)
	}
	return out
}

// changeOf does what a form asks of a review, which must be one of the page's device.
func (s *server) changeOf(v *visit, form url.Values, c ReviewChange) error {
	act, err := v.doer(form)
	if err = errors.Join(err, v.offers(s.Reviews != nil)); err != nil {
		return err
	}
	id := form.Get("review")
	for _, r := range v.board.Reviews {
		if r.ID == id && string(r.Series.Device) == v.r.PathValue("id") {
			c.By = act.By
			_, err := s.Reviews.ChangeReview(id, c, act.At)
			return err
		}
	}
	return v.mistake("reviews.missing", id)
}

func (s *server) doAssign(v *visit, form url.Values) (next, done string, err error) {
	c := ReviewChange{Owner: line(form.Get("owner"))}
	if c.Owner == "" {
		return "", "", v.mistake("reviews.noowner")
	}
	if text := strings.TrimSpace(form.Get("due")); text != "" {
		due, err := time.ParseInLocation(time.DateOnly, text, v.zone)
		if err != nil {
			return "", "", v.mistake("act.time", v.t("reviews.due"), text)
		}
		c.Due = &due
	}
	return v.path, "assigned", s.changeOf(v, form, c)
}

func (s *server) doDecide(v *visit, form url.Values) (next, done string, err error) {
	c := ReviewChange{Decision: line(form.Get("decision"))}
	if c.Decision == "" {
		return "", "", v.mistake("reviews.nodecision")
	}
	return v.path, "decided", s.changeOf(v, form, c)
}

func (s *server) doNote(v *visit, form url.Values) (next, done string, err error) {
	c := ReviewChange{Comment: line(form.Get("note"))}
	if c.Comment == "" {
		return "", "", v.mistake("act.empty")
	}
	return v.path, "comment", s.changeOf(v, form, c)
}
