package probe

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/slamon/slamon/check"
)

// TestTLS has certificates that are fine, and wrong in each way.
func TestTLS(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	valid := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to)
		}
	}
	const day = 24 * time.Hour
	fine, expired := a.issue(t, nil), a.issue(t, valid(-10*day, -day))
	wrongName := a.issue(t, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"other.test"}, nil })
	trusting := check.TLSOptions{Roots: a.pool}
	for _, c := range []struct {
		name    string
		cert    tls.Certificate
		options check.TLSOptions
		state   check.State
		reason  check.Reason
		tells   string
	}{
		{"fine", fine, trusting, check.Up, check.ReasonNone, ""},
		{"fine by name", fine, check.TLSOptions{Roots: a.pool, ServerName: "example.test"}, check.Up, check.ReasonNone, ""},
		{"enough days left", fine, check.TLSOptions{Roots: a.pool, MinDaysLeft: 300}, check.Up, check.ReasonNone, ""},
		{"wrong authority", fine, check.TLSOptions{Roots: other.pool}, check.Down, check.ReasonTLS, "unknown authority"},
		{"system authorities", fine, check.TLSOptions{}, check.Down, check.ReasonTLS, "unknown authority"},
		{"wrong name", wrongName, trusting, check.Down, check.ReasonTLS, "127.0.0.1"},
		{"wrong name asked for", fine, check.TLSOptions{Roots: a.pool, ServerName: "another.test"}, check.Down, check.ReasonTLS, "another.test"},
		{"expired", expired, trusting, check.Down, check.ReasonTLS, "expired"},
		{"not yet valid", a.issue(t, valid(day, 10*day)), trusting, check.Down, check.ReasonTLS, "not yet valid"},
		{"soon expired", a.issue(t, valid(-day, 5*day+time.Hour)), check.TLSOptions{Roots: a.pool, MinDaysLeft: 14}, check.Degraded, check.ReasonTLS, "expires in 5 days"},
		{"expired but unverified", expired, check.TLSOptions{SkipVerify: true}, check.Up, check.ReasonNone, ""},
		{"expired, unverified, days wanted", expired, check.TLSOptions{SkipVerify: true, MinDaysLeft: 1}, check.Degraded, check.ReasonTLS, "expired"},
		{"wrong name, unverified", wrongName, check.TLSOptions{SkipVerify: true}, check.Up, check.ReasonNone, ""},
		{"revoked", revokedCert(t, a, ocsp.Revoked), trusting, check.Down, check.ReasonTLS, "revoked"},
		{"stapled as good", revokedCert(t, a, ocsp.Good), trusting, check.Up, check.ReasonNone, ""},
		{"stapled by another", revokedCert(t, other, ocsp.Revoked), check.TLSOptions{Roots: other.pool, SkipVerify: true}, check.Up, check.ReasonNone, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := target(t, overTLS(c.cert, hangs))
			o := outcomeOf(t, TLS(check.TLSHandshake{Address: address, TLS: c.options}), patience)
			want(t, o, c.state, c.reason)
			if got := fact(t, o, check.CertificateExpiry); got != float64(c.cert.Leaf.NotAfter.Unix()) {
				t.Errorf("expiry %v, want %v", got, c.cert.Leaf.NotAfter.Unix())
			}
			if d := o.Detail; d != nil && (!strings.Contains(d.Sentence, c.tells) || !strings.Contains(d.Certificate, "CN=test authority")) {
				t.Errorf("evidence %+v, want it to tell %q and the certificate", d, c.tells)
			}
			if o.Phases.TLS <= 0 {
				t.Errorf("phases %+v, want some time for TLS", o.Phases)
			}
		})
	}
}

// revokedCert is a certificate with a stapled OCSP answer.
func revokedCert(t *testing.T, a *authority, status int) tls.Certificate {
	t.Helper()
	cert := a.issue(t, nil)
	template := ocsp.Response{
		Status: status, SerialNumber: cert.Leaf.SerialNumber,
		ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(time.Hour), RevokedAt: time.Now().Add(-2 * time.Hour),
		IssuerHash: crypto.SHA256,
	}
	staple, err := ocsp.CreateResponse(a.cert, a.cert, template, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert.OCSPStaple = staple
	return cert
}

// TestTLSForgedStaple passes over a revocation that the issuer did not sign.
func TestTLSForgedStaple(t *testing.T) {
	a, forger := newAuthority(t), newAuthority(t)
	cert := a.issue(t, nil)
	cert.OCSPStaple = revokedCert(t, forger, ocsp.Revoked).OCSPStaple
	o := outcomeOf(t, TLS(check.TLSHandshake{Address: target(t, overTLS(cert, hangs)), TLS: check.TLSOptions{Roots: a.pool}}), patience)
	want(t, o, check.Up, check.ReasonNone)
}

// TestTLSHostile has servers that do not get as far as a certificate.
func TestTLSHostile(t *testing.T) {
	for _, c := range []struct {
		name   string
		serve  func(net.Conn)
		limit  time.Duration
		reason check.Reason
	}{
		{"accepts and never answers", hangs, brief, check.ReasonTimeout},
		{"drips", drips("\x16\x03\x03\x40\x00"), brief, check.ReasonTimeout},
		{"garbage", says("HTTP/1.1 400 Bad Request\r\n\r\n"), patience, check.ReasonTLS},
		{"random bytes", endless("\x00\x01\x02\x03\x04\x05\x06", "\xff\xfe\xfd"), patience, check.ReasonTLS},
		{"alert", says("\x15\x03\x03\x00\x02\x02\x28"), patience, check.ReasonTLS},
		{"endless records", endless("", "\x16\x03\x03\x00\x04\x02\xff\xff\xff"), patience, check.ReasonTLS},
		{"closes", says(""), patience, check.ReasonReset},
		{"resets", resets, patience, check.ReasonReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := target(t, c.serve)
			o := waitsFor(t, TLS(check.TLSHandshake{Address: address}), c.limit, c.reason, "handshake")
			want(t, o, check.Down, c.reason)
			if o.Detail.Phase != check.PhaseTLS || o.Detail.Address != address {
				t.Errorf("evidence %+v, want phase tls and address %s", o.Detail, address)
			}
			o = outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, "https://"+address+"/"), HTTP2: true}), c.limit)
			want(t, o, check.Down, c.reason)
		})
	}
}

// TestClientCertificate shows ours to a server that wants one.
func TestClientCertificate(t *testing.T) {
	a := newAuthority(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	s.Config.ErrorLog = quiet
	s.TLS = &tls.Config{
		Certificates: []tls.Certificate{a.issue(t, nil)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool,
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	p := check.HTTP{URL: mustURL(t, s.URL), TLS: check.TLSOptions{Roots: a.pool}, BodyMatch: mustMatch("^example.test$")}
	want(t, outcomeOf(t, HTTP(p), patience), check.Down, check.ReasonTLS)
	p.TLS.Certificates = []tls.Certificate{a.issue(t, nil)}
	want(t, outcomeOf(t, HTTP(p), patience), check.Up, check.ReasonNone)
}

// TestLongestChain is an old root beside a newer one: the newer counts.
func TestLongestChain(t *testing.T) {
	at := func(days int) *x509.Certificate {
		return &x509.Certificate{NotAfter: time.Unix(0, 0).AddDate(0, 0, days)}
	}
	chains := [][]*x509.Certificate{{at(90), at(10)}, {at(90), at(80), at(400)}, {at(90), at(70)}}
	if got := longest(chains); !got.Equal(at(80).NotAfter) {
		t.Errorf("longest = %s, want %s", got, at(80).NotAfter)
	}
}
