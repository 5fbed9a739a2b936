package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"

	"github.com/slamon/slamon/check"
)

// dnsProbe asks one question.
type dnsProbe struct {
	check.DNS
	name   string // fully qualified, in ASCII
	qtype  uint16
	rcode  int
	expect []dns.RR // all with the root as owner
	server endpoint // host is empty for the system's first resolver
	file   string   // where that stands
}

// newDNS makes a DNS check ready: it parses what is expected, so that a
// difference of spelling is not one of content.
func newDNS(p check.DNS, resolverFile string) (*dnsProbe, error) {
	d := &dnsProbe{DNS: p, file: resolverFile}
	var err error
	if d.name, err = dnsName(p.Name); err != nil {
		return nil, err
	}
	if d.qtype, err = dnsType(cmp.Or(p.Type, "A")); err != nil {
		return nil, err
	}
	rcode, ok := dns.StringToRcode[strings.ToUpper(cmp.Or(p.RCode, "NOERROR"))]
	if !ok {
		return nil, fmt.Errorf("dns: response code %q: want one such as NOERROR, NXDOMAIN or REFUSED", p.RCode)
	}
	d.rcode = rcode
	if p.Server != "" {
		if d.server, err = newEndpoint(p.Server, 53, check.AnyFamily); err != nil {
			return nil, fmt.Errorf("dns: server: %w", err)
		}
	}
	for _, data := range p.Expect {
		rr, err := dnsData(d.qtype, data)
		if err != nil {
			return nil, err
		}
		d.expect = append(d.expect, rr)
	}
	return d, nil
}

func dnsName(name string) (string, error) {
	ascii := name
	if strings.ContainsFunc(name, func(r rune) bool { return r > 127 }) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(name); err != nil {
			return "", fmt.Errorf("dns: name %q: %w", name, err)
		}
	}
	if _, ok := dns.IsDomainName(ascii); !ok || name == "" {
		return "", fmt.Errorf("dns: name %q: not a domain name", name)
	}
	return dns.Fqdn(ascii), nil
}

// dnsType accepts a mnemonic or TYPE and a number (RFC 3597 section 5). Types that
// are not a question for one message are refused.
func dnsType(word string) (uint16, error) {
	word = strings.ToUpper(word)
	qtype, ok := dns.StringToType[word]
	if number, generic := strings.CutPrefix(word, "TYPE"); !ok && generic {
		if n, err := strconv.ParseUint(number, 10, 16); err == nil {
			qtype, ok = uint16(n), true
		}
	}
	switch {
	case !ok:
		return 0, fmt.Errorf("dns: type %q: want one such as A, AAAA, MX or TXT", word)
	case qtype == dns.TypeNone, qtype == dns.TypeOPT, qtype == dns.TypeTSIG, qtype == dns.TypeTKEY, qtype == dns.TypeAXFR, qtype == dns.TypeIXFR:
		return 0, fmt.Errorf("dns: type %s cannot be asked for by a check", word)
	}
	return qtype, nil
}

// dnsData parses the data of a record in presentation form. The text of a TXT
// record may do without quotes.
func dnsData(qtype uint16, data string) (dns.RR, error) {
	if qtype == dns.TypeANY {
		return nil, errors.New("dns: an answer to ANY is whatever the server likes (RFC 8482): expect nothing, or ask for a type")
	}
	if qtype == dns.TypeTXT && !strings.HasPrefix(strings.TrimSpace(data), `"`) {
		data = strconv.Quote(data)
	}
	if strings.ContainsAny(data, "\r\n") {
		return nil, fmt.Errorf("dns: expected data %q: want one record in one line", data)
	}
	rr, err := dns.NewRR(". 0 IN " + dns.Type(qtype).String() + " " + data)
	if err == nil && (rr == nil || rr.Header().Rrtype != qtype) {
		err = errors.New("no such data")
	}
	if err != nil {
		return nil, fmt.Errorf("dns: expected data %q of type %s: %w", data, dns.Type(qtype), err)
	}
	return rr, nil
}

// sameData reports whether two records carry the same data: names without regard
// to case, and a text without regard to how it was cut into pieces.
func sameData(one, other dns.RR) bool {
	if x, ok := one.(*dns.TXT); ok {
		y, ok := other.(*dns.TXT)
		return ok && strings.Join(x.Txt, "") == strings.Join(y.Txt, "")
	}
	other = dns.Copy(other)
	other.Header().Name, other.Header().Class = one.Header().Name, one.Header().Class
	return dns.IsDuplicate(one, other)
}

// presentation is the data of a record without its owner, time to live and type.
func presentation(rr dns.RR) string {
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

func presentations(all []dns.RR) string {
	if len(all) == 0 {
		return "no record"
	}
	words := make([]string, len(all))
	for i, rr := range all {
		words[i] = presentation(rr)
	}
	return strings.Join(words, ", ")
}

// run asks the question and judges the answer.
func (p *dnsProbe) run(ctx context.Context) check.Outcome {
	t := begin(ctx, check.PhaseResolve)
	server := p.server
	if server.host == "" {
		var err error
		if server, err = firstResolver(p.file); err != nil {
			return t.broken(check.ReasonInternal, err.Error())
		}
	}
	answer, err := p.ask(ctx, &t, server)
	if err != nil {
		return t.unanswered(ctx, "the question", err)
	}
	t.enter(check.PhaseJudge)
	return p.judge(&t, answer)
}

// firstResolver reads resolv.conf(5) anew each time: it changes with the network.
func firstResolver(file string) (endpoint, error) {
	c, err := dns.ClientConfigFromFile(file)
	if err != nil {
		return endpoint{}, fmt.Errorf("cannot tell the system's name server: %w", err)
	}
	if len(c.Servers) == 0 {
		return endpoint{}, fmt.Errorf("%s names no name server", file)
	}
	return newEndpoint(c.Servers[0], 53, check.AnyFamily)
}

// judge compares response code and data with what is expected.
func (p *dnsProbe) judge(t *trace, answer *dns.Msg) check.Outcome {
	t.status = dns.RcodeToString[answer.Rcode]
	if t.status == "" {
		t.status = "RCODE" + strconv.Itoa(answer.Rcode)
	}
	var got []dns.RR
	for _, rr := range answer.Answer {
		if rr.Header().Rrtype == p.qtype || p.qtype == dns.TypeANY {
			got = append(got, rr)
		}
	}
	t.fact(check.Answers, float64(len(got)))
	if answer.Rcode != p.rcode {
		return t.down(check.ReasonDNS, "the name server answered "+t.status, dns.RcodeToString[p.rcode], t.status)
	}
	if p.rcode == dns.RcodeSuccess && len(got) == 0 && len(p.expect) == 0 && !p.Exact {
		return t.down(check.ReasonDNS, "the answer holds no record of the type", "a record of type "+dns.Type(p.qtype).String(), "no record")
	}
	return p.compare(t, got)
}

func (p *dnsProbe) compare(t *trace, got []dns.RR) check.Outcome {
	holds := func(all []dns.RR, rr dns.RR) bool {
		for _, other := range all {
			if sameData(rr, other) {
				return true
			}
		}
		return false
	}
	for _, want := range p.expect {
		if !holds(got, want) {
			return t.down(check.ReasonContent, "the answer lacks an expected record", presentations(p.expect), presentations(got))
		}
	}
	if !p.Exact {
		return t.up()
	}
	for _, rr := range got {
		if !holds(p.expect, rr) {
			return t.down(check.ReasonContent, "the answer holds a record that is not expected", presentations(p.expect), presentations(got))
		}
	}
	return t.up()
}
