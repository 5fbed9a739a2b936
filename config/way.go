package config

import (
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
)

// way turns the table of the kind into settings.
func (r *reader) way(k *wayFiles, kind string) alert.Way {
	switch kind {
	case "mail":
		return r.mailWay(k.Mail)
	case "webhook":
		return r.webhook(k.Webhook)
	case "alertmanager":
		return r.alertmanager(k.Alertmanager)
	case "slack":
		return alert.Chat{Service: kind, URL: r.secretURL(k.Slack.URL, &k.Slack.table, kind), Target: k.Slack.Channel.v}
	case "teams":
		return alert.Chat{Service: kind, URL: r.secretURL(k.Teams.URL, &k.Teams.table, kind)}
	case "pagerduty":
		return r.onCall(k.PagerDuty, kind)
	case "opsgenie":
		return r.onCall(k.Opsgenie, kind)
	case "telegram":
		f := k.Telegram
		return r.room(kind, "chat", "-1001234567890", f.Token, f.Chat, f.URL, &f.table)
	case "chatwork":
		f := k.Chatwork
		return r.room(kind, "room", "123456", f.Token, f.Room, f.URL, &f.table)
	case "line":
		f := k.Line
		return r.room(kind, "to", "U4af4980629…", f.Token, f.To, f.URL, &f.table)
	case "line_works":
		return alert.Chat{Service: kind, URL: r.secretURL(k.LineWorks.URL, &k.LineWorks.table, kind), Token: k.LineWorks.Token.v}
	case "syslog":
		return r.syslog(k.Syslog)
	case "command":
		return r.command(k.Command)
	}
	return nil
}

// relayPorts are the usual ports by security: relay, submission (RFC 6409), and
// submission with TLS from the first byte (RFC 8314).
var relayPorts = map[string]int{"none": 25, "starttls": 587, "tls": 465}

func (r *reader) mailWay(f *mailWayFile) alert.Way {
	m := alert.Mail{From: r.mailbox(f.From, "from", `from = "slamon <slamon@example.com>"`), Hello: f.Hello.v}
	r.need(f.From.set, &f.table, "mail", "from", "slamon <slamon@example.com>")
	if f.Hello.ok && f.Hello.v != "" && !validHost(f.Hello.v) {
		r.complain(f.Hello.at, `hello = "monitor.example.com"`, "hello %s is not a host name", quote(f.Hello.v))
	}
	for _, to := range f.To {
		m.To = append(m.To, r.mailbox(to, "to", `to = ["ops@example.com"]`))
	}
	if len(f.To) == 0 {
		r.required(false, &f.table, "to", `to = ["ops@example.com"]`, "the mail table names no recipient")
	}
	for i := range f.Server {
		m.Servers = append(m.Servers, r.mailServer(&f.Server[i]))
	}
	if len(f.Server) == 0 {
		r.required(false, &f.table, "server", `add [[notify.channel.mail.server]] with address = "mail.example.com"`, "the mail table names no server")
	}
	return m
}

func (r *reader) mailbox(f field[string], key, remedy string) string {
	if !f.ok {
		return ""
	}
	if _, err := mail.ParseAddress(f.v); err != nil {
		r.complain(f.at, remedy, "%s: %s is not a mail address: %s", key, quote(f.v), strings.TrimPrefix(err.Error(), "mail: "))
	}
	return f.v
}

func (r *reader) mailServer(f *mailServerFile) alert.MailServer {
	s := alert.MailServer{Security: r.oneOf(f.Security, "security", "starttls", "none", "starttls", "tls"), User: f.User.v, Password: f.Password.v}
	if r.need(f.Address.set, &f.table, "mail server", "address", "mail.example.com") {
		s.Address = r.address(f.Address, "address", relayPorts[s.Security], 0)
	}
	switch {
	case f.User.v != "" && !f.Password.set:
		r.complain(f.User.at, `password = { env = "MAIL_PASSWORD" }`, "a user needs a password")
	case f.Password.set && f.User.v == "":
		r.complain(f.Password.at, `user = "monitor"`, "a password needs a user")
	case f.Password.set && s.Security == "none":
		r.complain(f.Security.at, `security = "starttls"`, "a password must not be sent in clear")
	}
	if f.CAFile.or("") != "" {
		s.Roots = r.pool(f.CAFile)
	}
	return s
}

func (r *reader) webhook(f *webhookFile) alert.Way {
	w := alert.Webhook{
		Method: r.oneOf(f.Method, "method", "POST", "POST", "PUT", "PATCH"), ContentType: f.ContentType.or("application/json"),
		Template: f.Template.v, Key: f.Key.v, URL: f.URL.v,
	}
	if r.need(f.URL.set, &f.table, "webhook", "url", "https://hooks.example.com/…") && f.URL.ok {
		r.webAddress(f.URL.v.Reveal(), f.URL.at, "url")
	}
	if !validFieldValue(w.ContentType) {
		r.complain(f.ContentType.at, `content_type = "application/json"`, "content_type holds a line break or another control character")
	}
	for _, h := range f.Headers.headers(r, forbiddenHeaders) {
		w.Headers = append(w.Headers, alert.Header(h))
	}
	return w
}

func (r *reader) alertmanager(f *alertmanagerFile) alert.Way {
	w := alert.Alertmanager{User: f.User.v, Password: f.Password.v}
	for _, one := range f.URLs {
		if one.ok {
			if u := r.webAddress(one.v, one.at, "urls"); u != nil {
				w.URLs = append(w.URLs, u)
			}
		}
	}
	if len(f.URLs) == 0 {
		r.required(false, &f.table, "urls", `urls = ["http://alertmanager.example.com:9093"]`, "the alertmanager table has no urls")
	}
	if f.Password.set != (f.User.v != "") {
		r.complain(f.at, "state both, or take both out", "user and password belong together")
	}
	for _, l := range f.Labels {
		if !labelName.MatchString(l.name) {
			r.complain(l.at, "use letters, digits and '_'", "labels: %s is not the name of a label", quote(l.name))
			continue
		}
		if w.Labels == nil {
			w.Labels = map[string]string{}
		}
		w.Labels[l.name] = l.value.Reveal()
	}
	return w
}

// labelName is the syntax of Prometheus.
var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// secretURL reads the address of an incoming webhook: whoever knows it can post.
func (r *reader) secretURL(f secretKey, t *table, kind string) secret.Value {
	if r.required(f.set, t, "url", `url = { env = "HOOK_URL" }`, "the %s table has no url", kind) && f.ok {
		r.webAddress(f.v.Reveal(), f.at, "url")
	}
	return f.v
}

func (r *reader) onCall(f *onCallFile, kind string) alert.Way {
	r.required(f.Key.set, &f.table, "key", `key = { env = "ONCALL_KEY" }`, "the %s table has no key", kind)
	return alert.Chat{Service: kind, Token: f.Key.v, URL: r.otherBase(f.URL)}
}

// otherBase reads the address that takes the place of a service's own.
func (r *reader) otherBase(f field[string]) secret.Value {
	if f.or("") == "" || r.webAddress(f.v, f.at, "url") == nil {
		return secret.Value{}
	}
	return secret.New(f.v)
}

func (r *reader) room(kind, key, example string, token secretKey, target, base field[string], t *table) alert.Way {
	r.required(token.set, t, "token", `token = { env = "CHAT_TOKEN" }`, "the %s table has no token", kind)
	r.need(target.set, t, kind, key, example)
	return alert.Chat{Service: kind, Token: token.v, Target: target.v, URL: r.otherBase(base)}
}

// syslogPort is the registered port of syslog over UDP (RFC 5426), used for TCP too.
const syslogPort = 514

func (r *reader) syslog(f *syslogFile) alert.Way {
	s := alert.Syslog{Network: r.oneOf(f.Network, "network", "udp", "udp", "tcp")}
	if r.need(f.Address.set, &f.table, "syslog", "address", "log.example.com") {
		s.Address = r.address(f.Address, "address", syslogPort, 0)
	}
	return s
}

func (r *reader) command(f *commandFile) alert.Way {
	c := alert.Command{}
	for i, word := range f.Run {
		if strings.ContainsRune(word.v, 0) {
			r.complain(word.at, `run = ["/usr/local/bin/tell"]`, "run: a word holds a zero byte")
		}
		if i == 0 {
			c.Path = r.program(word)
		} else {
			c.Args = append(c.Args, word.v)
		}
	}
	if len(f.Run) == 0 {
		r.required(false, &f.table, "run", `run = ["/usr/local/bin/tell", "--loud"]`, "the command table has nothing to run")
	}
	for _, pair := range f.Env {
		if name, _, ok := strings.Cut(pair.v, "="); pair.ok && (!ok || !envName.MatchString(name) || strings.ContainsRune(pair.v, 0)) {
			r.complain(pair.at, `env = ["NAME=value"]`, "env: want NAME=value")
			continue
		}
		c.Env = append(c.Env, pair.v)
	}
	return c
}

// program reads the path of a program. There is no shell and no search path: what
// runs is what stands here.
func (r *reader) program(f field[string]) string {
	if !f.ok {
		return ""
	}
	path := r.file(f.v)
	info, err := os.Stat(path)
	switch {
	case f.v == "" || !strings.ContainsRune(f.v, filepath.Separator):
		r.complain(f.at, `run = ["/usr/local/bin/tell"]`, "run: %s is not a path: there is no search for programs", quote(f.v))
	case err != nil:
		r.complain(f.at, "name a program that is there", "run: %s", fileError(path, err))
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		r.complain(f.at, "chmod +x "+path, "run: %s is not a program", path)
	}
	return path
}
