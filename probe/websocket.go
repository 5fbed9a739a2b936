package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/slamon/slamon/check"
)

const (
	// socketMessage bounds one message of the server.
	socketMessage = 64 << 10

	// socketMessages bounds the messages that are passed over for one that matches.
	socketMessages = 256

	// socketClose is how long the server may take to answer our wish to close.
	socketClose = time.Second
)

// webSocket is a conversation made ready.
type webSocket struct {
	check.WebSocket
	to     endpoint
	header http.Header
	host   string
}

func newWebSocket(p check.WebSocket) (*webSocket, error) {
	if p.URL == nil {
		return nil, errors.New("websocket check without a URL")
	}
	u := *p.URL
	u.Scheme = map[string]string{"ws": "http", "wss": "https"}[u.Scheme]
	if u.Scheme == "" {
		u.Scheme = p.URL.Scheme
	}
	u.User = nil
	a, err := new(httpProbe).ask(&u, "GET", nil)
	if err != nil {
		return nil, err
	}
	p.URL = &u
	w := &webSocket{WebSocket: p, to: a.to, header: http.Header{"User-Agent": {agent()}}}
	w.to.family = p.Family
	for _, h := range p.Headers {
		if http.CanonicalHeaderKey(h.Name) == "Host" {
			w.host = h.Value.Reveal()
			continue
		}
		w.header.Add(h.Name, h.Value.Reveal())
	}
	return w, nil
}

// socketTalk is one conversation.
type socketTalk struct {
	*webSocket
	ctx  context.Context
	t    *trace
	tcp  net.Conn
	stop func() bool
	err  error // of dialling
}

// dial opens the connection for coder/websocket.
func (k *socketTalk) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	tcp, err := k.to.dial(k.ctx, k.t)
	if err != nil {
		k.err = err
		return nil, err
	}
	k.tcp, k.stop = tcp, interrupt(k.ctx, tcp)
	if k.URL.Scheme == "https" {
		c, err := secure(k.ctx, k.t, tcp, k.TLS, k.to.host, onlyHTTP1...)
		if err != nil {
			k.err = err
			return nil, err
		}
		k.t.enter(check.PhaseWait)
		return c, nil
	}
	k.t.enter(check.PhaseWait)
	return tcp, nil
}

// run is Up when the server agrees to the protocol, keeps to the dialogue, answers a
// ping if one is asked for, and closes.
func (p *webSocket) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	k := &socketTalk{webSocket: p, ctx: ctx, t: &t}
	defer func() {
		if k.tcp != nil {
			k.stop()
			k.tcp.Close()
		}
	}()
	transport := &http.Transport{
		DialContext: k.dial, DialTLSContext: k.dial, DisableKeepAlives: true, MaxResponseHeaderBytes: headerLimit,
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	conn, resp, err := websocket.Dial(ctx, p.URL.String(), &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: p.header, Host: p.host, Subprotocols: p.Subprotocols,
	})
	if resp != nil {
		t.status = resp.Proto + " " + resp.Status
	}
	if err != nil {
		return k.refused(resp, err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(socketMessage)
	if len(p.Subprotocols) > 0 && conn.Subprotocol() == "" {
		return t.down(check.ReasonProtocol, "the server chose none of the subprotocols", fmt.Sprint(p.Subprotocols), "none")
	}
	for i, s := range p.Dialogue {
		if wrong := k.step(conn, i+1, s); wrong != nil {
			return wrong.outcome(&t)
		}
	}
	if p.Ping {
		reading, err := k.ping(conn)
		defer func() { conn.CloseNow(); <-reading }()
		if err != nil {
			return k.failed(err, "no pong came back")
		}
	}
	return k.leave(conn)
}

// refused is the outcome of a handshake that did not come about.
func (k *socketTalk) refused(resp *http.Response, err error) check.Outcome {
	if k.err != nil {
		return k.t.failed(k.ctx, k.err)
	}
	if resp == nil {
		return k.failed(err, "no answer to the handshake")
	}
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return k.t.down(check.ReasonAuth, "the handshake was refused: status "+resp.Status, "status 101", resp.Status)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return k.t.down(check.ReasonStatus, "the server does not switch to WebSocket: status "+resp.Status, "status 101", resp.Status)
	}
	return k.t.down(check.ReasonProtocol, "the handshake is not proper: "+cause(err), "a handshake of RFC 6455", "")
}

// failed is the outcome of an error on the open connection.
func (k *socketTalk) failed(err error, what string) check.Outcome {
	state, reason := classify(k.ctx, k.t.phase, err)
	var closed websocket.CloseError
	switch {
	case reason == check.ReasonStopped:
		return k.t.failed(k.ctx, err)
	case errors.As(err, &closed):
		return k.t.down(check.ReasonReset, fmt.Sprintf("%s: the server closed with %d %s", what, closed.Code, closed.Reason), "an open connection", closed.Error())
	case expired(k.ctx) || timedOut(err):
		state, reason = check.Down, check.ReasonTimeout
		what += fmt.Sprintf(" within %s", time.Since(k.t.started).Round(time.Millisecond))
	default:
		what += ": " + cause(err)
	}
	return k.t.found(state, reason, what, "", "")
}

// step sends a message, and passes over those of the server until one matches.
func (k *socketTalk) step(conn *websocket.Conn, number int, s check.Step) *complaint {
	wrong := func(err error) *complaint {
		o := k.failed(err, fmt.Sprintf("step %d of the dialogue: no message that matches", number))
		return &complaint{o.State, o.Reason, o.Detail.Sentence, o.Detail.Want, o.Detail.Got}
	}
	if len(s.Send) > 0 {
		if err := conn.Write(k.ctx, websocket.MessageText, s.Send); err != nil {
			return wrong(err)
		}
	}
	if s.Expect == nil {
		return nil
	}
	for range socketMessages {
		_, message, err := conn.Read(k.ctx)
		if err != nil {
			c := wrong(err)
			c.want = "a match of " + s.Expect.String()
			return c
		}
		k.t.body = message[:min(len(message), check.EvidenceLimit)]
		if s.Expect.Match(message) {
			return nil
		}
	}
	return contentWrong(fmt.Sprintf("step %d of the dialogue: none of %d messages matches", number, socketMessages), "a match of "+s.Expect.String(), string(k.t.body))
}

// ping wants a pong. Somebody has to read meanwhile, until the connection ends: he
// passes over what comes, and says on the channel that he is done.
func (k *socketTalk) ping(conn *websocket.Conn) (reading chan struct{}, err error) {
	reading = make(chan struct{})
	go func() {
		defer close(reading)
		for range socketMessages {
			if _, _, err := conn.Read(k.ctx); err != nil {
				return
			}
		}
	}()
	return reading, conn.Ping(k.ctx)
}

// leave closes as the protocol wants it. A server that does not answer that has
// answered all else: Degraded.
func (k *socketTalk) leave(conn *websocket.Conn) check.Outcome {
	if end := time.Now().Add(socketClose); end.Before(deadline(k.ctx)) {
		_ = k.tcp.SetDeadline(end)
	}
	k.t.enter(check.PhaseJudge)
	err := conn.Close(websocket.StatusNormalClosure, "")
	if err == nil || k.ctx.Err() == context.Canceled {
		return k.t.up()
	}
	return k.t.found(check.Degraded, check.ReasonProtocol, "the server did not answer our wish to close", "a close frame (RFC 6455 section 5.5.1)", cause(err))
}
