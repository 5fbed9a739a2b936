package probe

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
)

// tcpProbe is a TCP check made ready.
type tcpProbe struct {
	to       endpoint
	params   check.TCP
	startTLS []turn
}

// TCP returns a probe that is Up when its target accepts a connection and, if p
// says so, shows a proper certificate and keeps to the dialogue.
func TCP(p check.TCP) func(context.Context) check.Outcome {
	return usable(runner(newTCP(p)))
}

func newTCP(p check.TCP) (*tcpProbe, error) {
	to, err := newEndpoint(p.Address, 0, p.Family)
	if err != nil {
		return nil, err
	}
	probe := &tcpProbe{to: to, params: p}
	probe.params.Dialogue = byLine(p.Dialogue)
	if p.StartTLS != "" {
		probe.startTLS, err = startTLS(p.StartTLS, to.host)
	}
	return probe, err
}

// linewise is the flag of a pattern that makes ^ and $ match at lines.
const linewise = "(?m)"

// byLine lets ^ and $ of the patterns match at every line: a greeting may have
// several, and the end of one answer may stand before the next.
func byLine(steps []check.Step) []check.Step {
	all := slices.Clone(steps)
	for i, s := range all {
		if s.Expect != nil {
			all[i].Expect = regexp.MustCompile(linewise + s.Expect.String()) // it compiled without, too
		}
	}
	return all
}

func (p *tcpProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	tcp, err := p.to.dial(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	defer tcp.Close()
	if p.params.TLS == nil && len(p.params.Dialogue) == 0 {
		return t.up()
	}
	defer interrupt(ctx, tcp)()
	conn := tcp
	talk := talk{conn: conn, trace: &t}
	if wrong := talk.plain(ctx, p.startTLS); wrong != nil {
		return wrong.outcome(&t)
	}
	if p.params.TLS != nil {
		if conn, err = secure(ctx, &t, tcp, *p.params.TLS, p.to.host); err != nil {
			return t.failed(ctx, err)
		}
		talk.conn = conn
	}
	for i, s := range p.params.Dialogue {
		if wrong := talk.step(ctx, i+1, s); wrong != nil {
			return wrong.outcome(&t)
		}
	}
	return t.up()
}

// interrupt makes a cancelled context, as on shutdown, end the waiting on conn
// at once. The function that it returns ends the watch.
func interrupt(ctx context.Context, conn net.Conn) func() bool {
	return context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
}

// step sends and expects what the check says.
func (k *talk) step(ctx context.Context, number int, s check.Step) *complaint {
	if err := k.send(s.Send); err != nil {
		return k.failure(ctx, err)
	}
	if s.Expect == nil {
		return nil
	}
	err := k.expect(s.Expect, nil)
	if err == nil {
		return nil
	}
	if len(k.heard) == 0 || ctx.Err() == context.Canceled {
		return k.failure(ctx, err)
	}
	return &complaint{check.Down, check.ReasonContent,
		fmt.Sprintf("the answer in step %d of the dialogue does not match: %s", number, k.why(err)),
		"a match of " + strings.TrimPrefix(s.Expect.String(), linewise), string(k.heard)}
}
