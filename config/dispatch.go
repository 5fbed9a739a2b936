package config

import (
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/sla"
)

type dispatchFile struct {
	table
	ID               field[string]        `toml:"id"`
	Every            field[string]        `toml:"every"`
	At               field[string]        `toml:"at"`
	Weekday          field[string]        `toml:"weekday"`
	Claims           []field[string]      `toml:"claims"`
	Formats          listOf[string]       `toml:"formats"`
	OnlyWhenBreached field[bool]          `toml:"only_when_breached"`
	Window           field[time.Duration] `toml:"window"`
	Channels         []field[string]      `toml:"channels"`
	Fallback         []field[string]      `toml:"fallback"`
}

const (
	// defaultDispatchAt is when people who read reports begin their day, and some hours
	// after the last results of the period were stored.
	defaultDispatchAt = 8 * time.Hour
	// defaultDispatchWindow: nobody gets up for a report, but a day late it is late.
	defaultDispatchWindow = 24 * time.Hour
)

// dispatches reads which reports go out.
func (r *reader) dispatches(c *Config, f *notifyFile, channels *idSet) {
	var claims idSet
	for _, claim := range c.Claims {
		claims.add(string(claim.ID))
	}
	for _, claim := range c.Responses {
		claims.add(string(claim.ID))
	}
	ways := map[alert.Channel]string{}
	for _, l := range c.Notify.Channels {
		if l.Way != nil {
			ways[l.ID] = l.Way.Kind()
		}
	}
	for i := range f.Report {
		c.Notify.Dispatches = append(c.Notify.Dispatches, r.dispatch(c, &f.Report[i], channels, &claims, ways))
	}
}

func (r *reader) dispatch(c *Config, f *dispatchFile, channels, claims *idSet, ways map[alert.Channel]string) alert.Dispatch {
	d := alert.Dispatch{
		ID: r.id(f.ID, "report", &f.table), Every: alert.Cadence(r.oneOf(f.Every, "every", "month", "day", "week", "month")),
		At: defaultDispatchAt, Weekday: time.Monday, OnlyWhenBreached: f.OnlyWhenBreached.v,
		Window:   r.between(f.Window, "window", time.Hour, maxWindow, defaultDispatchWindow),
		Channels: r.channels(f.Channels, channels), Fallback: r.channels(f.Fallback, channels),
	}
	if f.At.set {
		d.At = r.clock(f.At, "at", "08:00")
	}
	if day := r.oneOf(f.Weekday, "weekday", "mon", days...); f.Weekday.set {
		for i, name := range days {
			if name == day {
				d.Weekday = time.Weekday(i)
			}
		}
		if d.Every != alert.Weekly {
			r.complain(f.Weekday.at, `every = "week"`, "weekday has no use with every = %q", d.Every)
		}
	}
	for _, one := range f.Claims {
		if one.ok && r.known(one, "there is no claim", claims) {
			d.Claims = append(d.Claims, sla.ClaimID(one.v))
		}
	}
	d.Formats = r.attached(f)
	r.required(len(f.Channels) > 0, &f.table, "channels", `channels = ["mail"]`, "report %q goes to nobody", d.ID)
	if len(c.Claims)+len(c.Responses) == 0 {
		r.complain(f.at, "add [[service.claim]]", "report %q has nothing to say: there is no claim", d.ID)
	}
	for _, list := range [][]field[string]{f.Channels, f.Fallback} {
		for _, one := range list {
			if kind := ways[alert.Channel(one.v)]; kind == "pagerduty" || kind == "opsgenie" || kind == "alertmanager" {
				r.complain(one.at, `channels = ["mail"]`, "report %q: channel %q raises alarms, and a report is none", d.ID, one.v)
			}
		}
	}
	return d
}

// attached reads the forms of the files that go along; an empty list is none.
func (r *reader) attached(f *dispatchFile) []string {
	if !f.Formats.set {
		return []string{"html"}
	}
	formats := []string{}
	for _, one := range f.Formats.list {
		if word := r.oneOf(one, "formats", "html", "html", "text", "csv", "json"); one.ok {
			formats = append(formats, word)
		}
	}
	return formats
}

func (d *dumper) dispatch(s *alert.Dispatch) {
	d.section("[[notify.report]]")
	d.text("id", s.ID)
	d.text("every", string(s.Every))
	d.text("at", clockText(s.At))
	if s.Every == alert.Weekly {
		d.text("weekday", days[s.Weekday])
	}
	var claims []string
	for _, id := range s.Claims {
		claims = append(claims, string(id))
	}
	d.texts("claims", claims)
	quoted := make([]string, len(s.Formats))
	for i, f := range s.Formats {
		quoted[i] = tomlText(f)
	}
	d.raw("formats", "["+strings.Join(quoted, ", ")+"]")
	d.flag("only_when_breached", s.OnlyWhenBreached)
	d.time("window", s.Window)
	d.channels("channels", s.Channels)
	d.channels("fallback", s.Fallback)
}
