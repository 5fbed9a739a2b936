package simulate

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// maxLetter bounds a received mail; notices are a few kilobytes.
const maxLetter = 1 << 20

// keptLetters bounds the mailbox of a demo that runs for days.
const keptLetters = 1000

// Letter is a mail as it was received.
type Letter struct {
	At   time.Time
	From string
	To   []string
	Data []byte
}

// Mailbox is a mail server that accepts everything and keeps the newest letters.
type Mailbox struct {
	address string
	server  *smtp.Server

	mu      sync.Mutex
	letters []Letter
	refuses bool
	refused int
}

// Refuse makes the server put off every mail from now on, as one does that has no
// space left (RFC 5321, 452).
func (m *Mailbox) Refuse() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuses = true
}

// Refused counts the mails that were put off.
func (m *Mailbox) Refused() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}

// admit reports whether the server takes mail.
func (m *Mailbox) admit() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuses {
		m.refused++
	}
	return !m.refuses
}

// NewMailbox listens on a free port of host, a loopback address.
func NewMailbox(host string) (*Mailbox, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, fmt.Errorf("simulated mail server: %w", err)
	}
	m := &Mailbox{address: listener.Addr().String()}
	m.server = smtp.NewServer(m)
	m.server.Domain = "mail.demo.example"
	m.server.MaxMessageBytes = maxLetter
	m.server.ReadTimeout = 10 * time.Second
	m.server.WriteTimeout = 10 * time.Second
	go m.server.Serve(listener)
	return m, nil
}

// Address returns host:port.
func (m *Mailbox) Address() string { return m.address }

// Close stops the server.
func (m *Mailbox) Close() error { return m.server.Close() }

// Letters returns what was received, oldest first.
func (m *Mailbox) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Letter(nil), m.letters...)
}

// NewSession is called by the server for every connection.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: m}, nil }

type session struct {
	box    *Mailbox
	letter Letter
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.box.admit() {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "the disk of this server is full"}
	}
	s.letter = Letter{From: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.letter.To = append(s.letter.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	var data bytes.Buffer
	if _, err := io.Copy(&data, r); err != nil {
		return err
	}
	s.letter.At, s.letter.Data = time.Now().UTC(), data.Bytes()
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.letters = append(s.box.letters, s.letter)
	if over := len(s.box.letters) - keptLetters; over > 0 {
		s.box.letters = append([]Letter(nil), s.box.letters[over:]...)
	}
	return nil
}

func (s *session) Reset()        { s.letter = Letter{} }
func (s *session) Logout() error { return nil }
