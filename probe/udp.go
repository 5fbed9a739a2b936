package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// datagramBytes is the most that is read of one datagram. What we ask for
	// fits into one Ethernet frame; a jumbo frame is room enough for the careless.
	datagramBytes = 9000

	// datagramMost is the most datagrams that are looked at in one probe, so that
	// a flood of foreign ones costs no more than a glance.
	datagramMost = 256
)

// errFlood means that datagramMost datagrams held no answer.
var errFlood = errors.New("a flood of datagrams, none of them an answer")

// dialUDP binds a socket to e, in PhaseResolve, so that the kernel drops what
// comes from elsewhere and reports an unreachable port. It leaves t in PhaseWait.
// The socket has the deadline of ctx; the caller calls the
// function that it returns, as that of interrupt, when it is done.
func (e endpoint) dialUDP(ctx context.Context, t *trace) (*net.UDPConn, func() bool, error) {
	t.enter(check.PhaseResolve)
	all, err := e.resolve(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	t.enter(check.PhaseWait)
	var conn *net.UDPConn
	for _, a := range all {
		to := netip.AddrPortFrom(a, e.port)
		t.address = to.String()
		if conn, err = net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to)); err == nil {
			break // an address without a route is passed over, as by a TCP client
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if err := conn.SetDeadline(deadline(ctx)); err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, interrupt(ctx, conn), nil
}

// unanswered is the outcome of a datagram without answer. The subject is what was
// sent, for the sentence.
func (t *trace) unanswered(ctx context.Context, subject string, err error) check.Outcome {
	state, reason := classify(ctx, t.phase, err)
	switch {
	case t.phase == check.PhaseResolve || reason == check.ReasonStopped:
		return t.failed(ctx, err)
	case reason == check.ReasonTimeout:
		return t.found(state, reason, fmt.Sprintf("no answer to %s within %s", subject, time.Since(t.started).Round(time.Millisecond)), "an answer", "nothing")
	case errors.Is(err, syscall.ECONNREFUSED):
		return t.found(state, reason, fmt.Sprintf("%s was refused: port unreachable", subject), "an answer", "ICMP port unreachable")
	}
	return t.found(state, reason, fmt.Sprintf("no answer to %s: %s", subject, cause(err)), "an answer", "")
}

// udpProbe sends one datagram.
type udpProbe struct {
	check.UDP
	to endpoint
}

func newUDP(p check.UDP) (*udpProbe, error) {
	to, err := newEndpoint(p.Address, 0, p.Family)
	if err != nil {
		return nil, fmt.Errorf("udp: %w", err)
	}
	return &udpProbe{UDP: p, to: to}, nil
}

// run is Up when a datagram comes back that matches.
func (p *udpProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	conn, stop, err := p.to.dialUDP(ctx, &t)
	if err != nil {
		return t.unanswered(ctx, "the datagram", err)
	}
	defer conn.Close()
	defer stop()
	if _, err := conn.Write(p.Send); err != nil {
		return t.unanswered(ctx, "the datagram", err)
	}
	buffer := make([]byte, datagramBytes)
	for range datagramMost {
		n, err := conn.Read(buffer)
		if err != nil && t.body != nil && timedOut(err) && ctx.Err() != context.Canceled {
			break
		}
		if err != nil {
			return t.unanswered(ctx, "the datagram", err)
		}
		if p.Expect == nil || p.Expect.Match(buffer[:n]) {
			return t.up()
		}
		t.body = append([]byte{}, buffer[:min(n, check.EvidenceLimit)]...)
	}
	return t.down(check.ReasonContent, "what came back does not match", p.Expect.String(), string(t.body))
}
