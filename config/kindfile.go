package config

import (
	"time"

	"github.com/slamon/slamon/sla"
)

// kindFiles are the tables of which a check has exactly one.
type kindFiles struct {
	HTTP      *httpFile      `toml:"http"`
	TCP       *tcpFile       `toml:"tcp"`
	TLS       *handshakeFile `toml:"tls"`
	ICMP      *icmpFile      `toml:"icmp"`
	DNS       *dnsFile       `toml:"dns"`
	NTP       *ntpFile       `toml:"ntp"`
	SMTP      *mailFile      `toml:"smtp"`
	IMAP      *mailFile      `toml:"imap"`
	SSH       *sshFile       `toml:"ssh"`
	GRPC      *grpcFile      `toml:"grpc"`
	STUN      *stunFile      `toml:"stun"`
	UDP       *udpFile       `toml:"udp"`
	Heartbeat *heartbeatFile `toml:"heartbeat"`

	Transaction *transactionFile `toml:"transaction"`
	Command     *programFile     `toml:"command"`
	WebSocket   *webSocketFile   `toml:"websocket"`
	TURN        *turnFile        `toml:"turn"`
	Throughput  *throughputFile  `toml:"throughput"`
	Mailbox     *mailboxFile     `toml:"mailbox"`
	Browser     *browserFile     `toml:"browser"`
}

type httpFile struct {
	table
	URL            field[string]   `toml:"url"`
	Method         field[string]   `toml:"method"`
	Headers        headerList      `toml:"headers"`
	Body           field[string]   `toml:"body"`
	User           field[string]   `toml:"user"`
	Password       secretKey       `toml:"password"`
	Bearer         secretKey       `toml:"bearer"`
	Status         statusList      `toml:"status"`
	BodyMatch      []field[string] `toml:"body_match"`
	BodyNotMatch   []field[string] `toml:"body_not_match"`
	HeaderMatch    patternList     `toml:"header_match"`
	HeaderNotMatch patternList     `toml:"header_not_match"`
	MaxRedirects   field[int64]    `toml:"max_redirects"`
	Proxy          field[string]   `toml:"proxy"`
	ProxyUser      field[string]   `toml:"proxy_user"`
	ProxyPassword  secretKey       `toml:"proxy_password"`
	Family         field[string]   `toml:"family"`
	HTTP2          field[bool]     `toml:"http2"`
	MaxBody        field[bytes]    `toml:"max_body"`
	TLS            *tlsFile        `toml:"tls"`
}

type tcpFile struct {
	table
	Address  field[string] `toml:"address"`
	Family   field[string] `toml:"family"`
	StartTLS field[string] `toml:"starttls"`
	TLS      *tlsFile      `toml:"tls"`
	Dialogue []stepFile    `toml:"dialogue"`
}

type stepFile struct {
	table
	Send    field[string] `toml:"send"`
	SendHex field[string] `toml:"send_hex"`
	Expect  field[string] `toml:"expect"`
}

type handshakeFile struct {
	table
	Address field[string] `toml:"address"`
	Family  field[string] `toml:"family"`
	tlsKeys
}

type icmpFile struct {
	table
	Host    field[string]        `toml:"host"`
	Family  field[string]        `toml:"family"`
	Count   field[int64]         `toml:"count"`
	Gap     field[time.Duration] `toml:"gap"`
	Size    field[int64]         `toml:"size"`
	MaxLoss field[sla.Figure]    `toml:"max_loss"`
}

type dnsFile struct {
	table
	Name   field[string]   `toml:"name"`
	Type   field[string]   `toml:"type"`
	Server field[string]   `toml:"server"`
	TCP    field[bool]     `toml:"tcp"`
	RCode  field[string]   `toml:"rcode"`
	Expect []field[string] `toml:"expect"`
	Exact  field[bool]     `toml:"exact"`
}

type ntpFile struct {
	table
	Address    field[string]        `toml:"address"`
	MaxOffset  field[time.Duration] `toml:"max_offset"`
	MaxStratum field[int64]         `toml:"max_stratum"`
	OwnClock   field[bool]          `toml:"own_clock"`
}

type mailFile struct {
	table
	Address  field[string] `toml:"address"`
	Family   field[string] `toml:"family"`
	Security field[string] `toml:"security"`
	Hello    field[string] `toml:"hello"`
	User     field[string] `toml:"user"`
	Password secretKey     `toml:"password"`
	TLS      *tlsFile      `toml:"tls"`
}

type sshFile struct {
	table
	Address field[string] `toml:"address"`
	Family  field[string] `toml:"family"`
	Expect  field[string] `toml:"expect"`
}

type grpcFile struct {
	table
	Address   field[string] `toml:"address"`
	Service   field[string] `toml:"service"`
	Authority field[string] `toml:"authority"`
	Plaintext field[bool]   `toml:"plaintext"`
	Metadata  headerList    `toml:"metadata"`
	TLS       *tlsFile      `toml:"tls"`
	callKeys
}

type stunFile struct {
	table
	Address field[string] `toml:"address"`
	Family  field[string] `toml:"family"`
	Network field[string] `toml:"network"`
	Expect  field[string] `toml:"expect"`
	TLS     *tlsFile      `toml:"tls"`
}

type udpFile struct {
	table
	Address field[string] `toml:"address"`
	Family  field[string] `toml:"family"`
	Send    field[string] `toml:"send"`
	SendHex field[string] `toml:"send_hex"`
	Expect  field[string] `toml:"expect"`
}

type heartbeatFile struct {
	table
	Every field[time.Duration] `toml:"every"`
	Slack field[time.Duration] `toml:"slack"`
	Token secretKey            `toml:"token"`
}
