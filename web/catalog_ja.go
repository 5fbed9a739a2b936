package web

// textsJapanese is the Japanese catalogue.
var textsJapanese = map[string]string{
	"feed.title": "slamon %s: incidents",
	"feed.entry": "%s: %s",

	"unit.d": "%s d", "unit.h": "%s h", "unit.min": "%s min", "unit.s": "%s s", "unit.join": " ",

	"incident.was":       "Down for %s, at least %s and at most %s.",
	"incident.is":        "Down for %s so far, at least %s and at most %s.",
	"incident.was.exact": "Down for %s.",
	"incident.is.exact":  "Down for %s so far.",

	"answer.met":                  "met",
	"answer.met_if_unknown_alike": "met, if unknown time was like the rest",
	"answer.breached_certain":     "breached",
	"answer.breached":             "breached (95 %)",
	"answer.cannot_tell":          "cannot tell",
	"answer.":                     "not judged yet",

	"state.up": "up", "state.degraded": "degraded", "state.down": "down", "state.unknown": "unknown", "state.paused": "paused",
	"kind.up": "up", "kind.degraded": "degraded", "kind.down": "down", "kind.unknown": "unknown", "kind.excluded": "announced maintenance",

	"reason.none": "none", "reason.timeout": "no answer in time", "reason.refused": "connection refused",
	"reason.unreachable": "unreachable", "reason.dns": "name not resolved", "reason.tls": "TLS or certificate",
	"reason.status": "unexpected status", "reason.content": "unexpected content", "reason.threshold": "limit passed",
	"reason.protocol": "not the protocol", "reason.auth": "credentials refused", "reason.reset": "connection cut",
	"reason.slow": "too slow", "reason.late": "report overdue", "reason.internal": "our probe broke",
	"reason.own_network": "our own line was dead", "reason.resources": "our machine was short of resources",
	"reason.missed": "slot missed", "reason.stopped": "monitor not running", "reason.clock": "our clock was stepped",
	"reason.storage": "could not be stored",

	"class.application": "application", "class.platform": "platform", "class.server": "server",
	"class.storage": "storage", "class.network": "network", "class.security": "security",
	"claim.contract": "contract", "claim.disclosure": "disclosure", "claim.objective": "objective",
	"combine.any_down": "down while any of them is down", "combine.all_down": "down only while all of them are down",
	"window.1h": "1 hour", "window.24h": "24 hours", "window.7d": "7 days", "window.30d": "30 days",
	"window.90d": "90 days", "window.365d": "365 days",
}
