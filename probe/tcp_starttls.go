package probe

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/slamon/slamon/check"
)

// turn is one turn of the plain dialogue that asks for TLS. An answer that
// matches refuse ends it before the deadline does.
type turn struct {
	send         string
	want, refuse *regexp.Regexp
}

var (
	smtpNo = regexp.MustCompile(`(?m)^[45]\d\d`)
	imapNo = regexp.MustCompile(`(?m)^(\* BYE|a1 (NO|BAD))`)
	pop3No = regexp.MustCompile(`(?m)^-ERR`)
	xmppNo = regexp.MustCompile(`<(stream:error|failure)|</stream`)
)

// dialogues holds what is said before TLS. In ldap the request and the answer
// are those of the extended operation 1.3.6.1.4.1.1466.20037.
var dialogues = map[string][]turn{
	"smtp": { // RFC 3207
		{"", regexp.MustCompile(`(?m)^220( .*)?\r?\n`), smtpNo},
		{"EHLO slamon.invalid\r\n", regexp.MustCompile(`(?m)^250( .*)?\r?\n`), smtpNo},
		{"STARTTLS\r\n", regexp.MustCompile(`(?m)^220( .*)?\r?\n`), smtpNo},
	},
	"imap": { // RFC 9051 section 6.2.1
		{"", regexp.MustCompile(`(?m)^\* OK.*\n`), imapNo},
		{"a1 STARTTLS\r\n", regexp.MustCompile(`(?m)^a1 OK.*\n`), imapNo},
	},
	"pop3": { // RFC 2595
		{"", regexp.MustCompile(`(?m)^\+OK.*\n`), pop3No},
		{"STLS\r\n", regexp.MustCompile(`(?m)^\+OK.*\n`), pop3No},
	},
	"ftp": { // RFC 4217
		{"", regexp.MustCompile(`(?m)^220( .*)?\r?\n`), smtpNo},
		{"AUTH TLS\r\n", regexp.MustCompile(`(?m)^234( .*)?\r?\n`), smtpNo},
	},
	"ldap": { // RFC 4511 section 4.14
		{"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
			regexp.MustCompile(`(?s)^\x30.{1,5}\x02\x01\x01\x78.{1,5}\x0a\x01\x00.*$`),
			regexp.MustCompile(`(?s)^\x30.{1,5}\x02\x01.\x78.{1,5}\x0a\x01[^\x00]`)},
	},
	"postgres": { // SSLRequest of the PostgreSQL frontend/backend protocol
		{"\x00\x00\x00\x08\x04\xd2\x16\x2f", regexp.MustCompile(`(?m)^S`), regexp.MustCompile(`(?m)^[^S]`)},
	},
	"xmpp": { // RFC 6120 section 5
		{"<?xml version='1.0'?><stream:stream to='HOST' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
			regexp.MustCompile(`<starttls[\s/>](?s:.*)</stream:features>`), xmppNo},
		{"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", regexp.MustCompile(`<proceed[^>]*(/>|>\s*</proceed>)`), xmppNo},
	},
}

// startTLS returns the dialogue of a protocol with host.
func startTLS(protocol, host string) ([]turn, error) {
	turns, ok := dialogues[protocol]
	if !ok {
		return nil, fmt.Errorf("starttls %q: want smtp, imap, pop3, ftp, ldap, postgres or xmpp", protocol)
	}
	if protocol == "xmpp" {
		turns = append([]turn(nil), turns...)
		turns[0].send = strings.Replace(turns[0].send, "HOST", host, 1)
	}
	return turns, nil
}

// plain leads the dialogue that ends with the server's leave to begin TLS.
func (k *talk) plain(ctx context.Context, turns []turn) *complaint {
	for _, s := range turns {
		if err := k.send([]byte(s.send)); err != nil {
			return k.failure(ctx, err)
		}
		err := k.expect(s.want, s.refuse)
		if err == nil {
			continue
		}
		if len(k.heard) == 0 || ctx.Err() == context.Canceled {
			return k.failure(ctx, err)
		}
		return &complaint{check.Down, check.ReasonProtocol,
			"the server does not agree to TLS: " + k.why(err), "a match of " + s.want.String(), string(k.heard)}
	}
	if len(k.heard) > 0 {
		// What comes in clear after the leave could be forged: RFC 3207 section 4.2.
		return &complaint{check.Down, check.ReasonProtocol,
			"the server went on in clear after it had agreed to TLS", "", string(k.heard)}
	}
	return nil
}
