package probe

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strconv"

	"github.com/slamon/slamon/check"
)

// maxLines bounds the connections that are open at the same time in one run: one
// for each origin that the steps and their redirects lead to.
const maxLines = 8

// drained is what is read of a body that nobody wants, to use the connection again.
const drained = 4 << 10

// txLine is a connection to one origin, used by one step after the other.
type txLine struct {
	*exchange
	origin string
	chain  *chain         // what its TLS handshake showed
	peer   netip.AddrPort // the address that it leads to
	reused bool
	bytes  int64 // of the last body
	whole  bool  // the last answer was read to its end
}

// origin is scheme, host and port.
func origin(a *ask) string {
	return a.url.Scheme + "://" + a.to.host + ":" + strconv.Itoa(int(a.to.port))
}

// exchange sends a over the connection of its origin, or a new one, and reads the
// header of the answer. The line comes back also with an error.
func (r *txRun) exchange(ctx context.Context, t *trace, h *httpProbe, a *ask) (*txLine, error) {
	at := origin(a)
	if x := r.lines[at]; x != nil {
		delete(r.lines, at)
		if err := x.again(ctx, t); err == nil {
			err := h.transmit(ctx, t, x.exchange, a)
			if err == nil || !unheard(t, err) || !repeatable(a.method) {
				return x, err
			}
		}
		x.release() // the server closed it in the meantime: that is its right
		t.body = nil
		t.enter(check.PhaseResolve)
	}
	x := &txLine{exchange: newExchange(), origin: at}
	err := h.exchange(ctx, t, x.exchange, a)
	x.chain, x.peer = t.chain, t.peer
	return x, err
}

// unheard reports whether an error came before any part of an answer, because the
// connection was gone.
func unheard(t *trace, err error) bool { return t.phase == check.PhaseWait && !timedOut(err) }

// repeatable reports whether a request may be sent twice (RFC 9110 section 9.2.2).
func repeatable(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE":
		return true
	}
	return false
}

var errNotIdle = errors.New("the connection is closed or out of step")

// again makes an idle connection ready for the next request.
func (x *txLine) again(ctx context.Context, t *trace) error {
	t.status, t.body, t.chain, t.peer = "", nil, x.chain, x.peer
	if x.in.Buffered() > 0 || x.h2 == nil && !quietConn(x.tcp) {
		return errNotIdle
	}
	if err := x.tcp.SetDeadline(deadline(ctx)); err != nil {
		return err
	}
	x.stop = interrupt(ctx, x.tcp)
	x.from.left = headerLimit
	x.reused, x.resp, x.bytes, x.whole = true, nil, 0, false
	return nil
}

// drop keeps the connection for the next step, if nothing speaks against it, and
// closes it otherwise. What was read over it may not be used any more.
func (r *txRun) drop(t *trace, x *txLine) {
	if x.stop != nil {
		if !x.stop() { // the deadline was set to the past, or will be
			x.whole = false
		}
		x.stop = nil
	}
	if !x.whole && x.resp != nil && t.phase == check.PhaseTransfer { // a redirect: its body was not looked at
		n, err := io.CopyN(io.Discard, x.resp.Body, drained)
		x.whole = err == io.EOF && n < drained
	}
	if !x.whole || x.resp == nil || x.resp.Close || len(r.lines) == maxLines {
		x.release()
		return
	}
	if x.h2 != nil {
		x.resp.Body.Close()
	}
	if r.lines == nil {
		r.lines = make(map[string]*txLine, 2)
	}
	if old := r.lines[x.origin]; old != nil {
		old.release()
	}
	r.lines[x.origin] = x
}

// close ends what is still open.
func (r *txRun) close() {
	for _, x := range r.lines {
		x.release()
	}
	r.lines = nil
}
