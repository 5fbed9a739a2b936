package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"github.com/slamon/slamon/check"
)

const (
	// headerLimit bounds status line and header, interim answers included. 64 KiB
	// is what common servers accept at most; no honest answer comes near it.
	headerLimit = 64 << 10

	// maxInterim is the most interim (1xx) answers taken before the final one, as
	// in net/http.
	maxInterim = 5

	// readSize is what is read at once: a small answer in a single system call.
	readSize = 4 << 10

	// chunkSize is what is taken of a body at once. It is small since a probe
	// that waits for a silent target holds it.
	chunkSize = 1 << 10
)

var (
	errAllowance = errors.New("the answer is longer than allowed")
	errHeader    = fmt.Errorf("the header is longer than %d bytes", headerLimit)
	errInterim   = fmt.Errorf("more than %d interim (1xx) answers", maxInterim)
)

// exchange is one request and its answer on a connection of its own. It is
// reused, since its buffers are most of what a probe allocates.
type exchange struct {
	tcp   net.Conn
	conn  net.Conn // what is talked over: tcp or TLS over it
	h2    *http.ClientConn
	stop  func() bool // ends the watch over the context
	resp  *http.Response
	from  allowance // the connection, or TLS over it
	in    *bufio.Reader
	buf   [chunkSize]byte
	first [check.EvidenceLimit]byte
}

var exchanges = sync.Pool{New: func() any {
	x := new(exchange)
	x.in = bufio.NewReaderSize(&x.from, readSize)
	return x
}}

func newExchange() *exchange { return exchanges.Get().(*exchange) }

// release closes what is open and gives the buffers back. Nothing that was read
// may be used after it.
func (x *exchange) release() {
	x.close()
	exchanges.Put(x)
}

// close ends the connection. That of TCP is closed without the TLS closing
// alert: sending it could take longer than the deadline, and nobody waits for it.
func (x *exchange) close() {
	if x.h2 != nil {
		x.h2.Close()
	}
	if x.stop != nil {
		x.stop()
	}
	if x.tcp != nil {
		x.tcp.Close()
	}
	x.tcp, x.conn, x.h2, x.stop, x.resp, x.from.Reader = nil, nil, nil, nil, nil, nil
	x.in.Reset(&x.from)
}

// allowance reads a limited number of bytes, and fails then. An io.LimitReader
// would end, which cannot be told from a target that ends.
type allowance struct {
	io.Reader
	left int64
	err  error // of the last read
}

// Read reads within the allowance.
func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errAllowance
	}
	if int64(len(p)) > a.left {
		p = p[:a.left]
	}
	n, err := a.Reader.Read(p)
	a.left, a.err = a.left-int64(n), err
	return n, err
}

// exchange connects, sends a and reads the header of the answer to x.resp.
func (h *httpProbe) exchange(ctx context.Context, t *trace, x *exchange, a *ask) error {
	t.status, t.chain, t.body = "", nil, nil
	if err := h.connect(ctx, t, x, a); err != nil {
		return err
	}
	return h.transmit(ctx, t, x, a)
}

// transmit sends a over the open connection and reads the header of the answer.
func (h *httpProbe) transmit(ctx context.Context, t *trace, x *exchange, a *ask) error {
	if x.h2 != nil {
		return h.exchange2(ctx, t, x, a)
	}
	if err := x.send(t, a.wire); err != nil {
		return err
	}
	return x.readHeader(t, a.method)
}

// send sends a request and waits for the first byte of the answer.
func (x *exchange) send(t *trace, wire []byte) error {
	t.enter(check.PhaseWait)
	_, sent := x.conn.Write(wire)
	if timedOut(sent) {
		return sent
	}
	// A server may answer and close before it has taken the whole request: its
	// answer says more than the broken pipe.
	if _, err := x.in.Peek(1); err != nil {
		return errors.Join(sent, err)
	}
	t.enter(check.PhaseTransfer)
	seen, _ := x.in.Peek(min(x.in.Buffered(), len(x.first)))
	t.body = x.first[:copy(x.first[:], seen)]
	return nil
}

// connect opens the connection for a, through the proxy and with TLS as needed.
func (h *httpProbe) connect(ctx context.Context, t *trace, x *exchange, a *ask) error {
	var err error
	if h.proxy == nil {
		x.tcp, err = a.to.dial(ctx, t)
	} else {
		x.tcp, err = h.proxy.dial(ctx, t, x, a)
	}
	if err != nil {
		return err
	}
	x.open(ctx)
	if a.url.Scheme != "https" {
		return nil
	}
	alpn := onlyHTTP1
	if h.params.HTTP2 {
		alpn = bothHTTP
	}
	c, err := secure(ctx, t, x.tcp, h.params.TLS, a.to.host, alpn...)
	if err != nil {
		return err
	}
	x.conn, x.from.Reader = c, c
	if c.ConnectionState().NegotiatedProtocol == h2Name {
		x.h2, err = over2(ctx, c)
	}
	return err
}

// The protocols that are offered by ALPN (RFC 7301).
var (
	onlyHTTP1 = []string{"http/1.1"}
	bothHTTP  = []string{h2Name, "http/1.1"}
)

// open makes a fresh TCP connection the one to talk over, and makes a cancelled context, as on shutdown, end the waiting for the
// target at once.
func (x *exchange) open(ctx context.Context) {
	conn := x.tcp
	x.conn, x.from = conn, allowance{Reader: conn, left: headerLimit}
	x.stop = interrupt(ctx, conn)
}

var headRequest = &http.Request{Method: http.MethodHead}

// readHeader reads the final answer's status line and header.
func (x *exchange) readHeader(t *trace, method string) error {
	var r *http.Request
	if method == http.MethodHead {
		r = headRequest
	}
	for range maxInterim + 1 {
		resp, err := http.ReadResponse(x.in, r)
		if errors.Is(err, errAllowance) {
			return errHeader
		}
		if err != nil && x.from.err != nil {
			return x.from.err // what came until then was taken for a whole line
		}
		if err != nil {
			return err
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			x.accept(t, resp)
			return nil
		}
	}
	return errInterim
}

// accept takes resp as the answer.
func (x *exchange) accept(t *trace, resp *http.Response) {
	x.resp, t.body = resp, nil
	t.status = resp.Proto + " " + resp.Status
}
