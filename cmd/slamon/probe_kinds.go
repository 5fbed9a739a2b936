package main

import (
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
