package browser

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// sieved returns what comes through of messages that end with a zero byte.
func sieved(t testing.TB, in []byte) string {
	t.Helper()
	out, err := io.ReadAll(newSieve(io.NopCloser(bytes.NewReader(in)), func() {}))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSieve(t *testing.T) {
	long := `{"method":"Runtime.consoleAPICalled","params":"` + strings.Repeat("x", messageMost) + `"}`
	for name, tt := range map[string]struct{ in, want string }{
		"answers":         {"{\"id\":1}\x00{\"id\":2}\x00", "{\"id\":1}\x00{\"id\":2}\x00"},
		"unwanted":        {"{\"id\":1}\x00{\"method\":\"Network.dataReceived\"}\x00{\"id\":2}\x00", "{\"id\":1}\x00{\"id\":2}\x00"},
		"a page's answer": {"{\"method\":\"Network.responseReceived\",\"params\":{}}\x00", "{\"method\":\"Network.responseReceived\",\"params\":{}}\x00"},
		"extra of it":     {"{\"method\":\"Network.responseReceivedExtraInfo\",\"params\":{}}\x00", ""},
		"too long":        {long + "\x00{\"id\":2}\x00", "{\"id\":2}\x00"},
		"long enough":     {strings.Repeat("y", 100_000) + "\x00", strings.Repeat("y", 100_000) + "\x00"},
		"cut off":         {"{\"id\":1}\x00{\"id\":", "{\"id\":1}\x00"},
		"nothing":         {"", ""},
	} {
		if got := sieved(t, []byte(tt.in)); got != tt.want {
			t.Errorf("%s: got %.80q, want %.80q", name, got, tt.want)
		}
	}
}

// TestSieveOfAFlood reads so much of the console and no more, until another page is opened.
func TestSieveOfAFlood(t *testing.T) {
	line := `{"method":"Runtime.consoleAPICalled","params":{}}` + "\x00"
	long := `{"method":"Log.entryAdded","params":"` + strings.Repeat("x", 2*messageMost) + `"}` + "\x00"
	answer := "{\"id\":1}\x00"
	for name, tt := range map[string]struct {
		in    string
		lines int
		calls int
	}{
		"enough":   {strings.Repeat(line, consoleMost), consoleMost, 0},
		"too many": {strings.Repeat(line, 3*consoleMost), consoleMost, 1},
		"too long": {line + long + line, 1, 1},
		"rather":   {strings.Repeat(`{"method":"Runtime.exceptionThrown","params":"`+strings.Repeat("x", longestLine)+`"}`+"\x00", 2) + line, 1, 0},
	} {
		calls := 0
		s := newSieve(io.NopCloser(strings.NewReader(tt.in+answer)), func() { calls++ })
		for range 2 {
			out, err := io.ReadAll(s)
			if err != nil || string(out) != strings.Repeat(line, tt.lines)+answer || calls != tt.calls {
				t.Errorf("%s: %d bytes and %d calls, want %d lines and %d calls", name, len(out), calls, tt.lines, tt.calls)
			}
			calls = 0
			s.in.Reset(strings.NewReader(tt.in + answer))
			s.listen()
		}
	}
}

// FuzzSieve lets nothing through but whole messages, in their order.
func FuzzSieve(f *testing.F) {
	f.Add([]byte("{\"id\":1}\x00{\"method\":\"CSS.x\"}\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		rest := string(in)
		for _, m := range strings.SplitAfter(sieved(t, in), "\x00") {
			i := strings.Index(rest, m)
			if i < 0 || m != "" && !strings.HasSuffix(m, "\x00") {
				t.Fatalf("%q came out of %q", m, in)
			}
			rest = rest[i+len(m):]
		}
	})
}
