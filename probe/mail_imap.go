package probe

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// imapLines is the most lines of one answer. A server may put news between at any
// time (RFC 9051 section 7), but hardly before a mailbox is open.
const imapLines = 100

// errNotIMAP means that a line is not one that a server may send.
var errNotIMAP = errors.New("the answer is not IMAP")

// imapAnswer is the answer to one command.
type imapAnswer struct {
	status       string   // OK, NO, BAD, BYE or PREAUTH; "+" for a request to go on
	text         string   // what follows it
	capabilities []string // in capitals; nil if none were told
}

// readIMAP reads up to the line that ends the answer to the command with the tag;
// up to the greeting for an empty tag.
func readIMAP(next func() (string, error), tag string) (imapAnswer, error) {
	var a imapAnswer
	for range imapLines {
		got, err := next()
		if err != nil {
			return a, err
		}
		mark, rest, _ := strings.Cut(got, " ")
		status, text, _ := strings.Cut(rest, " ")
		status = strings.ToUpper(status)
		switch {
		case mark == "+" && tag != "":
			a.status, a.text = "+", rest
			return a, nil
		case mark == "*" && status == "CAPABILITY":
			a.capabilities = strings.Fields(strings.ToUpper(text))
		case mark == "*" && tag != "" && status != "BYE":
			// news that nobody asked for
		case mark != "*" && (tag == "" || mark != tag):
			return a, errNotIMAP
		case !slices.Contains([]string{"OK", "NO", "BAD", "BYE", "PREAUTH"}, status):
			return a, errNotIMAP
		default:
			a.status, a.text = status, text
			if told, ok := capabilityCode(text); ok {
				a.capabilities = told
			}
			return a, nil
		}
	}
	return a, fmt.Errorf("an answer of more than %d lines", imapLines)
}

// capabilityCode reads the response code CAPABILITY of a greeting or a login.
func capabilityCode(text string) ([]string, bool) {
	code, _, closed := strings.Cut(text, "]")
	words := strings.Fields(strings.ToUpper(code))
	if !closed || len(words) == 0 || words[0] != "[CAPABILITY" {
		return nil, false
	}
	return words[1:], true
}

// imapTalk numbers the commands of a dialogue.
type imapTalk struct {
	*mailTalk
	count int
}

// imapDialog greets a server, asks what it can, and logs in if asked to.
func imapDialog(talk *mailTalk) error {
	k := &imapTalk{mailTalk: talk}
	greeting, err := readIMAP(k.line, "")
	if err != nil {
		return err
	}
	if greeting.status != "OK" && greeting.status != "PREAUTH" {
		return k.wrong(greeting)
	}
	k.bye = "z LOGOUT"
	offers, err := k.capability()
	if err != nil {
		return err
	}
	if k.params.Security == "starttls" {
		if offers, err = k.startIMAP(offers); err != nil {
			return err
		}
	}
	if k.params.User == "" || greeting.status == "PREAUTH" {
		return nil
	}
	return k.authIMAP(offers)
}

// wrong is the fault of an answer that is not OK.
func (k *imapTalk) wrong(a imapAnswer) error {
	got := strings.TrimSpace(a.status + " " + a.text)
	reason := check.ReasonStatus
	if a.status == "BAD" {
		reason = check.ReasonProtocol
	}
	return &fault{check.Down, reason, fmt.Sprintf("the answer to %s is %s", k.step, got), "OK", got}
}

// command sends a command and reads its answer.
func (k *imapTalk) command(step, words string) (imapAnswer, error) {
	k.count++
	tag := "a" + strconv.Itoa(k.count)
	if err := k.say(step, tag+" "+words); err != nil {
		return imapAnswer{}, err
	}
	return readIMAP(k.line, tag)
}

// ok is a command whose answer must be OK.
func (k *imapTalk) ok(words string) (imapAnswer, error) {
	a, err := k.command(words, words)
	if err == nil && a.status != "OK" {
		err = k.wrong(a)
	}
	return a, err
}

func (k *imapTalk) capability() ([]string, error) {
	a, err := k.ok("CAPABILITY")
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(a.capabilities, func(c string) bool { return strings.HasPrefix(c, "IMAP4") }) {
		return nil, &fault{check.Down, check.ReasonProtocol, "the server does not say that it speaks IMAP4", "IMAP4rev1 or IMAP4rev2", strings.Join(a.capabilities, " ")}
	}
	return a.capabilities, nil
}

// startIMAP asks for TLS (RFC 9051 section 6.2.1), after which nothing that was
// said before counts.
func (k *imapTalk) startIMAP(offers []string) ([]string, error) {
	if !slices.Contains(offers, "STARTTLS") {
		return nil, &fault{check.Down, check.ReasonTLS, "the server does not offer STARTTLS", "STARTTLS", ""}
	}
	if _, err := k.ok("STARTTLS"); err != nil {
		return nil, err
	}
	if err := k.secure(); err != nil {
		return nil, err
	}
	k.t.enter(check.PhaseTransfer)
	return k.capability()
}

// authIMAP logs in by AUTHENTICATE PLAIN (RFC 4616) or LOGIN.
func (k *imapTalk) authIMAP(offers []string) error {
	if err := k.mayLogin(); err != nil {
		return err
	}
	var a imapAnswer
	var err error
	switch {
	case slices.Contains(offers, "AUTH=PLAIN") && slices.Contains(offers, "SASL-IR"): // RFC 4959
		a, err = k.command("AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN "+k.plain())
	case slices.Contains(offers, "AUTH=PLAIN"):
		a, err = k.command("AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN")
		if err == nil && a.status == "+" {
			if err = k.say("AUTHENTICATE PLAIN", k.plain()); err == nil {
				a, err = readIMAP(k.line, "a"+strconv.Itoa(k.count))
			}
		}
	case slices.Contains(offers, "LOGINDISABLED"):
		return &fault{check.Down, check.ReasonAuth, "the server offers no way to log in that we know", "AUTH=PLAIN or LOGIN", strings.Join(offers, " ")}
	default:
		a, err = k.command("LOGIN", "LOGIN "+imapQuoted(k.params.User)+" "+imapQuoted(k.params.Password.Reveal()))
	}
	if err != nil || a.status == "OK" {
		return err
	}
	err = k.wrong(a)
	// UNAVAILABLE says that the server cannot tell now (RFC 5530).
	if f, ok := errors.AsType[*fault](err); ok && a.status == "NO" && !strings.HasPrefix(strings.ToUpper(a.text), "[UNAVAILABLE]") {
		f.reason = check.ReasonAuth
	}
	return err
}

// imapQuoted is a quoted string (RFC 9051 section 4.3).
func imapQuoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
