package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// actor is who looks at a page, for its forms.
type actor struct {
	May    bool   // may change state
	User   string // has signed in as; empty on this machine, where nobody needs to
	SignIn string // where to sign in; empty when that is done, or cannot be
	form   string // the form that was refused, by the last part of its address
	typed  url.Values
}

// Open reports whether a form was refused, so that it is shown again as it was.
func (a *actor) Open(form string) bool { return a.form == form }

// Typed is what somebody put into a field of a form that was refused.
func (a *actor) Typed(form, field string) string {
	if a.form != form {
		return ""
	}
	return a.typed.Get(field)
}

// actor finds out who makes the request.
func (s *server) actor(r *http.Request) *actor {
	if s.public {
		return &actor{}
	}
	a := &actor{May: s.allowed(r)}
	switch {
	case a.May && s.signedIn(r):
		a.User, _, _ = r.BasicAuth()
	case !a.May && s.CanSignIn:
		a.SignIn = signInURL(r)
	}
	return a
}

// signInURL leads to the question for a name, and back to the page.
func signInURL(r *http.Request) string {
	back := r.URL.Path
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		back = "/" // only a page can be gone back to
	}
	if r.URL.RawQuery != "" {
		back += "?" + r.URL.RawQuery
	}
	return "/sign-in?" + url.Values{"next": {back}}.Encode()
}

// signIn lets the browser ask for name and password, and goes back. A browser sends
// them with every request from then on, so there is no session to steal or to end.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	if !s.CanSignIn {
		fail(w, http.StatusNotFound, "nobody can sign in here: name users_file under [web]")
		return
	}
	if !s.signedIn(r) {
		challenge(w)
		return
	}
	http.Redirect(w, r, ownPath(r.URL.Query().Get("next")), http.StatusSeeOther)
}

func challenge(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="slamon", charset="UTF-8"`)
	fail(w, http.StatusUnauthorized, "this needs a name and a password")
}

// ownPath keeps a link from leading to another site: browsers take // and \ for the
// start of a host's name.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

// deed does what a form asks for. It returns the page to go to afterwards and the
// key of a text that says what was done.
type deed func(v *visit, form url.Values) (next, done string, err error)

// act makes a handler of a form: what was done is told on the page that it leads to,
// and what was refused on the page of the form, which keeps what was typed.
// home is the address of that page.
func (s *server) act(home string, fill func(*visit) view, do deed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b := s.Board()
		if b == nil {
			fail(w, http.StatusServiceUnavailable, "slamon is starting: no figures yet")
			return
		}
		v := s.visit(r, b)
		v.path = strings.Replace(home, "{id}", r.PathValue("id"), 1)
		if !v.actor.May && s.CanSignIn {
			challenge(w)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if !v.actor.May {
			s.Log.Warn("refused a request that changes state", "path", r.URL.Path, "peer", r.RemoteAddr)
			v.refusal, v.failed = v.t("act.local"), http.StatusForbidden
		} else if err := r.ParseForm(); err != nil {
			v.refusal, v.failed = v.t("act.long"), http.StatusBadRequest
		} else if next, done, err := do(v, r.PostForm); err != nil {
			v.refuse(s, err)
		} else {
			http.Redirect(w, r, v.link(next, "done", done), http.StatusSeeOther)
			return
		}
		v.actor.form, v.actor.typed = path.Base(r.URL.Path), r.PostForm
		page := fill(v)
		if page.code == 0 {
			page.code = v.failed
		}
		s.render(w, v, page)
	}
}

// formPart is a form, or a part of one, with who fills it in.
type formPart struct {
	Actor *actor
	Form  string
}

// Form helps a template to show a part of a form.
func (p *page) Form(name string) formPart { return formPart{Actor: p.Actor, Form: name} }

// Mute helps a template to show a mute with the form that ends it.
func (p *page) Mute(row muteRow) mutePart { return mutePart{p.Actor, p.Form("unmute"), row} }

type mutePart struct {
	Actor *actor
	Form  formPart
	Row   muteRow
}
