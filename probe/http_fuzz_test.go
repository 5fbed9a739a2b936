package probe

import (
	"bytes"
	"context"
	"testing"

	"github.com/slamon/slamon/check"
)

// FuzzHTTPAnswer judges answers of any bytes: within the limits, always with
// evidence, and with the same result each time.
func FuzzHTTPAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Oops\r\n\r\nbusy",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/0.9\r\n", "\x16\x03\x01", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	h, err := newHTTP(check.HTTP{URL: mustURL(f, "http://192.0.2.1/"), MaxBody: 100, BodyMatch: mustMatch("hello"), MaxRedirects: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		first, second := judgeBytes(t, h, answer), judgeBytes(t, h, answer)
		if first.State != second.State || first.Reason != second.Reason {
			t.Errorf("judged as %s, then as %s", describe(first), describe(second))
		}
	})
}

// judgeBytes has a probe judge an answer without a connection.
func judgeBytes(t *testing.T, h *httpProbe, answer []byte) check.Outcome {
	t.Helper()
	tr := begin(context.Background(), check.PhaseTransfer)
	x := newExchange()
	defer x.release()
	x.from = allowance{Reader: bytes.NewReader(answer), left: headerLimit}
	o := check.Outcome{}
	if err := x.readHeader(&tr, "GET"); err != nil {
		o = h.failed(t.Context(), &tr, err)
	} else if h.redirects(x.resp) {
		l := trail{probe: h}
		if next, err := l.follow(&h.first, x.resp); err == nil && (len(next.wire) == 0 || bytes.Count(next.wire, []byte("\r\n\r\n")) != 1) {
			t.Errorf("follows with request %q", next.wire)
		}
	} else {
		o = h.judge(t.Context(), &tr, x)
	}
	if o.State == check.Up || o.State == check.Down {
		bounded(t, o)
	}
	return o
}

// FuzzTalk has a peer of any bytes in the dialogue before TLS.
func FuzzTalk(f *testing.F) {
	f.Add("smtp", []byte("220-a\r\n220 b\r\n250-x\r\n250 y\r\n220 go\r\n"))
	f.Add("ldap", []byte(ldapGrant))
	f.Add("xmpp", []byte(xmppFeatures))
	f.Add("postgres", []byte("SS"))
	f.Fuzz(func(t *testing.T, protocol string, answer []byte) {
		turns, err := startTLS(protocol, "example.test")
		if err != nil {
			return
		}
		tr := begin(context.Background(), check.PhaseConnect)
		k := talk{conn: &recorded{in: bytes.NewReader(answer)}, trace: &tr}
		if wrong := k.plain(t.Context(), turns); wrong != nil {
			bounded(t, wrong.outcome(&tr))
		}
		if len(k.heard) > talkLimit || len(tr.body) > check.EvidenceLimit {
			t.Errorf("kept %d and %d bytes", len(k.heard), len(tr.body))
		}
	})
}
