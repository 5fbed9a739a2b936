package probe

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/slamon/slamon/check"
)

// webProxy serves requests and tunnels, for ops with s3cret.
func webProxy(conn net.Conn) {
	in := bufio.NewReader(conn)
	r, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	if r.Header.Get("Proxy-Authorization") != basic("ops", "s3cret") {
		io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
		return
	}
	out, err := net.Dial("tcp", r.Host)
	if err != nil {
		io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer out.Close()
	if r.Method == "CONNECT" {
		io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		splice(conn, out)
		return
	}
	r.Header.Set("X-Key", "by proxy, asked for "+r.URL.Scheme)
	r.Write(out)
	io.Copy(conn, out)
}

// splice copies both ways until one side ends.
func splice(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		io.Copy(b, a)
		b.Close()
		close(done)
	}()
	io.Copy(a, b)
	a.Close()
	<-done
}

// socksProxy serves SOCKS5 for ops with s3cret, or anybody; it answers code.
func socksProxy(code byte, method byte) func(net.Conn) {
	return func(conn net.Conn) {
		greeting := make([]byte, 3)
		io.ReadFull(conn, greeting)
		conn.Write([]byte{5, method})
		if method == 2 {
			login := make([]byte, 3+len("ops")+len("s3cret"))
			io.ReadFull(conn, login)
			if string(login) != "\x01\x03ops\x06s3cret" {
				conn.Write([]byte{1, 1})
				return
			}
			conn.Write([]byte{1, 0})
		}
		request := make([]byte, 10)
		if _, err := io.ReadFull(conn, request); err != nil {
			return
		}
		if code != 0 {
			conn.Write([]byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		to := net.JoinHostPort(net.IP(request[4:8]).String(), strconv.Itoa(int(request[8])<<8|int(request[9])))
		out, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer out.Close()
		conn.Write([]byte("\x05\x00\x00\x03\x04name\x00\x00"))
		splice(conn, out)
	}
}

func TestHTTPProxy(t *testing.T) {
	s, options := secureVendor(t, true)
	plain := target(t, func(conn net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			fmt.Fprintf(conn, "%s\r\nx=%s", okHead, r.Header.Get("X-Key"))
		}
	})
	ops := url.UserPassword("ops", "s3cret")
	wrong := url.UserPassword("ops", "wr0ng!")
	for _, c := range []struct {
		name   string
		scheme string
		user   *url.Userinfo
		serve  func(net.Conn)
		url    string
		body   string
		state  check.State
		reason check.Reason
	}{
		{"http", "http", ops, webProxy, "http://" + plain + "/", "x=by proxy, asked for http$", check.Up, check.ReasonNone},
		{"https", "http", ops, webProxy, s.URL, "is well", check.Up, check.ReasonNone},
		{"socks http", "socks5", nil, socksProxy(0, 0), "http://" + plain + "/", "x=$", check.Up, check.ReasonNone},
		{"socks https", "socks5", ops, socksProxy(0, 2), s.URL, "is well", check.Up, check.ReasonNone},
		{"http, wrong password", "http", wrong, webProxy, "http://" + plain + "/", "", check.Unknown, check.ReasonOwnNetwork},
		{"https, wrong password", "http", wrong, webProxy, s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"socks, wrong password", "socks5", wrong, socksProxy(0, 2), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"socks, password wanted", "socks5", nil, socksProxy(0, 2), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"https, target refuses", "http", ops, webProxy, "https://" + closedPort(t) + "/", "", check.Down, check.ReasonUnreachable},
		{"http, target refuses", "http", ops, webProxy, "http://" + closedPort(t) + "/", "", check.Down, check.ReasonStatus},
		{"socks, target refuses", "socks5", nil, socksProxy(5, 0), s.URL, "", check.Down, check.ReasonRefused},
		{"socks, target unreachable", "socks5", nil, socksProxy(4, 0), s.URL, "", check.Down, check.ReasonUnreachable},
		{"socks, not allowed", "socks5", nil, socksProxy(2, 0), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"socks, broken", "socks5", nil, socksProxy(1, 0), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"proxy refuses", "http", nil, says("HTTP/1.1 403 Forbidden\r\n\r\n"), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"proxy closes", "http", nil, says(""), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"proxy talks garbage", "http", nil, says("what?\r\n\r\n"), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"proxy floods", "http", nil, endless(okHead, "X: y\r\n"), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"proxy sends too much", "http", nil, says(okHead + "\r\nmore"), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
		{"no socks", "socks5", nil, says("HTTP/1.1 400 Bad Request\r\n\r\n"), s.URL, "", check.Unknown, check.ReasonOwnNetwork},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := check.HTTP{URL: mustURL(t, c.url), TLS: options, HTTP2: true}
			p.Proxy = &url.URL{Scheme: c.scheme, User: c.user, Host: target(t, c.serve)}
			if c.body != "" {
				p.BodyMatch = mustMatch(c.body)
			}
			o := outcomeOf(t, HTTP(p), patience)
			want(t, o, c.state, c.reason)
			if strings.Contains(describe(o), "wr0ng") {
				t.Errorf("evidence tells the password: %s", describe(o))
			}
		})
	}
}

// TestHTTPProxyDead has nobody listen where the proxy should be: our own trouble.
func TestHTTPProxyDead(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		p := check.HTTP{URL: mustURL(t, scheme+"://example.test/"), Proxy: &url.URL{Scheme: "http", Host: closedPort(t)}}
		o := outcomeOf(t, HTTP(p), patience)
		want(t, o, check.Unknown, check.ReasonOwnNetwork)
		if !strings.Contains(o.Detail.Sentence, "proxy") {
			t.Errorf("sentence %q, want it to name the proxy", o.Detail.Sentence)
		}
	}
}

// TestHTTPProxySilent cannot tell who is silent, and blames the target.
func TestHTTPProxySilent(t *testing.T) {
	p := check.HTTP{URL: mustURL(t, "https://example.test/"), Proxy: &url.URL{Scheme: "http", Host: target(t, hangs)}}
	want(t, outcomeOf(t, HTTP(p), 4*brief), check.Down, check.ReasonTimeout)
	p.Proxy.Scheme = "socks5"
	p.Proxy.Host = target(t, func(c net.Conn) { c.Read(make([]byte, 3)); c.Write([]byte{5, 0}); hangs(c) })
	want(t, outcomeOf(t, HTTP(p), 4*brief), check.Down, check.ReasonTimeout)
}
