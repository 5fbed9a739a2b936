package probe

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/slamon/slamon/check"
)

// trail is the chain of redirects of one probe.
type trail struct {
	probe *httpProbe
	hops  int
	last  *url.URL
	jar   *cookiejar.Jar // made when the first cookie is set
}

// redirects reports whether the answer is to be followed (RFC 9110 section
// 15.4). A status that the check expects is the answer, not a way to it.
func (h *httpProbe) redirects(r *http.Response) bool {
	if h.params.MaxRedirects <= 0 || h.accepts(r.StatusCode) || r.Header.Get("Location") == "" {
		return false
	}
	switch r.StatusCode {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// follow returns the request that the answer r to a asks for.
func (l *trail) follow(a *ask, r *http.Response) (*ask, error) {
	if l.hops == l.probe.params.MaxRedirects {
		return nil, fmt.Errorf("still redirected after %d redirects, at %s", l.hops, shown(a.url))
	}
	l.hops++
	to, err := a.url.Parse(r.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("redirected by %s to something that is no URL", shown(a.url))
	}
	to.Fragment, to.User = "", nil
	method, body := a.method, a.body
	if r.StatusCode == 303 && method != "HEAD" || r.StatusCode <= 302 && method == "POST" {
		method, body = "GET", nil
	}
	next, err := l.probe.ask(to, method, body)
	if err != nil {
		return nil, fmt.Errorf("redirected by %s: %w", shown(a.url), err)
	}
	// Once another origin had a say in where to go, our credentials stay here.
	next.secrets = a.secrets && sameOrigin(a, &next)
	if len(next.body) > 0 && !next.secrets {
		return nil, fmt.Errorf("redirected by %s to another origin, which shall not get the body", shown(a.url))
	}
	next.cookies = l.cookies(a.url, r, to)
	next.wire, err = l.probe.wire(&next)
	l.last = to
	return &next, err
}

// sameOrigin reports whether credentials for a may be sent to b: scheme, host
// and port are the same, or b is the encrypted form of a.
func sameOrigin(a, b *ask) bool {
	if a.to.host != b.to.host {
		return false
	}
	upgrade := a.url.Scheme == "http" && a.to.port == 80 && b.url.Scheme == "https" && b.to.port == 443
	return upgrade || a.url.Scheme == b.url.Scheme && a.to.port == b.to.port
}

// cookies keeps those that r sets and returns those for the next request.
func (l *trail) cookies(from *url.URL, r *http.Response, to *url.URL) string {
	if set := r.Cookies(); len(set) > 0 {
		if l.jar == nil {
			l.jar, _ = cookiejar.New(nil) // without options it cannot fail
		}
		l.jar.SetCookies(from, set)
	}
	if l.jar == nil {
		return ""
	}
	var all []string
	for _, c := range l.jar.Cookies(to) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// told adds the way to an outcome that needs explaining.
func (l *trail) told(o check.Outcome) check.Outcome {
	if l.last != nil && o.Detail != nil {
		o.Detail.Sentence = line(fmt.Sprintf("%s (after %d redirects, at %s)", o.Detail.Sentence, l.hops, shown(l.last)))
	}
	return o
}

// shown is a URL fit for evidence: without password and query, either of which
// may be a key.
func shown(u *url.URL) string {
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}
