package probe

import (
	"context"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/slamon/slamon/check"
)

// answers sends datagrams back to whoever asked.
type answers func(...[]byte)

// udpTarget listens on loopback and lets serve answer each datagram.
func udpTarget(t testing.TB, serve func(request []byte, answer answers)) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		buffer := make([]byte, 64<<10)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			serve(append([]byte(nil), buffer[:n]...), func(out ...[]byte) {
				for _, b := range out {
					conn.WriteTo(b, from)
				}
			})
		}
	})
	t.Cleanup(func() {
		conn.Close()
		all.Wait()
	})
	return conn.LocalAddr().String()
}

// closedUDP is an address that nobody listens on.
func closedUDP(t testing.TB) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

// newProbe makes a check ready in an Env of its own.
func newProbe(t testing.TB, p check.Params) func(context.Context) check.Outcome {
	t.Helper()
	e, err := NewEnv(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	probe, err := e.New(check.Check{ID: "test", Params: p})
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

// mentions fails unless the sentence holds the words.
func mentions(t testing.TB, o check.Outcome, words string) {
	t.Helper()
	if o.Detail == nil || !strings.Contains(o.Detail.Sentence, words) {
		t.Errorf("outcome = %s\nwant a sentence with %q", describe(o), words)
	}
}

func TestUDP(t *testing.T) {
	t.Parallel()
	echo := udpTarget(t, func(b []byte, answer answers) { answer(append([]byte("re: "), b...)) })
	chatty := udpTarget(t, func(b []byte, answer answers) { answer([]byte("noise"), []byte("more noise"), []byte("pong 7")) })
	silent := udpTarget(t, func([]byte, answers) {})
	flood := udpTarget(t, func(_ []byte, answer answers) {
		for range 2 * datagramMost {
			answer([]byte("noise"))
		}
	})
	pong := regexp.MustCompile(`^pong \d$`)
	for name, tt := range map[string]struct {
		address string
		expect  *regexp.Regexp
		state   check.State
		reason  check.Reason
		says    string
	}{
		"any answer":            {echo, nil, check.Up, check.ReasonNone, ""},
		"a matching answer":     {echo, regexp.MustCompile("^re: ping$"), check.Up, check.ReasonNone, ""},
		"noise before it":       {chatty, pong, check.Up, check.ReasonNone, ""},
		"only noise":            {echo, pong, check.Down, check.ReasonContent, "does not match"},
		"a flood of noise":      {flood, pong, check.Down, check.ReasonContent, "does not match"},
		"silence":               {silent, nil, check.Down, check.ReasonTimeout, "no answer to the datagram"},
		"nobody listens":        {closedUDP(t), nil, check.Down, check.ReasonRefused, "port unreachable"},
		"name does not resolve": {"nobody.invalid:9", nil, check.Down, check.ReasonDNS, "did not resolve"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := patience
			if tt.reason == check.ReasonTimeout || tt.reason == check.ReasonContent {
				limit = brief
			}
			o := waitsFor(t, newProbe(t, check.UDP{Address: tt.address, Send: []byte("ping"), Expect: tt.expect}), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
		})
	}
}

// TestUDPCancelled: a daemon that stops must not wait for silent targets, nor
// blame them.
func TestUDPCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	silent := udpTarget(t, func([]byte, answers) { cancel() })
	o := newProbe(t, check.UDP{Address: silent, Send: []byte("ping")})(ctx)
	want(t, o, check.Unknown, check.ReasonStopped)
}
