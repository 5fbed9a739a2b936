package probe

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/slamon/slamon/check"
)

// accepts takes every mail.
func accepts(conn net.Conn) {
	io.WriteString(conn, "220 mail.test\r\n")
	r := bufio.NewReader(conn)
	for within := false; ; {
		got, err := r.ReadString('\n')
		switch {
		case err != nil:
			return
		case within && got != ".\r\n":
		case strings.HasPrefix(got, "DATA"):
			within = true
			io.WriteString(conn, "354 go on\r\n")
		default:
			within = false
			io.WriteString(conn, "250 fine\r\n")
		}
	}
}

// TestMailboxTimeRunsOut: when it does so while the server is asked again, the mail is
// what is missing; only a server that never let us look is to blame itself.
func TestMailboxTimeRunsOut(t *testing.T) {
	t.Parallel()
	const greeting, can = "* OK ready\r\n", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
	upToSelect := []string{"a1 ", can + "a1 OK done\r\n", "a101 ", can + "a101 OK done\r\n", "a102 SELECT", "a102 OK open\r\n"}
	for name, tt := range map[string]struct {
		more []string
		says string
	}{
		"at the first look": {[]string{"a103 UID SEARCH", ""}, "find: after UID SEARCH: nothing within"},
		"at a later look":   {[]string{"a103 UID SEARCH", "* SEARCH\r\na103 OK done\r\n", "a104 NOOP", ""}, "find: the mail was accepted, and did not arrive in INBOX within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, check.Mailbox{
				From: "probe@mail.test", To: "probe@mail.test",
				SMTP: check.Mail{Address: target(t, accepts)},
				IMAP: check.Mail{Address: target(t, scripted(greeting, append(upToSelect, tt.more...)...))},
			})
			hostile(t, waitsFor(t, p, 3*mailboxLook, check.ReasonTimeout, tt.says), check.Down, check.ReasonTimeout, tt.says)
		})
	}
}
