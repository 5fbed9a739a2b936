package probe

import (
	"context"
	"strings"

	"golang.org/x/net/http2"

	"github.com/slamon/slamon/check"
)

// h2 holds the limits of HTTP/2 (RFC 9113). Its connections are ours: made from
// one TLS connection, used for one request, closed with it.
var h2 = &http2.Transport{
	MaxHeaderListSize:  headerLimit,
	DisableCompression: true,
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
