package probe

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/slamon/slamon/check"
)

func TestSSH(t *testing.T) {
	t.Parallel()
	// greets says s and waits for our own string, as a server does.
	greets := func(s string) func(net.Conn) {
		return func(conn net.Conn) {
			io.WriteString(conn, s)
			io.ReadFull(conn, make([]byte, len(sshOurs)))
		}
	}
	const ident = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
	for name, tt := range map[string]struct {
		serve  func(net.Conn)
		expect string
		state  check.State
		reason check.Reason
		says   string
	}{
		"any server":              {greets(ident), "", check.Up, check.ReasonNone, ""},
		"the right server":        {greets(ident), "OpenSSH_9", check.Up, check.ReasonNone, ""},
		"both versions":           {greets("SSH-1.99-x\r\n"), "", check.Up, check.ReasonNone, ""},
		"without carriage return": {greets("SSH-2.0-x\n"), "", check.Up, check.ReasonNone, ""},
		"a notice before":         {greets("Authorised users only!\r\n\r\n" + ident), "", check.Up, check.ReasonNone, ""},
		"another server":          {greets(ident), "dropbear", check.Down, check.ReasonContent, "not as expected"},
		"version 1":               {greets("SSH-1.5-old\r\n"), "", check.Down, check.ReasonProtocol, "does not speak SSH 2"},
		"too long":                {greets("SSH-2.0-" + strings.Repeat("x", 300) + "\r\n"), "", check.Down, check.ReasonProtocol, "longer than 255"},
		"a NUL in it":             {greets("SSH-2.0-x\x00y\r\n"), "", check.Down, check.ReasonProtocol, "NUL"},
		"another protocol":        {greets("220 mail.test\r\n"), "", check.Down, check.ReasonReset, "closed too early"},
		"endless notices":         {pours("no entry\r\n"), "", check.Down, check.ReasonProtocol, "no identification"},
		"an endless line":         {pours("x"), "", check.Down, check.ReasonProtocol, "longer"},
		"silence":                 {hangs, "", check.Down, check.ReasonTimeout, "no answer within"},
		"closed at once":          {func(net.Conn) {}, "", check.Down, check.ReasonReset, ""},
		"reset":                   {resets, "", check.Down, check.ReasonReset, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := check.SSH{Address: target(t, tt.serve)}
			if tt.expect != "" {
				p.Expect = regexp.MustCompile(tt.expect)
			}
			limit := patience
			if tt.reason == check.ReasonTimeout {
				limit = brief
			}
			o := waitsFor(t, newProbe(t, p), limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
		})
	}
}

// TestSSHOpenSSH asks the real server of Debian.
func TestSSHOpenSSH(t *testing.T) {
	t.Parallel()
	sshd := program(t, "sshd")
	if os.Getuid() != 0 {
		absent(t, "sshd needs root for its separated part")
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		absent(t, "no /run/sshd: "+err.Error())
	}
	key := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command(program(t, "ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	address := ownAddress(22)
	start(t, sshd, "-D", "-e", "-f", "/dev/null", "-h", key, "-o", "ListenAddress="+address, "-o", "PidFile=none")
	o := eventually(t, check.SSH{Address: address, Expect: regexp.MustCompile("^SSH-2.0-OpenSSH_")})
	if o.Phases.Wait <= 0 || o.Took < o.Phases.Wait {
		t.Errorf("phases = %+v of %s, want a wait", o.Phases, o.Took)
	}
}

func FuzzSSHIdent(f *testing.F) {
	for _, s := range []string{"SSH-2.0-OpenSSH_9.2\r\n", "hello\r\nSSH-1.99-x y\n", "SSH-2.0-", "SSH-1.5-x\r\n", "SSH-2.0-\x00\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var seen string
		ident, err := readIdent(newLines(strings.NewReader(string(b))), &seen)
		if err != nil {
			return
		}
		if len(ident) > sshIdentBytes-2 || strings.ContainsAny(ident, "\x00\n") || !strings.HasPrefix(ident, "SSH-") || seen != ident {
			t.Fatalf("readIdent(%q) = %q", b, ident)
		}
	})
}
