package probe

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// byeWait bounds the polite end of a dialogue that is judged already.
const byeWait = time.Second

// mailProbe greets a mail server and, if asked, logs in.
type mailProbe struct {
	check.Mail
	to     endpoint
	dialog func(*mailTalk) error
}

// newMail makes a check of an SMTP or IMAP server ready. Without a port in the
// address the protocol's own is used, by the kind of security.
func newMail(p check.Mail) (*mailProbe, error) {
	m := &mailProbe{Mail: p}
	var ports map[string]uint16
	switch p.Protocol {
	case "smtp":
		m.dialog = smtpDialog
		ports = map[string]uint16{"none": 25, "starttls": 25, "tls": 465}
	case "imap":
		m.dialog = imapDialog
		ports = map[string]uint16{"none": 143, "starttls": 143, "tls": 993}
	default:
		return nil, fmt.Errorf("mail: protocol %q: want smtp or imap", p.Protocol)
	}
	if m.Security == "" {
		m.Security = "none"
	}
	port, ok := ports[m.Security]
	if !ok {
		return nil, fmt.Errorf("%s: security %q: want none, starttls or tls", p.Protocol, p.Security)
	}
	if strings.ContainsAny(p.User+p.Password.Reveal()+p.Hello, "\r\n\x00") {
		return nil, fmt.Errorf("%s: want no line break and no NUL in hello, user and password", p.Protocol)
	}
	to, err := newEndpoint(p.Address, port, p.Family)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Protocol, err)
	}
	m.to = to
	return m, nil
}

// mailTalk is one dialogue. It belongs to the goroutine of the probe.
type mailTalk struct {
	ctx    context.Context
	t      *trace
	params *check.Mail
	host   string
	conn   net.Conn
	lines  *lines
	safe   bool   // nobody can listen: TLS, or our own host
	step   string // what was said last, for the sentence; never with a secret
	bye    string // polite last words, as soon as they would be understood
}

// fault is an answer that ends the dialogue: the target spoke, but wrongly.
type fault struct {
	state    check.State
	reason   check.Reason
	sentence string
	want     string
	got      string
}

func (f *fault) Error() string { return f.sentence }

// run is Up when the whole dialogue went well.
func (m *mailProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	conn, err := m.to.dial(ctx, &t)
	if err != nil {
		return t.failed(ctx, err)
	}
	defer conn.Close()
	defer interrupt(ctx, conn)()
	talk := &mailTalk{ctx: ctx, t: &t, params: &m.Mail, host: m.to.host, conn: conn, step: "our connection"}
	talk.safe = isLoopback(conn)
	if m.Security == "tls" {
		err = talk.secure()
	}
	if err == nil {
		talk.lines = newLines(talk.conn)
		t.enter(check.PhaseWait)
		err = m.dialog(talk)
	}
	if err != nil {
		return talk.failed(err)
	}
	o := t.up()
	talk.farewell()
	return o
}

func isLoopback(conn net.Conn) bool {
	a, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// secure puts TLS between. Whatever was sent in clear before the handshake could
// have been put there by anyone, and would be taken for the server's own words
// after it (CVE-2011-0411), so there must not be any.
func (k *mailTalk) secure() error {
	if k.lines != nil && k.lines.pending() {
		return &fault{check.Down, check.ReasonProtocol, "the server goes on in clear after it has agreed to TLS", "a TLS handshake", ""}
	}
	conn, err := secure(k.ctx, k.t, k.conn, k.params.TLS, k.host)
	if err != nil {
		return err
	}
	k.conn, k.safe, k.lines = conn, true, newLines(conn)
	return nil
}

// say sends one line. The step stands for it in sentences.
func (k *mailTalk) say(step, words string) error {
	k.step = step
	_, err := io.WriteString(k.conn, words+"\r\n")
	return err
}

// line reads one line of the server and keeps it as status.
func (k *mailTalk) line() (string, error) {
	got, err := k.lines.next()
	if err != nil {
		return "", err
	}
	if k.t.phase == check.PhaseWait {
		k.t.enter(check.PhaseTransfer)
	}
	k.t.status = k.scrub(got)
	return got, nil
}

// scrub takes our credentials out of what a server says: nothing keeps it from
// repeating them.
func (k *mailTalk) scrub(s string) string {
	if k.params.Password.Empty() {
		return s
	}
	password := k.params.Password.Reveal()
	for _, shown := range []string{password, imapQuoted(password), base64.StdEncoding.EncodeToString([]byte(password)), k.plain()} {
		s = strings.ReplaceAll(s, shown, secret.Placeholder)
	}
	return s
}

// plain is the response of the mechanism PLAIN (RFC 4616).
func (k *mailTalk) plain() string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + k.params.User + "\x00" + k.params.Password.Reveal()))
}

// mayLogin refuses to send a password that others could read.
func (k *mailTalk) mayLogin() error {
	if k.safe {
		return nil
	}
	return &fault{check.Unknown, check.ReasonInternal, "not logging in: the password would cross the network in clear; set security to starttls or tls", "TLS", ""}
}

// failed turns the error of a dialogue into an outcome. A target that has spoken
// gets a polite end.
func (k *mailTalk) failed(err error) check.Outcome {
	if f, ok := errors.AsType[*fault](err); ok {
		o := k.t.found(f.state, f.reason, k.scrub(f.sentence), f.want, k.scrub(f.got))
		k.farewell()
		return o
	}
	if k.t.phase == check.PhaseTLS {
		return k.t.failed(k.ctx, err)
	}
	state, reason := classify(k.ctx, k.t.phase, err)
	if reason == check.ReasonStopped {
		return k.t.failed(k.ctx, err)
	}
	why := cause(err)
	if reason == check.ReasonTimeout {
		why = "nothing within " + time.Since(k.t.started).Round(time.Millisecond).String()
	}
	return k.t.found(state, reason, "after "+k.step+": "+why, "", "")
}

// farewell ends the dialogue as the protocol wants it: servers log a connection
// that just breaks off.
func (k *mailTalk) farewell() {
	if k.bye == "" {
		return
	}
	if end := time.Now().Add(byeWait); end.Before(deadline(k.ctx)) {
		_ = k.conn.SetDeadline(end)
	}
	if k.say("", k.bye) == nil {
		_, _ = k.lines.next()
	}
}
