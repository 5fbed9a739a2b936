package probe

import (
	"context"
	"net/http"
	"strings"

	"github.com/slamon/slamon/check"
)

// step makes the request of s, follows redirects, and judges the answer.
func (r *txRun) step(ctx context.Context, s *txStep) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	h, first, err := r.request(s)
	if err != nil {
		return r.done(&t, s, nil, t.down(check.ReasonContent, err.Error(), "", ""))
	}
	r.begins(s, &first)
	l := trail{probe: h, jar: r.cookies.jar}
	a := &first
	for {
		x, err := r.exchange(ctx, &t, h, a)
		if err != nil {
			return r.done(&t, s, x, l.told(h.failed(ctx, &t, err)))
		}
		if !h.redirects(x.resp) {
			r.takeCookies(a, x.resp)
			o := l.told(r.judge(ctx, &t, h, x, a, s))
			return r.done(&t, s, x, o)
		}
		next, err := l.follow(a, x.resp)
		r.cookies.jar = l.jar
		if err != nil {
			return r.done(&t, s, x, t.down(check.ReasonStatus, err.Error(), h.wantStatus(), x.resp.Status))
		}
		r.drop(&t, x)
		a = next
	}
}

// takeCookies keeps the cookies that the answer sets for the next steps.
func (r *txRun) takeCookies(a *ask, resp *http.Response) {
	if len(resp.Header["Set-Cookie"]) > 0 {
		r.cookies.cookies(a.url, resp, a.url)
	}
}

// request makes the request of s out of the values of now.
func (r *txRun) request(s *txStep) (*httpProbe, ask, error) {
	h := &httpProbe{keep: true, params: check.HTTP{
		Method: s.Method, Status: s.Status, BodyMatch: s.BodyMatch, HeaderMatch: s.HeaderMatch,
		MaxRedirects: s.MaxRedirects, MaxBody: r.params.MaxBody, Family: r.params.Family, HTTP2: r.params.HTTP2, TLS: r.params.TLS,
	}}
	u := s.url
	if u == nil {
		to, err := r.fill(s.URL, inURL)
		if err == nil {
			u, err = parseTarget(to)
		}
		if err != nil {
			return h, ask{}, err
		}
	}
	h.params.URL = u
	body, kind, err := r.body(s)
	if err != nil {
		return h, ask{}, err
	}
	if err := r.fields(h, s, kind); err != nil {
		return h, ask{}, err
	}
	a, err := h.ask(u, s.Method, body)
	if err != nil {
		return h, a, err
	}
	a.secrets = r.origins[origin(&a)]
	if r.cookies.jar != nil {
		a.cookies = cookieField(r.cookies.jar.Cookies(u))
	}
	a.wire, err = h.wire(&a)
	return h, a, err
}

func cookieField(all []*http.Cookie) string {
	switch len(all) {
	case 0:
		return ""
	case 1:
		return all[0].Name + "=" + all[0].Value
	}
	pairs := make([]string, len(all))
	for i, c := range all {
		pairs[i] = c.Name + "=" + c.Value
	}
	return strings.Join(pairs, "; ")
}

// done ends a step: the connection is kept if it is still good, and whoever
// watches is told.
func (r *txRun) done(t *trace, s *txStep, x *txLine, o check.Outcome) check.Outcome {
	if o.Detail != nil {
		if o.State != check.Up {
			o.Detail.Sentence = s.named(o.Detail.Sentence)
		}
		if s.hides && o.Detail.Body != "" {
			o.Detail.Body = unseen
		}
	}
	reused, bytes := false, int64(0)
	if x != nil {
		reused, bytes = x.reused, x.bytes
		r.drop(t, x)
	}
	if r.tell != nil {
		r.tellDone(t, s, reused, bytes, o)
	}
	return o
}
