package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/sla"
)

// Redacted returns the configuration as it counts, defaults included, in the
// form of the file. Every secret is shown as a placeholder, and so is the value
// of every request header.
func (c *Config) Redacted() string {
	d := &dumper{origins: c.origins, parents: c.Parents}
	d.section("[site]")
	d.text("name", c.Site)
	d.text("timezone", c.Zone.String())
	d.text("holidays", c.Holidays)
	d.storage(c.Storage)
	d.section("[web]")
	d.text("listen_address", c.Web.ListenAddress)
	d.text("public_listen_address", c.Web.PublicListenAddress)
	d.text("public_config_file", c.Web.PublicConfigFile)
	d.text("config_file", c.Web.ConfigFile)
	d.text("users_file", c.Web.UsersFile)
	d.text("external_url", c.Web.ExternalURL)
	if len(c.Anchors) > 0 {
		d.section("[own_network]")
		d.raw("need", strconv.Itoa(c.Need))
		for _, a := range c.Anchors {
			d.anchor(a)
		}
	}
	for _, s := range c.Services {
		d.service(s, c.Claims)
		d.responses(s, c.Responses)
	}
	for _, m := range c.Maintenance {
		d.maintenance(m, c.Zone)
	}
	for _, p := range c.Peers {
		d.peer(p)
	}
	d.notify(&c.Notify, c.Zone)
	d.sources(c)
	d.usual(c)
	d.devices(&c.SNMP)
	return d.b.String()
}

// dumper writes TOML. Keys with an empty value are left out.
type dumper struct {
	b       strings.Builder
	origins origins
	parents map[check.ID][]check.ID
}

func (d *dumper) section(header string) {
	if d.b.Len() > 0 {
		d.b.WriteByte('\n')
	}
	d.b.WriteString(header + "\n")
}

func (d *dumper) raw(key, value string) { fmt.Fprintf(&d.b, "%s = %s\n", key, value) }

func (d *dumper) text(key, value string) {
	if value != "" {
		d.raw(key, tomlText(value))
	}
}

func (d *dumper) time(key string, value time.Duration) { d.raw(key, tomlText(FormatDuration(value))) }

func (d *dumper) flag(key string, value bool) {
	if value {
		d.raw(key, "true")
	}
}

func (d *dumper) number(key string, value int) {
	if value != 0 {
		d.raw(key, strconv.Itoa(value))
	}
}

func (d *dumper) secret(key string, value secret.Value) { d.text(key, value.String()) }

func (d *dumper) texts(key string, values []string) {
	if len(values) > 0 {
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = tomlText(v)
		}
		d.raw(key, "["+strings.Join(quoted, ", ")+"]")
	}
}

// tomlText writes a basic string. What TOML cannot hold (bytes that are not
// UTF-8, which no file of ours can have stated) becomes the replacement
// character.
func tomlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (d *dumper) storage(s Storage) {
	d.section("[storage]")
	d.text("path", s.Path)
	d.time("retention", s.Retention)
	d.raw("max_size", tomlText(FormatSize(s.MaxSize)))
	d.raw("backup_directory", tomlText(s.BackupDirectory)) // empty means none, and is not the default
	d.time("backup_every", s.BackupEvery)
	d.raw("backups_kept", strconv.Itoa(s.BackupsKept))
}

func (d *dumper) anchor(k check.Check) {
	d.section("[[own_network.anchor]]")
	d.text("id", string(k.ID))
	d.text("name", k.Name)
	d.time("interval", k.Interval)
	d.time("timeout", k.Timeout)
	d.params("own_network.anchor", k.Params)
}

func (d *dumper) service(s check.Service, claims []sla.Claim) {
	d.section("[[service]]")
	d.text("id", string(s.ID))
	d.text("name", s.Name)
	d.text("vendor", s.Vendor)
	d.text("note", s.Note)
	d.flag("public", s.Public)
	for _, k := range s.Checks {
		d.check(k)
	}
	for _, c := range claims {
		if c.Service == s.ID {
			d.claim(c)
		}
	}
}

func (d *dumper) check(k check.Check) {
	d.section("[[service.check]]")
	d.text("id", string(k.ID))
	d.text("name", k.Name)
	d.text("class", string(k.Class))
	d.time("interval", k.Interval)
	d.time("timeout", k.Timeout)
	d.time("reprobe", k.Reprobe)
	d.raw("reprobe_good", strconv.Itoa(k.ReprobeGood))
	if k.DegradedAfter > 0 {
		d.time("degraded_after", k.DegradedAfter)
	}
	d.flag("paused", k.Paused)
	d.flag("sensor", k.Sensor)
	d.flag("every_address", k.EveryAddress)
	parents := make([]string, 0, len(d.parents[k.ID]))
	for _, id := range d.parents[k.ID] {
		parents = append(parents, string(id))
	}
	d.texts("depends_on", parents)
	d.params("service.check", k.Params)
}

func (d *dumper) claim(c sla.Claim) {
	d.section("[[service.claim]]")
	d.text("id", string(c.ID))
	d.text("name", c.Name)
	d.text("kind", string(c.Kind))
	d.text("availability", c.Availability.String())
	d.text("combine", string(c.Combine))
	d.weights(c)
	if c.MaxIncidents != nil {
		d.raw("max_incidents", strconv.Itoa(*c.MaxIncidents))
	}
	if c.SitesDown > 0 {
		d.raw("sites_down", strconv.Itoa(c.SitesDown))
	}
	d.flag("degraded_is_down", c.DegradedDown)
	d.claimBody(c)
	d.claimWindow(c.Window)
	d.rule(c.Rule, c.Window.Zone)
}

// claimBody writes what claims on availability and on response time share.
func (d *dumper) claimBody(c sla.Claim) {
	d.text("text", c.Text)
	if !c.AsOf.IsZero() {
		d.raw("as_of", c.AsOf.Format(time.DateOnly))
	}
	ids := make([]string, len(c.Checks))
	for i, id := range c.Checks {
		ids[i] = string(id)
	}
	d.texts("checks", ids)
	d.flag("exclude_maintenance", c.ExcludeMaintenance)
	d.work(c)
}

func (d *dumper) claimWindow(w sla.Window) {
	d.section("[service.claim.window]")
	d.text("kind", string(w.Kind))
	switch w.Kind {
	case sla.Fixed:
		d.border("from", w.From, w.Begin)
		d.border("to", w.To, w.End)
	case sla.Rolling:
		d.raw("days", strconv.Itoa(int(w.Length/(24*time.Hour))))
	}
	d.text("timezone", w.Zone.String())
	if s := w.Starts; s.Day > 0 {
		d.raw("starts", fmt.Sprintf("{ month = %d, day = %d }", s.Month, s.Day))
	}
}

// border writes where a fixed window begins or ends.
func (d *dumper) border(key string, date sla.Date, instant time.Time) {
	if instant.IsZero() {
		d.raw(key, day(date))
		return
	}
	d.raw(key, instant.Format(time.RFC3339Nano))
}

func (d *dumper) maintenance(m Maintenance, zone *time.Location) {
	d.section("[[maintenance]]")
	d.text("id", m.ID)
	d.text("replaces", m.Replaces)
	d.text("service", string(m.Service))
	d.raw("from", m.From.In(zone).Format(time.RFC3339Nano))
	d.raw("to", m.To.In(zone).Format(time.RFC3339Nano))
	if !m.Announced.IsZero() {
		d.raw("announced", m.Announced.In(zone).Format(time.RFC3339Nano))
	}
	d.text("note", m.Note)
}
