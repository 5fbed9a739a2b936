package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

const okHead = "HTTP/1.1 200 OK\r\n"

// TestHTTPHostile has targets that hang, lie and flood.
func TestHTTPHostile(t *testing.T) {
	var none check.HTTP
	small := check.HTTP{MaxBody: 1000}
	matching := check.HTTP{MaxBody: 1000, BodyMatch: []check.Match{{Pattern: regexp.MustCompile("welcome")}}}
	for _, c := range []struct {
		name   string
		serve  func(net.Conn)
		params check.HTTP
		limit  time.Duration
		state  check.State
		reason check.Reason
		tells  string // part of the sentence
	}{
		{"accepts and never answers", hangs, none, brief, check.Down, check.ReasonTimeout, "no answer within"},
		{"drips the header", drips("HTTP/1.1 200 OK\r\nX-A: "), none, brief, check.Down, check.ReasonTimeout, "did not end within"},
		{"drips the body", drips(okHead + "Content-Length: 1000\r\n\r\n"), none, brief, check.Down, check.ReasonTimeout, "did not end within"},
		{"endless header fields", endless(okHead, "X-Filler: "+strings.Repeat("a", 1000)+"\r\n"), none, patience, check.Down, check.ReasonProtocol, "header is longer"},
		{"one endless header field", endless(okHead+"X-Filler: ", strings.Repeat("a", 1000)), none, patience, check.Down, check.ReasonProtocol, "header is longer"},
		{"endless status line", endless("HTTP/1.1 200 ", "OK"), none, patience, check.Down, check.ReasonProtocol, "header is longer"},
		{"endless body", endless(okHead+"\r\n", strings.Repeat("x", 1000)), small, patience, check.Up, check.ReasonNone, ""},
		{"endless body of a wrong status", endless("HTTP/1.1 500 Oops\r\n\r\n", strings.Repeat("x", 1000)), small, patience, check.Down, check.ReasonStatus, "500 Oops"},
		{"endless body without the pattern", endless(okHead+"\r\n", strings.Repeat("x", 1000)), matching, patience, check.Down, check.ReasonContent, "there are more"},
		{"pattern across the limit", says(okHead + "\r\n" + strings.Repeat("x", 997) + "welcome"), matching, patience, check.Down, check.ReasonContent, "there are more"},
		{"pattern up to the limit", says(okHead + "\r\n" + strings.Repeat("x", 993) + "welcome" + "more"), matching, patience, check.Up, check.ReasonNone, ""},
		{"endless chunks of one byte", endless(okHead+"Transfer-Encoding: chunked\r\n\r\n", "1;"+strings.Repeat("e", 200)+"\r\nx\r\n"), none, patience, check.Down, check.ReasonProtocol, ""},
		{"garbage for chunks", says(okHead + "Transfer-Encoding: chunked\r\n\r\nzzz\r\nxxx"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"chunks cut off", says(okHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), none, patience, check.Down, check.ReasonReset, "closed too early"},
		{"body shorter than stated", says(okHead + "Content-Length: 10\r\n\r\nabc"), none, patience, check.Down, check.ReasonReset, "closed too early"},
		{"negative content length", says(okHead + "Content-Length: -1\r\n\r\nabc"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"two content lengths", says(okHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nabc"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"huge content length, endless", endless(okHead+"Content-Length: 9223372036854775807\r\n\r\n", strings.Repeat("x", 1000)), small, patience, check.Up, check.ReasonNone, ""},
		{"header without a colon", says(okHead + "this is not a field\r\n\r\n"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"HTTP/0.9", says("<html>hello</html>\n"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"an SSH server", says("SSH-2.0-OpenSSH_9.2\r\n"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"bytes of nothing", says("\x00\x01\x02\xff\xfe\r\n\r\n"), none, patience, check.Down, check.ReasonProtocol, "not proper HTTP"},
		{"flood of interim answers", endless("", "HTTP/1.1 103 Early Hints\r\n\r\n"), none, patience, check.Down, check.ReasonProtocol, "interim"},
		{"an interim answer, then the final", says("HTTP/1.1 103 Early Hints\r\n\r\n" + okHead + "\r\n"), none, patience, check.Up, check.ReasonNone, ""},
		{"closes after accept", func(net.Conn) {}, none, patience, check.Down, check.ReasonReset, ""},
		{"closes after the request", says(""), none, patience, check.Down, check.ReasonReset, "closed too early"},
		{"resets", resets, none, patience, check.Down, check.ReasonReset, ""},
		{"closes within the header", says(okHead + "X-A: b\r\n"), none, patience, check.Down, check.ReasonReset, "closed too early"},
		{"garbage called gzip", says(okHead + "Content-Encoding: gzip\r\n\r\nno gzip at all"), none, patience, check.Down, check.ReasonProtocol, "gzip"},
		{"gzip bomb", bomb, small, patience, check.Up, check.ReasonNone, ""},
		{"gzip that decodes to nothing", hollow, small, patience, check.Up, check.ReasonNone, ""},
		{"redirect loop", says("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), check.HTTP{MaxRedirects: 10}, patience, check.Down, check.ReasonStatus, "still redirected after 10 redirects"},
		{"redirect to another scheme", says("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"), check.HTTP{MaxRedirects: 10}, patience, check.Down, check.ReasonStatus, `scheme "file"`},
		{"redirect to nonsense", says("HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"), check.HTTP{MaxRedirects: 10}, patience, check.Down, check.ReasonStatus, "no URL"},
		{"redirect to nowhere", says("HTTP/1.1 302 Found\r\n\r\n"), check.HTTP{MaxRedirects: 10}, patience, check.Down, check.ReasonStatus, "302 Found"},
		{"answers before the request is read", early, check.HTTP{Method: "POST", Body: make([]byte, 8<<20)}, patience, check.Down, check.ReasonStatus, "413"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.params.URL = mustURL(t, "http://"+target(t, c.serve)+"/")
			o := waitsFor(t, HTTP(c.params), c.limit, c.reason, c.tells)
			want(t, o, c.state, c.reason)
			if o.Detail != nil && !strings.Contains(o.Detail.Sentence, c.tells) {
				t.Errorf("sentence %q, want it to tell %q", o.Detail.Sentence, c.tells)
			}
			if max := float64(c.params.MaxBody); max > 0 && o.State == check.Up && fact(t, o, check.BodyBytes) > max {
				t.Errorf("read %v bytes of the body, want at most %v", fact(t, o, check.BodyBytes), max)
			}
		})
	}
}

// bomb sends 4 MiB of zeros in 4 KiB.
func bomb(conn net.Conn) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(make([]byte, 4<<20))
	z.Close()
	says(fmt.Sprintf("%sContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", okHead, b.Len(), b.Bytes()))(conn)
}

// hollow sends empty gzip members for ever.
func hollow(conn net.Conn) {
	var b bytes.Buffer
	gzip.NewWriter(&b).Close()
	endless(okHead+"Content-Encoding: gzip\r\n\r\n", b.String())(conn)
}

// early refuses a request before it has come.
func early(conn net.Conn) {
	conn.Read(make([]byte, 1))
	io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
	io.Copy(io.Discard, conn)
}

// TestHTTPManyRedirects follows no more than allowed of 1,000 redirects.
func TestHTTPManyRedirects(t *testing.T) {
	var asked atomic.Int32
	address := target(t, func(conn net.Conn) {
		says(fmt.Sprintf("HTTP/1.1 301 Moved\r\nLocation: /hop/%d\r\nContent-Length: 0\r\n\r\n", asked.Add(1)))(conn)
	})
	o := outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, "http://"+address+"/"), MaxRedirects: 7}), patience)
	want(t, o, check.Down, check.ReasonStatus)
	if !strings.Contains(o.Detail.Sentence, "after 7 redirects") || !strings.Contains(o.Detail.Sentence, "/hop/7") {
		t.Errorf("sentence %q, want it to tell the number of redirects and the last URL", o.Detail.Sentence)
	}
	if asked.Load() != 8 {
		t.Errorf("%d requests, want 8", asked.Load())
	}
}

// TestHTTPCancelled checks that a probe that is stopped blames nobody.
func TestHTTPCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	address := target(t, func(conn net.Conn) {
		conn.Read(make([]byte, 4096))
		cancel()
		hangs(conn)
	})
	o := HTTP(check.HTTP{URL: mustURL(t, "http://"+address+"/")})(ctx)
	want(t, o, check.Unknown, check.ReasonStopped)
	if o.Took > slack {
		t.Errorf("stopped after %s", o.Took)
	}
}

// TestHTTPRefused has nobody listen.
func TestHTTPRefused(t *testing.T) {
	address := closedPort(t)
	o := outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, "http://user:hunter2@"+address+"/?key=hunter2")}), patience)
	want(t, o, check.Down, check.ReasonRefused)
	if o.Detail.Address != address || o.Detail.Phase != check.PhaseConnect {
		t.Errorf("evidence %+v, want address %s and phase connect", o.Detail, address)
	}
	if strings.Contains(describe(o), "hunter2") {
		t.Errorf("evidence tells the password: %s", describe(o))
	}
}
