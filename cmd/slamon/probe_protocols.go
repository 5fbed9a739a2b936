package main

import (
	"fmt"
	"net/netip"

	"github.com/spf13/pflag"

	"github.com/slamon/slamon/check"
)

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

func ntpKind(fs *pflag.FlagSet) func(string) (check.Params, error) {
	offset := fs.Duration("max-offset", 0, "a larger offset is degraded")
	stratum := fs.Int("max-stratum", 0, "a larger stratum is degraded")
	return func(target string) (check.Params, error) {
		return check.NTP{Address: target, MaxOffset: *offset, MaxStratum: *stratum}, nil
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
