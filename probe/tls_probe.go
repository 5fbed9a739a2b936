package probe

import (
	"context"

	"github.com/slamon/slamon/check"
)

// TLS returns a probe that is Up when the handshake succeeds and the server's
// certificate chain is valid for its name, and Degraded when the chain soon
// expires.
func TLS(p check.TLSHandshake) func(context.Context) check.Outcome {
	to, err := newEndpoint(p.Address, 443, p.Family)
	if err != nil {
		return unusable(err)
	}
	return func(ctx context.Context) check.Outcome {
		t := begin(check.PhaseResolve)
		tcp, err := to.dial(ctx, &t)
		if err != nil {
			return t.failed(ctx, err)
		}
		defer tcp.Close()
		if _, err := secure(ctx, &t, tcp, p.TLS, to.host); err != nil {
			return t.failed(ctx, err)
		}
		return t.up()
	}
}
