package probe

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lateFor is how long a request is remembered after its probe has given up,
	// so that a reply that comes after all is known to be late and not lost.
	lateFor = time.Minute

	// lateMost bounds what is remembered that way; all sequence numbers there are.
	lateMost = 1 << 16

	// echoErrors in a row are more than complaints explain: a request causes one.
	echoErrors = 1 << 10

	// echoReadBytes holds the beginning of any packet that we look at: an IPv4
	// header with options, an ICMP header, a quoted IP header and our token. What
	// is cut off is only our own padding.
	echoReadBytes = 1500
)

// errNoSequence means that all 65,536 sequence numbers are in flight.
var errNoSequence = errors.New("all 65536 ICMP sequence numbers are waiting for replies")

// pinger sends the echo requests of the whole process through one socket for
// each family: a socket per target would make the kernel copy every reply to
// every raw socket. Its sockets are opened on first use. It is safe for
// concurrent use.
type pinger struct {
	mu     sync.Mutex
	links  [2]*echoLink // IPv4 and IPv6; nil before first use
	closed bool
	wg     sync.WaitGroup // the readers
}

// echo is one request in flight, or late.
type echo struct {
	run      *echoRun
	seq      uint16
	token    uint64
	dst      netip.Addr
	sent     time.Time
	finished bool // its probe has given up
}

// echoRun is the part of one probe that the reader talks to.
type echoRun struct {
	replies chan echoReply // room for one of each request, so that the reader never waits
	late    *lateReplies
}

// echoReply is what became of one request.
type echoReply struct {
	rtt     time.Duration
	problem string     // not empty when a router or the host complained
	from    netip.Addr // who complained
}

// lateReplies counts, for one check, the replies that came after a probe had ended.
type lateReplies struct {
	mu    sync.Mutex
	count int
	worst time.Duration
}

// take returns what has come since it was last called.
func (l *lateReplies) take() (count int, worst time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	count, worst = l.count, l.worst
	l.count, l.worst = 0, 0
	return count, worst
}

func (l *lateReplies) add(rtt time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.worst = max(l.worst, rtt)
}

// echoLink is one socket with the requests that went through it.
type echoLink struct {
	socket *echoSocket
	pace   pacer
	drops  atomic.Uint32 // packets that found our receive buffer full

	mu      sync.Mutex
	next    uint16
	waiting map[uint16]*echo
	late    []lateEcho // in the order in which they were given up
}

type lateEcho struct {
	*echo
	until time.Time
}

// link returns the socket for a family and opens it if need be. A failure is not
// remembered: the right to open it can be granted while we run.
func (p *pinger) link(v6 bool) (*echoLink, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := 0
	if v6 {
		i = 1
	}
	if p.closed {
		return nil, net.ErrClosed
	}
	if p.links[i] != nil {
		return p.links[i], nil
	}
	socket, err := openEchoSocket(v6)
	if err != nil {
		return nil, err
	}
	l := &echoLink{socket: socket, waiting: make(map[uint16]*echo)}
	p.links[i] = l
	p.wg.Go(l.read)
	return l, nil
}

// close shuts the sockets and waits for their readers.
func (p *pinger) close() {
	p.mu.Lock()
	p.closed = true
	for _, l := range p.links {
		if l != nil {
			l.socket.close()
		}
	}
	p.mu.Unlock()
	p.wg.Wait()
}

// send puts one request on the wire.
func (l *echoLink) send(ctx context.Context, run *echoRun, dst netip.Addr, size int) (*echo, error) {
	if err := l.pace.wait(ctx, l.socket.unread); err != nil {
		return nil, err
	}
	e, err := l.register(run, dst)
	if err != nil {
		return nil, err
	}
	packet, err := echoRequest(l.socket.v6, l.socket.id, e.seq, e.token, size)
	if err == nil {
		err = l.socket.send(packet, dst)
	}
	if err != nil {
		l.forget(e)
		return nil, fmt.Errorf("send echo request to %s: %w", dst, err)
	}
	return e, nil
}

// register takes a free sequence number, or one that only waits for a late reply.
func (l *echoLink) register(run *echoRun, dst netip.Addr) (*echo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 1 << 16 {
		l.next++
		if other := l.waiting[l.next]; other == nil || other.finished {
			e := &echo{run: run, seq: l.next, token: rand.Uint64(), dst: dst, sent: time.Now()}
			l.waiting[e.seq] = e
			return e, nil
		}
	}
	return nil, errNoSequence
}

func (l *echoLink) forget(e *echo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[e.seq] == e {
		delete(l.waiting, e.seq)
	}
}

// finish gives up on the requests that are still waiting, and forgets those that
// were given up long ago.
func (l *echoLink) finish(echoes []*echo, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range echoes {
		if l.waiting[e.seq] == e {
			e.finished = true
			l.late = append(l.late, lateEcho{e, now.Add(lateFor)})
		}
	}
	old := 0
	for old < len(l.late) && (now.After(l.late[old].until) || len(l.late)-old > lateMost) {
		if e := l.late[old].echo; l.waiting[e.seq] == e {
			delete(l.waiting, e.seq)
		}
		l.late[old] = lateEcho{}
		old++
	}
	l.late = l.late[old:]
}

// read hands out what comes in until the socket is closed.
func (l *echoLink) read() {
	buffer := make([]byte, echoReadBytes)
	failed := 0 // times in a row
	for {
		got, err := l.socket.receive(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// An unprivileged socket reports a router's complaint about one request as
			// an error of the socket; the complaint itself is in a queue of its own.
			l.socket.complaints(l.complained)
			if failed++; failed > echoErrors {
				time.Sleep(paceWindow) // an interface that is gone must not cost a processor
			}
			continue
		}
		failed = 0
		l.drops.Store(max(l.drops.Load(), got.drops)) // a note comes only with a packet after a drop
		if news, ok := parseEcho(l.socket.v6, got.packet); ok {
			l.deliver(news, got.from, got.queued)
		}
	}
}

// complained takes a complaint out of the kernel's error queue.
func (l *echoLink) complained(news echoNews, from netip.Addr) { l.deliver(news, from, 0) }

// deliver matches news with the request it is about. Queued is how long the
// packet lay in our own receive buffer.
func (l *echoLink) deliver(news echoNews, from netip.Addr, queued time.Duration) {
	now := time.Now()
	l.mu.Lock()
	e := l.waiting[news.seq]
	if e == nil || !l.mine(e, news, from) {
		l.mu.Unlock()
		return // another program's, a duplicate, or forged
	}
	delete(l.waiting, e.seq)
	finished := e.finished
	l.mu.Unlock()

	rtt := now.Sub(e.sent)
	if queued > 0 && queued < rtt {
		rtt -= queued
	}
	switch {
	case !finished:
		e.run.replies <- echoReply{rtt: rtt, problem: news.problem, from: from}
	case news.problem == "":
		e.run.late.add(rtt)
	}
}

// mine reports whether the news are about e: by the token where there is one,
// else by id and destination of the quoted request.
func (l *echoLink) mine(e *echo, news echoNews, from netip.Addr) bool {
	if news.hasData && news.token != e.token {
		return false
	}
	if news.problem == "" {
		return news.hasData && from == e.dst.WithZone("")
	}
	return news.dst == e.dst.WithZone("") && (!l.socket.raw || news.id == l.socket.id)
}
