package snmp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	// maxDatagram is the most that UDP can carry.
	maxDatagram = 65535
	// receiveBuffer lets a thousand answers wait while the reader has no processor.
	// The kernel cuts it down to net.core.rmem_max.
	receiveBuffer = 4 << 20
	// waitingAnswers is how many datagrams of one agent may wait. One is expected;
	// more are duplicates, late answers or a flood, and are dropped.
	waitingAnswers = 8
	// maxSpare is how many peers are kept for the next requests.
	maxSpare = 256
	// maxStrays is how many datagrams that answer no question are looked at in one
	// exchange. Late answers to each retry are normal; hundreds are a flood, which
	// must not cost more than a moment of processor time.
	maxStrays = 64
)

// line is one UDP socket that all agents of a family of IP are asked through.
type line struct {
	conn *net.UDPConn
	done chan struct{} // closed when the reader has ended

	mu    sync.Mutex // protects all below, and users in the peers
	peers map[netip.AddrPort]*peer
	spare []*peer // with nobody asking and nothing waiting; three channels each are worth keeping
}

// peer is an agent that somebody asks or waits to ask.
type peer struct {
	turn  chan struct{} // holds one token; who has it may ask
	in    chan []byte   // datagrams that came from it
	icmp  chan error    // what a host or router said about it
	timer *time.Timer   // of whoever has the turn
	users int           // protected by line.mu
}

func openLine(network string) (*line, error) {
	conn, err := net.ListenUDP(network, nil)
	if err != nil {
		return nil, err
	}
	// Both may fail without harm: a smaller buffer loses more answers in a burst,
	// which a retry covers; without the error queue a closed port looks silent.
	_ = conn.SetReadBuffer(receiveBuffer)
	wantErrors(conn, network)
	l := &line{conn: conn, done: make(chan struct{}), peers: make(map[netip.AddrPort]*peer)}
	go l.read()
	return l, nil
}

// close ends the reader and everything that waits.
func (l *line) close() {
	_ = l.conn.Close()
	<-l.done
}

// read hands every datagram to whoever asked its sender. Only this goroutine
// reads the socket.
func (l *line) read() {
	defer close(l.done)
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			// Some other host's ICMP error; which one stands in the queue.
			l.drainErrors()
			continue
		}
		l.deliver(from, buf[:n])
	}
}

// deliver gives a datagram to whoever waits for it. The lock is held while it is
// put in, so that a peer that is let go has nothing of its last agent.
func (l *line) deliver(from netip.AddrPort, b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.peers[from]
	if p == nil {
		return
	}
	select {
	case p.in <- append([]byte(nil), b...):
	default:
	}
}

// drainErrors tells each peer what was said about it.
func (l *line) drainErrors() {
	readErrors(l.conn, func(about netip.AddrPort, errno syscall.Errno) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if p := l.peers[about]; p != nil {
			select {
			case p.icmp <- sendError(errno):
			default:
			}
		}
	})
}

// acquire waits for the turn to ask an agent.
func (l *line) acquire(ctx context.Context, to netip.AddrPort) (*peer, error) {
	l.mu.Lock()
	p := l.peers[to]
	if p == nil {
		p = l.newPeer()
		l.peers[to] = p
	}
	p.users++
	l.mu.Unlock()
	select {
	case p.turn <- struct{}{}:
		return p, nil
	case <-ctx.Done():
		l.leave(to, p)
		return nil, ctx.Err()
	case <-l.done:
		l.leave(to, p)
		return nil, errClosed
	}
}

// newPeer is called with mu held.
func (l *line) newPeer() *peer {
	if n := len(l.spare); n > 0 {
		p := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return p
	}
	timer := time.NewTimer(0)
	timer.Stop()
	return &peer{turn: make(chan struct{}, 1), in: make(chan []byte, waitingAnswers), icmp: make(chan error, 1), timer: timer}
}

// release gives the turn to the next one. What came too late is thrown away.
func (l *line) release(to netip.AddrPort, p *peer) {
	p.drain()
	<-p.turn
	l.leave(to, p)
}

func (p *peer) drain() {
	for {
		select {
		case <-p.in:
		case <-p.icmp:
		default:
			return
		}
	}
}

func (l *line) leave(to netip.AddrPort, p *peer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.users--; p.users > 0 {
		return
	}
	delete(l.peers, to)
	if len(l.spare) < maxSpare {
		p.drain() // nobody can put anything in any more
		l.spare = append(l.spare, p)
	}
}

// send sends a datagram. On a socket that reports ICMP errors the kernel also
// hands the error about another host to whoever sends next, once for each; these
// are not ours, and the datagram was not sent.
func (l *line) send(b []byte, to netip.AddrPort) error {
	var err error
	for range 8 {
		if _, err = l.conn.WriteToUDPAddrPort(b, to); err == nil {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return errClosed
		}
		l.drainErrors()
	}
	return sendError(err)
}

// question is one exchange: request makes the datagram of each try, answer looks
// at what came and reports whether it was the answer.
type question interface {
	request() ([]byte, error)
	answer([]byte) (bool, error)
}

// ask sends a question until it is answered: tries times, waiting timeout each.
func (l *line) ask(ctx context.Context, to netip.AddrPort, q question, timeout time.Duration, tries int) error {
	p, err := l.acquire(ctx, to)
	if err != nil {
		return err
	}
	defer l.release(to, p)
	strays := 0
	defer p.timer.Stop()
	for range tries {
		b, err := q.request()
		if err != nil {
			return err
		}
		if err := l.send(b, to); err != nil {
			return err
		}
		p.timer.Reset(timeout)
		if answered, err := l.wait(ctx, p, q, &strays); answered || err != nil {
			return err
		}
	}
	if strays > 0 {
		return errGarbage
	}
	return errSilent
}

// wait waits for the answer to one try.
func (l *line) wait(ctx context.Context, p *peer, q question, strays *int) (bool, error) {
	for {
		select {
		case b := <-p.in:
			if answered, err := q.answer(b); answered || err != nil {
				return answered, err
			}
			if *strays++; *strays > maxStrays {
				return false, errFlood
			}
		case err := <-p.icmp:
			return false, err
		case <-p.timer.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		case <-l.done:
			return false, errClosed
		}
	}
}
