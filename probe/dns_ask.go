package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/slamon/slamon/check"
)

const (
	// dnsUDPBytes is offered as the size of answers that we take by UDP: no
	// fragments on any common path (DNS flag day 2020).
	dnsUDPBytes = 1232

	// dnsTries is how often a question is sent by UDP within the deadline, as
	// every resolver does (RFC 1035 section 4.2.1): one lost datagram is no outage.
	dnsTries = 3
)

// errNotDNS means that answers carried the id of our question and could not be read.
var errNotDNS = errors.New("the answer is not a DNS message")

// ask puts the question: by UDP, and again by TCP if the answer was cut. A server
// that does not know EDNS is asked without (RFC 6891 section 7).
func (p *dnsProbe) ask(ctx context.Context, t *trace, server endpoint) (*dns.Msg, error) {
	answer, err := p.askOnce(ctx, t, server, true)
	if err == nil && answer.Rcode == dns.RcodeFormatError && p.rcode != dns.RcodeFormatError && answer.IsEdns0() == nil {
		return p.askOnce(ctx, t, server, false)
	}
	return answer, err
}

func (p *dnsProbe) askOnce(ctx context.Context, t *trace, server endpoint, edns bool) (*dns.Msg, error) {
	q := new(dns.Msg).SetQuestion(p.name, p.qtype)
	if edns {
		q.SetEdns0(dnsUDPBytes, false)
	}
	wire, err := q.Pack()
	if err != nil {
		return nil, fmt.Errorf("pack question: %w", err)
	}
	if p.TCP {
		return askTCP(ctx, t, server, q, wire)
	}
	answer, err := askUDP(ctx, t, server, q, wire)
	if err == nil && answer.Truncated {
		if answer, err = askTCP(ctx, t, server, q, wire); err != nil {
			err = fmt.Errorf("by TCP, after the answer by UDP was cut: %w", err)
		}
	}
	return answer, err
}

// askUDP sends the question up to dnsTries times over one socket and takes the
// first answer to it.
func askUDP(ctx context.Context, t *trace, server endpoint, q *dns.Msg, wire []byte) (*dns.Msg, error) {
	conn, stop, err := server.dialUDP(ctx, t)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer stop()
	end := deadline(ctx)
	for left := dnsTries; ; left-- {
		if err := conn.SetReadDeadline(time.Now().Add(time.Until(end) / time.Duration(left))); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if _, err := conn.Write(wire); err != nil {
			return nil, err
		}
		answer, err := readUDP(conn, q)
		if err == nil || left == 1 || !timedOut(err) {
			return answer, err
		}
	}
}

// readUDP passes over what is not an answer to q.
func readUDP(conn net.Conn, q *dns.Msg) (*dns.Msg, error) {
	buffer := make([]byte, datagramBytes)
	garbage := false
	for range datagramMost {
		n, err := conn.Read(buffer)
		if err != nil && timedOut(err) && garbage {
			return nil, errNotDNS
		}
		if err != nil {
			return nil, err
		}
		answer, err := answerTo(q, buffer[:n])
		if answer != nil {
			return answer, nil
		}
		garbage = garbage || err != nil
	}
	return nil, errFlood
}

// askTCP asks over a connection of its own (RFC 7766).
func askTCP(ctx context.Context, t *trace, server endpoint, q *dns.Msg, wire []byte) (*dns.Msg, error) {
	conn, err := server.dial(ctx, t)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer interrupt(ctx, conn)()
	t.enter(check.PhaseWait)
	if _, err := conn.Write(binary.BigEndian.AppendUint16(nil, uint16(len(wire)))); err != nil {
		return nil, err
	}
	if _, err := conn.Write(wire); err != nil {
		return nil, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	t.enter(check.PhaseTransfer)
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, message); err != nil {
		return nil, err
	}
	answer, err := answerTo(q, message)
	if err == nil && answer == nil {
		err = errors.New("the answer belongs to another question")
	}
	return answer, err
}

// answerTo decodes a message. It returns nil and no error for one that is not the
// answer to q: another id, another question or none, or no answer at all. A
// server may leave the question out only to say that it did not understand it.
func answerTo(q *dns.Msg, message []byte) (*dns.Msg, error) {
	if len(message) < 2 || binary.BigEndian.Uint16(message) != q.Id {
		return nil, nil
	}
	a := new(dns.Msg)
	if err := a.Unpack(message); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotDNS, err)
	}
	if !a.Response || a.Opcode != q.Opcode {
		return nil, nil
	}
	if len(a.Question) == 0 && a.Rcode != dns.RcodeSuccess {
		return a, nil
	}
	want := q.Question[0]
	if len(a.Question) != 1 || a.Question[0].Qtype != want.Qtype || a.Question[0].Qclass != want.Qclass ||
		!strings.EqualFold(a.Question[0].Name, want.Name) {
		return nil, nil
	}
	return a, nil
}
