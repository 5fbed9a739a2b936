package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/slamon/slamon/check"
)

// probeKind is one kind of check that can be asked without a file. Flags adds its
// flags and returns what makes the parameters of a target once they are parsed.
type probeKind struct {
	name, target, short string
	flags               func(*pflag.FlagSet) func(target string) (check.Params, error)
}

func probeKinds() []probeKind {
	return []probeKind{
		{"http", "URL", "Ask for a web page", httpKind},
		{"tcp", "HOST:PORT", "Open a connection", tcpKind},
		{"tls", "HOST[:PORT]", "Make a TLS handshake and look at the certificate", tlsKind},
		{"icmp", "HOST", "Send echo requests", icmpKind},
		{"dns", "NAME", "Ask a name server", dnsKind},
		{"ntp", "HOST[:PORT]", "Ask a time server", ntpKind},
		{"smtp", "HOST[:PORT]", "Greet a mail server", mailKind("smtp")},
		{"imap", "HOST[:PORT]", "Greet a mailbox server", mailKind("imap")},
		{"ssh", "HOST[:PORT]", "Read an SSH server's identification", sshKind},
		{"grpc", "HOST:PORT", "Ask the gRPC health service, or call a method", grpcKind},
		{"stun", "HOST[:PORT]", "Ask a STUN server for our address", stunKind},
		{"udp", "HOST:PORT", "Send a datagram and wait for one", udpKind},
		{"websocket", "URL", "Open a WebSocket and speak over it", webSocketKind},
		{"browser", "URL", "Open a page in Chromium", browserKind},
	}
}

// command is the subcommand of a kind. A check in the file may have the kind's word
// as its name: without a target the word is taken as a name.
func (k probeKind) command(f *probeFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   k.name + " " + k.target,
		Short: k.short,
		Args:  cobra.MaximumNArgs(1),
	}
	params := k.flags(cmd.Flags())
	every := cmd.Flags().Bool("every-address", false, "ask each address of the name by itself, at the same time")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return f.named(cmd, k.name)
		}
		p, err := params(args[0])
		if err != nil {
			return exitError{codeUsage, err}
		}
		return f.ask(cmd, check.Check{ID: check.ID(k.name), Params: p, EveryAddress: *every})
	}
	return cmd
}

// familyFlag adds the flag that chooses a version of IP.
func familyFlag(fs *pflag.FlagSet) func() (check.Family, error) {
	word := fs.String("family", "any", "version of IP: any, ipv4 or ipv6")
	return func() (check.Family, error) {
		f, ok := map[string]check.Family{"any": check.AnyFamily, "ipv4": check.IPv4, "ipv6": check.IPv6}[*word]
		if !ok {
			return 0, fmt.Errorf("--family %q: want any, ipv4 or ipv6", *word)
		}
		return f, nil
	}
}

// tlsFlags adds the flags of a handshake.
func tlsFlags(fs *pflag.FlagSet) func() check.TLSOptions {
	name := fs.String("server-name", "", "name to verify, instead of the target's")
	days := fs.Int("min-days-left", 0, "fewer days of validity left are degraded")
	insecure := fs.Bool("insecure", false, "take any certificate")
	return func() check.TLSOptions {
		return check.TLSOptions{ServerName: *name, MinDaysLeft: *days, SkipVerify: *insecure}
	}
}

// expectFlag adds the flag of a pattern.
func expectFlag(fs *pflag.FlagSet, what string) func() (*regexp.Regexp, error) {
	text := fs.String("expect", "", "regular expression that "+what+" must match")
	return func() (*regexp.Regexp, error) {
		if *text == "" {
			return nil, nil
		}
		re, err := regexp.Compile(*text)
		if err != nil {
			return nil, fmt.Errorf("--expect: %w", err)
		}
		return re, nil
	}
}

// httpTarget refuses what is no URL of http or https, and one with a password.
func httpTarget(target, kind string) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is not a URL of http or https\ntry: slamon probe %s https://www.example.com/", target, kind)
	}
	if u.User != nil {
		return fmt.Errorf("the URL holds a user or a password, which everybody on this host can read\ntry: a check in the configuration file, with user and password")
	}
	return nil
}

func httpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	method := fs.String("method", "GET", "request method")
	http2 := fs.Bool("http2", false, "offer HTTP/2")
	redirects := fs.Int("max-redirects", 0, "redirects to follow")
	family, options, expect := familyFlag(fs), tlsFlags(fs), expectFlag(fs, "the body")
	return func(target string) (check.Params, error) {
		if err := httpTarget(target, "http"); err != nil {
			return nil, err
		}
		u, err := url.Parse(target)
		if err != nil {
			return nil, err
		}
		p := check.HTTP{URL: u, Method: *method, HTTP2: *http2, MaxRedirects: *redirects, TLS: options()}
		if p.Family, err = family(); err != nil {
			return nil, err
		}
		re, err := expect()
		if re != nil {
			p.BodyMatch = []check.Match{{Pattern: re}}
		}
		return p, err
	}
}

func tcpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	withTLS := fs.Bool("tls", false, "make a TLS handshake")
	startTLS := fs.String("starttls", "", "protocol in which to ask for TLS: smtp, imap, pop3, ftp, ldap, postgres or xmpp")
	send := fs.String("send", "", "text to send")
	family, options, expect := familyFlag(fs), tlsFlags(fs), expectFlag(fs, "what comes")
	return func(target string) (check.Params, error) {
		p := check.TCP{Address: target, StartTLS: *startTLS}
		if *withTLS || *startTLS != "" {
			o := options()
			p.TLS = &o
		}
		var err error
		if p.Family, err = family(); err != nil {
			return nil, err
		}
		re, err := expect()
		if re != nil || *send != "" {
			p.Dialogue = []check.Step{{Send: []byte(*send), Expect: re}}
		}
		return p, err
	}
}

func tlsKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	family, options := familyFlag(fs), tlsFlags(fs)
	return func(target string) (check.Params, error) {
		f, err := family()
		return check.TLSHandshake{Address: target, Family: f, TLS: options()}, err
	}
}

func icmpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	count := fs.Int("count", 3, "requests to send")
	gap := fs.Duration("gap", 200*time.Millisecond, "pause between them")
	size := fs.Int("size", 56, "payload in bytes")
	family := familyFlag(fs)
	return func(target string) (check.Params, error) {
		f, err := family()
		return check.ICMP{Host: target, Family: f, Count: *count, Gap: *gap, Size: *size}, err
	}
}

func dnsKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	kind := fs.String("type", "A", "type of the records")
	server := fs.String("server", "", "name server (default: the system's first)")
	tcp := fs.Bool("tcp", false, "ask by TCP")
	rcode := fs.String("rcode", "NOERROR", "response code to expect")
	expect := fs.StringArray("expect", nil, "data of a record that must be there; may be repeated")
	exact := fs.Bool("exact", false, "no other record may be there")
	return func(target string) (check.Params, error) {
		return check.DNS{Name: target, Type: *kind, Server: *server, TCP: *tcp, RCode: *rcode, Expect: *expect, Exact: *exact}, nil
	}
}

func ntpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	offset := fs.Duration("max-offset", 0, "a larger offset is degraded")
	stratum := fs.Int("max-stratum", 0, "a larger stratum is degraded")
	return func(target string) (check.Params, error) {
		return check.NTP{Address: target, MaxOffset: *offset, MaxStratum: *stratum}, nil
	}
}

func mailKind(protocol string) func(*pflag.FlagSet) func(string) (check.Params, error) {
	return func(fs *pflag.FlagSet) func(string) (check.Params, error) {
		security := fs.String("security", "none", "none, starttls or tls")
		family, options := familyFlag(fs), tlsFlags(fs)
		return func(target string) (check.Params, error) {
			f, err := family()
			return check.Mail{Protocol: protocol, Address: target, Family: f, Security: *security, TLS: options()}, err
		}
	}
}

func sshKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	family, expect := familyFlag(fs), expectFlag(fs, "the identification")
	return func(target string) (check.Params, error) {
		f, err := family()
		if err != nil {
			return nil, err
		}
		re, err := expect()
		return check.SSH{Address: target, Family: f, Expect: re}, err
	}
}

func grpcKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	service := fs.String("service", "", "service to ask for (default: the server as a whole)")
	authority := fs.String("authority", "", "value of :authority, instead of the target")
	plaintext := fs.Bool("plaintext", false, "without TLS")
	method := fs.String("method", "", "call package.Service/Method, by the server's reflection, instead of the health service")
	request := fs.String("request", "", "message to call it with, as JSON")
	options := tlsFlags(fs)
	return func(target string) (check.Params, error) {
		p := check.GRPC{Address: target, Service: *service, Authority: *authority, Plaintext: *plaintext, TLS: options()}
		switch {
		case *method != "":
			p.Call = &check.GRPCCall{Method: *method, Request: *request}
		case *request != "":
			return nil, errors.New("--request needs a method to call\ntry: --method package.Service/Method")
		}
		return p, nil
	}
}

func stunKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	network := fs.String("network", "udp", "udp, tcp or tls")
	expect := fs.String("expect", "", "network that our address must lie in, such as 192.0.2.0/24")
	family, options := familyFlag(fs), tlsFlags(fs)
	return func(target string) (check.Params, error) {
		p := check.STUN{Address: target, Network: *network, TLS: options()}
		var err error
		if p.Family, err = family(); err != nil || *expect == "" {
			return p, err
		}
		if p.Expect, err = netip.ParsePrefix(*expect); err != nil {
			return nil, fmt.Errorf("--expect %q: want a network such as 192.0.2.0/24", *expect)
		}
		return p, nil
	}
}

func udpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	send := fs.String("send", "", "text to send")
	family, expect := familyFlag(fs), expectFlag(fs, "the answer")
	return func(target string) (check.Params, error) {
		f, err := family()
		if err != nil {
			return nil, err
		}
		re, err := expect()
		return check.UDP{Address: target, Family: f, Send: []byte(*send), Expect: re}, err
	}
}

func webSocketKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	send := fs.String("send", "", "message to send")
	ping := fs.Bool("ping", false, "want a pong")
	family, options, expect := familyFlag(fs), tlsFlags(fs), expectFlag(fs, "a message")
	return func(target string) (check.Params, error) {
		u, err := url.Parse(target)
		if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" && u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("%q is not a URL of ws or wss\ntry: slamon probe websocket wss://www.example.com/socket", target)
		}
		if u.User != nil {
			return nil, fmt.Errorf("the URL holds a user or a password, which everybody on this host can read\ntry: a check in the configuration file, with headers")
		}
		p := check.WebSocket{URL: u, Ping: *ping, TLS: options()}
		if p.Family, err = family(); err != nil {
			return nil, err
		}
		re, err := expect()
		if re != nil || *send != "" {
			p.Dialogue = []check.Step{{Send: []byte(*send), Expect: re}}
		}
		return p, err
	}
}
