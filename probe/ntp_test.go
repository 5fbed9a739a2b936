package probe

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// timestamp is a time as NTP writes it: seconds since 1900 and their fraction.
func timestamp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// timeAnswer is the answer of a good server whose clock is off, changed by edit.
func timeAnswer(off time.Duration, edit func([]byte)) func([]byte, answers) {
	return func(q []byte, answer answers) {
		if len(q) < 48 {
			return
		}
		now := time.Now().Add(off)
		a := make([]byte, 48)
		a[0], a[1], a[2], a[3] = 4<<3|4, 2, 6, 0xe9 // version 4, mode server, stratum 2
		binary.BigEndian.PutUint32(a[4:], 1<<8)     // root delay
		binary.BigEndian.PutUint32(a[8:], 1<<8)     // root dispersion
		copy(a[12:16], []byte{192, 0, 2, 1})        // reference
		binary.BigEndian.PutUint64(a[16:], timestamp(now.Add(-time.Minute)))
		copy(a[24:32], q[40:48]) // origin
		binary.BigEndian.PutUint64(a[32:], timestamp(now))
		binary.BigEndian.PutUint64(a[40:], timestamp(now))
		if edit != nil {
			edit(a)
		}
		answer(a)
	}
}

func TestNTP(t *testing.T) {
	t.Parallel()
	good := timeAnswer(0, nil)
	var dropped atomic.Bool
	kiss := func(code string) func([]byte, answers) {
		return timeAnswer(0, func(a []byte) { a[0], a[1] = 3<<6|4<<3|4, 0; copy(a[12:16], code) })
	}
	const hour = time.Hour
	for name, tt := range map[string]struct {
		serve  func([]byte, answers)
		ask    check.NTP
		state  check.State
		reason check.Reason
		says   string
	}{
		"right time": {good, check.NTP{MaxOffset: time.Minute, MaxStratum: 2}, check.Up, check.ReasonNone, ""},
		"one lost datagram": {func(q []byte, a answers) {
			if !dropped.CompareAndSwap(false, true) {
				good(q, a)
			}
		}, check.NTP{}, check.Up, check.ReasonNone, ""},
		"an hour ahead":          {timeAnswer(hour+time.Minute, nil), check.NTP{MaxOffset: time.Minute}, check.Degraded, check.ReasonThreshold, "the server's clock is 1h"},
		"an hour behind":         {timeAnswer(-hour, nil), check.NTP{MaxOffset: time.Minute}, check.Degraded, check.ReasonThreshold, "behind ours"},
		"our clock an hour slow": {timeAnswer(hour+time.Minute, nil), check.NTP{MaxOffset: time.Minute, OwnClock: true}, check.Degraded, check.ReasonThreshold, "our own clock is 1h"},
		"an hour, no limit":      {timeAnswer(hour, nil), check.NTP{}, check.Up, check.ReasonNone, ""},
		"far from the source":    {timeAnswer(0, func(a []byte) { a[1] = 9 }), check.NTP{MaxStratum: 4}, check.Degraded, check.ReasonThreshold, "stratum 9"},
		"stratum 16":             {timeAnswer(0, func(a []byte) { a[1] = 16 }), check.NTP{}, check.Down, check.ReasonStatus, "of no use"},
		"not synchronised":       {timeAnswer(0, func(a []byte) { a[0] |= 3 << 6 }), check.NTP{}, check.Down, check.ReasonStatus, "of no use"},
		"stale for two days":     {timeAnswer(0, func(a []byte) { binary.BigEndian.PutUint64(a[16:], timestamp(time.Now().Add(-49*hour))) }), check.NTP{}, check.Down, check.ReasonStatus, "of no use"},
		"kiss of death":          {kiss("DENY"), check.NTP{}, check.Down, check.ReasonStatus, "refuses"},
		"asked too often":        {kiss("RATE"), check.NTP{}, check.Degraded, check.ReasonStatus, "less often"},
		"not our question":       {timeAnswer(0, func(a []byte) { a[24] ^= 1 }), check.NTP{}, check.Down, check.ReasonProtocol, "match"},
		"a client's packet":      {func(q []byte, a answers) { a(q) }, check.NTP{}, check.Down, check.ReasonProtocol, "mode"},
		"garbage":                {func(_ []byte, a answers) { a([]byte("HTTP/1.1 400 Bad Request")) }, check.NTP{}, check.Down, check.ReasonProtocol, "no answer"},
		"silence":                {func([]byte, answers) {}, check.NTP{}, check.Down, check.ReasonTimeout, "no answer to the request for the time within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.ask.Address = udpTarget(t, tt.serve)
			limit := patience
			switch {
			case tt.reason == check.ReasonTimeout:
				limit = brief
			case name == "one lost datagram":
				limit = 16 * brief // the question is repeated after a third of it
			}
			o := waitsFor(t, newProbe(t, tt.ask), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
		})
	}
}

func TestNTPFacts(t *testing.T) {
	t.Parallel()
	o := outcomeOf(t, newProbe(t, check.NTP{Address: udpTarget(t, timeAnswer(time.Hour, nil))}), patience)
	if got := fact(t, o, check.Stratum); got != 2 {
		t.Errorf("stratum = %v, want 2", got)
	}
	if got := fact(t, o, check.ClockOffset); math.Abs(got-3600) > 60 {
		t.Errorf("offset = %v s, want some 3600", got)
	}
	o = outcomeOf(t, newProbe(t, check.NTP{Address: closedUDP(t)}), patience)
	want(t, o, check.Down, check.ReasonRefused)
}

// program finds a program of the system, or skips the test; in CI it must be there.
func program(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path
		}
	}
	absent(t, name+" is not installed")
	return ""
}

// absent skips a test for what this machine has not got; in CI it has.
func absent(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// start runs a program until the test ends.
func start(t testing.TB, path string, args ...string) {
	t.Helper()
	c := exec.Command(path, args...)
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Not an interrupt: a shell lets what it starts in the background ignore those.
		c.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(patience, func() { c.Process.Kill() })
		c.Wait()
		kill.Stop()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s said:\n%s", path, said)
		}
		log.Close()
	})
}

// ownAddress is a loopback address for one real server: its port cannot be taken
// by a listener of another test, nor by another run of this one.
func ownAddress(server byte) string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", server, pid>>8&0xff, pid%254+1)
}

// eventually asks until the outcome is Up, or fails with the last one.
func eventually(t testing.TB, p check.Params) check.Outcome {
	t.Helper()
	probe := newProbe(t, p)
	var o check.Outcome
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if o = outcomeOf(t, probe, patience); o.State == check.Up {
			return o
		}
	}
	t.Fatalf("never up: %s", describe(o))
	return o
}

// TestNTPChrony asks a real server: the program of Debian, with its own clock as
// source and no right to change it.
func TestNTPChrony(t *testing.T) {
	t.Parallel()
	chronyd := program(t, "chronyd")
	if os.Getuid() != 0 {
		absent(t, "chronyd needs root")
	}
	dir := t.TempDir()
	address := ownAddress(123)
	conf := filepath.Join(dir, "chrony.conf")
	text := fmt.Sprintf("bindaddress %s\nallow 127.0.0.0/8\nlocal stratum 5\ncmdport 0\nbindcmdaddress /\npidfile %s/pid\n", address, dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, chronyd, "-d", "-x", "-U", "-u", "root", "-f", conf)
	o := eventually(t, check.NTP{Address: address, MaxOffset: time.Minute})
	if got := fact(t, o, check.Stratum); got != 5 {
		t.Errorf("stratum = %v, want 5", got)
	}
	o = outcomeOf(t, newProbe(t, check.NTP{Address: address, MaxStratum: 4}), patience)
	want(t, o, check.Degraded, check.ReasonThreshold)
}
