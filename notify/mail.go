package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/log"
	"github.com/wneessen/go-mail/smtp"

	"github.com/slamon/slamon/alert"
)

// mailer sends mail. The servers are tried in order within one attempt.
type mailer struct {
	alert.Mail
	hello string

	mu      sync.Mutex
	reached map[string]map[string]bool // recipients that have a mail which others still lack, by notice
}

// maxReached bounds the notices that some recipients still lack. Beyond it a
// recipient may get a mail twice, under the same identifier.
const maxReached = 1000

func newMail(w alert.Mail) *mailer {
	hello := w.Hello
	if hello == "" {
		hello, _ = os.Hostname()
	}
	return &mailer{Mail: w, hello: cmp.Or(hello, "localhost"), reached: map[string]map[string]bool{}}
}

// Send mails the message to all recipients. When only some were taken the failure
// says so, and the next attempt is for the others alone.
func (s *mailer) Send(ctx context.Context, m Message) (string, error) {
	left := s.lacking(m.ID)
	var answers []string
	var problems []error
	for i, server := range s.Servers {
		limited, cancel := share(ctx, len(s.Servers)-i)
		t := transaction{mailer: s, server: server, message: m}
		answer, open, err := t.run(limited, left)
		cancel()
		if answer != "" {
			answers = append(answers, server.Address+": "+answer)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", server.Address, err))
		}
		if left = open; len(left) == 0 || ctx.Err() != nil {
			break
		}
	}
	return s.outcome(m.ID, strings.Join(answers, "; "), left, problems)
}

// share gives one of n servers its part of the time that is left, so that one that
// hangs leaves time for the next.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithTimeout(ctx, defaultTimeout)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(n))
}

// lacking returns the recipients that do not have the mail yet.
func (s *mailer) lacking(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []string
	for _, to := range s.To {
		if !s.reached[id][to] {
			left = append(left, to)
		}
	}
	if len(left) == 0 { // asked for again although all have it: the answer was lost
		return s.To
	}
	return left
}

// outcome remembers who has the mail, and puts the errors into one.
func (s *mailer) outcome(id, answer string, left []string, problems []error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(left) == 0 {
		delete(s.reached, id)
		return answer, nil
	}
	f := &Failure{Permanent: true, Err: errors.Join(problems...)}
	for _, p := range problems {
		f.Permanent = f.Permanent && lasting(p)
	}
	if len(left) == len(s.To) {
		return "", f
	}
	f.Reached = cmp.Or(answer, "taken before")
	f.Err = fmt.Errorf("%d of %d recipients are still to be reached: %w", len(left), len(s.To), f.Err)
	if f.Permanent {
		delete(s.reached, id)
		return "", f
	}
	if len(s.reached) >= maxReached {
		clear(s.reached)
	}
	have := map[string]bool{}
	for _, to := range s.To {
		have[to] = true
	}
	for _, to := range left {
		have[to] = false
	}
	s.reached[id] = have
	return "", f
}

// lasting reports whether trying again cannot help: the server said 5xx (RFC 5321,
// section 4.2.1), or its certificate is not to be trusted. Errors of the dialogue
// carry the server's reply inside; go-mail marks only some of them.
func lasting(err error) bool {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) { // of several recipients one may still take it
		return !slices.ContainsFunc(several.Unwrap(), func(one error) bool { return !lasting(one) })
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code >= 500
	}
	var refused *mail.SendError
	if errors.As(err, &refused) {
		return refused.ErrorCode() >= 500
	}
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate) || IsPermanent(err)
}

// transaction is a message on its way to one server.
type transaction struct {
	*mailer
	server  alert.MailServer
	message Message
}

// run delivers to as many of the recipients as the server takes, and returns those
// that are still open, with the server's answer for the others.
func (t *transaction) run(ctx context.Context, recipients []string) (answer string, open []string, err error) {
	over := func() {}
	defer func() { over() }()
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		// A server that accepts and never answers is cut off when the time is over.
		stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
		over = func() {
			stop()
			raw.Close() // also when go-mail gave up in the middle of the greeting
		}
		if t.server.Security == "tls" {
			return tls.Client(raw, t.tls()), nil
		}
		return raw, nil
	}
	client, err := t.client(ctx, dial)
	if err != nil {
		return "", recipients, err
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return "", recipients, timely(ctx, err)
	}
	answer, open, err = t.deliver(client, connection, recipients)
	if err == nil {
		_ = client.CloseWithSMTPClient(connection) // the mail is the server's already
	}
	return answer, open, timely(ctx, err)
}

// timely says that the time was over, instead of what broke because of it.
func timely(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("no answer in time: %w", err)
	}
	return err
}

// deliver sends one mail to all; if the server refuses some of them, each gets a
// mail of their own, so that one wrong address does not keep it from the others.
func (t *transaction) deliver(client *mail.Client, connection *smtp.Client, recipients []string) (answer string, open []string, err error) {
	answer, err = t.letter(client, connection, recipients)
	if err == nil {
		return answer, nil, nil
	}
	var refused *mail.SendError
	if len(recipients) < 2 || !errors.As(err, &refused) || refused.Reason != mail.ErrSMTPRcptTo {
		return "", recipients, err
	}
	var problems []error
	for _, to := range recipients {
		text, err := t.letter(client, connection, []string{to})
		if err != nil {
			problems, open = append(problems, err), append(open, to)
			continue
		}
		answer = text
	}
	return answer, open, errors.Join(problems...)
}

// letter sends one mail over the connection.
func (t *transaction) letter(client *mail.Client, connection *smtp.Client, recipients []string) (string, error) {
	letter, err := t.compose(recipients)
	if err != nil {
		return "", permanent("%w", err)
	}
	err = client.SendWithSMTPClient(connection, letter)
	if letter.IsDelivered() { // what happens after that changes nothing
		return cmp.Or(strings.TrimSpace(letter.ServerResponse()), "accepted"), nil
	}
	if err == nil {
		err = errors.New("the mail was not delivered")
	}
	return "", plain(err)
}

// plain leaves out of go-mail's text what the reader knows.
func plain(err error) error {
	text, _, _ := strings.Cut(err.Error(), ", affected message ID")
	return &mailError{text, err}
}

type mailError struct {
	text  string
	cause error
}

func (e *mailError) Error() string { return e.text }
func (e *mailError) Unwrap() error { return e.cause }

// client prepares the dialogue with the server.
func (t *transaction) client(ctx context.Context, dial mail.DialContextFunc) (*mail.Client, error) {
	host, port, err := net.SplitHostPort(t.server.Address)
	if err != nil {
		return nil, permanent("%w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, permanent("port %q: %w", port, err)
	}
	limit := defaultTimeout
	if deadline, ok := ctx.Deadline(); ok { // the context cuts off; go-mail's own limit only must not come before
		limit = max(time.Until(deadline), 0) + time.Second
	}
	policy := mail.NoTLS
	if t.server.Security == "starttls" {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithPort(number), mail.WithTimeout(limit), mail.WithHELO(t.hello), mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(t.tls()), mail.WithDialContextFunc(dial), mail.WithoutNoop(),
	}
	if t.server.User != "" {
		options = append(options, mail.WithUsername(t.server.User), mail.WithPassword(t.server.Password.Reveal()),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	if listens(ctx) {
		tell(ctx, "connecting to %s (%s)", t.server.Address, t.server.Security)
		options = append(options, mail.WithDebugLog(), mail.WithLogger(dialogue{ctx}))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, permanent("%w", err)
	}
	return client, nil
}

func (t *transaction) tls() *tls.Config {
	host, _, _ := net.SplitHostPort(t.server.Address)
	return &tls.Config{ServerName: host, RootCAs: t.server.Roots, MinVersion: tls.VersionTLS12}
}

// dialogue passes go-mail's debug log on; it hides what is said while signing in.
type dialogue struct{ ctx context.Context }

func (d dialogue) line(l log.Log) {
	arrow := "< "
	if l.Direction == log.DirClientToServer {
		arrow = "> "
	}
	tell(d.ctx, "%s%s", arrow, fmt.Sprintf(l.Format, l.Messages...))
}

func (d dialogue) Debugf(l log.Log) { d.line(l) }
func (d dialogue) Infof(l log.Log)  { d.line(l) }
func (d dialogue) Warnf(l log.Log)  { d.line(l) }
func (d dialogue) Errorf(l log.Log) { d.line(l) }
