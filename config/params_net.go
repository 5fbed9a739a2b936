package config

import (
	"encoding/hex"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// startTLS are the dialogues that ask for TLS, with the usual port of each
// protocol.
var startTLS = map[string]int{"": noPort, "smtp": 25, "imap": 143, "pop3": 110, "ftp": 21, "ldap": 389, "postgres": 5432, "xmpp": 5222}

func (r *reader) tcp(f *tcpFile) check.Params {
	p := check.TCP{Family: r.family(f.Family)}
	p.StartTLS = r.oneOf(f.StartTLS, "starttls", "", "", "smtp", "imap", "pop3", "ftp", "ldap", "postgres", "xmpp")
	if r.need(f.Address.set, &f.table, "tcp", "address", "www.example.com:443") {
		p.Address = r.address(f.Address, "address", startTLS[p.StartTLS], p.Family)
	}
	if f.TLS != nil || p.StartTLS != "" {
		o := f.TLS.options(r)
		p.TLS = &o
	}
	for i := range f.Dialogue {
		p.Dialogue = append(p.Dialogue, r.step(&f.Dialogue[i]))
	}
	return p
}

func (r *reader) step(f *stepFile) check.Step {
	if !f.Send.set && !f.SendHex.set && !f.Expect.set {
		r.complain(f.at, `{ send = "QUIT\r\n" } or { expect = '^220 ' }`, "this step of the dialogue does nothing")
	}
	return check.Step{Send: r.payload(f.Send, f.SendHex), Expect: r.pattern(f.Expect, "expect")}
}

// maxPayload bounds what is sent; a datagram that is larger does not leave in
// one piece.
const maxPayload = 1400

// payload reads what to send: text, or bytes in hexadecimal.
func (r *reader) payload(text, digits field[string]) []byte {
	at, data := text.at, []byte(text.v)
	if digits.ok && digits.v != "" {
		if text.ok && text.v != "" {
			r.complain(digits.at, "take out one of the two", "send and send_hex exclude each other")
		}
		var err error
		at = digits.at
		if data, err = hex.DecodeString(strings.ReplaceAll(digits.v, " ", "")); err != nil {
			r.complain(at, `send_hex = "0d 0a"`, "send_hex %s: want pairs of hexadecimal digits", quote(digits.v))
			return nil
		}
	}
	if len(data) > maxPayload {
		r.complain(at, "send less", "what is to be sent has %d bytes: %d at most", len(data), maxPayload)
	}
	if len(data) == 0 {
		return nil
	}
	return data
}

func (r *reader) handshake(f *handshakeFile) check.Params {
	p := check.TLSHandshake{Family: r.family(f.Family), TLS: f.options(r)}
	if r.need(f.Address.set, &f.table, "tls", "address", "www.example.com:443") {
		p.Address = r.address(f.Address, "address", 443, p.Family)
	}
	return p
}

// The defaults and limits of an ICMP check.
const (
	defaultCount = 3
	maxCount     = 100
	defaultGap   = 200 * time.Millisecond
	minGap       = 10 * time.Millisecond // closer requests measure queues, not the line
	maxGap       = 10 * time.Second
	defaultSize  = 56 // what ping sends: 64 bytes with the header
	maxEchoSize  = 65500
)

func (r *reader) icmp(f *icmpFile) check.Params {
	p := check.ICMP{
		Family: r.family(f.Family),
		Count:  int(r.within(f.Count, "count", 1, maxCount, defaultCount)),
		Gap:    r.between(f.Gap, "gap", minGap, maxGap, defaultGap),
		Size:   int(r.within(f.Size, "size", 0, maxEchoSize, defaultSize)),
	}
	p.MaxLoss = f.MaxLoss.or(sla.Figure{}).Ratio()
	if p.MaxLoss == 1 {
		r.complain(f.MaxLoss.at, `max_loss = "34%"`, "max_loss %q: with every reply lost a target is down", f.MaxLoss.v)
	}
	if r.need(f.Host.set, &f.table, "icmp", "host", "gateway.example.net") {
		p.Host = r.host(f.Host, "host", p.Family)
	}
	return p
}

// fits complains about a probe that cannot end within its timeout even if the
// target answers at once.
func (r *reader) fits(k *kindFiles, p check.Params, timeout time.Duration) {
	if x, ok := p.(check.Transaction); ok {
		r.fitsTransaction(k.Transaction, x, timeout)
	}
	if k.Browser != nil {
		r.fitsBrowser(k.Browser, timeout)
	}
	icmp, ok := p.(check.ICMP)
	if !ok || time.Duration(icmp.Count-1)*icmp.Gap < timeout {
		return
	}
	r.complain(max(k.ICMP.Count.at, k.ICMP.Gap.at, k.ICMP.at), "count = "+strconv.Itoa(int(max(1, timeout/2/icmp.Gap))),
		"%d requests with gaps of %s do not fit into the timeout of %s", icmp.Count, FormatDuration(icmp.Gap), FormatDuration(timeout))
}

func (r *reader) ntp(f *ntpFile) check.Params {
	p := check.NTP{
		MaxOffset:  r.between(f.MaxOffset, "max_offset", 0, time.Hour, 0),
		MaxStratum: int(r.within(f.MaxStratum, "max_stratum", 0, 15, 0)),
		OwnClock:   f.OwnClock.v,
	}
	if r.need(f.Address.set, &f.table, "ntp", "address", "ntp.example.net") {
		p.Address = r.address(f.Address, "address", 123, check.AnyFamily)
	}
	return p
}

// mailPorts are the usual ports by protocol and security.
var mailPorts = map[string]int{
	"smtp none": 25, "smtp starttls": 25, "smtp tls": 465,
	"imap none": 143, "imap starttls": 143, "imap tls": 993,
}

func (r *reader) mail(f *mailFile, protocol string) check.Params {
	p := check.Mail{
		Protocol: protocol,
		Family:   r.family(f.Family),
		Security: r.oneOf(f.Security, "security", "none", "none", "starttls", "tls"),
		Hello:    f.Hello.v,
		User:     f.User.v,
		Password: f.Password.v,
		TLS:      f.TLS.options(r),
	}
	if r.need(f.Address.set, &f.table, protocol, "address", "mail.example.com") {
		p.Address = r.address(f.Address, "address", mailPorts[protocol+" "+p.Security], p.Family)
	}
	if f.Hello.set && (protocol != "smtp" || f.Hello.ok && f.Hello.v != "" && !validHost(f.Hello.v)) {
		r.complain(f.Hello.at, `hello = "monitor.example.net", in an smtp table`, "hello is the host name that smtp greets with")
	}
	if f.User.or("") != "" != f.Password.set {
		r.complain(max(f.User.at, f.Password.at), `user = "…" with password = { env = "NAME" }`, "user and password need each other")
	}
	if p.User != "" && p.Security == "none" && !ownHost(p.Address) {
		r.complain(f.User.at, `security = "starttls" or security = "tls"`, "the probe sends no password in clear over the network: security is %q", p.Security)
	}
	if f.TLS != nil && p.Security == "none" {
		r.complain(f.TLS.at, `security = "starttls" or security = "tls"`, "the tls table has no use with security %q", p.Security)
	}
	return p
}

// ownHost reports whether an address is on this host: nobody listens on the way.
func ownHost(address string) bool {
	host, _, err := net.SplitHostPort(address)
	a, bad := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || bad == nil && a.IsLoopback())
}

func (r *reader) ssh(f *sshFile) check.Params {
	p := check.SSH{Family: r.family(f.Family), Expect: r.pattern(f.Expect, "expect")}
	if r.need(f.Address.set, &f.table, "ssh", "address", "git.example.com") {
		p.Address = r.address(f.Address, "address", 22, p.Family)
	}
	return p
}

func (r *reader) grpc(f *grpcFile) check.Params {
	p := check.GRPC{
		Service:   f.Service.v,
		Authority: f.Authority.v,
		Plaintext: f.Plaintext.v,
		Metadata:  f.Metadata.headers(r, nil),
		TLS:       f.TLS.options(r),
	}
	if p.Plaintext && f.TLS != nil {
		r.complain(f.TLS.at, "take out one of the two", "the tls table has no use with plaintext = true")
	}
	if r.need(f.Address.set, &f.table, "grpc", "address", "api.example.com:443") {
		p.Address = r.address(f.Address, "address", noPort, check.AnyFamily)
	}
	p.Call = r.call(f)
	return p
}

func (r *reader) stun(f *stunFile) check.Params {
	p := check.STUN{
		Family:  r.family(f.Family),
		Network: r.oneOf(f.Network, "network", "udp", "udp", "tcp", "tls"),
		TLS:     f.TLS.options(r),
	}
	port := 3478 // RFC 8489 section 18.7; 5349 over TLS
	if p.Network == "tls" {
		port = 5349
	} else if f.TLS != nil {
		r.complain(f.TLS.at, `network = "tls"`, "the tls table has no use with network %q", p.Network)
	}
	if r.need(f.Address.set, &f.table, "stun", "address", "stun.example.com") {
		p.Address = r.address(f.Address, "address", port, p.Family)
	}
	if text := f.Expect.or(""); text != "" {
		p.Expect = r.prefix(f.Expect)
	}
	return p
}

// prefix reads an address or a network.
func (r *reader) prefix(f field[string]) netip.Prefix {
	if a, err := netip.ParseAddr(f.v); err == nil {
		return netip.PrefixFrom(a, a.BitLen())
	}
	p, err := netip.ParsePrefix(f.v)
	if err != nil {
		r.complain(f.at, `expect = "192.0.2.0/24"`, "expect %s is not an address or a network", quote(f.v))
		return netip.Prefix{}
	}
	if p != p.Masked() {
		r.complain(f.at, "expect = "+strconv.Quote(p.Masked().String()), "expect %s has bits set behind its length", quote(f.v))
	}
	return p
}

func (r *reader) udp(f *udpFile) check.Params {
	p := check.UDP{Family: r.family(f.Family), Send: r.payload(f.Send, f.SendHex), Expect: r.pattern(f.Expect, "expect")}
	if r.need(f.Address.set, &f.table, "udp", "address", "game.example.com:27015") {
		p.Address = r.address(f.Address, "address", noPort, p.Family)
	}
	if len(p.Send) == 0 && !f.SendHex.set {
		r.complain(f.at, `send = "ping"`, "the udp table has nothing to send: no server answers without")
	}
	return p
}

// The default and limits of a heartbeat.
const (
	defaultSlack = 5 * time.Minute
	minEvery     = time.Second
	maxEvery     = 400 * 24 * time.Hour
)

func (r *reader) heartbeat(f *heartbeatFile) check.Params {
	p := check.Heartbeat{Slack: r.between(f.Slack, "slack", 0, maxEvery, defaultSlack), Token: f.Token.v}
	if r.need(f.Every.set, &f.table, "heartbeat", "every", "1d") {
		p.Every = r.between(f.Every, "every", minEvery, maxEvery, minEvery)
	}
	r.required(f.Token.set, &f.table, "token", `token = { env = "NAME" } or { file = "path" }`, "the heartbeat table has no token: anybody could report")
	return p
}
