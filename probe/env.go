package probe

import (
	"context"
	"fmt"
	"time"

	"github.com/slamon/slamon/check"
)

// Options are what probes share. The zero value is what a daemon needs.
type Options struct {
	// Now is the wall clock that heartbeats are judged by; time.Now when nil.
	Now func() time.Time

	// ResolverFile names the system's name servers, for DNS checks that name none;
	// /etc/resolv.conf when empty (resolv.conf(5)).
	ResolverFile string

	// LineSlow asks whether our own line is slow, and says what was found; nil when
	// nobody can tell. Only a throughput that is too low gives cause to ask.
	LineSlow func(context.Context) (said string, slow bool)
}

// Env holds what the probes of a process share: the ICMP sockets and the reports
// of heartbeats. It is safe for concurrent use.
type Env struct {
	now          func() time.Time
	resolverFile string
	lineSlow     func(context.Context) (string, bool)
	pings        pinger
	beats        *heartbeats
}

// NewEnv returns an Env. It opens nothing before a probe needs it.
func NewEnv(o Options) (*Env, error) {
	e := &Env{now: o.Now, resolverFile: o.ResolverFile, lineSlow: o.LineSlow, beats: newHeartbeats()}
	if e.now == nil {
		e.now = time.Now
	}
	if e.resolverFile == "" {
		e.resolverFile = "/etc/resolv.conf"
	}
	return e, nil
}

// Close frees what the probes shared, and waits until it is freed. Probes that are
// running fail.
func (e *Env) Close() error {
	e.pings.close()
	return nil
}

// New returns the probe of a check: a function to be called again and again, also
// while an earlier call still runs. The error names a parameter that makes no sense.
func (e *Env) New(c check.Check) (func(context.Context) check.Outcome, error) {
	probe, err := e.probe(c)
	if err == nil && c.EveryAddress {
		probe, err = everyAddress(c, probe)
	}
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", c.ID, err)
	}
	return probe, nil
}

func (e *Env) probe(c check.Check) (func(context.Context) check.Outcome, error) {
	switch p := c.Params.(type) {
	case check.HTTP:
		return runner(newHTTP(p))
	case check.Transaction:
		return runner(newTransaction(p))
	case check.Command:
		return runner(newCommand(p))
	case check.WebSocket:
		return runner(newWebSocket(p))
	case check.TURN:
		return runner(newTURN(p))
	case check.Throughput:
		return runner(newThroughput(p, e.lineSlow))
	case check.Mailbox:
		return runner(newMailbox(p))
	case check.Browser:
		return runner(newBrowser(p))
	case check.TCP:
		return runner(newTCP(p))
	case check.TLSHandshake:
		return runner(newTLS(p))
	case check.ICMP:
		return newICMP(p, &e.pings)
	case check.DNS:
		return runner(newDNS(p, e.resolverFile))
	case check.NTP:
		return runner(newNTP(p))
	case check.UDP:
		return runner(newUDP(p))
	case check.Mail:
		return runner(newMail(p))
	case check.SSH:
		return runner(newSSH(p))
	case check.GRPC:
		return runner(newGRPC(p))
	case check.STUN:
		return runner(newSTUN(p))
	case check.Heartbeat:
		return newHeartbeat(c.ID, p, e.beats, e.now)
	}
	return nil, fmt.Errorf("no probe for parameters of type %T", c.Params)
}

// runner takes the function out of a probe that was made ready.
func runner[P interface {
	run(context.Context) check.Outcome
}](p P, err error) (func(context.Context) check.Outcome, error) {
	if err != nil {
		return nil, err
	}
	return p.run, nil
}
