package probe

import (
	"context"

	"github.com/slamon/slamon/check"
)

// TLS returns a probe that is Up when the handshake succeeds and the server's
// certificate chain is valid for its name, and Degraded when the chain soon
// expires.
func TLS(p check.TLSHandshake) func(context.Context) check.Outcome {
	return usable(runner(newTLS(p)))
}

// tlsProbe is a TLS check made ready.
type tlsProbe struct {
	to      endpoint
	options check.TLSOptions
}

func newTLS(p check.TLSHandshake) (*tlsProbe, error) {
	to, err := newEndpoint(p.Address, 443, p.Family)
	return &tlsProbe{to, p.TLS}, err
}

func (p *tlsProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	tcp, err := p.to.dial(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	defer tcp.Close()
	if _, err := secure(ctx, &t, tcp, p.options, p.to.host); err != nil {
		return t.failed(ctx, err)
	}
	return t.up()
}
