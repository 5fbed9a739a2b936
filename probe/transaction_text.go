package probe

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// newToken returns 16 hexadecimal digits that nobody else has: crypto/rand does not
// fail (it ends the program instead).
func newToken() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// parseTarget reads a URL to ask for.
func parseTarget(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("the URL with its values is none") // the error shows it whole
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, errors.New("the URL with its values does not begin with http:// or https:// and a host")
	}
	u.Fragment, u.User = "", nil
	return u, nil
}

// literalOrigin returns scheme and host of t if no variable stands in them.
func literalOrigin(t check.Text) (*url.URL, bool) {
	scheme, rest, ok := strings.Cut(string(t), "://")
	if !ok {
		return nil, false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	u, err := parseTarget(scheme + "://" + rest)
	return u, err == nil && !strings.Contains(scheme+rest, "${")
}

// place says how a value has to be written where it stands.
type place func(t check.Text, at int, value string) string

// plainly is for headers and bodies of no known form.
func plainly(_ check.Text, _ int, value string) string { return value }

// inURL escapes a value for the path or, behind the question mark, for the query. A
// value at the very beginning is a URL.
func inURL(t check.Text, at int, value string) string {
	switch {
	case at == 0:
		return value
	case strings.Contains(string(t[:at]), "?"):
		return url.QueryEscape(value)
	}
	return url.PathEscape(value)
}

// inJSON escapes a value for a string of JSON; numbers and words stay as they are.
func inJSON(_ check.Text, _ int, value string) string {
	quoted, _ := json.Marshal(value) // a string always can be
	return string(quoted[1 : len(quoted)-1])
}

// fill puts the values of now into t.
func (r *txRun) fill(t check.Text, p place) (string, error) {
	return t.Expand(func(name string, at int) (string, error) {
		v, ok := r.values[name]
		if !ok {
			return "", fmt.Errorf("${%s} has no value: %s", name, r.why(name))
		}
		return p(t, at, v), nil
	})
}

func (r *txRun) why(name string) string {
	if why := r.missing[name]; why != "" {
		return why
	}
	return "no earlier step captured it"
}

// lacks returns the name of a variable that s needs and that has no value.
func (r *txRun) lacks(s *txStep) string {
	for _, t := range s.texts() {
		names, _ := t.Variables() // package config has looked at them
		for _, name := range names {
			if _, ok := r.values[name]; !ok {
				return name
			}
		}
	}
	return ""
}

func (s *txStep) texts() []check.Text {
	all := []check.Text{s.URL, s.Body, s.JSON, s.User, s.Pass, s.Bearer}
	for _, h := range s.Headers {
		all = append(all, h.Value)
	}
	for _, f := range s.Form {
		all = append(all, f.Value)
	}
	return all
}

// body returns what is sent, and its media type if that follows from its form.
func (r *txRun) body(s *txStep) (body []byte, kind string, err error) {
	var filled string
	switch {
	case len(s.Form) > 0:
		form := make(url.Values, len(s.Form))
		for _, f := range s.Form {
			v, err := r.fill(f.Value, plainly)
			if err != nil {
				return nil, "", err
			}
			form.Add(f.Name, v)
		}
		filled, kind = form.Encode(), "application/x-www-form-urlencoded"
	case s.JSON != "":
		kind = "application/json"
		filled, err = r.fill(s.JSON, inJSON)
	case s.Body != "":
		filled, err = r.fill(s.Body, plainly)
	}
	if err != nil || filled == "" {
		return nil, kind, err
	}
	return []byte(filled), kind, nil
}

// fields fills the header of the request and the credentials.
func (r *txRun) fields(h *httpProbe, s *txStep, kind string) error {
	p := &h.params
	for _, f := range s.Headers {
		v, err := r.fill(f.Value, plainly)
		if err != nil {
			return err
		}
		if http.CanonicalHeaderKey(f.Name) == "Content-Type" {
			kind = ""
		}
		p.Headers = append(p.Headers, check.Header{Name: f.Name, Value: secret.New(v)})
	}
	if kind != "" {
		p.Headers = append(p.Headers, check.Header{Name: "Content-Type", Value: secret.New(kind)})
	}
	bearer, err := r.fill(s.Bearer, plainly)
	if err != nil {
		return err
	}
	user, err := r.fill(s.User, plainly)
	if err != nil {
		return err
	}
	pass, err := r.fill(s.Pass, plainly)
	if err != nil {
		return err
	}
	switch {
	case bearer != "":
		p.Bearer = secret.New(bearer)
	case user != "":
		p.User, p.Password = user, secret.New(pass)
		r.masks.add(user + ":" + pass) // in base64
	case r.oauth != nil:
		p.Bearer = r.token.value
	}
	return nil
}
