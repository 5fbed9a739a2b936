package main

import (
	"fmt"
	"net/url"
	"regexp"

	"github.com/spf13/pflag"

	"github.com/slamon/slamon/check"
)

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
