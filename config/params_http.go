package config

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// The defaults and limits of an HTTP check.
const (
	defaultRedirects = 5 // a login page is often two or three away; 20 is what browsers allow
	maxRedirects     = 20
	defaultMaxBody   = 1 << 20
	maxMaxBody       = 64 << 20 // times the probes in flight it must fit into memory
)

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

func (r *reader) http(f *httpFile) check.Params {
	p := check.HTTP{
		Method:       r.method(f.Method),
		Headers:      f.Headers.headers(r, forbiddenHeaders),
		Status:       f.Status.accepted(),
		MaxRedirects: int(r.within(f.MaxRedirects, "max_redirects", 0, maxRedirects, defaultRedirects)),
		Family:       r.family(f.Family),
		HTTP2:        f.HTTP2.v,
		MaxBody:      r.sized(f.MaxBody, "max_body", 1, maxMaxBody, defaultMaxBody),
		TLS:          f.TLS.options(r),
		User:         f.User.v,
		Password:     f.Password.v,
		Bearer:       f.Bearer.v,
	}
	if r.need(f.URL.set, &f.table, "http", "url", "https://www.example.com/") && f.URL.ok {
		p.URL = r.url(f.URL, "url", p.Family)
	}
	p.Proxy = r.proxy(f)
	if f.Body.ok && f.Body.v != "" {
		p.Body = []byte(f.Body.v)
	}
	if p.URL != nil && p.URL.Scheme == "http" && f.TLS != nil {
		r.complain(f.TLS.at, "take the tls table out, or begin the url with https://", "the url begins with http://: the tls table has no use")
	}
	r.bodyPatterns(&p, f)
	r.credentials(f)
	p.HeaderMatch = append(f.HeaderMatch.matches(r, "header_match", false), f.HeaderNotMatch.matches(r, "header_not_match", true)...)
	return p
}

func (r *reader) method(f field[string]) string {
	if f.ok && f.v != strings.ToUpper(f.v) {
		r.complain(f.at, "method = "+strconv.Quote(strings.ToUpper(f.v)), "method %s: want capital letters", quote(f.v))
		return "GET"
	}
	return r.oneOf(f, "method", "GET", methods...)
}

func (r *reader) bodyPatterns(p *check.HTTP, f *httpFile) {
	for _, e := range f.BodyMatch {
		p.BodyMatch = append(p.BodyMatch, check.Match{Pattern: r.pattern(e, "body_match")})
	}
	for _, e := range f.BodyNotMatch {
		p.BodyMatch = append(p.BodyMatch, check.Match{Pattern: r.pattern(e, "body_not_match"), Absent: true})
	}
	if p.Method == "HEAD" && len(f.BodyMatch) > 0 {
		r.complain(f.BodyMatch[0].at, `method = "GET"`, "body_match can never match: the answer to HEAD has no body")
	}
}

// credentials complains about ways to log in that exclude each other.
func (r *reader) credentials(f *httpFile) {
	user := f.User.or("") != ""
	if f.Password.set && !f.User.set {
		r.complain(f.Password.at, `user = "monitor"`, "a password needs a user")
	}
	if user && !f.Password.set {
		r.complain(f.User.at, `password = { env = "NAME" } or { file = "path" }`, "a user needs a password")
	}
	if user && strings.Contains(f.User.v, ":") {
		r.complain(f.User.at, "use a user without colon", "user %s: basic authentication cannot carry a colon in it (RFC 7617)", quote(f.User.v))
	}
	if user && f.Bearer.set {
		r.complain(f.Bearer.at, "take out one of the two", "user and bearer exclude each other")
	}
	if at, ok := f.Headers.find("Authorization"); ok && (user || f.Bearer.set) {
		r.complain(at, "take out one of the two", "the header Authorization is already made from user or bearer")
	}
}

// proxy reads the proxy and its credentials.
func (r *reader) proxy(f *httpFile) *url.URL {
	if f.ProxyUser.or("") != "" != f.ProxyPassword.set {
		r.complain(max(f.ProxyUser.at, f.ProxyPassword.at), `proxy_user = "…" with proxy_password = { env = "NAME" }`, "proxy_user and proxy_password need each other")
	}
	if f.Proxy.or("") == "" {
		if f.ProxyUser.set {
			r.complain(f.ProxyUser.at, `proxy = "http://proxy.example.net:3128"`, "proxy_user needs a proxy")
		}
		return nil
	}
	u := r.url(f.Proxy, "proxy", check.AnyFamily)
	if u != nil && f.ProxyUser.v != "" {
		u.User = url.UserPassword(f.ProxyUser.v, f.ProxyPassword.v.Reveal())
	}
	return u
}

// url reads an http or https URL. Its text may hold a password in a wrong
// place, so it is only shown when it has no @.
func (r *reader) url(f field[string], key string, family check.Family) *url.URL {
	example := key + ` = "https://www.example.com/"`
	if key == "proxy" {
		example = key + ` = "http://proxy.example.net:3128"`
	}
	u, err := url.Parse(f.v)
	if err == nil && key == "url" && plainURL(u) {
		r.sameFamily(f.at, u.Hostname(), family)
		return u
	}
	shown := " " + quote(f.v)
	if strings.Contains(f.v, "@") {
		shown = ""
	}
	switch {
	case err != nil || u.Opaque != "":
		r.complain(f.at, example, "%s%s is not a URL", key, shown)
	case u.User != nil:
		remedy := `user = "…" and password = { env = "NAME" } besides the url`
		if key == "proxy" {
			remedy = `proxy_user = "…" and proxy_password = { env = "NAME" } besides the proxy`
		}
		r.complain(f.at, remedy, "%s holds a user or a password: credentials must not stand in this file", key)
	case key == "proxy" && u.Scheme != "http" && u.Scheme != "socks5":
		r.complain(f.at, example, "%s%s does not begin with http:// or socks5://", key, shown)
	case key == "url" && u.Scheme == "" && validHost(strings.SplitN(strings.SplitN(f.v, "/", 2)[0], ":", 2)[0]):
		r.complain(f.at, key+" = "+strconv.Quote("https://"+f.v), "%s%s does not begin with http:// or https://", key, shown)
	case key == "url" && u.Scheme != "http" && u.Scheme != "https":
		r.complain(f.at, example, "%s%s does not begin with http:// or https://", key, shown)
	case !validHost(u.Hostname()):
		r.complain(f.at, example, "%s%s names no host that can be asked; write international names as punycode", key, shown)
	case !validPort(u):
		r.complain(f.at, example, "%s%s: the port must be a number between 1 and 65535", key, shown)
	case u.Fragment != "":
		u.Fragment = ""
		r.complain(f.at, key+" = "+strconv.Quote(u.String()), "%s%s: what follows # is never sent to a server", key, shown)
	default:
		r.sameFamily(f.at, u.Hostname(), family)
		return u
	}
	return nil
}

// plainURL reports whether there is nothing to say about a URL.
func plainURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Opaque == "" && u.User == nil && u.Fragment == "" &&
		validHost(u.Hostname()) && validPort(u)
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}
