package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/slamon/slamon/check"
)

const (
	// grpcBytes bounds the message of an answer, which is two bytes long.
	grpcBytes = 4 << 10

	// grpcHeaderBytes bounds the header fields of an answer.
	grpcHeaderBytes = 16 << 10
)

// grpcProbe asks the standard health service, or makes a call.
type grpcProbe struct {
	check.GRPC
	to       endpoint
	metadata metadata.MD
	call     *grpcCall // nil for the health service
}

func newGRPC(p check.GRPC) (*grpcProbe, error) {
	to, err := newEndpoint(p.Address, 0, check.AnyFamily)
	if err != nil {
		return nil, fmt.Errorf("grpc: %w", err)
	}
	g := &grpcProbe{GRPC: p, to: to, metadata: metadata.MD{}}
	for _, h := range p.Metadata {
		name := strings.ToLower(h.Name)
		if name == "" || strings.HasPrefix(name, "grpc-") || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return nil, fmt.Errorf("grpc: metadata %q: want letters, digits, '-', '_' and '.', and not the prefix grpc-", h.Name)
		}
		if !strings.HasSuffix(name, "-bin") && strings.ContainsFunc(h.Value.Reveal(), func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, fmt.Errorf("grpc: metadata %q: want a value of printable ASCII", h.Name)
		}
		g.metadata.Append(name, h.Value.Reveal())
	}
	if p.Call != nil {
		if g.call, err = newGRPCCall(*p.Call); err != nil {
			return nil, fmt.Errorf("grpc: %w", err)
		}
	}
	return g, nil
}

// run is Up when the health service answers SERVING, or the call its answer. The
// connection is made here
// rather than by the library, so that every phase is timed and judged as in all
// other probes.
func (p *grpcProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	conn, err := p.to.dial(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	defer func() { conn.Close() }()
	if !p.Plaintext {
		// Assigned only on success: a nil *tls.Conn must not become a net.Conn.
		secured, err := secure(ctx, &t, conn, p.TLS, p.to.host, "h2")
		if err != nil {
			return t.failed(ctx, err)
		}
		conn = secured
	}
	t.enter(check.PhaseWait)
	link := &grpcLink{Conn: conn}
	if p.call != nil {
		return p.makeCall(ctx, &t, link)
	}
	answer, from, err := p.ask(ctx, link)
	if err != nil {
		return p.failed(ctx, &t, link, from, err)
	}
	t.enter(check.PhaseJudge)
	t.status = answer.String()
	if answer != health.HealthCheckResponse_SERVING {
		return t.down(check.ReasonStatus, "the health service answers "+t.status, "SERVING", t.status)
	}
	return t.up()
}

// ask makes the call. From tells whether an error came from the server.
func (p *grpcProbe) ask(ctx context.Context, link *grpcLink) (answer health.HealthCheckResponse_ServingStatus, from bool, err error) {
	client, err := p.client(ctx, link, grpcBytes)
	if err != nil {
		return 0, false, err
	}
	defer client.Close()
	var header, trailer metadata.MD
	out := metadata.NewOutgoingContext(ctx, p.metadata)
	r, err := health.NewHealthClient(client).Check(out, &health.HealthCheckRequest{Service: p.Service}, grpc.Header(&header), grpc.Trailer(&trailer))
	return r.GetStatus(), len(header)+len(trailer) > 0, err
}

// client speaks over the one connection, and reads messages of at most limit bytes.
func (p *grpcProbe) client(ctx context.Context, link *grpcLink, limit int) (*grpc.ClientConn, error) {
	authority := p.Authority
	if authority == "" {
		authority = p.Address
	}
	return grpc.NewClient("passthrough:///"+p.Address,
		grpc.WithContextDialer(link.take),
		grpc.WithTransportCredentials(grpcMade{secure: !p.Plaintext}),
		grpc.WithAuthority(authority),
		grpc.WithUserAgent("slamon"),
		grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(),
		grpc.WithDisableHealthCheck(),
		grpc.WithIdleTimeout(0),
		grpc.WithMaxHeaderListSize(grpcHeaderBytes),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: max(time.Until(deadline(ctx)), time.Millisecond)}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(limit)),
	)
}

// failed turns the error of a call into an outcome.
func (p *grpcProbe) failed(ctx context.Context, t *trace, link *grpcLink, from bool, err error) check.Outcome {
	s, ok := status.FromError(err)
	if !ok {
		return t.broken(check.ReasonInternal, err.Error())
	}
	if ctx.Err() != nil {
		return t.failed(ctx, ctx.Err())
	}
	if broken := link.broken(); !from && broken != nil {
		return t.failed(ctx, broken)
	}
	t.status = codeName(s.Code()) + ": " + s.Message()
	switch {
	case s.Code() == codes.Unimplemented:
		return t.down(check.ReasonStatus, "the server has no health service (UNIMPLEMENTED)", "SERVING", t.status)
	case s.Code() == codes.NotFound:
		return t.down(check.ReasonStatus, fmt.Sprintf("the health service does not know the service %q (NOT_FOUND)", p.Service), "SERVING", t.status)
	case s.Code() == codes.Unauthenticated, s.Code() == codes.PermissionDenied:
		return t.down(check.ReasonAuth, "the server does not accept us: "+s.Message(), "SERVING", t.status)
	case s.Code() == codes.DeadlineExceeded && (!from || expired(ctx)):
		return t.failed(ctx, context.DeadlineExceeded)
	case s.Code() == codes.DeadlineExceeded: // before ours: something behind the server is slow
		return t.down(check.ReasonTimeout, "the health service answers "+t.status, "SERVING", t.status)
	case !from:
		return t.down(check.ReasonProtocol, "the server does not speak gRPC: "+s.Message(), "SERVING", t.status)
	}
	return t.down(check.ReasonStatus, "the health service answers "+t.status, "SERVING", t.status)
}

// codeName is the name of a code as the specification writes it: FAILED_PRECONDITION
// for FailedPrecondition.
func codeName(c codes.Code) string {
	var out strings.Builder
	for i, r := range c.String() {
		if i > 0 && unicode.IsUpper(r) && c != codes.OK {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

// grpcLink is the one connection of a probe. It remembers why it broke: the
// library tells that as text only.
type grpcLink struct {
	net.Conn
	taken atomic.Bool
	err   atomic.Pointer[error]
}

var errTaken = errors.New("the connection of this probe was used already")

// take hands the connection to the library, once: it must not connect again.
func (l *grpcLink) take(context.Context, string) (net.Conn, error) {
	if l.taken.Swap(true) {
		return nil, errTaken
	}
	return l, nil
}

func (l *grpcLink) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	return n, l.note(err)
}

func (l *grpcLink) Write(b []byte) (int, error) {
	n, err := l.Conn.Write(b)
	return n, l.note(err)
}

func (l *grpcLink) note(err error) error {
	if err != nil {
		l.err.CompareAndSwap(nil, &err)
	}
	return err
}

func (l *grpcLink) broken() error {
	if err := l.err.Load(); err != nil && !errors.Is(*err, net.ErrClosed) {
		return *err
	}
	return nil
}

// grpcMade are credentials for a connection that is secure already, or is not
// meant to be.
type grpcMade struct{ secure bool }

// ClientHandshake has nothing left to do.
func (m grpcMade) ClientHandshake(_ context.Context, _ string, c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	level := credentials.NoSecurity
	if m.secure {
		level = credentials.PrivacyAndIntegrity
	}
	return c, grpcAuth{credentials.CommonAuthInfo{SecurityLevel: level}}, nil
}

// ServerHandshake is never called: we are a client.
func (grpcMade) ServerHandshake(net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("not a server")
}

// Info chooses the scheme of the request, http or https.
func (m grpcMade) Info() credentials.ProtocolInfo {
	if m.secure {
		return credentials.ProtocolInfo{SecurityProtocol: "tls"}
	}
	return credentials.ProtocolInfo{SecurityProtocol: "insecure"}
}

// Clone returns the same: there is no state.
func (m grpcMade) Clone() credentials.TransportCredentials { return m }

// OverrideServerName does nothing: the name was verified before.
func (grpcMade) OverrideServerName(string) error { return nil }

type grpcAuth struct{ credentials.CommonAuthInfo }

// AuthType names the way in which the connection was made secure.
func (grpcAuth) AuthType() string { return "tls" }
