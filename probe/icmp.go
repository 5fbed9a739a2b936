package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"github.com/slamon/slamon/check"
)

// The defaults and limits of an ICMP check.
const (
	echoCount    = 3
	echoGap      = 200 * time.Millisecond
	echoSize     = 56 // what ping sends since 1983
	echoCountMax = 100
	echoSizeMax  = 65507 // an IPv4 datagram without its headers
)

// icmpProbe sends echo requests to one host.
type icmpProbe struct {
	check.ICMP
	host  endpoint
	pings *pinger
	late  lateReplies
}

// newICMP returns a probe that is Up when the host answers echo requests
// (RFC 792, RFC 4443), Degraded when more are lost than p.MaxLoss, and Down when
// all are. Took is the mean round trip.
func newICMP(p check.ICMP, pings *pinger) (func(context.Context) check.Outcome, error) {
	p.Count, p.Gap, p.Size = cmp.Or(p.Count, echoCount), cmp.Or(p.Gap, echoGap), cmp.Or(p.Size, echoSize)
	switch {
	case p.Host == "":
		return nil, errors.New("icmp: want a host")
	case p.Count < 1 || p.Count > echoCountMax:
		return nil, fmt.Errorf("icmp: count %d: want 1 to %d", p.Count, echoCountMax)
	case p.Size < 0 || p.Size > echoSizeMax:
		return nil, fmt.Errorf("icmp: size %d: want 0 to %d bytes", p.Size, echoSizeMax)
	case p.Gap < 0:
		return nil, fmt.Errorf("icmp: gap %s: want 0 or more", p.Gap)
	case !(p.MaxLoss >= 0 && p.MaxLoss <= 1):
		return nil, fmt.Errorf("icmp: loss %v: want a ratio between 0 and 1", p.MaxLoss)
	}
	host := endpoint{host: trimBrackets(p.Host), family: p.Family}
	if a, err := netip.ParseAddr(host.host); err == nil {
		host.addr = a.Unmap()
	}
	probe := &icmpProbe{ICMP: p, host: host, pings: pings}
	return probe.run, nil
}

// echoTally is what became of the requests of one probe.
type echoTally struct {
	sent, answered  int
	sum, least, max time.Duration
	problem         string // what the last complaint said
	complainer      netip.Addr
	overflow        bool // replies were dropped because we did not read fast enough
}

func (c *echoTally) add(r echoReply) {
	if r.problem != "" {
		c.problem, c.complainer = r.problem, r.from
		return
	}
	if c.answered == 0 || r.rtt < c.least {
		c.least = r.rtt
	}
	c.answered++
	c.sum += r.rtt
	c.max = max(c.max, r.rtt)
}

func (c *echoTally) loss() float64 { return 1 - float64(c.answered)/float64(c.sent) }

func (p *icmpProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	all, err := p.host.resolve(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	dst := all[0]
	t.address = dst.String()
	t.enter(check.PhaseWait)
	link, err := p.pings.link(dst.Is6())
	if err != nil {
		return noSocket(&t, err)
	}
	tally, err := p.exchange(ctx, link, dst)
	if err != nil && tally.answered == 0 {
		return p.notSent(ctx, &t, tally, err)
	}
	return p.judge(ctx, &t, tally)
}

// exchange sends the requests at their gaps and gathers what comes back. The
// error is that of a request which could not be sent.
func (p *icmpProbe) exchange(ctx context.Context, link *echoLink, dst netip.Addr) (tally echoTally, err error) {
	run := &echoRun{replies: make(chan echoReply, p.Count), late: &p.late}
	echoes := make([]*echo, 0, p.Count)
	var pending int
	drops := link.drops.Load()
	defer func() { tally.overflow = link.drops.Load() != drops }()
	gap := p.gap(ctx)
	for i := range p.Count {
		e, err := link.send(ctx, run, dst, p.Size)
		if err != nil {
			link.finish(echoes, time.Now())
			return tally, err
		}
		echoes = append(echoes, e)
		tally.sent++
		pending++
		if i < p.Count-1 {
			pending -= gather(ctx, run, &tally, pending, gap, false)
		}
	}
	pending -= gather(ctx, run, &tally, pending, time.Until(deadline(ctx)), true)
	link.finish(echoes, time.Now())
	gather(context.WithoutCancel(ctx), run, &tally, min(pending, len(run.replies)), time.Second, true) // already there
	return tally, nil
}

// gap leaves half of the time to the answer to the last request, however short
// the deadline is.
func (p *icmpProbe) gap(ctx context.Context) time.Duration {
	return min(p.Gap, time.Until(deadline(ctx))/time.Duration(2*p.Count))
}

// gather takes replies for the duration d and returns how many there were. With
// early it returns as soon as none is pending.
func gather(ctx context.Context, run *echoRun, tally *echoTally, pending int, d time.Duration, early bool) int {
	timer := time.NewTimer(d)
	defer timer.Stop()
	taken := 0
	for !early || taken < pending {
		select {
		case r := <-run.replies:
			tally.add(r)
			taken++
		case <-timer.C:
			return taken
		case <-ctx.Done():
			return taken
		}
	}
	return taken
}

// judge turns the tally into an outcome.
func (p *icmpProbe) judge(ctx context.Context, t *trace, c echoTally) check.Outcome {
	if errors.Is(ctx.Err(), context.Canceled) {
		return t.failed(ctx, ctx.Err())
	}
	loss, late := c.loss(), p.lateness()
	switch {
	case c.answered == 0 && c.overflow && c.problem == "":
		return t.broken(check.ReasonResources, "replies were dropped because this host was too busy to read them")
	case c.overflow && c.answered < c.sent:
		loss = 0 // not known, and not the target's
	default:
		t.fact(check.PacketLoss, loss)
	}
	if c.answered == 0 {
		return silent(t, c, late)
	}
	t.fact(check.RTTMin, c.least.Seconds())
	t.fact(check.RTTMax, c.max.Seconds())
	mean := c.sum / time.Duration(c.answered)
	var o check.Outcome
	if loss > p.MaxLoss {
		o = t.found(check.Degraded, check.ReasonThreshold,
			fmt.Sprintf("%d of %d echo requests to %s were not answered%s", c.sent-c.answered, c.sent, t.address, late),
			fmt.Sprintf("at most %.4g %% lost", 100*p.MaxLoss), fmt.Sprintf("%.4g %% lost", 100*loss))
	} else {
		o = t.up()
	}
	o.Took, o.Phases.Wait = mean, mean
	return o
}

// silent is the outcome when no request was answered.
func silent(t *trace, c echoTally, late string) check.Outcome {
	if c.problem != "" {
		who := "our own kernel"
		if c.complainer.IsValid() {
			who = c.complainer.String()
		}
		return t.down(check.ReasonUnreachable, fmt.Sprintf("%s says of %s: %s", who, t.address, c.problem), "an echo reply", c.problem)
	}
	return t.down(check.ReasonTimeout,
		fmt.Sprintf("none of %d echo requests to %s was answered within %s%s",
			c.sent, t.address, time.Since(t.started).Round(time.Millisecond), late),
		"an echo reply", "nothing")
}

// lateness tells of replies that came since the last probe had ended: the way is
// slow then, and not broken.
func (p *icmpProbe) lateness() string {
	count, worst := p.late.take()
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("; %d replies to earlier requests came too late, after up to %s", count, worst.Round(time.Millisecond))
}

// notSent is the outcome when a request could not be sent and none was answered.
func (p *icmpProbe) notSent(ctx context.Context, t *trace, c echoTally, err error) check.Outcome {
	switch {
	case errors.Is(err, context.DeadlineExceeded) && c.sent > 0:
		return p.judge(ctx, t, c)
	case errors.Is(err, context.DeadlineExceeded):
		return t.broken(check.ReasonResources, "the echo requests of other checks left no time to send ours")
	case errors.Is(err, errNoSequence):
		return t.broken(check.ReasonResources, err.Error())
	}
	return t.failed(ctx, err)
}

// noSocket is the outcome when this host gives us no ICMP socket.
func noSocket(t *trace, err error) check.Outcome {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, errno) {
			return t.broken(check.ReasonResources, "no ICMP socket: "+errno.Error())
		}
	}
	if errors.Is(err, syscall.EAFNOSUPPORT) {
		return t.broken(check.ReasonOwnNetwork, "this host does not speak the target's version of IP")
	}
	return t.broken(check.ReasonInternal,
		"no right to send ICMP: put the group of slamon into the sysctl net.ipv4.ping_group_range, or give it CAP_NET_RAW ("+line(err.Error())+")")
}
