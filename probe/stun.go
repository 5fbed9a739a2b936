package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"

	"github.com/slamon/slamon/check"
)

const (
	// stunFirstWait is the time to the first repetition by UDP, doubled for each
	// further one (RFC 8489 section 6.2.1).
	stunFirstWait = 500 * time.Millisecond

	// stunTries is how often a request is sent by UDP (Rc in the same place).
	stunTries = 7

	// stunBytes is the most that is read of one message by TCP: an answer to a
	// binding request is some hundred bytes long.
	stunBytes = 4 << 10

	stunHeaderBytes = 20
)

// errNotSTUN means that bytes are no STUN message, or a damaged one.
var errNotSTUN = errors.New("the answer is not a STUN message")

// stunProbe sends a binding request.
type stunProbe struct {
	check.STUN
	to endpoint
}

func newSTUN(p check.STUN) (*stunProbe, error) {
	port := uint16(3478)
	switch p.Network {
	case "", "udp", "tcp":
	case "tls":
		port = 5349
	default:
		return nil, fmt.Errorf("stun: network %q: want udp, tcp or tls", p.Network)
	}
	to, err := newEndpoint(p.Address, port, p.Family)
	if err != nil {
		return nil, fmt.Errorf("stun: %w", err)
	}
	return &stunProbe{STUN: p, to: to}, nil
}

// run is Up when the server says from which address it sees us (RFC 8489).
func (p *stunProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	request, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
	if err != nil {
		return t.broken(check.ReasonInternal, "cannot build a binding request: "+err.Error())
	}
	var answer *stun.Message
	if p.Network == "tcp" || p.Network == "tls" {
		answer, err = p.askTCP(ctx, &t, request)
		if err != nil {
			return t.failed(ctx, err)
		}
	} else {
		answer, err = p.askUDP(ctx, &t, request)
		if err != nil {
			return t.unanswered(ctx, "the binding request", err)
		}
	}
	t.enter(check.PhaseJudge)
	return p.judge(&t, answer)
}

// askUDP repeats the request until an answer comes or the time is over.
func (p *stunProbe) askUDP(ctx context.Context, t *trace, request *stun.Message) (*stun.Message, error) {
	conn, stop, err := p.to.dialUDP(ctx, t)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer stop()
	end := deadline(ctx)
	next := time.Now()
	for try := range stunTries {
		if _, err := conn.Write(request.Raw); err != nil {
			return nil, err
		}
		next = next.Add(stunFirstWait << try)
		last := try == stunTries-1 || !next.Before(end)
		if last {
			next = end
		}
		if err := conn.SetReadDeadline(next); err != nil {
			return nil, err
		}
		if ctx.Err() != nil { // it may have ended before the deadline was set anew
			return nil, ctx.Err()
		}
		answer, err := readSTUN(conn, request)
		if err == nil || last || !timedOut(err) {
			return answer, err
		}
	}
	return nil, context.DeadlineExceeded
}

// readSTUN passes over datagrams that do not answer the request.
func readSTUN(conn net.Conn, request *stun.Message) (*stun.Message, error) {
	buffer := make([]byte, stunBytes)
	var damaged error
	for range datagramMost {
		n, err := conn.Read(buffer)
		if err != nil && timedOut(err) && damaged != nil {
			return nil, damaged
		}
		if err != nil {
			return nil, err
		}
		answer, err := stunAnswer(request, buffer[:n])
		if answer != nil {
			return answer, nil
		}
		if err != nil {
			damaged = err
		}
	}
	return nil, errFlood
}

// askTCP asks once over a connection of its own.
func (p *stunProbe) askTCP(ctx context.Context, t *trace, request *stun.Message) (*stun.Message, error) {
	conn, err := p.to.dial(ctx, t)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer interrupt(ctx, conn)()
	var stream io.ReadWriter = conn
	if p.Network == "tls" {
		if stream, err = secure(ctx, t, conn, p.TLS, p.to.host); err != nil {
			return nil, err
		}
	}
	t.enter(check.PhaseWait)
	if _, err := stream.Write(request.Raw); err != nil {
		return nil, err
	}
	for range datagramMost {
		message, err := readSTUNStream(stream)
		if err != nil {
			return nil, err
		}
		if answer, err := stunAnswer(request, message); answer != nil || err != nil {
			return answer, err
		}
	}
	return nil, errFlood
}

// readSTUNStream reads one message, whose header tells its length.
func readSTUNStream(r io.Reader) ([]byte, error) {
	message := make([]byte, stunHeaderBytes, 256)
	if _, err := io.ReadFull(r, message); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint16(message[2:]))
	if !stun.IsMessage(message) || length%4 != 0 || length > stunBytes {
		return nil, errNotSTUN
	}
	message = append(message, make([]byte, length)...)
	_, err := io.ReadFull(r, message[stunHeaderBytes:])
	return message, err
}

// stunAnswer decodes a message. It returns nil and no error for one that does not
// answer the request: another transaction, or no answer to a binding request.
func stunAnswer(request *stun.Message, b []byte) (*stun.Message, error) {
	if len(b) < stunHeaderBytes || [stun.TransactionIDSize]byte(b[8:stunHeaderBytes]) != request.TransactionID {
		return nil, nil
	}
	answer := new(stun.Message)
	if err := stun.Decode(b, answer); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSTUN, err)
	}
	if answer.Type != stun.BindingSuccess && answer.Type != stun.BindingError {
		return nil, nil
	}
	if answer.Contains(stun.AttrFingerprint) {
		if err := stun.Fingerprint.Check(answer); err != nil {
			return nil, fmt.Errorf("%w: %w", errNotSTUN, err)
		}
	}
	return answer, nil
}

// judge looks at the address that the server says it sees.
func (p *stunProbe) judge(t *trace, answer *stun.Message) check.Outcome {
	if answer.Type == stun.BindingError {
		var code stun.ErrorCodeAttribute
		if err := code.GetFrom(answer); err != nil {
			return t.down(check.ReasonProtocol, "the server refuses, without an error code", "our address", "")
		}
		t.status = fmt.Sprintf("%d %s", code.Code, code.Reason)
		return t.down(check.ReasonStatus, "the server refuses: "+t.status, "our address", t.status)
	}
	mapped, err := mappedAddress(answer)
	if err != nil {
		return t.down(check.ReasonProtocol, "the answer does not tell our address: "+err.Error(), "our address", "")
	}
	t.status = "seen as " + mapped.String() + software(answer)
	if p.Expect.IsValid() && !p.Expect.Contains(mapped.Addr()) {
		return t.found(check.Degraded, check.ReasonContent, "the server sees us from an unexpected address",
			"an address in "+p.Expect.String(), mapped.Addr().String())
	}
	return t.up()
}

// mappedAddress is our address as the server sees it. Servers of RFC 3489 tell it
// in the older attribute.
func mappedAddress(answer *stun.Message) (netip.AddrPort, error) {
	var ip net.IP
	var port int
	var exclusive stun.XORMappedAddress
	err := exclusive.GetFrom(answer)
	ip, port = exclusive.IP, exclusive.Port
	if errors.Is(err, stun.ErrAttributeNotFound) {
		var plain stun.MappedAddress
		err = plain.GetFrom(answer)
		ip, port = plain.IP, plain.Port
	}
	if err != nil {
		return netip.AddrPort{}, err
	}
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return netip.AddrPort{}, errNotSTUN
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), nil
}

func software(answer *stun.Message) string {
	var s stun.Software
	if s.GetFrom(answer) != nil || len(s) == 0 {
		return ""
	}
	return ", by " + s.String()
}
