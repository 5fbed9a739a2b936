package probe

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// processorTime is what this process has used, system calls included.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHTTP compares the probe with a bare net/http loop and with the least
// that a Go program can do, against one server in another process.
func BenchmarkHTTP(b *testing.B) {
	server := mustURL(b, otherProcess(b, "http"))
	probe := HTTP(check.HTTP{URL: server})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	b.Run("probe", measured(func(ctx context.Context) error { return upOrError(probe(ctx)) }))
	b.Run("nethttp", measured(func(ctx context.Context) error { return bareHTTP(ctx, client, server.String()) }))
	b.Run("raw", measured(func(ctx context.Context) error { return rawHTTP(ctx, server.Host) }))
}

// BenchmarkHTTPS does the same with TLS. The bare loop does not even look at the
// certificate.
func BenchmarkHTTPS(b *testing.B) {
	server := otherProcess(b, "https")
	skip := check.TLSOptions{SkipVerify: true}
	one := HTTP(check.HTTP{URL: mustURL(b, server), TLS: skip})
	two := HTTP(check.HTTP{URL: mustURL(b, server), TLS: skip, HTTP2: true})
	bare := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	client := &http.Client{Transport: bare}
	b.Run("probe", measured(func(ctx context.Context) error { return upOrError(one(ctx)) }))
	b.Run("probe-http2", measured(func(ctx context.Context) error { return upOrError(two(ctx)) }))
	b.Run("nethttp", measured(func(ctx context.Context) error { return bareHTTP(ctx, client, server) }))
}

// BenchmarkTCP compares connecting and closing.
func BenchmarkTCP(b *testing.B) {
	host := mustURL(b, otherProcess(b, "http")).Host
	probe := TCP(check.TCP{Address: host})
	b.Run("probe", measured(func(ctx context.Context) error { return upOrError(probe(ctx)) }))
	b.Run("netdial", measured(func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
		if err == nil {
			err = conn.Close()
		}
		return err
	}))
}

// measured reports the processor time of one call, besides the usual.
func measured(once func(context.Context) error) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		before := processorTime(b)
		for b.Loop() {
			ctx, cancel := context.WithTimeout(b.Context(), 5*time.Second)
			if err := once(ctx); err != nil {
				b.Fatal(err)
			}
			cancel()
		}
		used := processorTime(b) - before
		b.ReportMetric(float64(used.Nanoseconds())/float64(b.N), "cpu-ns/op")
	}
}

func upOrError(o check.Outcome) error {
	if o.State == check.Up {
		return nil
	}
	return &unexpected{o}
}

func bareHTTP(ctx context.Context, client *http.Client, server string) error {
	r, err := http.NewRequestWithContext(ctx, "GET", server, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func rawHTTP(ctx context.Context, host string) error {
	conn, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, "tcp", host)
	if err != nil {
		return err
	}
	defer conn.Close()
	end, _ := ctx.Deadline()
	conn.SetDeadline(end)
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	var buf [4096]byte
	n, err := conn.Read(buf[:])
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(buf[:n]), "HTTP/1.1 200 ") {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// BenchmarkHTTPMemory reports what one constructed plain check holds.
func BenchmarkHTTPMemory(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(held(b), "held-B/check")
	}
}

// TestHTTPMemory holds the share of a plain check in the 6 KiB that a check may
// cost in all.
func TestHTTPMemory(t *testing.T) {
	const most = 1536
	if got := held(t); got > most {
		t.Errorf("a constructed check holds %.0f bytes, want at most %d", got, most)
	}
}

func held(t testing.TB) float64 {
	const many = 10_000
	u := mustURL(t, "http://192.0.2.1/health")
	all := make([]func(context.Context) check.Outcome, 0, many)
	before := heap()
	for range many {
		all = append(all, HTTP(check.HTTP{URL: u}))
	}
	after := heap()
	runtime.KeepAlive(all)
	return (float64(after) - float64(before)) / many
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
