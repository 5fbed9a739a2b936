package check

import (
	"crypto/tls"
	"crypto/x509"
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/slamon/slamon/secret"
)

// Params is what a check asks: one of HTTP, TCP, TLSHandshake, ICMP, DNS, NTP,
// Mail, SSH, GRPC, STUN, UDP, Heartbeat, Transaction, Command, WebSocket, TURN,
// Throughput, Mailbox and Browser. They are plain data; package probe turns them
// into functions.
type Params interface {
	Kind() string   // "http", "tcp", …; the name of the table in the file
	Target() string // for people; no credentials
}

// Family chooses between the versions of IP.
type Family uint8

// The families. AnyFamily takes the first address that the resolver returns.
const (
	AnyFamily Family = iota
	IPv4
	IPv6
)

// TLSOptions are the parts of a TLS handshake that a file can choose.
type TLSOptions struct {
	ServerName   string // SNI and name to verify; the target's host when empty
	Roots        *x509.CertPool
	Certificates []tls.Certificate // presented when the server asks for one
	SkipVerify   bool              // take any certificate; facts are still recorded
	MinDaysLeft  int               // fewer days of validity left than this is Degraded with ReasonTLS
}

// Header is one field of a request; its value may be a secret.
type Header struct {
	Name  string
	Value secret.Value
}

// Match is an expectation on a text.
type Match struct {
	Pattern *regexp.Regexp
	Absent  bool // the pattern must not be found
}

// HeaderMatch is an expectation on a header field of an answer; a field that is
// missing matches only an Absent pattern.
type HeaderMatch struct {
	Name string
	Match
}

// StatusRange is an inclusive range of HTTP status codes.
type StatusRange struct{ From, To int }

// HTTP asks a URL (RFC 9110).
type HTTP struct {
	URL          *url.URL
	Method       string // GET when empty
	Headers      []Header
	Body         []byte
	User         string // basic authentication (RFC 7617)
	Password     secret.Value
	Bearer       secret.Value  // bearer token (RFC 6750)
	Status       []StatusRange // accepted codes; 200-299 when empty
	BodyMatch    []Match
	HeaderMatch  []HeaderMatch
	MaxRedirects int // followed; 0 follows none, and a 3xx is judged like any other status
	Proxy        *url.URL
	Family       Family
	HTTP2        bool  // offer HTTP/2 by ALPN
	MaxBody      int64 // bytes read of a body; 1 MiB when zero
	TLS          TLSOptions
}

// Kind returns "http".
func (HTTP) Kind() string { return "http" }

// Target returns the URL without its password.
func (p HTTP) Target() string { return p.URL.Redacted() }

// Step is one turn of a dialogue: send Send if it is not empty, then read until
// Expect matches if it is not nil.
type Step struct {
	Send   []byte
	Expect *regexp.Regexp
}

// TCP opens a connection and, if asked, speaks over it.
type TCP struct {
	Address  string // host:port
	Family   Family
	TLS      *TLSOptions // handshake before the dialogue; nil for plain TCP
	StartTLS string      // smtp, imap, pop3, ftp, ldap, postgres or xmpp: the plain dialogue that asks for TLS; needs TLS
	Dialogue []Step
}

// Kind returns "tcp".
func (TCP) Kind() string { return "tcp" }

// Target returns the address.
func (p TCP) Target() string { return p.Address }

// TLSHandshake opens a TLS connection and looks at the chain.
type TLSHandshake struct {
	Address string // host:port
	Family  Family
	TLS     TLSOptions
}

// Kind returns "tls".
func (TLSHandshake) Kind() string { return "tls" }

// Target returns the address.
func (p TLSHandshake) Target() string { return p.Address }

// ICMP sends echo requests (RFC 792, RFC 4443).
type ICMP struct {
	Host    string
	Family  Family
	Count   int           // requests; 3 when zero
	Gap     time.Duration // between them; 200 ms when zero
	Size    int           // payload bytes; 56 when zero
	MaxLoss float64       // ratio 0-1 of lost replies that is still Up; more is Degraded; all lost is Down
}

// Kind returns "icmp".
func (ICMP) Kind() string { return "icmp" }

// Target returns the host.
func (p ICMP) Target() string { return p.Host }

// DNS asks a name server (RFC 1035).
type DNS struct {
	Server string // host:port; port 53 when it has none; the system's first resolver when empty
	Name   string
	Type   string // A when empty; any type that has a mnemonic
	TCP    bool
	RCode  string   // expected response code; NOERROR when empty
	Expect []string // each must be the data of one record of the answer, in presentation form
	Exact  bool     // no other record of the type may be there
}

// Kind returns "dns".
func (DNS) Kind() string { return "dns" }

// Target returns the question.
func (p DNS) Target() string {
	t := p.Type
	if t == "" {
		t = "A"
	}
	if p.Server == "" {
		return p.Name + " " + t
	}
	return p.Name + " " + t + " @" + p.Server
}

// NTP asks a time server (RFC 5905).
type NTP struct {
	Address    string        // host:port; port 123 when it has none
	MaxOffset  time.Duration // a larger offset is Degraded; 0 for no limit
	MaxStratum int           // a larger stratum is Degraded; 0 for no limit
	OwnClock   bool          // the question is about our clock, not the server: shown as such, and a larger offset raises the own-clock metric
}

// Kind returns "ntp".
func (NTP) Kind() string { return "ntp" }

// Target returns the address.
func (p NTP) Target() string { return p.Address }

// Mail greets a mail server: SMTP (RFC 5321) or IMAP (RFC 9051).
type Mail struct {
	Protocol string // "smtp" or "imap"
	Address  string // host:port
	Family   Family
	Security string // "none", "starttls" or "tls"
	Hello    string // SMTP: name given in EHLO
	User     string // log in when not empty
	Password secret.Value
	TLS      TLSOptions
}

// Kind returns the protocol, "smtp" or "imap".
func (p Mail) Kind() string { return p.Protocol }

// Target returns the address.
func (p Mail) Target() string { return p.Address }

// SSH reads a server's identification string (RFC 4253 section 4.2).
type SSH struct {
	Address string // host:port; port 22 when it has none
	Family  Family
	Expect  *regexp.Regexp // on the identification string; nil for any
}

// Kind returns "ssh".
func (SSH) Kind() string { return "ssh" }

// Target returns the address.
func (p SSH) Target() string { return p.Address }

// GRPC asks the standard health service (grpc.health.v1.Health/Check), or makes a call.
type GRPC struct {
	Address   string // host:port
	Service   string // name asked for; empty asks for the server as a whole
	Authority string
	Plaintext bool
	Metadata  []Header
	TLS       TLSOptions
	Call      *GRPCCall // nil for the health service
}

// GRPCCall is a unary call of any method, with messages as JSON (ProtoJSON).
type GRPCCall struct {
	Method      string // package.Service/Method
	Request     string // JSON; an empty message when empty
	Descriptors []byte // a FileDescriptorSet with the method; the server's reflection is asked when empty
	From        string // the file that Descriptors were read from, for people
	Code        string // expected status code, as in the specification: OK when empty
	JSONMatch   []JSONMatch
	MaxMessage  int64 // bytes of the answer; 1 MiB when zero
}

// Kind returns "grpc".
func (GRPC) Kind() string { return "grpc" }

// Target returns the address and the service asked for.
func (p GRPC) Target() string {
	if p.Call != nil {
		return p.Address + "/" + p.Call.Method
	}
	if p.Service == "" {
		return p.Address
	}
	return p.Address + "/" + p.Service
}

// STUN sends a binding request (RFC 8489), as a web conference's client does.
type STUN struct {
	Address string // host:port; port 3478 when it has none
	Family  Family
	Network string       // "udp", "tcp" or "tls"; udp when empty
	Expect  netip.Prefix // our address as seen from there must lie in it; zero for any
	TLS     TLSOptions
}

// Kind returns "stun".
func (STUN) Kind() string { return "stun" }

// Target returns the address.
func (p STUN) Target() string { return p.Address }

// UDP sends a datagram and waits for one that matches.
type UDP struct {
	Address string // host:port
	Family  Family
	Send    []byte
	Expect  *regexp.Regexp // nil takes any answer
}

// Kind returns "udp".
func (UDP) Kind() string { return "udp" }

// Target returns the address.
func (p UDP) Target() string { return p.Address }

// Heartbeat waits for something outside to report: a dead-man check for a daily
// backup, its verification, a batch job. A report is a POST to
// /api/v1/heartbeat/{check}; it is late Every plus Slack after the one before.
type Heartbeat struct {
	Every time.Duration // longest pause between two reports
	Slack time.Duration
	Token secret.Value // expected as bearer token of the POST
}

// Kind returns "heartbeat".
func (Heartbeat) Kind() string { return "heartbeat" }

// Target says what is waited for.
func (p Heartbeat) Target() string { return "a report every " + p.Every.String() }
