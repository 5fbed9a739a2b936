package probe

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/emersion/go-sasl"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

const goodPassword = `correct "horse\battery`

// mailUser accepts one password.
type mailUser struct{}

func (mailUser) NewSession(*smtp.Conn) (smtp.Session, error) { return &mailSession{}, nil }

type mailSession struct{}

func (*mailSession) AuthMechanisms() []string             { return []string{sasl.Plain} }
func (*mailSession) Mail(string, *smtp.MailOptions) error { return errors.New("no mail") }
func (*mailSession) Rcpt(string, *smtp.RcptOptions) error { return errors.New("no mail") }
func (*mailSession) Data(io.Reader) error                 { return errors.New("no mail") }
func (*mailSession) Reset()                               {}
func (*mailSession) Logout() error                        { return nil }
func (*mailSession) Auth(mech string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ops" || password != goodPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// smtpServer is a real server on loopback.
func smtpServer(t testing.TB, config *tls.Config, implicit bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(mailUser{})
	s.Domain, s.AllowInsecureAuth, s.TLSConfig = "mail.test", true, config
	if implicit {
		l = tls.NewListener(l, config)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Serve(l)
	}()
	t.Cleanup(func() {
		s.Close()
		<-ended
	})
	return l.Addr().String()
}

func TestSMTP(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}
	trusted := check.TLSOptions{Roots: ca.pool}
	plain, implicit := smtpServer(t, nil, false), smtpServer(t, config, true)
	upgrade := smtpServer(t, config, false)
	right, wrong := secret.New(goodPassword), secret.New("hunter2")
	for name, tt := range map[string]struct {
		ask    check.Mail
		state  check.State
		reason check.Reason
		says   string
	}{
		"greeting":            {check.Mail{Address: plain, Security: "none"}, check.Up, check.ReasonNone, ""},
		"with a name":         {check.Mail{Address: plain, Hello: "monitor.test"}, check.Up, check.ReasonNone, ""},
		"starttls":            {check.Mail{Address: upgrade, Security: "starttls", TLS: trusted}, check.Up, check.ReasonNone, ""},
		"tls":                 {check.Mail{Address: implicit, Security: "tls", TLS: trusted}, check.Up, check.ReasonNone, ""},
		"login on loopback":   {check.Mail{Address: plain, User: "ops", Password: right}, check.Up, check.ReasonNone, ""},
		"login by tls":        {check.Mail{Address: implicit, Security: "tls", TLS: trusted, User: "ops", Password: right}, check.Up, check.ReasonNone, ""},
		"login by starttls":   {check.Mail{Address: upgrade, Security: "starttls", TLS: trusted, User: "ops", Password: right}, check.Up, check.ReasonNone, ""},
		"wrong password":      {check.Mail{Address: plain, User: "ops", Password: wrong}, check.Down, check.ReasonAuth, "AUTH PLAIN"},
		"starttls nowhere":    {check.Mail{Address: plain, Security: "starttls"}, check.Down, check.ReasonTLS, "STARTTLS"},
		"unknown authority":   {check.Mail{Address: upgrade, Security: "starttls"}, check.Down, check.ReasonTLS, "handshake"},
		"tls on a plain port": {check.Mail{Address: plain, Security: "tls", TLS: trusted}, check.Down, check.ReasonTLS, "handshake"},
		"nobody listens":      {check.Mail{Address: closedPort(t)}, check.Down, check.ReasonRefused, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.ask.Protocol = "smtp"
			o := outcomeOf(t, newProbe(t, tt.ask), patience)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
		})
	}
}

// scripted is a server that says the greeting, and answers each line that begins
// with a key. Anything else ends the connection. It hangs after an empty answer.
func scripted(greeting string, turns ...string) func(net.Conn) {
	return func(conn net.Conn) {
		io.WriteString(conn, greeting)
		r := bufio.NewReader(conn)
		for {
			got, err := r.ReadString('\n')
			if err != nil {
				return
			}
			answer, known := "", false
			for i := 0; i < len(turns); i += 2 {
				if strings.HasPrefix(got, turns[i]) {
					answer, known = turns[i+1], true
				}
			}
			if !known {
				return
			}
			io.WriteString(conn, answer)
		}
	}
}

func TestSMTPHostile(t *testing.T) {
	t.Parallel()
	const greeting, hello, bye = "220 mail.test\r\n", "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n", "221 bye\r\n"
	login := check.Mail{User: "ops", Password: secret.New("hunter2")}
	echoed := base64.StdEncoding.EncodeToString([]byte("\x00ops\x00hunter2"))
	for name, tt := range map[string]struct {
		serve  func(net.Conn)
		ask    check.Mail
		state  check.State
		reason check.Reason
		says   string
	}{
		"greeting of many lines": {scripted("220-one\r\n220-two\n220 three\r\n", "EHLO", hello, "QUIT", bye), check.Mail{}, check.Up, check.ReasonNone, ""},
		"no answer to QUIT":      {scripted(greeting, "EHLO", hello, "QUIT", ""), check.Mail{}, check.Up, check.ReasonNone, ""},
		"code without text":      {scripted("220\r\n", "EHLO", "250\r\n", "QUIT", bye), check.Mail{}, check.Up, check.ReasonNone, ""},
		"old AUTH LOGIN":         {scripted(greeting, "EHLO", "250-x\r\n250 AUTH LOGIN\r\n", "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", "b3Bz", "334 UGFzc3dvcmQ6\r\n", "aHVudGVyMg==", "235 ok\r\n", "QUIT", bye), login, check.Up, check.ReasonNone, ""},
		"not now":                {scripted("421 too busy\r\n"), check.Mail{}, check.Down, check.ReasonStatus, "421 too busy"},
		"never":                  {scripted("554-no\r\n554 mail here\r\n"), check.Mail{}, check.Down, check.ReasonStatus, "554 no mail here"},
		"EHLO refused":           {scripted(greeting, "EHLO", "502 what?\r\n", "QUIT", bye), check.Mail{}, check.Down, check.ReasonStatus, "502"},
		"login fails for now":    {scripted(greeting, "EHLO", hello, "AUTH", "454 later\r\n", "QUIT", bye), login, check.Down, check.ReasonStatus, "454"},
		"no way to log in":       {scripted(greeting, "EHLO", "250-x\r\n250 AUTH GSSAPI\r\n", "QUIT", bye), login, check.Down, check.ReasonAuth, "neither"},
		"password repeated":      {scripted(greeting, "EHLO", hello, "AUTH", "535 hunter2 "+echoed+" is wrong\r\n", "QUIT", bye), login, check.Down, check.ReasonAuth, secret.Placeholder},
		"codes that change":      {scripted("220-a\r\n221 b\r\n"), check.Mail{}, check.Down, check.ReasonProtocol, "not an SMTP reply"},
		"another protocol":       {scripted("SSH-2.0-OpenSSH_9.2\r\n"), check.Mail{}, check.Down, check.ReasonProtocol, "not an SMTP reply"},
		"words before TLS":       {scripted(greeting, "EHLO", hello, "STARTTLS", "220 go\r\n250 injected\r\n"), check.Mail{Security: "starttls"}, check.Down, check.ReasonProtocol, "in clear"},
		"garbage for TLS": {func(c net.Conn) {
			io.WriteString(c, greeting)
			r := bufio.NewReader(c)
			r.ReadString('\n')
			io.WriteString(c, hello)
			r.ReadString('\n')
			io.WriteString(c, "220 go\r\n")
			r.ReadByte() // of the handshake
			io.WriteString(c, "garbage, much longer than the header of a record\r\n")
		}, check.Mail{Security: "starttls"}, check.Down, check.ReasonTLS, "handshake"},
		"an endless line":    {pours(strings.Repeat("220 ", 250)), check.Mail{}, check.Down, check.ReasonProtocol, "longer"},
		"endless lines":      {pours("220-and on and on\r\n"), check.Mail{}, check.Down, check.ReasonProtocol, "more than"},
		"silence":            {hangs, check.Mail{}, check.Down, check.ReasonTimeout, "after our connection: nothing within"},
		"a drip":             {func(c net.Conn) { io.WriteString(c, "2"); hangs(c) }, check.Mail{}, check.Down, check.ReasonTimeout, "nothing within"},
		"silence after EHLO": {scripted(greeting, "EHLO", ""), check.Mail{}, check.Down, check.ReasonTimeout, "after EHLO: nothing within"},
		"closed at once":     {func(net.Conn) {}, check.Mail{}, check.Down, check.ReasonReset, "closed too early"},
		"closed after half":  {func(c net.Conn) { io.WriteString(c, "220 ma") }, check.Mail{}, check.Down, check.ReasonReset, "closed too early"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.ask.Protocol, tt.ask.Address = "smtp", target(t, tt.serve)
			limit := patience
			if tt.reason == check.ReasonTimeout {
				limit = brief
			}
			hostile(t, waitsFor(t, newProbe(t, tt.ask), limit, tt.reason, tt.says), tt.state, tt.reason, tt.says)
		})
	}
}

// pours sends the same again and again, without being asked.
func pours(part string) func(net.Conn) {
	return func(conn net.Conn) {
		for {
			if _, err := io.WriteString(conn, part); err != nil {
				return
			}
		}
	}
}

// hostile judges the outcome of a hostile target, which must not get a secret
// into the evidence.
func hostile(t *testing.T, o check.Outcome, s check.State, r check.Reason, says string) {
	t.Helper()
	want(t, o, s, r)
	if says != "" {
		mentions(t, o, says)
	}
	if o.Detail != nil && strings.Contains(describe(o), "hunter2") {
		t.Errorf("the password is in the evidence: %s", describe(o))
	}
}

func TestIMAP(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert := ca.issue(t, nil)
	const greeting, can = "* OK ready\r\n", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n"
	const bye = "* BYE\r\nz OK bye\r\n"
	login := check.Mail{User: "ops", Password: secret.New("hunter2")}
	quoted := check.Mail{User: "ops", Password: secret.New(goodPassword)}
	sasl := base64.StdEncoding.EncodeToString([]byte("\x00ops\x00hunter2"))
	overTLSServer := overTLS(cert, scripted(greeting, "a1 CAPABILITY", can, "z", bye))
	upgrade := func(conn net.Conn) {
		io.WriteString(conn, greeting)
		r := bufio.NewReader(conn)
		r.ReadString('\n')
		io.WriteString(conn, "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n")
		r.ReadString('\n')
		io.WriteString(conn, "a2 OK begin\r\n")
		overTLS(cert, scripted("", "a3 CAPABILITY", "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\na3 OK done\r\n",
			"a4 AUTHENTICATE PLAIN "+sasl, "a4 OK in\r\n", "z", bye))(conn)
	}
	starttls := login
	starttls.Security, starttls.TLS = "starttls", check.TLSOptions{Roots: ca.pool}
	for name, tt := range map[string]struct {
		serve  func(net.Conn)
		ask    check.Mail
		state  check.State
		reason check.Reason
		says   string
	}{
		"greeting":            {scripted(greeting, "a1 CAPABILITY", can, "z", bye), check.Mail{}, check.Up, check.ReasonNone, ""},
		"news in between":     {scripted(greeting, "a1 CAPABILITY", "* OK [ALERT] full\r\n"+can, "z", bye), check.Mail{}, check.Up, check.ReasonNone, ""},
		"in capitals or not":  {scripted("* ok ready\r\n", "a1 CAPABILITY", "* capability imap4rev2\r\na1 ok\r\n", "z", bye), check.Mail{}, check.Up, check.ReasonNone, ""},
		"tls":                 {overTLSServer, check.Mail{Security: "tls", TLS: check.TLSOptions{Roots: ca.pool}}, check.Up, check.ReasonNone, ""},
		"starttls and login":  {upgrade, starttls, check.Up, check.ReasonNone, ""},
		"login in two steps":  {scripted(greeting, "a1", can, "a2 AUTHENTICATE PLAIN\r\n", "+ \r\n", sasl, "a2 OK in\r\n", "z", bye), login, check.Up, check.ReasonNone, ""},
		"old login":           {scripted(greeting, "a1", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n", `a2 LOGIN "ops" "correct \"horse\\battery"`+"\r\n", "a2 OK in\r\n", "z", bye), quoted, check.Up, check.ReasonNone, ""},
		"logged in already":   {scripted("* PREAUTH hello\r\n", "a1", can, "z", bye), login, check.Up, check.ReasonNone, ""},
		"wrong password":      {scripted(greeting, "a1", can, "a2", "+ \r\n", sasl, "a2 NO [AUTHENTICATIONFAILED] hunter2 "+sasl+"\r\n", "z", bye), login, check.Down, check.ReasonAuth, secret.Placeholder},
		"login fails for now": {scripted(greeting, "a1", can, "a2", "+ \r\n", sasl, "a2 NO [UNAVAILABLE] later\r\n", "z", bye), login, check.Down, check.ReasonStatus, "later"},
		"login disabled":      {scripted(greeting, "a1", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\na1 OK\r\n", "z", bye), login, check.Down, check.ReasonAuth, "no way"},
		"refused at once":     {scripted("* BYE too many\r\n"), check.Mail{}, check.Down, check.ReasonStatus, "BYE too many"},
		"refused later":       {scripted(greeting, "a1", "* BYE shutting down\r\n"), check.Mail{}, check.Down, check.ReasonStatus, "BYE shutting down"},
		"not understood":      {scripted(greeting, "a1", "a1 BAD what?\r\n", "z", bye), check.Mail{}, check.Down, check.ReasonProtocol, "BAD what?"},
		"not IMAP4":           {scripted(greeting, "a1", "* CAPABILITY IMAP2\r\na1 OK\r\n", "z", bye), check.Mail{}, check.Down, check.ReasonProtocol, "IMAP4"},
		"no starttls":         {scripted(greeting, "a1", can, "z", bye), check.Mail{Security: "starttls"}, check.Down, check.ReasonTLS, "STARTTLS"},
		"words before TLS":    {scripted(greeting, "a1", "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK\r\n", "a2", "a2 OK\r\n* CAPABILITY IMAP4rev1\r\n"), check.Mail{Security: "starttls"}, check.Down, check.ReasonProtocol, "in clear"},
		"another protocol":    {scripted("220 mail.test\r\n"), check.Mail{}, check.Down, check.ReasonProtocol, "not IMAP"},
		"another tag":         {scripted(greeting, "a1", "b1 OK\r\n"), check.Mail{}, check.Down, check.ReasonProtocol, "not IMAP"},
		"endless news":        {func(c net.Conn) { io.WriteString(c, greeting); pours("* OK still here\r\n")(c) }, check.Mail{}, check.Down, check.ReasonProtocol, "more than"},
		"silence":             {hangs, check.Mail{}, check.Down, check.ReasonTimeout, "nothing within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.ask.Protocol, tt.ask.Address = "imap", target(t, tt.serve)
			limit := patience
			if tt.reason == check.ReasonTimeout {
				limit = brief
			}
			hostile(t, waitsFor(t, newProbe(t, tt.ask), limit, tt.reason, tt.says), tt.state, tt.reason, tt.says)
		})
	}
}

// TestMailPasswordInClear: the password must not leave this host in clear. The
// address is our own, but not of the loopback interface.
func TestMailPasswordInClear(t *testing.T) {
	t.Parallel()
	talk := &mailTalk{params: &check.Mail{User: "ops", Password: secret.New("hunter2")}}
	f, ok := talk.mayLogin().(*fault)
	if !ok || f.state != check.Unknown || f.reason != check.ReasonInternal {
		t.Errorf("mayLogin = %+v, want a fault of our own", f)
	}
	talk.safe = true
	if err := talk.mayLogin(); err != nil {
		t.Errorf("mayLogin over a safe connection = %v", err)
	}
}

func TestMailParameters(t *testing.T) {
	for name, p := range map[string]check.Mail{
		"protocol":          {Protocol: "pop3", Address: "mail.test"},
		"security":          {Protocol: "smtp", Address: "mail.test", Security: "ssl"},
		"address":           {Protocol: "smtp"},
		"a break in hello":  {Protocol: "smtp", Address: "mail.test", Hello: "x\r\nMAIL FROM:<>"},
		"a break in secret": {Protocol: "imap", Address: "mail.test", User: "a", Password: secret.New("b\r\nz LOGOUT")},
	} {
		if m, err := newMail(p); err == nil {
			t.Errorf("%s: newMail = %+v, want an error", name, m)
		}
	}
	for security, port := range map[string]uint16{"": 143, "none": 143, "starttls": 143, "tls": 993} {
		m, err := newMail(check.Mail{Protocol: "imap", Address: "mail.test", Security: security})
		if err != nil || m.to.port != port {
			t.Errorf("security %q: port %v, %v, want %d", security, m, err, port)
		}
	}
}

// feed returns the lines of a text as a dialogue's reader does.
func feed(text []byte) func() (string, error) { return newLines(strings.NewReader(string(text))).next }

func FuzzSMTPReply(f *testing.F) {
	for _, s := range []string{"220 mail.test\r\n", "250-a\r\n250-b\n250 c\r\n", "220\r\n", "999 x\r\n", "250-a\r\n251 b\r\n", "220"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := readSMTP(feed(b))
		if err != nil {
			return
		}
		if r.code < 200 || r.code > 599 || len(r.text) == 0 || len(r.text) > smtpLines {
			t.Fatalf("readSMTP(%q) = %+v: not a reply", b, r)
		}
		var again strings.Builder
		for i, text := range r.text {
			mark := "-"
			if i == len(r.text)-1 {
				mark = " "
			}
			again.WriteString(r.String()[:3] + mark + text + "\n")
		}
		back, err := readSMTP(feed([]byte(again.String())))
		if diff := cmp.Diff(r, back, cmp.AllowUnexported(smtpReply{})); err != nil || diff != "" {
			t.Fatalf("readSMTP(%q) = %v, differs:\n%s", again.String(), err, diff)
		}
	})
}

func FuzzIMAPAnswer(f *testing.F) {
	for _, s := range []string{"* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK [CAPABILITY X] x\r\n", "+ go\r\n", "a1 NO\r\n", "* BYE\r\n", "* 3 EXISTS\r\na1 BAD x\r\n"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, b []byte, greeting bool) {
		tag := "a1"
		if greeting {
			tag = ""
		}
		a, err := readIMAP(feed(b), tag)
		if err != nil {
			return
		}
		switch a.status {
		case "OK", "NO", "BAD", "BYE", "PREAUTH":
		case "+":
			if greeting {
				t.Fatalf("readIMAP(%q): a greeting cannot ask to go on", b)
			}
		default:
			t.Fatalf("readIMAP(%q) = %+v: not an answer", b, a)
		}
	})
}
