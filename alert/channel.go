package alert

import (
	"crypto/x509"
	"net/url"
	"time"

	"github.com/slamon/slamon/secret"
)

// Way is how a channel reaches people: one of Mail, Webhook, Alertmanager, Chat,
// Syslog and Command. They are plain data; package notify sends.
type Way interface {
	Kind() string // "mail", "webhook", …; the name of the table in the file
}

// Line is a channel with its settings.
type Line struct {
	ID       Channel
	Timeout  time.Duration // of one attempt; 30 s when zero
	Language string        // "en" or "ja"
	Template Template
	Way      Way
}

// Template holds the texts of a channel in the form of Go's text/template, and of its
// html/template for HTML. An empty part stands for the built-in text.
type Template struct {
	Subject string
	Text    string
	HTML    string // of mail
}

// MailServer is a server that takes mail (RFC 5321).
type MailServer struct {
	Address  string // host:port
	Security string // "none", "starttls" or "tls"
	User     string
	Password secret.Value
	Roots    *x509.CertPool // of the server's certificate; the system's when nil
}

// Mail sends mail. The servers are tried in order within one attempt.
type Mail struct {
	Servers []MailServer
	From    string
	To      []string
	Hello   string // name given in EHLO; the host's when empty
}

// Kind returns "mail".
func (Mail) Kind() string { return "mail" }

// Header is one field of a request; its value may be a secret.
type Header struct {
	Name  string
	Value secret.Value
}

// Webhook posts a body to a URL. Without a template the body is the notice as JSON.
type Webhook struct {
	URL         secret.Value // holds a token more often than not
	Method      string       // POST when empty
	Headers     []Header
	ContentType string // application/json when empty
	Template    string // text/template over the message
	// Key signs the body: X-Slamon-Signature holds "sha256=" and the hexadecimal
	// HMAC-SHA-256 (RFC 2104) of timestamp, a point and the body; the timestamp stands
	// in X-Slamon-Timestamp.
	Key secret.Value
}

// Kind returns "webhook".
func (Webhook) Kind() string { return "webhook" }

// Alertmanager posts alerts to the API v2 of the Prometheus family.
type Alertmanager struct {
	URLs     []*url.URL
	Labels   map[string]string // added to every alert
	User     string
	Password secret.Value
}

// Kind returns "alertmanager".
func (Alertmanager) Kind() string { return "alertmanager" }

// Chat posts to a service whose form of message is known.
type Chat struct {
	Service string       // "slack", "teams", "pagerduty", "opsgenie", "telegram", "chatwork" or "line_works"
	URL     secret.Value // of the webhook, where the service gives one; otherwise a base to override
	Token   secret.Value
	Target  string // room, chat or channel
}

// Kind returns the service.
func (c Chat) Kind() string { return c.Service }

// Syslog sends to a syslog server (RFC 5424, over UDP or TCP by RFC 6587).
type Syslog struct {
	Network string // "udp" or "tcp"
	Address string // host:port
}

// Kind returns "syslog".
func (Syslog) Kind() string { return "syslog" }

// Command runs a program with the message as JSON on its standard input.
type Command struct {
	Path string
	Args []string
	Env  []string // NAME=value, added to a small environment
}

// Kind returns "command".
func (Command) Kind() string { return "command" }
