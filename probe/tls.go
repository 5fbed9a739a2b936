package probe

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/slamon/slamon/check"
)

// tlsConfig is the configuration of one handshake with host. It fills seen,
// which belongs to that handshake alone.
//
// Go's own verification gives up an expired chain without telling its dates, and
// takes a stapled OCSP answer that says "revoked". So it is turned off, and the
// chain is verified here: nothing is sent over the connection before.
func tlsConfig(o check.TLSOptions, host string, seen *chain) *tls.Config {
	name := o.ServerName
	if name == "" {
		name = host
	}
	return &tls.Config{
		ServerName:         name,
		Certificates:       o.Certificates,
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			return seen.verify(cs, o, name, time.Now())
		},
	}
}

// secure makes a handshake over conn with host, in PhaseTLS, and leaves what it
// showed in t.chain, also when it fails. The application protocols are offered
// by ALPN in their order.
func secure(ctx context.Context, t *trace, conn net.Conn, o check.TLSOptions, host string, alpn ...string) (*tls.Conn, error) {
	t.enter(check.PhaseTLS)
	seen := new(chain)
	t.chain = seen
	config := tlsConfig(o, host, seen)
	config.NextProtos = alpn
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return c, nil
}
