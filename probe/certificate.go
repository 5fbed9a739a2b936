package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/slamon/slamon/check"
)

// chain is what a handshake showed of the server's certificates. The zero value
// is a handshake that did not come that far.
type chain struct {
	leaf    *x509.Certificate
	expires time.Time // earliest notAfter of the chain
	remark  string    // why a valid chain is not plainly fine; with want and got
	want    string
	got     string
}

// errNoCertificate cannot come from crypto/tls, which refuses an empty chain.
var errNoCertificate = errors.New("the server showed no certificate")

// verify judges the chain of a connection as the client of name, at now.
func (c *chain) verify(cs tls.ConnectionState, o check.TLSOptions, name string, now time.Time) error {
	if len(cs.PeerCertificates) == 0 {
		return errNoCertificate
	}
	c.leaf = cs.PeerCertificates[0]
	c.expires = earliest(cs.PeerCertificates)
	if !o.SkipVerify {
		verified, err := trust(cs.PeerCertificates, o.Roots, name, now)
		if err != nil {
			return err
		}
		c.expires = longest(verified)
		if err := revoked(cs.OCSPResponse, verified); err != nil {
			return err
		}
	}
	c.remind(o.MinDaysLeft, now)
	return nil
}

// trust is what crypto/tls does for a client: a chain from the first certificate
// to a root, for the name.
func trust(shown []*x509.Certificate, roots *x509.CertPool, name string, now time.Time) ([][]*x509.Certificate, error) {
	o := x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now}
	if len(shown) > 1 {
		o.Intermediates = x509.NewCertPool()
		for _, cert := range shown[1:] {
			o.Intermediates.AddCert(cert)
		}
	}
	return shown[0].Verify(o)
}

// longest returns the day on which the last of several valid chains expires: an
// old cross-signed root beside a newer one harms nobody.
func longest(chains [][]*x509.Certificate) time.Time {
	var last time.Time
	for _, certs := range chains {
		if e := earliest(certs); e.After(last) {
			last = e
		}
	}
	return last
}

func earliest(certs []*x509.Certificate) time.Time {
	first := certs[0].NotAfter
	for _, cert := range certs[1:] {
		if cert.NotAfter.Before(first) {
			first = cert.NotAfter
		}
	}
	return first
}

// revokedError is a stapled OCSP answer (RFC 6960) that revokes the certificate.
type revokedError struct{ at time.Time }

func (e revokedError) Error() string {
	return "the certificate was revoked on " + e.at.UTC().Format(time.DateOnly) + " (stapled OCSP answer)"
}

// revoked looks at a stapled OCSP answer. One that cannot be read, or is not
// signed by the issuer, proves nothing and is passed over, as browsers do.
func revoked(staple []byte, chains [][]*x509.Certificate) error {
	if len(staple) == 0 || len(chains[0]) < 2 {
		return nil
	}
	answer, err := ocsp.ParseResponseForCert(staple, chains[0][0], chains[0][1])
	if err != nil || answer.Status != ocsp.Revoked {
		return nil
	}
	return revokedError{answer.RevokedAt}
}

// remind leaves a remark if fewer days are left than wanted.
func (c *chain) remind(minDays int, now time.Time) {
	const day = 24 * time.Hour // certificates are valid to the second, in UTC
	left := int(c.expires.Sub(now) / day)
	if minDays <= 0 || left >= minDays {
		return
	}
	on := c.expires.UTC().Format(time.DateOnly)
	c.remark = fmt.Sprintf("the certificate expires in %d days, on %s", left, on)
	if now.After(c.expires) {
		c.remark = "the certificate expired on " + on
	}
	c.want = fmt.Sprintf("%d days left or more", minDays)
	c.got = fmt.Sprintf("%d days left", left)
}

// String tells subject, issuer and validity, for evidence.
func (c *chain) String() string {
	if c.leaf == nil {
		return ""
	}
	return fmt.Sprintf("subject %s; issuer %s; valid %s to %s; chain until %s",
		c.leaf.Subject, c.leaf.Issuer,
		c.leaf.NotBefore.UTC().Format(time.RFC3339), c.leaf.NotAfter.UTC().Format(time.RFC3339),
		c.expires.UTC().Format(time.RFC3339))
}
