package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
)

func (d *dumper) notify(n *Notify, _ *time.Location) {
	d.section("[notify]")
	d.time("window", n.Window)
	d.text("language", n.Language)
	numbers := make([]string, len(n.CertificateDays))
	for i, days := range n.CertificateDays {
		numbers[i] = strconv.Itoa(days)
	}
	d.raw("certificate_days", "["+strings.Join(numbers, ", ")+"]")
	shares := make([]string, len(n.AllowanceShares))
	for i, s := range n.AllowanceShares {
		shares[i] = tomlText(s.String())
	}
	d.raw("allowance_shares", "["+strings.Join(shares, ", ")+"]")
	d.text("coverage", n.Coverage.String())
	d.time("clock_offset", n.ClockOffset)
	if !n.Signal.URL.Empty() {
		d.section("[notify.heartbeat]")
		d.secret("url", n.Signal.URL)
		d.time("every", n.Signal.Every)
	}
	for _, l := range n.Channels {
		d.section("[[notify.channel]]")
		d.text("id", string(l.ID))
		d.time("timeout", l.Timeout)
		d.text("language", l.Language)
		d.section("[notify.channel." + l.Way.Kind() + "]")
		d.way(l.Way)
		if l.Template != (alert.Template{}) {
			d.section("[notify.channel.template]")
			d.text("subject", l.Template.Subject)
			d.text("text", l.Template.Text)
			d.text("html", l.Template.HTML)
		}
	}
	for i := range n.Rotas {
		d.rota(&n.Rotas[i])
	}
	for i := range n.Policies {
		d.policy(&n.Policies[i])
	}
	for i := range n.Dispatches {
		d.dispatch(&n.Dispatches[i])
	}
}

func (d *dumper) channels(key string, list []alert.Channel) {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c)
	}
	d.texts(key, out)
}

func (d *dumper) way(w alert.Way) {
	switch w := w.(type) {
	case alert.Mail:
		d.mailWay(w)
	case alert.Webhook:
		d.secret("url", w.URL)
		d.text("method", w.Method)
		headers := make([]check.Header, len(w.Headers))
		for i, h := range w.Headers {
			headers[i] = check.Header(h)
		}
		d.headers("headers", headers)
		d.text("content_type", w.ContentType)
		d.text("template", w.Template)
		d.secret("key", w.Key)
	case alert.Alertmanager:
		urls := make([]string, len(w.URLs))
		for i, u := range w.URLs {
			urls[i] = u.String()
		}
		d.texts("urls", urls)
		d.text("user", w.User)
		d.secret("password", w.Password)
		if len(w.Labels) > 0 {
			pairs := make([]string, 0, len(w.Labels))
			for _, name := range slices.Sorted(maps.Keys(w.Labels)) {
				pairs = append(pairs, name+" = "+tomlText(w.Labels[name]))
			}
			d.raw("labels", "{ "+strings.Join(pairs, ", ")+" }")
		}
	case alert.Chat:
		d.chat(w)
	case alert.Syslog:
		d.text("address", w.Address)
		d.text("network", w.Network)
	case alert.Command:
		d.texts("run", append([]string{w.Path}, w.Args...))
		d.texts("env", w.Env)
	}
}

func (d *dumper) mailWay(w alert.Mail) {
	d.text("from", w.From)
	d.texts("to", w.To)
	d.text("hello", w.Hello)
	for _, s := range w.Servers {
		d.section("[[notify.channel.mail.server]]")
		d.text("address", s.Address)
		d.text("security", s.Security)
		d.text("user", s.User)
		d.secret("password", s.Password)
		d.text("ca_file", d.origins.pools[s.Roots])
	}
}

// targets are the keys of a chat's room, by service.
var targets = map[string]string{"slack": "channel", "telegram": "chat", "chatwork": "room", "line": "to"}

func (d *dumper) chat(w alert.Chat) {
	token := "token"
	if w.Service == "pagerduty" || w.Service == "opsgenie" {
		token = "key"
	}
	d.secret("url", w.URL)
	d.secret(token, w.Token)
	d.text(targets[w.Service], w.Target)
}

func (d *dumper) policy(p *alert.Policy) {
	d.section("[[notify.policy]]")
	d.text("id", p.ID)
	var services, classes, types []string
	for _, s := range p.Services {
		services = append(services, string(s))
	}
	for _, c := range p.Classes {
		classes = append(classes, string(c))
	}
	for _, t := range p.Types {
		types = append(types, string(t))
	}
	d.texts("services", services)
	d.texts("classes", classes)
	d.texts("types", types)
	d.text("severity", p.MinSeverity.String())
	d.raw("confirm", strconv.Itoa(p.Confirm))
	d.raw("confirm_sites", strconv.Itoa(p.Sites))
	for _, t := range []struct {
		key  string
		time time.Duration
	}{{"wait", p.Wait}, {"remind", p.Remind}, {"escalate_after", p.EscalateAfter}, {"group", p.Group}, {"window", p.Window}} {
		d.time(t.key, t.time)
	}
	d.flag("maintenance", p.Maintenance)
	d.channels("channels", p.Channels)
	d.channels("escalation", p.Escalation)
	d.channels("fallback", p.Fallback)
	if h := p.Quiet; h != nil {
		d.section("[notify.policy.quiet]")
		d.text("from", clockText(h.From))
		d.text("to", clockText(h.To))
		d.text("timezone", h.Zone.String())
		var on []string
		for i, set := range h.Days {
			if set {
				on = append(on, days[i])
			}
		}
		d.texts("days", on)
	}
}

func clockText(t time.Duration) string { return time.Time{}.Add(t).Format("15:04") }
