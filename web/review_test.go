package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/slamon/slamon/web"
)

const (
	gatewayPage = "/devices/meeting-gateway"
	openReview  = "cpu-meeting-gateway-20260915"
)

// TestReviewForms sends each form of a review as a browser does, and shows a refused one
// again as it was typed.
func TestReviewForms(t *testing.T) {
	for name, c := range map[string]struct {
		form  string
		typed url.Values
		want  web.ReviewChange
		no    string // why it is refused
	}{
		"assign":      {"assign", url.Values{"owner": {"net-team"}, "due": {"2026-10-01"}}, web.ReviewChange{Owner: "net-team", By: "Sato"}, ""},
		"comment":     {"comment", url.Values{"note": {"a second gateway is quoted"}}, web.ReviewChange{Comment: "a second gateway is quoted", By: "Sato"}, ""},
		"decide":      {"decide", url.Values{"decision": {"buy a second gateway"}}, web.ReviewChange{Decision: "buy a second gateway", By: "Sato"}, ""},
		"no owner":    {"assign", url.Values{"owner": {" "}}, web.ReviewChange{}, "who is to decide"},
		"no day":      {"assign", url.Values{"owner": {"net"}, "due": {"soon"}}, web.ReviewChange{}, "“soon” is no date"},
		"no decision": {"decide", url.Values{}, web.ReviewChange{}, "what was decided"},
		"no comment":  {"comment", url.Values{}, web.ReviewChange{}, "the note is empty"},
		"another":     {"decide", url.Values{"decision": {"x"}, "review": {"disk-elsewhere"}}, web.ReviewChange{}, "disk-elsewhere"},
		"nobody":      {"decide", url.Values{"decision": {"kept as typed"}, "by": {""}}, web.ReviewChange{}, `value="kept as typed"`},
	} {
		kept := &changes{}
		o := options()
		o.Reviews = kept
		h := handler(t, o)
		for field, value := range map[string]string{"by": "Sato", "review": openReview} {
			if !c.typed.Has(field) {
				c.typed.Set(field, value)
			}
		}
		w := submit(h, gatewayPage+"/"+c.form, c.typed)
		due := kept.got.Due
		kept.got.Due = nil
		if kept.got != c.want || (due != nil) != c.typed.Has("due") && c.no == "" {
			t.Errorf("%s: %+v, due %v, want %+v", name, kept.got, due, c.want)
		}
		switch {
		case c.no != "":
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), c.no) {
				t.Errorf("%s: status %d, want a refusal with %q", name, w.Code, c.no)
			}
		case w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), gatewayPage+"?"):
			t.Errorf("%s: status %d to %q", name, w.Code, w.Header().Get("Location"))
		}
	}
}

// TestReviewFormsAreGuarded wants sign-in, and nothing taken from another site.
func TestReviewFormsAreGuarded(t *testing.T) {
	kept := &changes{}
	o := options()
	o.Reviews = kept
	form := url.Values{"by": {"x"}, "review": {openReview}, "decision": {"x"}}
	for name, g := range map[string]struct {
		signIn bool
		change []func(*http.Request)
		want   int
	}{
		"another machine":         {false, []func(*http.Request){remote}, 403},
		"another site":            {false, []func(*http.Request){foreign}, 403},
		"nobody signed in":        {true, nil, 401},
		"signed in, another site": {true, []func(*http.Request){remote, signedIn, foreign}, 403},
	} {
		with := o
		if g.signIn {
			with = bySignIn(with)
		}
		h := handler(t, with)
		if w := submit(h, gatewayPage+"/decide", form, g.change...); w.Code != g.want || kept.got.Decision != "" {
			t.Errorf("%s: status %d, want %d; kept %+v", name, w.Code, g.want, kept.got)
		}
		if body := ask(h, http.MethodGet, gatewayPage, g.change...).Body.String(); g.want != 403 && strings.Contains(body, "<form") {
			t.Errorf("%s: the page has forms", name)
		}
	}
	kept.err = web.Refusal{Err: errors.New("closed")}
	if w := submit(handler(t, o), gatewayPage+"/decide", form); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "closed") {
		t.Errorf("a refusal of the keeper: status %d", w.Code)
	}
}
