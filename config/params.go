package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/slamon/slamon/check"
)

// params returns what the check asks: it must have exactly one kind table.
func (r *reader) params(k *kindFiles, thing, id string, t *table) check.Params {
	first := ""
	for _, one := range k.tables() {
		switch {
		case one.table == nil:
		case first == "":
			first = one.name
		default:
			r.complain(one.table.at, "make two checks of it", "%s %q has the table %s besides the table %s: want exactly one", thing, id, one.name, first)
		}
	}
	if first == "" && !slices.ContainsFunc(t.meant, isKind) {
		header := "[service.check.http]"
		if thing == "anchor" {
			header = "[own_network.anchor.icmp]"
		}
		r.complain(t.at, "add "+header+", or another kind: "+strings.Join(layoutOf(reflect.TypeFor[kindFiles]()).names[1:], ", "), "%s %q does not say what to ask", thing, id)
	}
	return r.read(k, first)
}

// kindTable is a kind with its table; nil when it is not there.
type kindTable struct {
	name  string
	table *table
}

// tables returns all kinds in the order of the reference.
func (k *kindFiles) tables() [20]kindTable {
	return [20]kindTable{
		{"http", head(k.HTTP)}, {"tcp", head(k.TCP)}, {"tls", head(k.TLS)}, {"icmp", head(k.ICMP)},
		{"dns", head(k.DNS)}, {"ntp", head(k.NTP)}, {"smtp", head(k.SMTP)}, {"imap", head(k.IMAP)},
		{"ssh", head(k.SSH)}, {"grpc", head(k.GRPC)}, {"stun", head(k.STUN)}, {"udp", head(k.UDP)},
		{"heartbeat", head(k.Heartbeat)}, {"transaction", head(k.Transaction)},
		{"command", head(k.Command)}, {"websocket", head(k.WebSocket)}, {"turn", head(k.TURN)},
		{"throughput", head(k.Throughput)}, {"mailbox", head(k.Mailbox)},
		{"browser", head(k.Browser)},
	}
}

// head returns where a kind table stood; nil for nil.
func head[T any, P interface {
	*T
	headed
}](p P) *table {
	if p == nil {
		return nil
	}
	return p.header()
}

// read turns the table of the kind into parameters.
func (r *reader) read(k *kindFiles, kind string) check.Params {
	switch kind {
	case "http":
		return r.http(k.HTTP)
	case "tcp":
		return r.tcp(k.TCP)
	case "tls":
		return r.handshake(k.TLS)
	case "icmp":
		return r.icmp(k.ICMP)
	case "dns":
		return r.dns(k.DNS)
	case "ntp":
		return r.ntp(k.NTP)
	case "smtp":
		return r.mail(k.SMTP, kind)
	case "imap":
		return r.mail(k.IMAP, kind)
	case "ssh":
		return r.ssh(k.SSH)
	case "grpc":
		return r.grpc(k.GRPC)
	case "stun":
		return r.stun(k.STUN)
	case "udp":
		return r.udp(k.UDP)
	case "heartbeat":
		return r.heartbeat(k.Heartbeat)
	case "transaction":
		return r.transaction(k.Transaction)
	case "command":
		return r.runs(k.Command)
	case "websocket":
		return r.webSocket(k.WebSocket)
	case "turn":
		return r.turn(k.TURN)
	case "throughput":
		return r.throughput(k.Throughput)
	case "mailbox":
		return r.roundTrip(k.Mailbox)
	case "browser":
		return r.browser(k.Browser)
	}
	return nil
}

// isKind reports whether the word is the name of a kind table.
func isKind(word string) bool {
	return slices.Contains(layoutOf(reflect.TypeFor[kindFiles]()).names, word)
}

// need complains when a kind table lacks the key that it cannot do without.
func (r *reader) need(set bool, t *table, kind, key, example string) bool {
	return r.required(set, t, key, key+` = "`+example+`"`, "the %s table has no %s", kind, key)
}
