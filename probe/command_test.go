package probe

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

func TestCommand(t *testing.T) {
	for name, c := range map[string]struct {
		line     string
		edit     func(*check.Command)
		state    check.State
		reason   check.Reason
		sentence string
	}{
		"ok":        {line: "echo 'OK - fine | time=0.5s'", state: check.Up},
		"warning":   {line: "echo 'WARNING - hot'; exit 1", state: check.Degraded, reason: check.ReasonThreshold, sentence: "WARNING - hot"},
		"critical":  {line: "echo 'CRITICAL - gone | a=1'; exit 2", state: check.Down, reason: check.ReasonStatus, sentence: "CRITICAL - gone"},
		"unknown":   {line: "echo 'bad option'; exit 3", state: check.Unknown, reason: check.ReasonInternal, sentence: "the command cannot tell: bad option"},
		"silent":    {line: "exit 2", state: check.Down, reason: check.ReasonStatus, sentence: "the command said nothing, and ended with exit code 2"},
		"exits 127": {line: "no-such-program-anywhere", state: check.Unknown, reason: check.ReasonInternal, sentence: "there is no such program, or it must not be run (exit code 127): sh: 1: no-such-program-anywhere: not found"},
		"exits 42":  {line: "echo what; exit 42", state: check.Unknown, reason: check.ReasonInternal, sentence: "exit code 42, which no monitoring plugin means: what"},
		"plain":     {line: "echo what; exit 42", edit: func(p *check.Command) { p.Plain = true }, state: check.Down, reason: check.ReasonStatus, sentence: "what"},
		"signal":    {line: "kill -SEGV $$", state: check.Unknown, reason: check.ReasonInternal, sentence: "the command was ended by a signal: signal: segmentation fault"},
		"gigabyte":  {line: "head -c 1000000000 /dev/zero", state: check.Unknown, reason: check.ReasonInternal, sentence: "the command printed more than the 65536 bytes that it may"},
		"endless":   {line: "trap '' TERM PIPE; while :; do echo y; done", state: check.Unknown, reason: check.ReasonInternal, sentence: "the command printed more than"},
		"no program": {edit: func(p *check.Command) { p.Program, p.Shell = "/nowhere/plugin", false }, state: check.Unknown, reason: check.ReasonInternal,
			sentence: "the command cannot be started: /nowhere/plugin: no such file or directory"},
		"no directory": {line: "echo", edit: func(p *check.Command) { p.Directory = "/nowhere" }, state: check.Unknown, reason: check.ReasonInternal,
			sentence: "the command cannot be started:"},
		"secret": {line: `echo "$PASSWORD is wrong"; exit 2`, edit: func(p *check.Command) {
			p.Env = []check.Variable{{Name: "PASSWORD", Value: secret.New("hunter2")}}
		}, state: check.Down, reason: check.ReasonStatus, sentence: "[hidden] is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			p := check.Command{Program: c.line, Shell: true}
			if c.edit != nil {
				c.edit(&p)
			}
			o := outcomeOf(t, Command(p), patience)
			want(t, o, c.state, c.reason)
			if o.Detail != nil && !strings.HasPrefix(o.Detail.Sentence, c.sentence) {
				t.Errorf("sentence = %q, want %q", o.Detail.Sentence, c.sentence)
			}
			if strings.Contains(describe(o), "hunter2") {
				t.Errorf("a secret is shown: %s", describe(o))
			}
		})
	}
}

func TestCommandKnowsNothingOfUs(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	o := outcomeOf(t, Command(check.Command{Program: "env; exit 2", Shell: true}), patience)
	if strings.Contains(o.Detail.Body, "hunter2") {
		t.Errorf("the command sees our environment:\n%s", o.Detail.Body)
	}
}

// TestCommandIsKilled: what does not end, ignores SIGTERM, or leaves something behind
// in its group or outside of it is gone when the probe is.
func TestCommandIsKilled(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"ignores SIGTERM":          `trap "" TERM; echo $$ > "$PIDS"; while :; do sleep 1; done`,
		"forks":                    `sleep 1000 & echo $! > "$PIDS"; wait`,
		"forks and detaches":       `setsid sh -c 'echo $$ > "$PIDS"; exec sleep 1000' & sleep 1000`,
		"leaves a child":           `sleep 1000 & echo $! > "$PIDS"; echo OK`,
		"leaves a detached child":  `setsid sh -c 'echo $$ > "$PIDS"; exec sleep 1000' & while ! [ -s "$PIDS" ]; do :; done; echo OK`,
		"leaves one that is alone": `setsid sh -c 'echo $$ > "$PIDS"; exec sleep 1000' 2>&1 & while ! [ -s "$PIDS" ]; do :; done; exit 2`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pids := filepath.Join(t.TempDir(), "pids")
			p := check.Command{Program: line, Shell: true, Env: []check.Variable{{Name: "PIDS", Value: secret.New(pids), Plain: true}}}
			limit := patience
			if !strings.HasPrefix(name, "leaves") {
				limit = 2 * time.Second
			}
			o := outcomeOf(t, Command(p), limit)
			switch {
			case limit != patience:
				want(t, o, check.Down, check.ReasonTimeout)
			case strings.Contains(name, "alone"):
				want(t, o, check.Down, check.ReasonStatus)
			default:
				want(t, o, check.Up, check.ReasonNone)
			}
			text, err := os.ReadFile(pids)
			if err != nil {
				t.Fatal(err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			gone(t, pid)
		})
	}
}

// gone fails if the process still runs after a while. A killed one whose parent has not
// looked yet counts as gone.
func gone(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(slack); time.Now().Before(end); {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	t.Errorf("process %d still runs", pid)
	syscall.Kill(pid, syscall.SIGKILL)
}

func TestCommandMemory(t *testing.T) {
	p := check.Command{Program: `sleep 0.2; x=$(head -c 300000000 /dev/zero | tr '\0' x) && echo OK`, Shell: true, MaxMemory: 64 << 20, Plain: true}
	if o := outcomeOf(t, Command(p), patience); o.State.Good() {
		t.Errorf("300 MB fit into 64 MiB: %s", describe(o))
	}
}

func TestCommandStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, Command(check.Command{Program: "/bin/true"})(ctx), check.Unknown, check.ReasonStopped)
}

func TestParsePlugin(t *testing.T) {
	type values map[string]float64
	for _, c := range []struct {
		out, answer string
		want        values
	}{
		{"OK", "OK", values{}},
		{"PING OK - rta 0.1 ms|rta=0.100ms;3000;5000;0 pl=0%;80;100;0\n", "PING OK - rta 0.1 ms", values{"rta": .1, "pl": 0}},
		{"DISK OK | '/var log'=2643MB;5948;5958;0;5968 /=12GB;;;;\nlong text\nmore | 'it''s'=-1.5e3\nload=2,5", "DISK OK", values{"/var log": 2643, "/": 12, "it's": -1500, "load": 2.5}},
		{"x | a=U b= =3 c 'd d=4 e", "x", values{}},
		{"x | 'a=1", "x", values{}},
		{"x | a=NaN b=inf c=1", "x", values{"c": 1}},
	} {
		answer, facts := parsePlugin([]byte(c.out))
		got := values{}
		for _, f := range facts {
			got[f.Label] = f.Value
		}
		if diff := cmp.Diff(c.want, got); diff != "" || answer != c.answer {
			t.Errorf("parsePlugin(%q) = %q (-want +got):\n%s", c.out, answer, diff)
		}
	}
}

func TestPerfLabelsAreBounded(t *testing.T) {
	var p perfLabels
	seen := map[string]bool{}
	for i := range 1000 {
		for _, f := range p.bounded([]check.Fact{{Label: fmt.Sprint(i)}, {Label: "same"}}) {
			seen[f.Label] = true
		}
	}
	if len(seen) != maxPerf || !seen["same"] {
		t.Errorf("%d labels, want %d", len(seen), maxPerf)
	}
}

func FuzzParsePlugin(f *testing.F) {
	f.Add([]byte("DISK OK - free | /=2643MB;5948;5958;0;5968\nlong | 'a b'=1s"))
	f.Add([]byte("|'''='|="))
	f.Fuzz(func(t *testing.T, out []byte) {
		_, facts := parsePlugin(out)
		if len(facts) > maxPerf {
			t.Fatalf("%d values", len(facts))
		}
		for _, v := range facts {
			if len(v.Label) > maxPerfLabel || v.Label == "" || v.Value != v.Value {
				t.Fatalf("%+v", v)
			}
		}
	})
}

// plugin returns the path of one of Debian's monitoring plugins.
func plugin(t *testing.T, name string) string {
	t.Helper()
	path := "/usr/lib/nagios/plugins/" + name
	if _, err := exec.LookPath(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s: %v", name, err)
		}
		t.Skipf("%s is not installed (package monitoring-plugins-basic)", name)
	}
	return path
}

// TestMonitoringPlugins runs Debian's plugins as they are.
func TestMonitoringPlugins(t *testing.T) {
	up := target(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	failing := target(t, says("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"))
	port := func(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
	for name, c := range map[string]struct {
		plugin string
		args   []string
		state  check.State
		label  string
	}{
		"http ok":        {"check_http", []string{"-I", "127.0.0.1", "-p", port(up)}, check.Up, "time"},
		"http critical":  {"check_http", []string{"-I", "127.0.0.1", "-p", port(failing)}, check.Down, "time"},
		"http warning":   {"check_http", []string{"-I", "127.0.0.1", "-p", port(up), "-w", "0.0000001"}, check.Degraded, "time"},
		"http refused":   {"check_http", []string{"-I", "127.0.0.1", "-p", port(closedPort(t))}, check.Down, ""},
		"http no option": {"check_http", []string{"--nonsense"}, check.Unknown, ""},
		"tcp ok":         {"check_tcp", []string{"-H", "127.0.0.1", "-p", port(up)}, check.Up, "time"},
		"dummy unknown":  {"check_dummy", []string{"3", "cannot tell"}, check.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := outcomeOf(t, Command(check.Command{Program: plugin(t, c.plugin), Args: c.args}), patience)
			if o.State != c.state {
				t.Errorf("outcome = %s, want %s", describe(o), c.state)
			}
			found := c.label == ""
			for _, f := range o.Facts {
				found = found || f.Kind == check.Performance && f.Label == c.label
			}
			if !found {
				t.Errorf("no performance data %q in %v", c.label, o.Facts)
			}
			if o.Detail != nil {
				t.Log(o.Detail.Sentence)
			}
		})
	}
}
