package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/slamon/slamon/check"
)

// proxy is an HTTP proxy: requests for http URLs are handed to it, and for https
// it opens a tunnel (RFC 9110 section 9.3.6). SOCKS5 (RFC 1928) always makes a
// tunnel, and the proxy resolves the name.
type proxy struct {
	to       endpoint
	socks    bool
	user     string
	password string
}

// newProxy understands http:// and socks5:// URLs, with user and password.
func newProxy(u *url.URL, f check.Family) (*proxy, error) {
	p := &proxy{socks: u.Scheme == "socks5" || u.Scheme == "socks5h"}
	port := uint16(80)
	switch {
	case p.socks:
		port = 1080
	case u.Scheme != "http":
		return nil, fmt.Errorf("proxy of scheme %q: want http or socks5", u.Scheme)
	}
	to, err := newEndpoint(u.Host, port, f)
	p.to = to
	if u.User != nil {
		p.user = u.User.Username()
		p.password, _ = u.User.Password()
	}
	return p, err
}

// forwards reports whether a is handed to the proxy, rather than sent through a
// tunnel. It may be asked of no proxy.
func (p *proxy) forwards(a *ask) bool {
	return p != nil && !p.socks && a.url.Scheme == "http"
}

// authorization is the value of the Proxy-Authorization field, empty for none.
func (p *proxy) authorization() string {
	if p.user == "" {
		return ""
	}
	return basic(p.user, p.password)
}

// proxyError is a failure on the way to the target that the proxy caused or
// reports. What the proxy says of the target is the target's; all else is ours.
type proxyError struct {
	state  check.State
	reason check.Reason
	text   string
	err    error
}

func (e *proxyError) Error() string { return e.text }
func (e *proxyError) Unwrap() error { return e.err }

// ownProxy is a failure of the proxy itself: we could not ask.
func ownProxy(text string, err error) *proxyError {
	if err != nil {
		text += ": " + cause(err)
	}
	if r, ok := resources(err); ok {
		return &proxyError{check.Unknown, r, text, err}
	}
	return &proxyError{check.Unknown, check.ReasonOwnNetwork, text, err}
}

// dial opens a connection over which a can be sent: to the proxy, or through it.
func (p *proxy) dial(ctx context.Context, t *trace, x *exchange, a *ask) (net.Conn, error) {
	conn, err := p.to.dial(ctx, t)
	if err != nil {
		return nil, ownProxy("cannot connect to the proxy "+p.to.host, err)
	}
	if p.forwards(a) {
		return conn, nil
	}
	target := net.JoinHostPort(a.to.host, strconv.Itoa(int(a.to.port)))
	if p.socks {
		err = p.ask5(conn, a.to)
	} else {
		err = p.tunnel(conn, x, target)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

var connectRequest = &http.Request{Method: http.MethodConnect}

// tunnel asks the proxy to connect to target.
func (p *proxy) tunnel(conn net.Conn, x *exchange, target string) error {
	request := "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: " + agent() + "\r\n"
	if auth := p.authorization(); auth != "" {
		request += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := conn.Write([]byte(request + "\r\n")); err != nil {
		return ownProxy("the proxy does not listen", err)
	}
	x.from = allowance{Reader: conn, left: headerLimit}
	x.in.Reset(&x.from)
	resp, err := http.ReadResponse(x.in, connectRequest)
	switch {
	case timedOut(err): // it may be the target that is silent: nobody can tell
		return err
	case err != nil:
		return ownProxy("the proxy gave no answer to CONNECT", err)
	case resp.StatusCode >= 500:
		return &proxyError{check.Down, check.ReasonUnreachable, "the proxy cannot reach the target: status " + resp.Status, nil}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return ownProxy("the proxy refused to connect: status "+resp.Status, nil)
	case x.in.Buffered() > 0: // TLS servers wait for the client
		return ownProxy("the proxy sent more than an answer to CONNECT", nil)
	}
	return nil
}
