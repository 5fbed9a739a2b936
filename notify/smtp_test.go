package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// letter is a mail as the sink received it.
type letter struct {
	to   []string
	data string
}

// sink is a mail server that can misbehave.
type sink struct {
	address string

	mail func(from string) error       // nil accepts
	rcpt func(to string) error         // nil accepts
	data func(net.Conn, letter) error  // nil accepts
	auth func(user, pass string) error // nil offers no AUTH

	mu      sync.Mutex
	letters []letter
}

// serve starts the sink on loopback. implicit speaks TLS from the first byte.
func (s *sink) serve(t *testing.T, config *tls.Config, implicit bool) *sink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &visit{sink: s, conn: c.Conn()}, nil }))
	server.Domain, server.TLSConfig = "sink.example", config
	server.AllowInsecureAuth = config == nil
	server.ErrorLog = quiet{}
	if implicit {
		listener = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	return s
}

func (s *sink) received() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.letters...)
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type visit struct {
	sink   *sink
	conn   net.Conn
	letter letter
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.letter = letter{}
	if v.sink.mail != nil {
		return v.sink.mail(from)
	}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	if v.sink.rcpt != nil {
		if err := v.sink.rcpt(to); err != nil {
			return err
		}
	}
	v.letter.to = append(v.letter.to, to)
	return nil
}

func (v *visit) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.letter.data = string(data)
	if v.sink.data != nil {
		if err := v.sink.data(v.conn, v.letter); err != nil {
			return err
		}
	}
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	v.sink.letters = append(v.sink.letters, v.letter)
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

// AuthMechanisms and Auth make the visit an smtp.AuthSession.
func (v *visit) AuthMechanisms() []string {
	if v.sink.auth == nil {
		return nil
	}
	return []string{sasl.Plain}
}

func (v *visit) Auth(string) (sasl.Server, error) {
	if v.sink.auth == nil {
		return nil, errors.New("no AUTH here")
	}
	return sasl.NewPlainServer(func(_, user, pass string) error { return v.sink.auth(user, pass) }), nil
}

func reply(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: text}
}

// certificate makes a certificate for 127.0.0.1, or for another name, and the pool
// that trusts it.
func certificate(t *testing.T, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, DNSNames: names,
	}
	if len(names) == 0 {
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
