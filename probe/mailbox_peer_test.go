package probe

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// eximConfig delivers into a maildir. Mail to lost@ is accepted and thrown away, mail
// to late@ waits until somebody runs the queue, and nobody@ is refused.
const eximConfig = `primary_hostname = mail.example.test
spool_directory = DIR/spool
log_file_path = DIR/%slog
pid_file_path = DIR/exim.pid
domainlist local_domains = example.test
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
host_lookup =
rfc1413_query_timeout = 0s
disable_ipv6 = true
tls_advertise_hosts = *
tls_certificate = DIR/cert.pem
tls_privatekey = DIR/key.pem
begin acl
rcpt:
  deny local_parts = nobody
       message = no such user here
  warn local_parts = late
       control = queue
  accept domains = +local_domains
  deny message = relay not permitted
begin routers
lost:
  driver = redirect
  local_parts = lost
  data = :blackhole:
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = DIR/mail
  maildir_format
  user = USER
`

// dovecotConfig reads the same maildir. Nobody is made to wait after a wrong password:
// the next test comes from the same address.
const dovecotConfig = `base_dir = DIR/run
log_path = DIR/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = USER
default_internal_user = USER
default_internal_group = GROUP
first_valid_uid = 1
ssl = yes
ssl_cert = <DIR/cert.pem
ssl_key = <DIR/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = DIR/users
}
userdb {
  driver = static
  args = uid=USER gid=GROUP home=DIR
}
mail_location = maildir:DIR/mail
service imap-login {
  chroot =
  inet_listener imap {
    port = PLAIN
  }
  inet_listener imaps {
    port = SECURE
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`

// postOffice is exim and dovecot of Debian over one maildir.
type postOffice struct {
	dir, exim, config string
	box               check.Mailbox
}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	p := &postOffice{exim: program(t, "exim4")}
	dovecot := program(t, "dovecot")
	var err error
	// Short, for there will be sockets in it, and open for the servers' user.
	if p.dir, err = os.MkdirTemp("", "m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(p.dir) })
	if err := os.Chmod(p.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	name := "Debian-exim" // root gives its rights up when it is told which file to read
	if os.Getuid() != 0 {
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		name = me.Username
	}
	who, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		t.Fatal(err)
	}
	ca := newAuthority(t)
	pemFiles(t, p.dir, ca.issue(t, nil))
	smtp, plain, secure := freePort(t), freePort(t), freePort(t)
	fill := strings.NewReplacer("DIR", p.dir, "USER", name, "GROUP", group.Name, "PLAIN", plain, "SECURE", secure)
	p.config = filepath.Join(p.dir, "exim.conf")
	for file, text := range map[string]string{
		p.config: fill.Replace(eximConfig), filepath.Join(p.dir, "dovecot.conf"): fill.Replace(dovecotConfig),
		filepath.Join(p.dir, "users"): "probe:{PLAIN}hunter2\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	start(t, p.exim, "-C", p.config, "-bdf", "-oX", "127.0.0.1."+smtp, "-oP", filepath.Join(p.dir, "exim.pid"))
	start(t, dovecot, "-F", "-c", filepath.Join(p.dir, "dovecot.conf"))
	trusted := check.TLSOptions{Roots: ca.pool}
	p.box = check.Mailbox{
		SMTP: check.Mail{Address: "127.0.0.1:" + smtp, Security: "starttls", Hello: "monitor.example.test", TLS: trusted},
		IMAP: check.Mail{Address: "127.0.0.1:" + secure, Security: "tls", User: "probe", Password: secret.New("hunter2"), TLS: trusted},
		From: "monitor@example.test", To: "probe@example.test",
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, log := range []string{"mainlog", "paniclog", "dovecot.log"} {
				b, _ := os.ReadFile(filepath.Join(p.dir, log))
				t.Logf("%s:\n%s", log, b)
			}
		}
	})
	return p
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String()) // it is one
	return port
}

// mails counts what lies in the maildir.
func (p *postOffice) mails(t *testing.T) int {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(p.dir, "mail", "[nc]e[wu]*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	cur, _ := filepath.Glob(filepath.Join(p.dir, "mail", "cur", "*")) // the pattern is well-formed
	return len(all) + len(cur)
}

// TestMailboxPeers sends through exim and finds with dovecot, both of Debian, and
// breaks one thing at a time.
func TestMailboxPeers(t *testing.T) {
	p := newPostOffice(t)
	for protocol, server := range map[string]check.Mail{"smtp": p.box.SMTP, "imap": p.box.IMAP} {
		server.Protocol = protocol
		eventually(t, server) // both must be there, or a mail is left over
	}
	o := outcomeOf(t, newProbe(t, p.box), patience)
	want(t, o, check.Up, check.ReasonNone)
	var steps []string
	for _, f := range o.Facts {
		if f.Kind == check.StepSeconds {
			steps = append(steps, f.Label)
		}
	}
	if fmt.Sprint(steps) != "[send find]" || p.mails(t) != 0 {
		t.Errorf("steps %v, %d mails left; want send and find, and none", steps, p.mails(t))
	}
	for name, tt := range map[string]struct {
		change func(*check.Mailbox)
		limit  time.Duration
		state  check.State
		reason check.Reason
		says   string
	}{
		"by starttls":     {func(b *check.Mailbox) { b.IMAP.Address, b.IMAP.Security = p.plain(t), "starttls" }, patience, check.Up, check.ReasonNone, ""},
		"mail lost":       {func(b *check.Mailbox) { b.To = "lost@example.test" }, 3 * time.Second, check.Down, check.ReasonTimeout, "find: the mail was accepted, and did not arrive in INBOX within"},
		"delivery late":   {func(b *check.Mailbox) { b.To = "late@example.test" }, 3 * time.Second, check.Down, check.ReasonTimeout, "find: the mail was accepted, and did not arrive in INBOX within"},
		"no such address": {func(b *check.Mailbox) { b.To = "nobody@example.test" }, patience, check.Down, check.ReasonStatus, "send: the answer to RCPT TO is 550 no such user here"},
		"no relay":        {func(b *check.Mailbox) { b.To = "probe@example.com" }, patience, check.Down, check.ReasonStatus, "relay not permitted"},
		"wrong password":  {func(b *check.Mailbox) { b.IMAP.Password = secret.New("expired") }, patience, check.Down, check.ReasonAuth, "find: "},
		"no such folder":  {func(b *check.Mailbox) { b.Folder = "Elsewhere" }, patience, check.Down, check.ReasonStatus, "Elsewhere"},
		"no smtp":         {func(b *check.Mailbox) { b.SMTP.Address = closedPort(t) }, patience, check.Down, check.ReasonRefused, "send: cannot connect to"},
		"no imap":         {func(b *check.Mailbox) { b.IMAP.Address = closedPort(t) }, patience, check.Down, check.ReasonRefused, "find: cannot connect to"},
		"other authority": {func(b *check.Mailbox) { b.SMTP.TLS.Roots = newAuthority(t).pool }, patience, check.Down, check.ReasonTLS, "send: the TLS handshake failed"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := p.box
			tt.change(&ask)
			o := waitsFor(t, newProbe(t, ask), tt.limit, tt.reason, tt.says)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
				t.Log(o.Detail.Sentence)
			}
		})
	}
	// What came late is not taken for a later mail, and does not keep it from being found.
	if out, err := exec.Command(p.exim, "-C", p.config, "-qff").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	want(t, outcomeOf(t, newProbe(t, p.box), patience), check.Up, check.ReasonNone)
}

// plain is the address of dovecot without TLS from the start.
func (p *postOffice) plain(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "dovecot.conf"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "inet_listener imap {\n    port = ")
	port, _, _ := strings.Cut(rest, "\n")
	return "127.0.0.1:" + port
}
