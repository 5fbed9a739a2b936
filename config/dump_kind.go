package config

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// params writes the kind table of a check.
func (d *dumper) params(parent string, p check.Params) {
	d.section("[" + parent + "." + p.Kind() + "]")
	switch p := p.(type) {
	case check.HTTP:
		d.http(p)
	case check.TCP:
		d.tcp(p)
	case check.TLSHandshake:
		d.address(p.Address, p.Family)
		d.tlsKeys(p.TLS)
	case check.ICMP:
		d.icmp(p)
	case check.DNS:
		d.dns(p)
	case check.NTP:
		d.address(p.Address, check.AnyFamily)
		d.time("max_offset", p.MaxOffset)
		d.number("max_stratum", p.MaxStratum)
		d.flag("own_clock", p.OwnClock)
	case check.Mail:
		d.mail(p)
	case check.SSH:
		d.address(p.Address, p.Family)
		d.pattern("expect", p.Expect)
	case check.GRPC:
		d.grpc(p)
	case check.STUN:
		d.stun(p)
	case check.UDP:
		d.address(p.Address, p.Family)
		d.payload(p.Send)
		d.pattern("expect", p.Expect)
	case check.Heartbeat:
		d.time("every", p.Every)
		d.time("slack", p.Slack)
		d.secret("token", p.Token)
	case check.Transaction:
		d.transaction(parent+"."+p.Kind(), p)
	case check.Command:
		d.command(p)
	case check.WebSocket:
		d.webSocket(p)
	case check.TURN:
		d.turn(p)
	case check.Throughput:
		d.throughput(p)
	case check.Mailbox:
		d.mailbox(parent+"."+p.Kind(), p)
	case check.Browser:
		d.browser(parent+"."+p.Kind(), p)
	}
}

func (d *dumper) address(address string, family check.Family) {
	d.text("address", address)
	d.family(family)
}

func (d *dumper) family(family check.Family) {
	for word, f := range families {
		if f == family && f != check.AnyFamily {
			d.text("family", word)
		}
	}
}

func (d *dumper) pattern(key string, re *regexp.Regexp) {
	if re != nil {
		d.text(key, re.String())
	}
}

func (d *dumper) tlsKeys(o check.TLSOptions) {
	d.text("server_name", o.ServerName)
	d.text("ca_file", d.origins.pools[o.Roots])
	if len(o.Certificates) > 0 {
		names := d.origins.pairs[&o.Certificates[0].Certificate[0][0]]
		d.text("certificate_file", names[0])
		d.text("key_file", names[1])
	}
	d.flag("skip_verify", o.SkipVerify)
	d.number("min_days_left", o.MinDaysLeft)
}

// tls writes the options as a table inside another one, on one line.
func (d *dumper) tls(o check.TLSOptions) {
	inner := &dumper{origins: d.origins}
	inner.tlsKeys(o)
	if keys := strings.TrimSpace(inner.b.String()); keys != "" {
		d.raw("tls", "{ "+strings.ReplaceAll(keys, "\n", ", ")+" }")
	}
}

func (d *dumper) headers(key string, headers []check.Header) {
	if len(headers) == 0 {
		return
	}
	var fields []string
	for _, h := range headers {
		fields = append(fields, tomlText(h.Name)+" = "+tomlText(h.Value.String()))
	}
	d.raw(key, "{ "+strings.Join(fields, ", ")+" }")
}

func (d *dumper) http(p check.HTTP) {
	d.text("url", p.URL.String())
	d.text("method", p.Method)
	d.headers("headers", p.Headers)
	d.text("body", string(p.Body))
	d.text("user", p.User)
	d.secret("password", p.Password)
	d.secret("bearer", p.Bearer)
	d.status(p.Status)
	d.bodyMatches("body_match", p.BodyMatch, false)
	d.bodyMatches("body_not_match", p.BodyMatch, true)
	d.headerMatches("header_match", p.HeaderMatch, false)
	d.headerMatches("header_not_match", p.HeaderMatch, true)
	d.raw("max_redirects", strconv.Itoa(p.MaxRedirects))
	if p.Proxy != nil {
		proxy := *p.Proxy
		proxy.User = nil
		d.text("proxy", proxy.String())
		if user := p.Proxy.User; user != nil {
			d.text("proxy_user", user.Username())
			d.text("proxy_password", secret.Placeholder)
		}
	}
	d.family(p.Family)
	d.flag("http2", p.HTTP2)
	d.raw("max_body", tomlText(FormatSize(p.MaxBody)))
	d.tls(p.TLS)
}

func (d *dumper) status(ranges []check.StatusRange) {
	var words []string
	for _, s := range ranges {
		if s.From == s.To {
			words = append(words, strconv.Itoa(s.From))
			continue
		}
		words = append(words, fmt.Sprintf("%q", fmt.Sprintf("%d-%d", s.From, s.To)))
	}
	d.raw("status", "["+strings.Join(words, ", ")+"]")
}

func (d *dumper) bodyMatches(key string, matches []check.Match, absent bool) {
	var patterns []string
	for _, m := range matches {
		if m.Absent == absent {
			patterns = append(patterns, m.Pattern.String())
		}
	}
	d.texts(key, patterns)
}

func (d *dumper) headerMatches(key string, matches []check.HeaderMatch, absent bool) {
	var fields []string
	for _, m := range matches {
		if m.Absent == absent {
			fields = append(fields, tomlText(m.Name)+" = "+tomlText(m.Pattern.String()))
		}
	}
	if len(fields) > 0 {
		d.raw(key, "{ "+strings.Join(fields, ", ")+" }")
	}
}

func (d *dumper) tcp(p check.TCP) {
	d.address(p.Address, p.Family)
	d.text("starttls", p.StartTLS)
	if p.TLS != nil {
		before := d.b.Len()
		d.tls(*p.TLS)
		if d.b.Len() == before { // even an empty table asks for TLS
			d.raw("tls", "{}")
		}
	}
	d.dialogue(p.Dialogue)
}

func (d *dumper) payload(data []byte) {
	if utf8.Valid(data) {
		d.text("send", string(data))
		return
	}
	d.text("send_hex", hex.EncodeToString(data))
}

func (d *dumper) icmp(p check.ICMP) {
	d.text("host", p.Host)
	d.family(p.Family)
	d.raw("count", strconv.Itoa(p.Count))
	d.time("gap", p.Gap)
	d.raw("size", strconv.Itoa(p.Size))
	d.raw("max_loss", fmt.Sprintf("%q", strconv.FormatFloat(p.MaxLoss*100, 'f', -1, 64)+"%"))
}

func (d *dumper) dns(p check.DNS) {
	d.text("name", p.Name)
	d.text("type", p.Type)
	d.text("server", p.Server)
	d.flag("tcp", p.TCP)
	d.text("rcode", p.RCode)
	d.texts("expect", p.Expect)
	d.flag("exact", p.Exact)
}

func (d *dumper) mail(p check.Mail) {
	d.address(p.Address, p.Family)
	d.text("security", p.Security)
	d.text("hello", p.Hello)
	d.text("user", p.User)
	d.secret("password", p.Password)
	d.tls(p.TLS)
}

func (d *dumper) grpc(p check.GRPC) {
	d.text("address", p.Address)
	d.text("service", p.Service)
	d.text("authority", p.Authority)
	d.flag("plaintext", p.Plaintext)
	d.headers("metadata", p.Metadata)
	d.tls(p.TLS)
	d.call(p.Call)
}

func (d *dumper) stun(p check.STUN) {
	d.address(p.Address, p.Family)
	d.text("network", p.Network)
	if p.Expect != (netip.Prefix{}) {
		d.text("expect", p.Expect.String())
	}
	d.tls(p.TLS)
}
