package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/slamon/slamon/check"
)

// params returns what the check asks: it must have exactly one kind table.
func (r *reader) params(k *kindFiles, thing, id string, t *table) check.Params {
	var found check.Params
	var first string
	for _, one := range []struct {
		name string
		here bool
		at   func() place
		read func() check.Params
	}{
		{"http", k.HTTP != nil, func() place { return k.HTTP.at }, func() check.Params { return r.http(k.HTTP) }},
		{"tcp", k.TCP != nil, func() place { return k.TCP.at }, func() check.Params { return r.tcp(k.TCP) }},
		{"tls", k.TLS != nil, func() place { return k.TLS.at }, func() check.Params { return r.handshake(k.TLS) }},
		{"icmp", k.ICMP != nil, func() place { return k.ICMP.at }, func() check.Params { return r.icmp(k.ICMP) }},
		{"dns", k.DNS != nil, func() place { return k.DNS.at }, func() check.Params { return r.dns(k.DNS) }},
		{"ntp", k.NTP != nil, func() place { return k.NTP.at }, func() check.Params { return r.ntp(k.NTP) }},
		{"smtp", k.SMTP != nil, func() place { return k.SMTP.at }, func() check.Params { return r.mail(k.SMTP, "smtp") }},
		{"imap", k.IMAP != nil, func() place { return k.IMAP.at }, func() check.Params { return r.mail(k.IMAP, "imap") }},
		{"ssh", k.SSH != nil, func() place { return k.SSH.at }, func() check.Params { return r.ssh(k.SSH) }},
		{"grpc", k.GRPC != nil, func() place { return k.GRPC.at }, func() check.Params { return r.grpc(k.GRPC) }},
		{"stun", k.STUN != nil, func() place { return k.STUN.at }, func() check.Params { return r.stun(k.STUN) }},
		{"udp", k.UDP != nil, func() place { return k.UDP.at }, func() check.Params { return r.udp(k.UDP) }},
		{"heartbeat", k.Heartbeat != nil, func() place { return k.Heartbeat.at }, func() check.Params { return r.heartbeat(k.Heartbeat) }},
	} {
		if !one.here {
			continue
		}
		if found != nil {
			r.complain(one.at(), "make two checks of it", "%s %q has the table %s besides the table %s: want exactly one", thing, id, one.name, first)
			continue
		}
		found, first = one.read(), one.name
	}
	if found == nil && !slices.ContainsFunc(t.meant, isKind) {
		header := "[service.check.http]"
		if thing == "anchor" {
			header = "[own_network.anchor.icmp]"
		}
		r.complain(t.at, "add "+header+", or another kind: "+strings.Join(layoutOf(reflect.TypeFor[kindFiles]()).names[1:], ", "), "%s %q does not say what to ask", thing, id)
	}
	return found
}

// isKind reports whether the word is the name of a kind table.
func isKind(word string) bool {
	return slices.Contains(layoutOf(reflect.TypeFor[kindFiles]()).names, word)
}

// need complains when a kind table lacks the key that it cannot do without.
func (r *reader) need(set bool, t *table, kind, key, example string) bool {
	return r.required(set, t, key, key+` = "`+example+`"`, "the %s table has no %s", kind, key)
}
