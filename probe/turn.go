package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/pion/stun/v3"

	"github.com/slamon/slamon/check"
)

// The methods and attributes of TURN (RFC 8656 sections 17 and 18) that pion/stun has
// no names for.
const (
	turnUDP      = 17 // protocol number that is asked for as transport
	turnLifetime = 60 // seconds: if our giving back gets lost, the relay is free soon
)

var (
	allocateRequest = stun.NewType(stun.MethodAllocate, stun.ClassRequest)
	refreshRequest  = stun.NewType(stun.MethodRefresh, stun.ClassRequest)
)

// rawAttribute is an attribute with its value as bytes.
type rawAttribute struct {
	kind  stun.AttrType
	value []byte
}

// AddTo implements stun.Setter.
func (a rawAttribute) AddTo(m *stun.Message) error {
	m.Add(a.kind, a.value)
	return nil
}

// turnProbe allocates a relay and gives it back.
type turnProbe struct {
	check.TURN
	stun *stunProbe // the way to the server
}

func newTURN(p check.TURN) (*turnProbe, error) {
	s, err := newSTUN(check.STUN{Address: p.Address, Family: p.Family, Network: p.Network, TLS: p.TLS})
	if err != nil {
		return nil, fmt.Errorf("turn: %w", err)
	}
	return &turnProbe{p, s}, nil
}

// turnTalk is one dialogue over one socket.
type turnTalk struct {
	*turnProbe
	ctx    context.Context
	t      *trace
	conn   net.Conn
	stream io.ReadWriter // nil for UDP
	realm  stun.Realm
	nonce  stun.Nonce
}

// run is Up when the server gives us a relayed address with our credentials.
func (p *turnProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	k := &turnTalk{turnProbe: p, ctx: ctx, t: &t}
	closing, err := k.open()
	if err != nil {
		return t.failed(ctx, err)
	}
	defer closing()
	transport := rawAttribute{stun.AttrRequestedTransport, []byte{turnUDP, 0, 0, 0}}
	lifetime := rawAttribute{stun.AttrLifetime, []byte{0, 0, 0, turnLifetime}}
	answer, err := k.ask(allocateRequest, transport, lifetime)
	if err != nil {
		return t.unanswered(ctx, "the allocation", err)
	}
	if code := turnError(answer); code.Code == stun.CodeUnauthorized && p.User != "" {
		if k.realm.GetFrom(answer) != nil || k.nonce.GetFrom(answer) != nil {
			return t.down(check.ReasonProtocol, "the server asks for credentials without realm and nonce", "realm and nonce (RFC 8656)", "")
		}
		if answer, err = k.ask(allocateRequest, transport, lifetime); err != nil {
			return t.unanswered(ctx, "the allocation with credentials", err)
		}
	}
	t.enter(check.PhaseJudge)
	return k.judge(answer)
}

// open makes the connection, and leaves t in PhaseWait.
func (k *turnTalk) open() (closing func(), err error) {
	if k.Network == "tcp" || k.Network == "tls" {
		conn, err := k.stun.to.dial(k.ctx, k.t)
		if err != nil {
			return nil, err
		}
		stop := interrupt(k.ctx, conn)
		k.conn, k.stream = conn, conn
		if k.Network == "tls" {
			if k.stream, err = secure(k.ctx, k.t, conn, k.TLS, k.stun.to.host); err != nil {
				stop()
				conn.Close()
				return nil, err
			}
		}
		k.t.enter(check.PhaseWait)
		return func() { stop(); conn.Close() }, nil
	}
	conn, stop, err := k.stun.to.dialUDP(k.ctx, k.t)
	if err != nil {
		return nil, err
	}
	k.conn = conn
	return func() { stop(); conn.Close() }, nil
}

// ask sends a request, with credentials once the server has told realm and nonce, and
// returns the answer to it.
func (k *turnTalk) ask(kind stun.MessageType, attributes ...stun.Setter) (*stun.Message, error) {
	all := append([]stun.Setter{stun.TransactionID, kind}, attributes...)
	if k.realm != nil {
		password := k.Password.Reveal()
		all = append(all, stun.NewUsername(k.User), k.realm, k.nonce, stun.NewLongTermIntegrity(k.User, k.realm.String(), password))
	}
	request, err := stun.Build(append(all, stun.Fingerprint)...)
	if err != nil {
		return nil, err
	}
	if k.stream == nil {
		return k.askUDP(request)
	}
	if _, err := k.stream.Write(request.Raw); err != nil {
		return nil, err
	}
	for range datagramMost {
		message, err := readSTUNStream(k.stream)
		if err != nil {
			return nil, err
		}
		if answer := turnAnswer(request, message); answer != nil {
			return answer, nil
		}
	}
	return nil, errFlood
}

// askUDP repeats the request as stunProbe does.
func (k *turnTalk) askUDP(request *stun.Message) (*stun.Message, error) {
	end, next := deadline(k.ctx), time.Now()
	buffer := make([]byte, stunBytes)
	for try := range stunTries {
		if _, err := k.conn.Write(request.Raw); err != nil {
			return nil, err
		}
		if next = next.Add(stunFirstWait << try); !next.Before(end) {
			next = end
		}
		if err := k.conn.SetReadDeadline(next); err != nil {
			return nil, err
		}
		for range datagramMost {
			if k.ctx.Err() != nil {
				return nil, k.ctx.Err()
			}
			n, err := k.conn.Read(buffer)
			if timedOut(err) && next.Before(end) {
				break
			}
			if err != nil {
				return nil, err
			}
			if answer := turnAnswer(request, buffer[:n]); answer != nil {
				return answer, nil
			}
		}
	}
	return nil, context.DeadlineExceeded
}

// turnAnswer decodes a message if it answers the request.
func turnAnswer(request *stun.Message, b []byte) *stun.Message {
	if len(b) < stunHeaderBytes || [stun.TransactionIDSize]byte(b[8:stunHeaderBytes]) != request.TransactionID {
		return nil
	}
	answer := new(stun.Message)
	if stun.Decode(b, answer) != nil || answer.Type.Method != request.Type.Method {
		return nil
	}
	if c := answer.Type.Class; c != stun.ClassSuccessResponse && c != stun.ClassErrorResponse {
		return nil
	}
	return answer
}

// turnError returns the error of an answer; its code is zero for a success.
func turnError(answer *stun.Message) stun.ErrorCodeAttribute {
	var code stun.ErrorCodeAttribute
	if answer.Type.Class == stun.ClassErrorResponse && code.GetFrom(answer) != nil {
		code.Code = stun.CodeServerError
	}
	return code
}

// judge looks at the relayed address, and gives it back.
func (k *turnTalk) judge(answer *stun.Message) check.Outcome {
	if code := turnError(answer); code.Code != 0 {
		k.t.status = fmt.Sprintf("%d %s", code.Code, code.Reason)
		if code.Code == stun.CodeUnauthorized || code.Code == stun.CodeWrongCredentials {
			return k.t.down(check.ReasonAuth, "our credentials were not accepted: "+k.t.status, "a relayed address", k.t.status)
		}
		return k.t.down(check.ReasonStatus, "the server refuses to relay: "+k.t.status, "a relayed address", k.t.status)
	}
	if k.realm != nil && stun.NewLongTermIntegrity(k.User, k.realm.String(), k.Password.Reveal()).Check(answer) != nil {
		return k.t.down(check.ReasonProtocol, "the answer is not signed with our password: it is not the server's", "MESSAGE-INTEGRITY (RFC 8489)", "")
	}
	var relayed stun.XORMappedAddress
	if err := relayed.GetFromAs(answer, stun.AttrXORRelayedAddress); err != nil {
		return k.t.down(check.ReasonProtocol, "the answer names no relayed address: "+err.Error(), "a relayed address", "")
	}
	k.t.status = "relay at " + relayed.String() + software(answer)
	o := k.t.up()
	if _, err := k.ask(refreshRequest, rawAttribute{stun.AttrLifetime, []byte{0, 0, 0, 0}}); err != nil && errors.Is(err, net.ErrClosed) {
		return o // it ends by itself after turnLifetime
	}
	return o
}
