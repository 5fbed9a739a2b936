package config

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/slamon/slamon/check"
)

// tlsKeys are the keys of a TLS handshake.
type tlsKeys struct {
	ServerName      field[string] `toml:"server_name"`
	CAFile          field[string] `toml:"ca_file"`
	CertificateFile field[string] `toml:"certificate_file"`
	KeyFile         field[string] `toml:"key_file"`
	SkipVerify      field[bool]   `toml:"skip_verify"`
	MinDaysLeft     field[int64]  `toml:"min_days_left"`
}

// tlsFile is a table of its own for them.
type tlsFile struct {
	table
	tlsKeys
}

// maxDaysLeft bounds min_days_left: public certificates live at most 398 days,
// private ones are made for ten years.
const maxDaysLeft = 3660

// options reads the files that the keys name.
func (k *tlsKeys) options(r *reader) check.TLSOptions {
	if k == nil {
		return check.TLSOptions{}
	}
	o := check.TLSOptions{
		ServerName:  k.ServerName.v,
		SkipVerify:  k.SkipVerify.v,
		MinDaysLeft: int(r.within(k.MinDaysLeft, "min_days_left", 0, maxDaysLeft, 0)),
	}
	if k.ServerName.ok && !validHost(k.ServerName.v) && k.ServerName.v != "" {
		r.complain(k.ServerName.at, `server_name = "www.example.com"`, "server_name %s is not a host name", quote(k.ServerName.v))
	}
	if k.CAFile.or("") != "" {
		o.Roots = r.pool(k.CAFile)
		if k.SkipVerify.v {
			r.complain(k.SkipVerify.at, "take out one of the two", "ca_file has no use with skip_verify = true")
		}
	}
	cert, key := k.CertificateFile.or(""), k.KeyFile.or("")
	switch {
	case cert != "" && key != "":
		o.Certificates = r.pair(k.CertificateFile, k.KeyFile)
	case cert != "":
		r.complain(k.CertificateFile.at, `key_file = "client.key"`, "certificate_file needs a key_file")
	case key != "":
		r.complain(k.KeyFile.at, `certificate_file = "client.pem"`, "key_file needs a certificate_file")
	}
	return o
}

func (f *tlsFile) options(r *reader) check.TLSOptions {
	if f == nil {
		return check.TLSOptions{}
	}
	return f.tlsKeys.options(r)
}

// maxPEM bounds a file of certificates; the whole set that Debian ships has
// 220 KiB.
const maxPEM = 4 << 20

// pool reads a file of authorities. Checks that name the same file share it.
func (r *reader) pool(file field[string]) *x509.CertPool {
	p := r.file(file.v)
	if pool, ok := r.pools[p]; ok {
		return pool
	}
	r.pools[p] = nil
	data, _, err := readFile(p, maxPEM)
	if err != nil {
		r.complain(file.at, "name a file of certificates in PEM form", "ca_file: %s", err)
		return nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		r.complain(file.at, "the file must hold at least one block -----BEGIN CERTIFICATE-----", "ca_file: %s holds no certificate", p)
		return nil
	}
	r.pools[p] = pool
	return pool
}

// pair reads a client certificate with its key. Checks that name the same
// files share it.
func (r *reader) pair(cert, key field[string]) []tls.Certificate {
	names := [2]string{r.file(cert.v), r.file(key.v)}
	if pair, ok := r.pairs[names]; ok {
		return pair
	}
	r.pairs[names] = nil
	certPEM, _, err := readFile(names[0], maxPEM)
	if err != nil {
		r.complain(cert.at, "name a certificate in PEM form", "certificate_file: %s", err)
		return nil
	}
	keyPEM, mode, err := readFile(names[1], maxPEM)
	if err != nil {
		r.complain(key.at, "name a private key in PEM form", "key_file: %s", err)
		return nil
	}
	if mode&0o007 != 0 {
		r.warn(key.at, "chmod 600 "+names[1], "everybody on this machine can read the private key %s", names[1])
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		r.complain(cert.at, "the two files must belong together", "client certificate %s with key %s: %s", names[0], names[1], err)
		return nil
	}
	r.pairs[names] = []tls.Certificate{pair}
	return r.pairs[names]
}
