package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// patience is a deadline for targets that do answer.
	patience = 20 * time.Second
	// brief is a deadline for those that do not.
	brief = 250 * time.Millisecond
	// slack is what a probe may return after its deadline on a busy machine.
	slack = 10 * time.Second
)

// outcomeOf runs a probe once and fails if it came back long after its deadline.
func outcomeOf(t testing.TB, probe func(context.Context) check.Outcome, limit time.Duration) check.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	end, _ := ctx.Deadline()
	o := probe(ctx)
	if late := time.Since(end); late > slack {
		t.Errorf("the probe returned %s after its deadline", late)
	}
	if o.Took <= 0 {
		t.Errorf("Took = %s, want more than nothing", o.Took)
	}
	bounded(t, o)
	return o
}

// waitsFor runs a probe of a target that keeps it waiting after it has come as far as
// its sentence tells. How far that is before a short deadline depends on the machine:
// as long as the time runs out before, the probe is asked again with more of it.
func waitsFor(t testing.TB, probe func(context.Context) check.Outcome, limit time.Duration, reason check.Reason, says string) check.Outcome {
	t.Helper()
	for ; ; limit = min(4*limit, patience) {
		o := outcomeOf(t, probe, limit)
		tooEarly := o.Reason == check.ReasonTimeout && (reason != check.ReasonTimeout || !strings.Contains(o.Detail.Sentence, says))
		if !tooEarly || limit >= patience {
			return o
		}
	}
}

// bounded fails if any evidence is longer than allowed.
func bounded(t testing.TB, o check.Outcome) {
	t.Helper()
	if o.Detail == nil {
		if o.State != check.Up {
			t.Errorf("%s without evidence", o.State)
		}
		return
	}
	d := o.Detail
	for _, s := range []string{d.Sentence, d.Address, d.Status, d.Certificate, d.Body, d.Want, d.Got} {
		if len(s) > check.EvidenceLimit {
			t.Errorf("evidence of %d bytes, want at most %d: %q", len(s), check.EvidenceLimit, s)
		}
	}
	if d.Sentence == "" {
		t.Errorf("evidence without a sentence: %+v", d)
	}
}

// want compares state and reason.
func want(t testing.TB, o check.Outcome, s check.State, r check.Reason) {
	t.Helper()
	if o.State != s || o.Reason != r {
		t.Errorf("outcome = %s\nwant %s %s", describe(o), s, r)
	}
}

// fact returns a measured value.
func fact(t testing.TB, o check.Outcome, k check.FactKind) float64 {
	t.Helper()
	for _, f := range o.Facts {
		if f.Kind == k {
			return f.Value
		}
	}
	t.Errorf("no fact %d in %v", k, o.Facts)
	return 0
}

// target listens on loopback and lets serve talk over each connection.
func target(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		cancel()
		all.Wait()
	})
	return l.Addr().String()
}

// quiet is for servers that would tell of failures that are the test's aim.
var quiet = log.New(io.Discard, "", 0)

// hangs takes all and answers nothing.
func hangs(conn net.Conn) { io.Copy(io.Discard, conn) }

// says answers the first request with s, and closes.
func says(s string) func(net.Conn) {
	return func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, s)
	}
}

// endless answers with head and then part again and again.
func endless(head, part string) func(net.Conn) {
	return func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, head)
		for {
			if _, err := io.WriteString(conn, part); err != nil {
				return
			}
		}
	}
}

// drips answers head and then a byte a second.
func drips(head string) func(net.Conn) {
	return func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		io.WriteString(conn, head)
		for range time.Tick(time.Second) {
			if _, err := conn.Write([]byte("x")); err != nil {
				return
			}
		}
	}
}

// resets takes the request and answers with a TCP reset.
func resets(conn net.Conn) {
	conn.Read(make([]byte, 1))
	conn.(*net.TCPConn).SetLinger(0)
}

// closedPort is an address that nobody listens on as long as the test runs: a
// socket holds it without listening.
func closedPort(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{key: newKey(t), pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	a.cert = sign(t, template, template, a.key, a.key)
	a.pool.AddCert(a.cert)
	return a
}

// issue returns a certificate for 127.0.0.1 and example.test, changed by edit.
func (a *authority) issue(t testing.TB, edit func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "example.test"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"example.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if edit != nil {
		edit(template)
	}
	key := newKey(t)
	leaf := sign(t, template, a.cert, key, a.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// overTLS serves over TLS with the certificate.
func overTLS(cert tls.Certificate, serve func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		c := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}})
		if c.Handshake() == nil {
			serve(c)
		}
	}
}

// recorded is a connection whose other side said all it has to say.
type recorded struct {
	net.Conn
	in io.Reader
}

func (r *recorded) Read(p []byte) (int, error)  { return r.in.Read(p) }
func (r *recorded) Write(p []byte) (int, error) { return len(p), nil }
