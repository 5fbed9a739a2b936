package browser

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// TestLoading knows whose fault it is that a page does not load.
func TestLoading(t *testing.T) {
	for text, want := range map[string]struct {
		state  check.State
		reason check.Reason
	}{
		"net::ERR_NAME_NOT_RESOLVED":        {check.Down, check.ReasonDNS},
		"net::ERR_CONNECTION_REFUSED":       {check.Down, check.ReasonRefused},
		"net::ERR_CONNECTION_TIMED_OUT":     {check.Down, check.ReasonTimeout},
		"net::ERR_TIMED_OUT":                {check.Down, check.ReasonTimeout},
		"net::ERR_CERT_AUTHORITY_INVALID":   {check.Down, check.ReasonTLS},
		"net::ERR_SSL_PROTOCOL_ERROR":       {check.Down, check.ReasonTLS},
		"net::ERR_ADDRESS_UNREACHABLE":      {check.Down, check.ReasonUnreachable},
		"net::ERR_EMPTY_RESPONSE":           {check.Down, check.ReasonReset},
		"net::ERR_CONNECTION_RESET":         {check.Down, check.ReasonReset},
		"net::ERR_TOO_MANY_REDIRECTS":       {check.Down, check.ReasonStatus},
		"net::ERR_INVALID_HTTP_RESPONSE":    {check.Down, check.ReasonProtocol},
		"net::ERR_PROXY_CONNECTION_FAILED":  {check.Unknown, check.ReasonOwnNetwork},
		"net::ERR_TUNNEL_CONNECTION_FAILED": {check.Unknown, check.ReasonOwnNetwork},
		"net::ERR_INTERNET_DISCONNECTED":    {check.Unknown, check.ReasonOwnNetwork},
		"net::ERR_NETWORK_CHANGED":          {check.Unknown, check.ReasonOwnNetwork},
		"net::ERR_INSUFFICIENT_RESOURCES":   {check.Unknown, check.ReasonResources},
		"something else":                    {check.Down, check.ReasonProtocol},
	} {
		if f := loading(text); f.State != want.state || f.Reason != want.reason {
			t.Errorf("loading(%s) = %s %s, want %s %s", text, f.State, f.Reason, want.state, want.reason)
		}
	}
}

// TestSweep removes what killed monitors left behind, and nothing else.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	old, err := profile(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old+"/Preferences", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := dir + "/" + profilePrefix + "notes"
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * staleAfter)
	for _, name := range []string{old, other} {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	young, err := profile(nil)
	if err != nil {
		t.Fatal(err)
	}
	sweep()
	for name, there := range map[string]bool{old: false, other: true, young: true} {
		if _, err := os.Stat(name); (err == nil) != there {
			t.Errorf("%s is there: %t, want %t", name, err == nil, there)
		}
	}
}

// TestConsoleIsBounded keeps the last lines, each of a bounded length, and once.
func TestConsoleIsBounded(t *testing.T) {
	var w watch
	for range 1000 {
		w.add("log", strings.Repeat("é", 10_000))
		w.add("error", "the last")
		w.add("error", "the last")
	}
	got := w.console()
	if lines := strings.Split(got, "\n"); len(lines) != consoleLines || lines[len(lines)-1] != "error: the last" || lines[len(lines)-2] == "error: the last" {
		t.Errorf("console of %d lines:\n%s", len(lines), got)
	}
	if len(got) > 2*consoleLines*(consoleLine+4) {
		t.Errorf("console of %d bytes", len(got))
	}
	w.turn(true)
	if w.console() != "" {
		t.Error("another page keeps the lines")
	}
}

// TestConsoleKeepsErrors among any number of other lines, and the other lines among errors.
func TestConsoleKeepsErrors(t *testing.T) {
	var w watch
	for n := range 1000 {
		w.add("error", fmt.Sprint("broken ", n))
		w.add("log", fmt.Sprint("working ", n))
	}
	for n := range 100 {
		w.add("log", fmt.Sprint("more ", n))
	}
	if got := w.console(); strings.Count(got, "error: broken") != errorLines || strings.Count(got, "log: more") != consoleLines-errorLines {
		t.Errorf("errors are lost:\n%s", got)
	}
	w.turn(true)
	w.add("log", "begin")
	for n := range 100 {
		w.add("exception", fmt.Sprint("broken ", n))
	}
	if got := w.console(); !strings.HasPrefix(got, "log: begin") || !strings.HasSuffix(got, "broken 99") {
		t.Errorf("the log is lost:\n%s", got)
	}
}

func TestTail(t *testing.T) {
	var said tail
	for range 1000 {
		said.Write([]byte("some line of noise\n"))
	}
	said.Write([]byte("[1:1:FATAL] no usable sandbox\nRenderer ended\n"))
	if got := said.last(); got != "[1:1:FATAL] no usable sandbox" || len(said.text) > saidMost {
		t.Errorf("last = %q, of %d bytes", got, len(said.text))
	}
}
