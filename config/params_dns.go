package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/slamon/slamon/check"
)

// notAsked are types that are not data of a name: transfers, signatures of a
// message, and what is only valid inside a message (RFC 6895 section 3.1).
var notAsked = []string{"AXFR", "IXFR", "MAILA", "MAILB", "OPT", "TSIG", "TKEY", "None", "Reserved"}

func (r *reader) dns(f *dnsFile) check.Params {
	p := check.DNS{
		Name:  f.Name.v,
		Type:  mnemonic(r, f.Type, "type", "A", dns.StringToType),
		RCode: mnemonic(r, f.RCode, "rcode", "NOERROR", dns.StringToRcode),
		TCP:   f.TCP.v,
		Exact: f.Exact.v,
	}
	if r.need(f.Name.set, &f.table, "dns", "name", "www.example.com") && f.Name.ok {
		if _, ok := dns.IsDomainName(p.Name); !ok || p.Name == "" || strings.ContainsAny(p.Name, " /:@") {
			r.complain(f.Name.at, `name = "www.example.com"`, "name %s is not a domain name", quote(p.Name))
		}
	}
	if f.Server.or("") != "" {
		p.Server = r.address(f.Server, "server", 53, check.AnyFamily)
	}
	for _, e := range f.Expect {
		if e.ok && strings.TrimSpace(e.v) == "" {
			r.complain(e.at, `expect = ["192.0.2.10"]`, "expect holds an empty text")
		}
		p.Expect = append(p.Expect, e.v)
	}
	if p.Exact && len(p.Expect) == 0 {
		r.complain(f.Exact.at, `expect = ["192.0.2.10"]`, "exact needs expect: it would refuse every answer")
	}
	return p
}

// mnemonic reads a word of one of the DNS's own tables, in capital letters.
func mnemonic[V any](r *reader, f field[string], key, missing string, known map[string]V) string {
	if !f.ok {
		return missing
	}
	if _, ok := known[f.v]; ok && !slices.Contains(notAsked, f.v) {
		return f.v
	}
	words := slices.Sorted(maps.Keys(known))
	remedy := missing
	if upper := strings.ToUpper(f.v); slices.Contains(words, upper) && !slices.Contains(notAsked, upper) {
		remedy = upper
	}
	r.complain(f.at, key+" = "+strconv.Quote(remedy), "%s %s is not one that can be asked for", key, quote(f.v))
	return missing
}
