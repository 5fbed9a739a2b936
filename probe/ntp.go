package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/beevik/ntp"

	"github.com/slamon/slamon/check"
)

// ntpTries is how often a server is asked within the deadline: one lost datagram
// is no outage.
const ntpTries = 3

// ntpProbe asks a time server (RFC 5905).
type ntpProbe struct {
	check.NTP
	server endpoint
}

func newNTP(p check.NTP) (*ntpProbe, error) {
	server, err := newEndpoint(p.Address, 123, check.AnyFamily)
	if err != nil {
		return nil, fmt.Errorf("ntp: %w", err)
	}
	if p.MaxOffset < 0 || p.MaxStratum < 0 {
		return nil, errors.New("ntp: want limits of 0 or more")
	}
	return &ntpProbe{NTP: p, server: server}, nil
}

// run asks for the time and judges the answer.
func (p *ntpProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	for left := ntpTries; ; left-- {
		answer, err := p.ask(ctx, &t, left)
		if err != nil && left > 1 && timedOut(err) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return t.unanswered(ctx, "the request for the time", err)
		}
		t.enter(check.PhaseJudge)
		return p.judge(&t, answer)
	}
}

// ask makes one exchange within its share of the time that is left.
func (p *ntpProbe) ask(ctx context.Context, t *trace, left int) (*ntp.Response, error) {
	conn, stop, err := p.server.dialUDP(ctx, t)
	if err != nil {
		return nil, err
	}
	defer stop()
	// The library closes the socket. It also sets the deadline, to now plus its
	// timeout, so that a context which ends has to close the socket itself.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	answer, err := ntp.QueryWithOptions(t.address, ntp.QueryOptions{
		Timeout: max(time.Until(deadline(ctx))/time.Duration(left), time.Nanosecond),
		Dialer:  func(string, string) (net.Conn, error) { return conn, nil },
	})
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return answer, err
}

// judge looks at the offset only when the server itself says that its time is good.
func (p *ntpProbe) judge(t *trace, r *ntp.Response) check.Outcome {
	t.status = fmt.Sprintf("stratum %d, reference %s", r.Stratum, r.ReferenceString())
	if r.IsKissOfDeath() {
		return kissOfDeath(t, r.KissCode)
	}
	t.fact(check.ClockOffset, r.ClockOffset.Seconds())
	t.fact(check.Stratum, float64(r.Stratum))
	if err := r.Validate(); err != nil {
		return t.down(check.ReasonStatus, "the server's time is of no use: "+err.Error(), "a synchronised server", t.status)
	}
	if p.MaxOffset > 0 && r.ClockOffset.Abs() > p.MaxOffset {
		return t.found(check.Degraded, check.ReasonThreshold, p.offsetSentence(r), "at most "+p.MaxOffset.String()+" off", r.ClockOffset.String())
	}
	if p.MaxStratum > 0 && int(r.Stratum) > p.MaxStratum {
		return t.found(check.Degraded, check.ReasonThreshold, fmt.Sprintf("the server is at stratum %d", r.Stratum),
			fmt.Sprintf("stratum %d or less", p.MaxStratum), fmt.Sprintf("stratum %d", r.Stratum))
	}
	return t.up()
}

// offsetSentence says whose clock is taken to be wrong: the difference alone does
// not tell.
func (p *ntpProbe) offsetSentence(r *ntp.Response) string {
	off, error := r.ClockOffset.Abs(), r.RTT/2
	whose, ahead := "the server's clock", r.ClockOffset > 0
	other := "ours"
	if p.OwnClock {
		whose, ahead, other = "our own clock", !ahead, "the server's"
	}
	word := "behind"
	if ahead {
		word = "ahead of"
	}
	return fmt.Sprintf("%s is %s %s %s (to within %s)", whose, off.Round(time.Microsecond), word, other, error.Round(time.Microsecond))
}

// kissOfDeath is the outcome of an answer without a time (RFC 5905 section 7.4).
// RATE says that the server is well and that we ask too often.
func kissOfDeath(t *trace, code string) check.Outcome {
	if code == "RATE" {
		return t.found(check.Degraded, check.ReasonStatus, "the server asks us to ask less often: use a longer interval", "the time", "kiss of death RATE")
	}
	return t.down(check.ReasonStatus, "the server refuses to tell us the time", "the time", "kiss of death "+code)
}
