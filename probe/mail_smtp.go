package probe

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// smtpLines is the most lines of one reply. An EHLO reply has some twenty.
const smtpLines = 100

// errNotSMTP means that a line does not begin with a reply code.
var errNotSMTP = errors.New("the answer is not an SMTP reply")

// smtpReply is one reply of a server (RFC 5321 section 4.2).
type smtpReply struct {
	code int
	text []string // without the codes
}

func (r smtpReply) String() string { return fmt.Sprintf("%d %s", r.code, strings.Join(r.text, " ")) }

// readSMTP reads one reply of one or more lines.
func readSMTP(next func() (string, error)) (smtpReply, error) {
	var r smtpReply
	for range smtpLines {
		got, err := next()
		if err != nil {
			return r, err
		}
		if len(got) < 3 || strings.Trim(got[:3], "0123456789") != "" || len(got) > 3 && got[3] != ' ' && got[3] != '-' {
			return r, errNotSMTP
		}
		code, err := strconv.Atoi(got[:3])
		if err != nil || code < 200 || code > 599 || r.code != 0 && code != r.code {
			return r, errNotSMTP
		}
		r.code = code
		r.text = append(r.text, got[min(4, len(got)):])
		if len(got) == 3 || got[3] == ' ' {
			return r, nil
		}
	}
	return r, fmt.Errorf("a reply of more than %d lines", smtpLines)
}

// smtpDialog greets a server as a client does that is about to send a mail.
func smtpDialog(k *mailTalk) error {
	if _, err := k.expect(220); err != nil {
		return err
	}
	k.bye = "QUIT"
	offers, err := k.hello()
	if err != nil {
		return err
	}
	if k.params.Security == "starttls" {
		if offers, err = k.startSMTP(offers); err != nil {
			return err
		}
	}
	if k.params.User == "" {
		return nil
	}
	return k.authSMTP(offers)
}

// expect reads a reply and wants the code.
func (k *mailTalk) expect(code int) (smtpReply, error) {
	r, err := readSMTP(k.line)
	if err != nil {
		return r, err
	}
	if r.code != code {
		k.t.status = k.scrub(r.String())
		return r, &fault{check.Down, check.ReasonStatus,
			fmt.Sprintf("the answer to %s is %s", k.step, r), strconv.Itoa(code), r.String()}
	}
	return r, nil
}

// hello says EHLO and returns the extensions that the server offers, each as its
// words in capitals.
func (k *mailTalk) hello() ([][]string, error) {
	name := k.params.Hello
	if name == "" {
		name = addressLiteral(k.conn.LocalAddr())
	}
	if err := k.say("EHLO", "EHLO "+name); err != nil {
		return nil, err
	}
	r, err := k.expect(250)
	if err != nil {
		return nil, err
	}
	var offers [][]string
	for _, extension := range r.text[1:] { // the first line is a greeting
		offers = append(offers, strings.Fields(strings.ToUpper(extension)))
	}
	return offers, nil
}

// addressLiteral names a client that has no name (RFC 5321 section 4.1.3).
func addressLiteral(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	switch {
	case !ok:
		return "[127.0.0.1]"
	case tcp.IP.To4() == nil:
		return "[IPv6:" + tcp.IP.String() + "]"
	}
	return "[" + tcp.IP.String() + "]"
}

// offered returns the words of an extension, its name first.
func offered(offers [][]string, name string) ([]string, bool) {
	i := slices.IndexFunc(offers, func(words []string) bool { return len(words) > 0 && words[0] == name })
	if i < 0 {
		return nil, false
	}
	return offers[i], true
}

// startSMTP asks for TLS (RFC 3207), after which the server is greeted anew.
func (k *mailTalk) startSMTP(offers [][]string) ([][]string, error) {
	if _, ok := offered(offers, "STARTTLS"); !ok {
		return nil, &fault{check.Down, check.ReasonTLS, "the server does not offer STARTTLS", "STARTTLS", ""}
	}
	if err := k.say("STARTTLS", "STARTTLS"); err != nil {
		return nil, err
	}
	if _, err := k.expect(220); err != nil {
		return nil, err
	}
	if err := k.secure(); err != nil {
		return nil, err
	}
	k.t.enter(check.PhaseTransfer)
	return k.hello()
}

// authSMTP logs in (RFC 4954) by PLAIN or, for old servers, LOGIN.
func (k *mailTalk) authSMTP(offers [][]string) error {
	if err := k.mayLogin(); err != nil {
		return err
	}
	mechanisms, _ := offered(offers, "AUTH")
	var err error
	switch {
	case slices.Contains(mechanisms, "PLAIN"):
		err = k.say("AUTH PLAIN", "AUTH PLAIN "+k.plain())
	case slices.Contains(mechanisms, "LOGIN"):
		err = k.loginSMTP()
	default:
		return &fault{check.Down, check.ReasonAuth, "the server offers neither AUTH PLAIN nor AUTH LOGIN", "AUTH PLAIN or AUTH LOGIN", strings.Join(mechanisms, " ")}
	}
	if err == nil {
		_, err = k.expect(235)
	}
	// A code of 4xx says that the server cannot tell now, not that it refuses us.
	if f, ok := errors.AsType[*fault](err); ok && strings.HasPrefix(f.got, "5") {
		f.reason = check.ReasonAuth
	}
	return err
}

func (k *mailTalk) loginSMTP() error {
	if err := k.say("AUTH LOGIN", "AUTH LOGIN"); err != nil {
		return err
	}
	for _, answer := range []string{k.params.User, k.params.Password.Reveal()} {
		if _, err := k.expect(334); err != nil {
			return err
		}
		if err := k.say("AUTH LOGIN", base64.StdEncoding.EncodeToString([]byte(answer))); err != nil {
			return err
		}
	}
	return nil
}
