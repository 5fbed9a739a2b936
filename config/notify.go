package config

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/sla"
)

// Notify says who is told what.
type Notify struct {
	Window          time.Duration // within which people must have been told
	Language        string        // of notices: "en" or "ja"
	CertificateDays []int         // descending
	AllowanceShares []sla.Figure  // ascending
	Coverage        sla.Figure    // least share of the last 24 h that must be known
	ClockOffset     time.Duration // largest offset of our own clock; 0 for no limit
	Signal          Signal

	Channels []alert.Line   // in the order of the file
	Rotas    []NamedRota    // in the order of the file
	Policies []alert.Policy // in the order of the file; one for everything when the file has none

	Dispatches []alert.Dispatch // reports that go out, in the order of the file
}

// Signal is sent to somebody outside who raises the alarm when it stays away.
type Signal struct {
	URL   secret.Value // empty for none
	Every time.Duration
}

// Limits returns what turns a state of things into a condition.
func (n *Notify) Limits() alert.Limits {
	l := alert.Limits{CertificateDays: n.CertificateDays, CoverageShare: n.Coverage.Ratio(), ClockOffset: n.ClockOffset}
	for _, share := range n.AllowanceShares {
		l.AllowanceShares = append(l.AllowanceShares, share.Ratio())
	}
	return l
}

// Rules returns what notices are decided by.
func (c *Config) Rules() alert.Rules {
	rules := alert.Rules{Policies: c.Notify.Policies, Rotas: map[string]alert.Rota{}, Parents: c.Parents}
	for _, rota := range c.Notify.Rotas {
		rules.Rotas[rota.ID] = rota.Rota
	}
	return rules
}

// The defaults of notices.
const (
	defaultWindow      = time.Hour // what a disclosure sheet promises for telling users of a failure
	defaultClockOffset = time.Second
	defaultChannelTime = 30 * time.Second
	defaultSignalEvery = time.Minute
	defaultRemind      = 4 * time.Hour
	defaultGroup       = 30 * time.Second
	defaultConfirm     = 2
)

// The limits of notices.
const (
	minWindow      = 5 * time.Minute // below it there is no room for a second channel
	maxWindow      = 7 * 24 * time.Hour
	maxChannelTime = 5 * time.Minute
	maxConfirm     = 100
	maxWait        = 24 * time.Hour
)

// usualShares and usualDays are when people want to hear of an allowance and of a
// certificate that come to their end.
var (
	usualShares = []sla.Figure{percent(50), percent(75), percent(90), percent(100)}
	usualDays   = []int{30, 14, 3}
)

func percent(n int64) sla.Figure { return sla.Figure{PPB: n * 10_000_000} }

func (r *reader) notify(c *Config, f *notifyFile) {
	n := &c.Notify
	n.Window = r.between(f.Window, "window", minWindow, maxWindow, defaultWindow)
	n.Language = r.oneOf(f.Language, "language", "en", "en", "ja")
	n.Coverage = f.Coverage.or(percent(95))
	n.ClockOffset = r.between(f.ClockOffset, "clock_offset", 0, time.Hour, defaultClockOffset)
	n.CertificateDays = r.certificateDays(f.CertificateDays)
	n.AllowanceShares = r.shares(f.AllowanceShares)
	n.Signal = r.signal(f.Heartbeat)
	var channels idSet
	for i := range f.Channel {
		l := r.channel(&f.Channel[i], n.Language)
		n.Channels = append(n.Channels, l)
		channels.add(string(l.ID))
	}
	for i := range f.Rota {
		rota := r.rota(c, &f.Rota[i], &channels)
		n.Rotas = append(n.Rotas, rota)
	}
	for _, rota := range n.Rotas {
		if rota.ID != "" {
			channels.add("duty:" + rota.ID)
		}
	}
	r.policies(c, f, &channels)
	r.dispatches(c, f, &channels)
}

func (r *reader) certificateDays(f listOf[int64]) []int {
	if !f.set {
		return usualDays
	}
	days := make([]int, 0, len(f.list))
	for _, d := range f.list {
		if d.ok {
			days = append(days, int(r.within(d, "certificate_days", 0, maxDaysLeft, 0)))
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	slices.Reverse(days)
	return days
}

func (r *reader) shares(f listOf[sla.Figure]) []sla.Figure {
	if !f.set {
		return usualShares
	}
	shares := make([]sla.Figure, 0, len(f.list))
	for _, s := range f.list {
		if s.ok && s.v.PPB == 0 {
			r.complain(s.at, `"50%"`, "allowance_shares: 0%% is used from the start")
		} else if s.ok {
			shares = append(shares, s.v)
		}
	}
	slices.SortFunc(shares, func(x, y sla.Figure) int { return int(x.PPB - y.PPB) })
	return slices.CompactFunc(shares, func(x, y sla.Figure) bool { return x.PPB == y.PPB })
}

func (r *reader) signal(f *signalFile) Signal {
	if f == nil {
		return Signal{}
	}
	s := Signal{URL: f.URL.v, Every: r.between(f.Every, "every", 10*time.Second, time.Hour, defaultSignalEvery)}
	if r.required(f.URL.set, &f.table, "url", `url = { env = "SIGNAL_URL" }`, "the heartbeat of slamon has no url") && f.URL.ok {
		r.webAddress(f.URL.v.Reveal(), f.URL.at, "url")
	}
	return s
}

// webAddress checks a URL without showing it: it holds a token more often than not.
func (r *reader) webAddress(text string, at place, key string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		r.complain(at, key+` = "https://hooks.example.com/…"`, "%s: want a URL that begins with http:// or https://, without user and password", key)
		return nil
	}
	return u
}

func (r *reader) channel(f *channelFile, language string) alert.Line {
	l := alert.Line{
		ID:       alert.Channel(r.id(f.ID, "channel", &f.table)),
		Timeout:  r.between(f.Timeout, "timeout", time.Second, maxChannelTime, defaultChannelTime),
		Language: r.oneOf(f.Language, "language", language, "en", "ja"),
	}
	first := ""
	for _, one := range f.ways() {
		switch {
		case one.table == nil:
		case first == "":
			first = one.name
		default:
			r.complain(one.table.at, "make two channels of it", "channel %q has the table %s besides the table %s: want exactly one", l.ID, one.name, first)
		}
	}
	if first == "" && !slices.ContainsFunc(f.meant, isWay) {
		r.complain(f.at, "add [notify.channel.mail], or another kind: "+strings.Join(wayNames()[1:], ", "), "channel %q does not say how people are reached", l.ID)
	}
	l.Way = r.way(&f.wayFiles, first)
	l.Template = r.template(l.ID, f.Template, &f.wayFiles)
	return l
}

func wayNames() []string { return layoutOf(reflect.TypeFor[wayFiles]()).names }

func isWay(word string) bool { return slices.Contains(wayNames(), word) }

// ways returns all kinds in the order of the reference.
func (k *wayFiles) ways() [13]kindTable {
	return [13]kindTable{
		{"mail", head(k.Mail)}, {"webhook", head(k.Webhook)}, {"alertmanager", head(k.Alertmanager)}, {"slack", head(k.Slack)},
		{"teams", head(k.Teams)}, {"pagerduty", head(k.PagerDuty)}, {"opsgenie", head(k.Opsgenie)}, {"telegram", head(k.Telegram)},
		{"chatwork", head(k.Chatwork)}, {"line", head(k.Line)}, {"line_works", head(k.LineWorks)}, {"syslog", head(k.Syslog)}, {"command", head(k.Command)},
	}
}
