package daemon

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

const dutyConfig = `
[[service]]
id = "files"
[[service.check]]
id = "port"
tcp = { address = "127.0.0.1:1" }
[[notify.channel]]
id = "mail-sato"
syslog = { address = "127.0.0.1:9" }
[[notify.channel]]
id = "mail-suzuki"
syslog = { address = "127.0.0.1:9" }
[[notify.rota]]
id = "on-call"
start = 2026-10-05T09:00:00
members = ["mail-suzuki"]
calendar = "duty.ics"
people = { "Sato" = "mail-sato" }
[[notify.policy]]
id = "all"
channels = ["duty:on-call"]
`

// dutyFor is a calendar with one event around now.
func dutyFor(who string) string {
	stamp := func(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
	now := time.Now()
	return strings.NewReplacer("\n", "\r\n").Replace("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20261101T000000Z\nSUMMARY:" + who +
		"\nDTSTART:" + stamp(now.Add(-time.Hour)) + "\nDTEND:" + stamp(now.Add(time.Hour)) + "\nEND:VEVENT\nEND:VCALENDAR\n")
}

// TestDutyCalendarIsWatched: whom the calendar names is on duty as soon as the file
// says so; a wrong file changes nothing.
func TestDutyCalendarIsWatched(t *testing.T) {
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "slamon.toml"), dutyConfig)
	file := filepath.Join(dir, "duty.ics")
	d := loaded(t, filepath.Join(dir, "slamon.toml")) // without the calendar: it may come later
	defer d.Close()
	on := func() []alert.Channel {
		cfg := d.config.Load()
		d.teller.readDuties(cfg, time.Now())
		return d.teller.rules(cfg).Reach(time.Now(), []alert.Channel{"duty:on-call"})
	}
	if !d.isSource(file) {
		t.Error("the calendar is not watched")
	}
	for _, step := range []struct{ text, want string }{
		{"", "mail-suzuki"},
		{dutyFor("Sato"), "mail-sato"},
		{dutyFor("Tanaka"), "mail-sato"},
		{"no calendar at all", "mail-sato"},
		{dutyFor("mail-suzuki"), "mail-suzuki"},
		{dutyFor("Sato"), "mail-sato"},
	} {
		if step.text != "" {
			replace(t, file, step.text)
		}
		if got := on(); !slices.Equal(got, []alert.Channel{alert.Channel(step.want)}) {
			t.Errorf("after %.40q: %v is on duty, want %s", step.text, got, step.want)
		}
	}
}
