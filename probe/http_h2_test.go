package probe

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/slamon/slamon/check"
)

// secureVendor is the vendor behind TLS, with HTTP/2 or without.
func secureVendor(t *testing.T, http2 bool) (*httptest.Server, check.TLSOptions) {
	t.Helper()
	s := httptest.NewUnstartedServer(vendor())
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, check.TLSOptions{Roots: roots}
}

func TestHTTP2(t *testing.T) {
	for _, c := range []struct {
		server, client bool
		proto          string
	}{
		{true, true, "HTTP/2.0 503"}, {true, false, "HTTP/1.1 503"}, {false, true, "HTTP/1.1 503"}, {false, false, "HTTP/1.1 503"},
	} {
		t.Run(fmt.Sprintf("server %t, client %t", c.server, c.client), func(t *testing.T) {
			s, options := secureVendor(t, c.server)
			p := check.HTTP{URL: mustURL(t, s.URL+"/error"), HTTP2: c.client, TLS: options}
			o := outcomeOf(t, HTTP(p), patience)
			want(t, o, check.Down, check.ReasonStatus)
			if !strings.HasPrefix(o.Detail.Status, c.proto) || !strings.HasPrefix(o.Detail.Body, "<h1>Maintenance") {
				t.Errorf("evidence %+v, want status %q and the body", o.Detail, c.proto)
			}
			p.URL, p.Method, p.Body, p.BodyMatch = mustURL(t, s.URL+"/again"), "POST", []byte("hello"), mustMatch("method=POST .*agent=slamon/.*length=5 body=hello")
			p.MaxRedirects = 1
			o = outcomeOf(t, HTTP(p), patience)
			want(t, o, check.Up, check.ReasonNone)
			if fact(t, o, check.CertificateExpiry) != float64(s.Certificate().NotAfter.Unix()) {
				t.Errorf("facts %v, want the certificate's expiry", o.Facts)
			}
			if o.Phases.TLS <= 0 {
				t.Errorf("phases %+v, want some time for TLS", o.Phases)
			}
		})
	}
}

// TestHTTP2Hostile has servers that hang, flood or break off within a stream.
func TestHTTP2Hostile(t *testing.T) {
	a := newAuthority(t)
	cert := a.issue(t, nil)
	for _, c := range []struct {
		name   string
		serve  func(*http2.Framer)
		short  bool
		state  check.State
		reason check.Reason
	}{
		{"never answers", func(*http2.Framer) {}, true, check.Down, check.ReasonTimeout},
		{"hangs within the body", func(f *http2.Framer) { head(f); f.WriteData(1, false, []byte("some")) }, true, check.Down, check.ReasonTimeout},
		{"endless body", func(f *http2.Framer) {
			head(f)
			for f.WriteData(1, false, make([]byte, 1000)) == nil {
			}
		}, false, check.Up, check.ReasonNone},
		{"resets the stream", func(f *http2.Framer) { f.WriteRSTStream(1, http2.ErrCodeInternal) }, false, check.Down, check.ReasonReset},
		{"goes away", func(f *http2.Framer) { f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, nil) }, false, check.Down, check.ReasonReset},
		{"garbage", func(f *http2.Framer) {
			f.WriteRawFrame(http2.FrameHeaders, 0xff, 1, []byte("garbage"))
		}, false, check.Down, check.ReasonProtocol},
		{"large header", func(f *http2.Framer) { largeHead(f) }, false, check.Down, check.ReasonProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := target(t, func(conn net.Conn) {
				s := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
				if s.Handshake() != nil {
					return
				}
				io.ReadFull(s, make([]byte, len(http2.ClientPreface)))
				f := http2.NewFramer(s, s)
				f.WriteSettings()
				for { // wait for the request: what comes before it is ignored
					frame, err := f.ReadFrame()
					if err != nil {
						return
					}
					if frame.Header().Type == http2.FrameHeaders {
						break
					}
				}
				c.serve(f)
				hangs(s)
			})
			limit := patience
			if c.short {
				limit = brief
			}
			o := outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, "https://"+address), HTTP2: true, MaxBody: 10_000, TLS: check.TLSOptions{Roots: a.pool}}), limit)
			want(t, o, c.state, c.reason)
		})
	}
}

func head(f *http2.Framer) {
	var block strings.Builder
	hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte(block.String()), EndHeaders: true})
}

func largeHead(f *http2.Framer) {
	var block strings.Builder
	e := hpack.NewEncoder(&block)
	e.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	e.WriteField(hpack.HeaderField{Name: "x-filler", Value: strings.Repeat("~", 100_000)})
	rest := []byte(block.String())
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: rest[:16000]})
	for rest = rest[16000:]; len(rest) > 16000; rest = rest[16000:] {
		f.WriteContinuation(1, false, rest[:16000])
	}
	f.WriteContinuation(1, true, rest)
}
