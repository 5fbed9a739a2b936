package probe

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// pemFiles writes a certificate and its key for a server that reads files.
func pemFiles(t testing.TB, dir string, c tls.Certificate) (cert, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", c.Certificate[0]), write("key.pem", "PRIVATE KEY", der)
}

// TestTURNSCoturn allocates at the real server of Debian over TLS (turns:), and breaks
// one thing at a time.
func TestTURNSCoturn(t *testing.T) {
	t.Parallel()
	turnserver := program(t, "turnserver")
	address, dir := ownAddress(36), t.TempDir()
	ca := newAuthority(t)
	cert, key := pemFiles(t, dir, ca.issue(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP(address)} }))
	start(t, turnserver, "-n", "--lt-cred-mech", "--user=monitor:hunter2", "--realm=example.test", "--cert="+cert, "--pkey="+key, "--no-dtls", "--no-cli",
		"--listening-ip="+address, "--relay-ip="+address, "--allow-loopback-peers", "--log-file=stdout", "--pidfile="+dir+"/pid", "--db="+dir+"/db")
	good := check.TURN{Address: address, Network: "tls", User: "monitor", Password: secret.New("hunter2"), TLS: check.TLSOptions{Roots: ca.pool}}
	o := eventually(t, good)
	if o.Phases.TLS <= 0 {
		t.Errorf("phases = %+v, want a TLS handshake", o.Phases)
	}
	for name, tt := range map[string]struct {
		change func(*check.TURN)
		state  check.State
		reason check.Reason
		says   string
	}{
		"over tcp on the same server": {func(p *check.TURN) { p.Network, p.TLS = "tcp", check.TLSOptions{} }, check.Up, check.ReasonNone, ""},
		"over udp":                    {func(p *check.TURN) { p.Network, p.TLS = "udp", check.TLSOptions{} }, check.Up, check.ReasonNone, ""},
		"wrong password":              {func(p *check.TURN) { p.Password = secret.New("expired") }, check.Down, check.ReasonAuth, "our credentials were not accepted: 401"},
		"unknown user":                {func(p *check.TURN) { p.User = "nobody" }, check.Down, check.ReasonAuth, "our credentials were not accepted: 401"},
		"unknown authority":           {func(p *check.TURN) { p.TLS.Roots = newAuthority(t).pool }, check.Down, check.ReasonTLS, "the TLS handshake failed"},
		"another name":                {func(p *check.TURN) { p.TLS.ServerName = "turn.example.test" }, check.Down, check.ReasonTLS, "turn.example.test"},
		"ends soon":                   {func(p *check.TURN) { p.TLS.MinDaysLeft = 1000 }, check.Degraded, check.ReasonTLS, "days"},
		"nobody listens":              {func(p *check.TURN) { p.Address = closedPort(t) }, check.Down, check.ReasonRefused, "connection refused"},
		"TLS is not spoken":           {func(p *check.TURN) { p.Address = target(t, says("220 mail.test\r\n")) }, check.Down, check.ReasonTLS, "the TLS handshake failed"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := good
			tt.change(&ask)
			o := outcomeOf(t, newProbe(t, ask), patience)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
				t.Log(o.Detail.Sentence)
			}
		})
	}
	t.Run("silent behind the handshake", func(t *testing.T) {
		config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}
		ask := good
		ask.Address = target(t, func(c net.Conn) { hangs(tls.Server(c, config)) })
		o := outcomeOf(t, newProbe(t, ask), time.Second)
		want(t, o, check.Down, check.ReasonTimeout)
		t.Log(o.Detail.Sentence)
	})
}
