package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/slamon/slamon/check"
)

const (
	// sensorBytes bounds what a target may say on one connection: whoever sends more is
	// not waiting for us, and listening to him is load and no monitoring.
	sensorBytes = 1 << 20

	// sensorPauseLeast and sensorPauseMost bound the pause before a connection is opened
	// again that did not last: a target that drops everybody is not to be courted.
	sensorPauseLeast = 10 * time.Second
	sensorPauseMost  = 15 * time.Minute

	// sensorSteady is how long a connection has to last for the next one to be opened
	// without a pause: web servers close one over which no request comes after 20 s
	// (Apache) to 60 s (nginx).
	sensorSteady = 15 * time.Second

	// sensorSettle is how long after a break a probe is asked for: a program that ends
	// closes its connections before it stops to listen, or the other way round.
	sensorSettle = 100 * time.Millisecond

	// sensorSame is the share by which two lifetimes may differ and still be the limit
	// that a server sets for idle connections.
	sensorSame = 10 // per cent
)

// aliveEvery lets the kernel ask an idle target for an acknowledgement (RFC 1122
// section 4.2.3.6): a host that vanished without a word is noticed after 30 s.
var aliveEvery = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// errTalks ends a connection over which too much came.
var errTalks = errors.New("the target sends without being asked")

// kept is a connection that is kept open. Wait returns how it ended: io.EOF when the
// target closed it in order.
type kept interface {
	Wait(context.Context) error
	Close() error
}

// sensor keeps a connection to one target open.
type sensor struct {
	check check.Check
	open  func(context.Context) (kept, error)
	broke func(s *sensor, lived time.Duration, why error)
	state func(connected int)
	good  chan struct{} // a probe found the target well
	stop  context.CancelFunc

	usual time.Duration // how long the last connection lived that the target closed in order
	asked time.Time     // when the sensor last asked for a probe
}

// newSensor returns the sensor of a check. Nothing is sent over its connection but
// what opens it.
func newSensor(c check.Check) (*sensor, error) {
	s := &sensor{check: c, good: make(chan struct{}, 1)}
	switch p := c.Params.(type) {
	case check.TCP:
		to, err := newEndpoint(p.Address, 0, p.Family)
		if err != nil {
			return nil, err
		}
		o := p.TLS
		if p.StartTLS != "" {
			o = nil // the greeting of the server is enough
		}
		s.open = rawOpener(to, o)
	case check.TLSHandshake:
		to, err := newEndpoint(p.Address, 443, p.Family)
		if err != nil {
			return nil, err
		}
		s.open = rawOpener(to, &p.TLS)
	case check.HTTP:
		h, err := newHTTP(p)
		if err != nil {
			return nil, err
		}
		if h.proxy != nil {
			return nil, errors.New("sensor: a connection to the proxy says nothing about the target")
		}
		var o *check.TLSOptions
		if p.URL.Scheme == "https" {
			o = &p.TLS
		}
		s.open = rawOpener(h.first.to, o)
	case check.WebSocket:
		w, err := newWebSocket(p)
		if err != nil {
			return nil, err
		}
		s.open = w.keep
	case check.Mail:
		m, err := newMail(p)
		if err != nil {
			return nil, err
		}
		if p.Protocol != "imap" {
			return nil, errors.New("sensor: no connection can be kept open with smtp")
		}
		s.open = m.keep
	default:
		return nil, fmt.Errorf("sensor: no connection can be kept open with %s", c.Kind())
	}
	return s, nil
}

// run keeps the connection until ctx is done: it opens one after a good probe and,
// when it breaks, waits for the next good one.
func (s *sensor) run(ctx context.Context) {
	var pause time.Duration
	for first := true; ; first = false {
		if !s.rest(ctx, pause, first) {
			return
		}
		lived, err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case lived >= sensorSteady:
			pause = 0
		case errors.Is(err, errTalks):
			pause = sensorPauseMost
		default:
			pause = min(max(2*pause, sensorPauseLeast), sensorPauseMost)
		}
	}
}

// rest waits for the pause, and then for a good probe; one from before is no news but
// to the first connection. It reports false when ctx is done.
func (s *sensor) rest(ctx context.Context, pause time.Duration, first bool) bool {
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
	}
	if !first {
		select {
		case <-s.good:
		default:
		}
	}
	select {
	case <-ctx.Done():
		return false
	case <-s.good:
		return true
	}
}

// once opens a connection and holds it until it ends. A target that cannot be
// connected to is for the probes to judge.
func (s *sensor) once(ctx context.Context) (lived time.Duration, err error) {
	opening, cancel := context.WithTimeout(ctx, s.check.Timeout)
	conn, err := s.open(opening)
	cancel()
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	s.state(1)
	defer s.state(-1)
	opened := time.Now()
	err = conn.Wait(ctx)
	lived = time.Since(opened)
	if ctx.Err() == nil && !errors.Is(err, errTalks) && !s.expected(err, lived) {
		select {
		case <-ctx.Done():
		case <-time.After(sensorSettle):
			s.broke(s, lived, err)
		}
	}
	return lived, err
}

// expected reports whether the target closed in order after as long as the last time:
// servers close what is idle for a minute or two. The first time cannot be told from
// trouble, and costs a probe.
func (s *sensor) expected(err error, lived time.Duration) bool {
	if !errors.Is(err, io.EOF) {
		return false
	}
	last := s.usual
	s.usual = lived
	return last > 0 && (lived-last).Abs() <= max(last*sensorSame/100, time.Second)
}

// rawHeld is a connection of TCP. What comes over it is thrown away as it is: that it
// ends is what matters, so a finished TLS handshake needs no memory either.
type rawHeld struct{ net.Conn }

// rawOpener connects and, with o, makes a handshake.
func rawOpener(to endpoint, o *check.TLSOptions) func(context.Context) (kept, error) {
	return func(ctx context.Context) (kept, error) {
		t := begin(ctx, check.PhaseResolve)
		conn, err := to.dial(ctx, &t)
		if err != nil {
			return nil, err
		}
		if o != nil {
			if _, err := secure(ctx, &t, conn, *o, to.host, onlyHTTP1...); err != nil {
				conn.Close()
				return nil, err
			}
		}
		return rawHeld{conn}, stayOpen(conn)
	}
}

// stayOpen takes the deadline of the opening off, and has the kernel watch the line.
func stayOpen(conn net.Conn) error {
	if tcp, ok := conn.(*net.TCPConn); ok {
		if err := tcp.SetKeepAliveConfig(aliveEvery); err != nil {
			return err
		}
	}
	return conn.SetDeadline(time.Time{})
}

// Wait reads until the target closes.
func (c rawHeld) Wait(ctx context.Context) error {
	defer interrupt(ctx, c.Conn)()
	buffer := make([]byte, 128) // of a target that has nothing to say
	for left := sensorBytes; left > 0; {
		n, err := c.Read(buffer)
		if err != nil {
			return err
		}
		left -= n
	}
	return errTalks
}

// socketHeld is a WebSocket; reading answers the pings of the server.
type socketHeld struct {
	conn *websocket.Conn
	tcp  net.Conn
}

// keep opens a WebSocket to be held.
func (p *webSocket) keep(ctx context.Context) (kept, error) {
	t := begin(ctx, check.PhaseResolve)
	k := &socketTalk{webSocket: p, ctx: ctx, t: &t}
	transport := &http.Transport{
		DialContext: k.dial, DialTLSContext: k.dial, DisableKeepAlives: true, MaxResponseHeaderBytes: headerLimit,
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	conn, _, err := websocket.Dial(ctx, p.URL.String(), &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: p.header, Host: p.host, Subprotocols: p.Subprotocols,
	})
	if k.stop != nil {
		k.stop()
	}
	if err != nil {
		if k.tcp != nil {
			k.tcp.Close()
		}
		return nil, err
	}
	conn.SetReadLimit(socketMessage)
	return socketHeld{conn, k.tcp}, stayOpen(k.tcp)
}

// Wait reads until the server closes.
func (c socketHeld) Wait(ctx context.Context) error {
	defer interrupt(ctx, c.tcp)()
	for left := sensorBytes; left > 0; {
		_, message, err := c.conn.Read(context.WithoutCancel(ctx))
		if err != nil {
			if websocket.CloseStatus(err) == websocket.StatusNormalClosure {
				return io.EOF
			}
			return err
		}
		left -= len(message) + 1
	}
	return errTalks
}

// Close ends it without ceremony: the server may not answer any more.
func (c socketHeld) Close() error { return c.conn.CloseNow() }
