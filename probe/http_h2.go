package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/slamon/slamon/check"
)

// h2Name is what HTTP/2 is called in ALPN (RFC 9113 section 3.2).
const h2Name = "h2"

// h2 holds the limits of HTTP/2. It opens no connection of its own: NewClientConn
// is given ours, which is used for one request and closed with it.
var h2 = newH2()

func newH2() *http.Transport {
	t := &http.Transport{
		MaxResponseHeaderBytes: headerLimit,
		DisableCompression:     true,
		Protocols:              new(http.Protocols),
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, ok := ctx.Value(ready{}).(net.Conn)
			if !ok {
				return nil, errNotReady
			}
			return conn, nil
		},
	}
	t.Protocols.SetHTTP2(true)
	return t
}

// ready is the key under which a context carries a connection to h2.
type ready struct{}

var errNotReady = errors.New("HTTP/2 asked for a connection of its own")

// over2 makes c a connection of HTTP/2.
func over2(ctx context.Context, c *tls.Conn) (*http.ClientConn, error) {
	return h2.NewClientConn(context.WithValue(ctx, ready{}, net.Conn(c)), "https", c.RemoteAddr().String())
}

// exchange2 sends a over HTTP/2 and reads the header of the answer to x.resp.
func (h *httpProbe) exchange2(ctx context.Context, t *trace, x *exchange, a *ask) error {
	t.enter(check.PhaseWait)
	r, err := h.request(ctx, a)
	if err != nil {
		return err
	}
	resp, err := x.h2.RoundTrip(r)
	if err != nil {
		return err
	}
	t.enter(check.PhaseTransfer)
	x.accept(t, resp)
	return nil
}

// brokenOff reports whether err is the server's wish to end the connection or
// the stream, rather than its failure to speak HTTP/2. The package keeps it to
// itself who reset a stream and why it went away, but for the text.
func brokenOff(err error) bool {
	return strings.Contains(err.Error(), "received GOAWAY from server") ||
		strings.Contains(err.Error(), "received from peer")
}
