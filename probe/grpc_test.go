package probe

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// grpcServer is a real server on loopback; register adds its services.
func grpcServer(t testing.TB, config *tls.Config, register func(*grpc.Server), options ...grpc.ServerOption) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	s := grpc.NewServer(options...)
	register(s)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Stop()
		<-ended
	})
	return l.Addr().String()
}

// healthy registers the health service with one service that is well and one that
// is not.
func healthy(s *grpc.Server) {
	h := health.NewServer()
	h.SetServingStatus("ill", healthpb.HealthCheckResponse_NOT_SERVING)
	healthpb.RegisterHealthServer(s, h)
}

// answersWith makes every call end with the code.
func answersWith(code codes.Code) grpc.ServerOption {
	return grpc.UnaryInterceptor(func(context.Context, any, *grpc.UnaryServerInfo, grpc.UnaryHandler) (any, error) {
		return nil, status.Error(code, "as the test wants")
	})
}

// knocks wants a token.
func knocks(ctx context.Context, in any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	if got := md.Get("x-token"); len(got) != 1 || got[0] != "open sesame" || strings.Join(md.Get(":authority"), "") != "health.test" {
		return nil, status.Error(codes.Unauthenticated, "who is there?")
	}
	return next(ctx, in)
}

func TestGRPC(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}
	plain, secured := grpcServer(t, nil, healthy), grpcServer(t, config, healthy)
	bare := grpcServer(t, nil, func(*grpc.Server) {})
	locked := grpcServer(t, nil, healthy, grpc.UnaryInterceptor(knocks))
	hanging := grpcServer(t, nil, healthy, grpc.UnaryInterceptor(func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	token := []check.Header{{Name: "X-Token", Value: secret.New("open sesame")}}
	trusted := check.TLSOptions{Roots: ca.pool}
	for name, tt := range map[string]struct {
		ask    check.GRPC
		state  check.State
		reason check.Reason
		says   string
	}{
		"serving":                 {check.GRPC{Address: plain, Plaintext: true}, check.Up, check.ReasonNone, ""},
		"serving over TLS":        {check.GRPC{Address: secured, TLS: trusted}, check.Up, check.ReasonNone, ""},
		"with metadata":           {check.GRPC{Address: locked, Plaintext: true, Authority: "health.test", Metadata: token}, check.Up, check.ReasonNone, ""},
		"not serving":             {check.GRPC{Address: plain, Plaintext: true, Service: "ill"}, check.Down, check.ReasonStatus, "NOT_SERVING"},
		"unknown service":         {check.GRPC{Address: plain, Plaintext: true, Service: "nobody"}, check.Down, check.ReasonStatus, `does not know the service "nobody"`},
		"no health service":       {check.GRPC{Address: bare, Plaintext: true}, check.Down, check.ReasonStatus, "no health service"},
		"locked":                  {check.GRPC{Address: locked, Plaintext: true}, check.Down, check.ReasonAuth, "who is there?"},
		"another code":            {check.GRPC{Address: grpcServer(t, nil, healthy, answersWith(codes.FailedPrecondition)), Plaintext: true}, check.Down, check.ReasonStatus, "FAILED_PRECONDITION"},
		"unknown authority":       {check.GRPC{Address: secured}, check.Down, check.ReasonTLS, "handshake"},
		"plaintext on a TLS port": {check.GRPC{Address: secured, Plaintext: true}, check.Down, check.ReasonReset, ""},
		"TLS on a plaintext port": {check.GRPC{Address: plain, TLS: trusted}, check.Down, check.ReasonTLS, "handshake"},
		"a web server":            {check.GRPC{Address: strings.TrimPrefix(web.URL, "http://"), Plaintext: true}, check.Down, check.ReasonProtocol, "does not speak gRPC"},
		"garbage":                 {check.GRPC{Address: target(t, pours("garbage ")), Plaintext: true}, check.Down, check.ReasonProtocol, "does not speak gRPC"},
		"nobody listens":          {check.GRPC{Address: closedPort(t), Plaintext: true}, check.Down, check.ReasonRefused, "refused"},
		"closed at once":          {check.GRPC{Address: target(t, func(net.Conn) {}), Plaintext: true}, check.Down, check.ReasonReset, ""},
		"closed after the call":   {check.GRPC{Address: target(t, func(c net.Conn) { io.ReadFull(c, make([]byte, 24)) }), Plaintext: true}, check.Down, check.ReasonReset, ""},
		"slow behind":             {check.GRPC{Address: grpcServer(t, nil, healthy, answersWith(codes.DeadlineExceeded)), Plaintext: true}, check.Down, check.ReasonTimeout, "the health service answers DEADLINE_EXCEEDED"},
		"a server that hangs":     {check.GRPC{Address: hanging, Plaintext: true}, check.Down, check.ReasonTimeout, "no answer"},
		"silence":                 {check.GRPC{Address: target(t, hangs), Plaintext: true}, check.Down, check.ReasonTimeout, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if tt.says == "no answer" {
				limit = brief
			}
			o := waitsFor(t, newProbe(t, tt.ask), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
			if strings.Contains(describe(o), "sesame") {
				t.Errorf("the token is in the evidence: %s", describe(o))
			}
		})
	}
}

func TestGRPCParameters(t *testing.T) {
	for name, p := range map[string]check.GRPC{
		"no port":       {Address: "grpc.test"},
		"reserved name": {Address: "grpc.test:443", Metadata: []check.Header{{Name: "grpc-timeout", Value: secret.New("1S")}}},
		"bad name":      {Address: "grpc.test:443", Metadata: []check.Header{{Name: ":path", Value: secret.New("/")}}},
		"bad value":     {Address: "grpc.test:443", Metadata: []check.Header{{Name: "x", Value: secret.New("a\r\nb")}}},
	} {
		if g, err := newGRPC(p); err == nil {
			t.Errorf("%s: newGRPC = %+v, want an error", name, g)
		}
	}
}
