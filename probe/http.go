package probe

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// httpProbe is an HTTP check made ready. Only the first request is kept as
// bytes: it is the same each time, and most checks never send another.
type httpProbe struct {
	params check.HTTP
	first  ask
	proxy  *proxy // nil for none
	keep   bool   // the connection serves further requests: see transaction
}

// ask is one request: the first, or one that a redirect led to.
type ask struct {
	url     *url.URL
	to      endpoint // host and port of the URL
	method  string
	body    []byte
	cookies string // value of the Cookie field
	secrets bool   // the URL is of the origin that the credentials are for
	wire    []byte // as sent by HTTP/1.1
}

// HTTP returns a probe that asks for a URL (RFC 9110) over a connection of its
// own, by HTTP/1.1 or, where p says so and the server agrees, HTTP/2. It is Up
// when status, header and body of the last answer are as expected.
func HTTP(p check.HTTP) func(context.Context) check.Outcome {
	return usable(runner(newHTTP(p)))
}

// usable returns the probe, or one that says why there is none. Package config
// refuses parameters that make no sense, so that is only seen by callers that made
// theirs by hand.
func usable(probe func(context.Context) check.Outcome, err error) func(context.Context) check.Outcome {
	if err == nil {
		return probe
	}
	return func(ctx context.Context) check.Outcome {
		t := begin(ctx, check.PhaseResolve)
		return t.broken(check.ReasonInternal, err.Error())
	}
}

func newHTTP(p check.HTTP) (*httpProbe, error) {
	if p.URL == nil {
		return nil, errors.New("http check without a URL")
	}
	if p.Method == "" {
		p.Method = "GET"
	}
	h := &httpProbe{params: p}
	if p.Proxy != nil {
		x, err := newProxy(p.Proxy, p.Family)
		if err != nil {
			return nil, err
		}
		h.proxy = x
	}
	first, err := h.ask(p.URL, p.Method, p.Body)
	if err != nil {
		return nil, err
	}
	first.secrets = true
	h.first = first
	h.first.wire, err = h.wire(&h.first)
	return h, err
}

// ask prepares a request, without its bytes.
func (h *httpProbe) ask(u *url.URL, method string, body []byte) (ask, error) {
	port := u.Port()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return ask{}, fmt.Errorf("URL of scheme %q: want http or https", u.Scheme)
	case port == "" && u.Scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return ask{}, fmt.Errorf("URL with port %q: want a port between 1 and 65535", port)
	}
	to, err := newEndpoint(strings.ToLower(u.Hostname())+":"+port, 0, h.params.Family)
	if strings.Contains(u.Hostname(), ":") {
		to, err = newEndpoint("["+u.Hostname()+"]:"+port, 0, h.params.Family)
	}
	return ask{url: u, to: to, method: method, body: body}, err
}

// run asks once, following redirects.
func (h *httpProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	x := newExchange()
	defer x.release()
	trail := trail{probe: h}
	a := &h.first
	for {
		if err := h.exchange(ctx, &t, x, a); err != nil {
			return trail.told(h.failed(ctx, &t, err))
		}
		if !h.redirects(x.resp) {
			return trail.told(h.judge(ctx, &t, x))
		}
		next, err := trail.follow(a, x.resp)
		if err != nil {
			return t.down(check.ReasonStatus, err.Error(), h.wantStatus(), x.resp.Status)
		}
		x.close()
		a = next
	}
}

// failed turns the error of an exchange into an outcome.
func (h *httpProbe) failed(ctx context.Context, t *trace, err error) check.Outcome {
	if p, ok := errors.AsType[*proxyError](err); ok && ctx.Err() != context.Canceled {
		return t.found(p.state, p.reason, p.text, "", "")
	}
	state, reason := classify(ctx, t.phase, err)
	switch {
	case reason != check.ReasonProtocol || !h.params.HTTP2:
	case expired(ctx): // the machinery of HTTP/2 has other words for it
		reason = check.ReasonTimeout
	case brokenOff(err):
		reason = check.ReasonReset
	}
	if reason == check.ReasonProtocol {
		return t.found(state, reason, "the answer is not proper HTTP: "+cause(err), "an HTTP answer", "")
	}
	return t.found(state, reason, t.sentence(ctx, reason, err), "", "")
}
