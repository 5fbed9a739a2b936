package check

import (
	"net/url"

	"github.com/slamon/slamon/secret"
)

// WebSocket opens a WebSocket (RFC 6455), speaks over it and closes it.
type WebSocket struct {
	URL          *url.URL // http or https; ws and wss are written so in the file
	Headers      []Header
	Subprotocols []string // offered; the server must choose one if there are any
	Dialogue     []Step   // messages of text; an Expect passes over those that do not match
	Ping         bool     // wants a pong at the end
	Family       Family
	TLS          TLSOptions
}

// Kind returns "websocket".
func (WebSocket) Kind() string { return "websocket" }

// Target returns the URL.
func (p WebSocket) Target() string { return p.URL.Redacted() }

// TURN allocates a relay and gives it back (RFC 8656).
type TURN struct {
	Address  string // host:port; port 3478 when it has none, 5349 over TLS
	Family   Family
	Network  string // between us and the server: "udp", "tcp" or "tls"; udp when empty
	User     string
	Password secret.Value
	TLS      TLSOptions
}

// Kind returns "turn".
func (TURN) Kind() string { return "turn" }

// Target returns the address.
func (p TURN) Target() string { return p.Address }

// Throughput measures the rate of a transfer of a stated size.
type Throughput struct {
	Down      *url.URL // what is fetched; nil for no measurement
	DownBytes int64
	DownMin   float64  // bits per second; less is Degraded
	Up        *url.URL // where zeros are posted to; nil for no measurement
	UpBytes   int64
	UpMin     float64
	// Reference is something else than the vendor's, fetched only when Down or Up was
	// too slow. When it is slow too, the line is, and not the service.
	Reference *url.URL
	Family    Family
	TLS       TLSOptions
}

// Kind returns "throughput".
func (Throughput) Kind() string { return "throughput" }

// Target returns what is fetched, or where it is sent.
func (p Throughput) Target() string {
	if p.Down == nil {
		return p.Up.Redacted()
	}
	return p.Down.Redacted()
}

// Mailbox sends a mail and waits until it can be read where it belongs.
type Mailbox struct {
	SMTP   Mail
	IMAP   Mail
	From   string
	To     string
	Folder string // INBOX when empty
}

// Kind returns "mailbox".
func (Mailbox) Kind() string { return "mailbox" }

// Target returns the address that is written to.
func (p Mailbox) Target() string { return p.To }
