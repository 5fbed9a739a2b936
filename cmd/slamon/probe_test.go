package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// slamonProbe runs the command in this process and returns what it printed and its
// exit code.
func slamonProbe(ctx context.Context, t *testing.T, args ...string) (string, int) {
	t.Helper()
	cmd := probeCommand()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var exit exitError
	if errors.As(err, &exit) {
		return out.String(), exit.code
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), codeFine
}

func TestProbeUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("all is well")) }))
	defer s.Close()
	out, code := slamonProbe(t.Context(), t, "http", s.URL+"/", "--expect", "is well")
	if code != codeFine {
		t.Errorf("exit code %d, want %d", code, codeFine)
	}
	for _, words := range []string{"UP: it answered as expected\n", "target ", s.URL, "took ", "    wait ", "status                200\n", "body                  11 bytes\n", "address               127.0.0.1:"} {
		if !strings.Contains(out, words) {
			t.Errorf("output lacks %q:\n%s", words, out)
		}
	}

	out, code = slamonProbe(t.Context(), t, "http", s.URL+"/", "--json")
	var got probeJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != codeFine {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if got.State != check.Up || got.Facts["http_status"] != 200 || got.Phases["connect"] <= 0 || got.Seconds <= 0 || time.Since(got.Sent) > time.Minute {
		t.Errorf("JSON = %+v", got)
	}

	out, code = slamonProbe(t.Context(), t, "http", s.URL+"/", "--expect", "is ill")
	if code != codeBreached || !strings.HasPrefix(out, "DOWN: the target failed\n") || !strings.Contains(out, "all is well") {
		t.Errorf("exit code %d, want %d:\n%s", code, codeBreached, out)
	}
}

// TestProbeUnknown is stopped, as by ctrl-C, before it can tell.
func TestProbeUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out, code := slamonProbe(ctx, t, "tcp", "127.0.0.1:1")
	if code != codeCannotTell || !strings.HasPrefix(out, "UNKNOWN: we could not ask\n") {
		t.Errorf("exit code %d, want %d:\n%s", code, codeCannotTell, out)
	}
}

// TestPrintProbe lays out all that a result can hold.
func TestPrintProbe(t *testing.T) {
	c := check.Check{ID: "front", Params: check.SSH{Address: "git.test:22"}}
	r := check.Result{Outcome: check.Outcome{
		State: check.Degraded, Reason: check.ReasonSlow, Took: 1234567 * time.Microsecond,
		Phases: check.Phases{Resolve: 1500 * time.Nanosecond, Connect: 2345 * time.Microsecond, TLS: 20 * time.Millisecond},
		Facts:  []check.Fact{{Kind: check.ClockOffset, Value: -0.0125}, {Kind: check.PacketLoss, Value: 1. / 3}},
		Detail: &check.Evidence{Sentence: "too slow", Address: "192.0.2.1:22", Phase: check.PhaseJudge, Body: "first\nsecond", Want: "1s"},
	}}
	const want = `DEGRADED: it answered, but too slowly or partly wrong
  too slow

  target                ssh git.test:22
  reason                slow
  took                  1.23s
    resolve             1.5µs
    connect             2.35ms
    tls                 20ms
  their clock           12.5ms behind ours
  packet loss           33.33 %

  address               192.0.2.1:22
  phase reached         judge
  wanted                1s
  first bytes           first
                        second
`
	var out bytes.Buffer
	if err := printProbe(&out, c, r); err != nil || out.String() != want {
		t.Errorf("printProbe = %v:\n%s\nwant\n%s", err, out.String(), want)
	}
}
