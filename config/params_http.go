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
		Status:       f.ExpectStatus.accepted(),
		MaxRedirects: int(r.within(f.MaxRedirects, "max_redirects", 0, maxRedirects, defaultRedirects)),
		Family:       r.family(f.Family),
		HTTP2:        f.HTTP2.v,
		MaxBody:      r.sized(f.MaxBody, "max_body", 1, maxMaxBody, defaultMaxBody),
		TLS:          f.TLS.options(r),
		User:         f.User.v,
		Password:     f.Password.v,
		Bearer:       f.Bearer.v,
	}
	if r.need(f.URL.set, f.at, "http", "url", "https://www.example.com/") && f.URL.ok {
		p.URL = r.url(f.URL, "url", p.Family)
	}
	if f.Proxy.or("") != "" {
		p.Proxy = r.url(f.Proxy, "proxy", check.AnyFamily)
	}
	if f.Body.ok && f.Body.v != "" {
		p.Body = []byte(f.Body.v)
	}
	if p.URL != nil && p.URL.Scheme == "http" && f.TLS != nil {
		r.complain(f.TLS.at, "take the tls table out, or begin the url with https://", "the url begins with http://: the tls table has no use")
	}
	r.bodyPatterns(&p, f)
	r.credentials(f)
	p.HeaderMatch = append(f.ExpectHeader.matches(r, "expect_header", false), f.ForbidHeader.matches(r, "forbid_header", true)...)
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
	for _, e := range f.ExpectBody {
		p.BodyMatch = append(p.BodyMatch, check.Match{Pattern: r.pattern(e, "expect_body")})
	}
	for _, e := range f.ForbidBody {
		p.BodyMatch = append(p.BodyMatch, check.Match{Pattern: r.pattern(e, "forbid_body"), Absent: true})
	}
	if p.Method == "HEAD" && len(f.ExpectBody) > 0 {
		r.complain(f.ExpectBody[0].at, `method = "GET"`, "expect_body can never match: the answer to HEAD has no body")
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

// url reads an http or https URL. Its text may hold a password in a wrong
// place, so it is only shown when it has no @.
func (r *reader) url(f field[string], key string, family check.Family) *url.URL {
	example := key + ` = "https://www.example.com/"`
	if key == "proxy" {
		example = key + ` = "http://proxy.example.net:3128"`
	}
	shown := " " + quote(f.v)
	if strings.Contains(f.v, "@") {
		shown = ""
	}
	u, err := url.Parse(f.v)
	switch {
	case err != nil || u.Opaque != "":
		r.complain(f.at, example, "%s%s is not a URL", key, shown)
	case u.User != nil:
		remedy := `user = "…" and password = { env = "NAME" } besides the url`
		if key == "proxy" {
			remedy = "use a proxy that lets this machine in without a password"
		}
		r.complain(f.at, remedy, "%s holds a user or a password: credentials must not stand in this file", key)
	case key == "proxy" && u.Scheme != "http":
		r.complain(f.at, example, "%s%s: want a proxy that is spoken to by http://", key, shown)
	case u.Scheme == "" && validHost(strings.SplitN(strings.SplitN(f.v, "/", 2)[0], ":", 2)[0]):
		r.complain(f.at, key+" = "+strconv.Quote("https://"+f.v), "%s%s does not begin with http:// or https://", key, shown)
	case u.Scheme != "http" && u.Scheme != "https":
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

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}
