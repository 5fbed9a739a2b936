package config

import (
	"time"

	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/sla"
)

type notifyFile struct {
	table
	Window          field[time.Duration] `toml:"window"`
	Language        field[string]        `toml:"language"`
	CertificateDays listOf[int64]        `toml:"certificate_days"`
	AllowanceShares listOf[sla.Figure]   `toml:"allowance_shares"`
	Coverage        field[sla.Figure]    `toml:"coverage"`
	ClockOffset     field[time.Duration] `toml:"clock_offset"`
	Heartbeat       *signalFile          `toml:"heartbeat"`
	Channel         []channelFile        `toml:"channel"`
	Rota            []rotaFile           `toml:"rota"`
	Policy          []policyFile         `toml:"policy"`
	Report          []dispatchFile       `toml:"report"`
}

// listOf is a list that tells an empty one from one that was not stated.
type listOf[T any] struct {
	set  bool
	list []field[T]
}

func (l *listOf[T]) decode(r *reader, key string, _ place, n *node) {
	if n.kind != aList {
		r.complain(n.at, key+" = ["+n.literal()+"]", "%s is a list, got %s", key, n.describe())
		return
	}
	l.set = true
	l.list = make([]field[T], len(n.inner))
	for i, e := range n.inner {
		l.list[i].decode(r, key, e.at, e.value)
	}
}

type signalFile struct {
	table
	URL   textOrSecret         `toml:"url"`
	Every field[time.Duration] `toml:"every"`
}

type channelFile struct {
	table
	ID       field[string]        `toml:"id"`
	Timeout  field[time.Duration] `toml:"timeout"`
	Language field[string]        `toml:"language"`
	Template *templateFile        `toml:"template"`
	wayFiles
}

// wayFiles are the tables of which a channel has exactly one.
type wayFiles struct {
	Mail         *mailWayFile      `toml:"mail"`
	Webhook      *webhookFile      `toml:"webhook"`
	Alertmanager *alertmanagerFile `toml:"alertmanager"`
	Slack        *slackFile        `toml:"slack"`
	Teams        *teamsFile        `toml:"teams"`
	PagerDuty    *onCallFile       `toml:"pagerduty"`
	Opsgenie     *onCallFile       `toml:"opsgenie"`
	Telegram     *telegramFile     `toml:"telegram"`
	Chatwork     *chatworkFile     `toml:"chatwork"`
	Line         *lineFile         `toml:"line"`
	LineWorks    *lineWorksFile    `toml:"line_works"`
	Syslog       *syslogFile       `toml:"syslog"`
	Command      *commandFile      `toml:"command"`
}

type mailWayFile struct {
	table
	From   field[string]    `toml:"from"`
	To     []field[string]  `toml:"to"`
	Hello  field[string]    `toml:"hello"`
	Server []mailServerFile `toml:"server"`
}

type mailServerFile struct {
	table
	Address  field[string] `toml:"address"`
	Security field[string] `toml:"security"`
	User     field[string] `toml:"user"`
	Password secretKey     `toml:"password"`
	CAFile   field[string] `toml:"ca_file"`
}

type webhookFile struct {
	table
	URL         textOrSecret  `toml:"url"`
	Method      field[string] `toml:"method"`
	Headers     headerList    `toml:"headers"`
	ContentType field[string] `toml:"content_type"`
	Template    field[string] `toml:"template"`
	Key         secretKey     `toml:"key"`
}

type alertmanagerFile struct {
	table
	URLs     []field[string] `toml:"urls"`
	Labels   headerList      `toml:"labels"`
	User     field[string]   `toml:"user"`
	Password secretKey       `toml:"password"`
}

type slackFile struct {
	table
	URL     secretKey     `toml:"url"`
	Channel field[string] `toml:"channel"`
}

type teamsFile struct {
	table
	URL secretKey `toml:"url"`
}

type onCallFile struct {
	table
	Key secretKey     `toml:"key"`
	URL field[string] `toml:"url"`
}

type telegramFile struct {
	table
	Token secretKey     `toml:"token"`
	Chat  field[string] `toml:"chat"`
	URL   field[string] `toml:"url"`
}

type chatworkFile struct {
	table
	Token secretKey     `toml:"token"`
	Room  field[string] `toml:"room"`
	URL   field[string] `toml:"url"`
}

type lineFile struct {
	table
	Token secretKey     `toml:"token"`
	To    field[string] `toml:"to"`
	URL   field[string] `toml:"url"`
}

type lineWorksFile struct {
	table
	URL   secretKey `toml:"url"`
	Token secretKey `toml:"token"`
}

type syslogFile struct {
	table
	Address field[string] `toml:"address"`
	Network field[string] `toml:"network"`
}

type commandFile struct {
	table
	Run []field[string] `toml:"run"`
	Env []field[string] `toml:"env"`
}

type rotaFile struct {
	table
	ID       field[string]        `toml:"id"`
	Start    field[moment]        `toml:"start"`
	Every    field[time.Duration] `toml:"every"`
	Timezone field[string]        `toml:"timezone"`
	Members  []field[string]      `toml:"members"`
	Calendar field[string]        `toml:"calendar"`
	People   peopleList           `toml:"people"`
}

type policyFile struct {
	table
	ID            field[string]        `toml:"id"`
	Services      []field[string]      `toml:"services"`
	Classes       []field[string]      `toml:"classes"`
	Types         []field[string]      `toml:"types"`
	Severity      field[string]        `toml:"severity"`
	Confirm       field[int64]         `toml:"confirm"`
	ConfirmSites  field[int64]         `toml:"confirm_sites"`
	Wait          field[time.Duration] `toml:"wait"`
	Remind        field[time.Duration] `toml:"remind"`
	EscalateAfter field[time.Duration] `toml:"escalate_after"`
	Group         field[time.Duration] `toml:"group"`
	Window        field[time.Duration] `toml:"window"`
	Maintenance   field[bool]          `toml:"maintenance"`
	Channels      []field[string]      `toml:"channels"`
	Escalation    []field[string]      `toml:"escalation"`
	Fallback      []field[string]      `toml:"fallback"`
	Quiet         *quietFile           `toml:"quiet"`
}

type quietFile struct {
	table
	From     field[string]   `toml:"from"`
	To       field[string]   `toml:"to"`
	Timezone field[string]   `toml:"timezone"`
	Days     []field[string] `toml:"days"`
}

// textOrSecret is a value that may be a secret: plain text, or where to find it.
type textOrSecret struct {
	v   secret.Value
	at  place
	set bool
	ok  bool
}

func (s *textOrSecret) decode(r *reader, key string, at place, n *node) {
	s.at, s.set = n.at, true
	if n.isTable() {
		s.v, s.ok = r.secret(key, at, n)
		return
	}
	if s.ok = r.want(n, aText, key+` = "…", or { env = "NAME" }, or { file = "path" }`, "%s: want text in quotation marks, or where to find it", key); s.ok {
		s.v = secret.New(n.text)
	}
}
