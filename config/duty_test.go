package config

import (
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

func TestReadDuty(t *testing.T) {
	c := mustParse(t, "x", oneCheck+`
[site]
timezone = "Asia/Tokyo"
[[notify.channel]]
id = "mail-sato"
syslog = { address = "a.example.com" }
[[notify.channel]]
id = "phone"
syslog = { address = "b.example.com" }
[[notify.rota]]
id = "on-call"
start = 2026-10-05T09:00:00
members = ["phone"]
calendar = "duty.ics"
people = { "佐藤 花子" = "mail-sato" }
`)
	rota := c.Notify.Rotas[0]
	if rota.Calendar != "duty.ics" || rota.Start.Format(time.RFC3339) != "2026-10-05T00:00:00Z" {
		t.Errorf("rota %+v: want the clock of the site's zone", rota)
	}
	on := func(shifts []alert.Shift, at string) string {
		rota.Shifts = shifts
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return string(rota.On(moment)[0])
	}
	within := Horizon(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	nights := event("SUMMARY: 佐藤 花子\nDTSTART;TZID=Asia/Tokyo:20261005T200000\nDTEND;TZID=Asia/Tokyo:20261006T080000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH\n")
	shifts, err := ReadDuty("duty.ics", nights, rota, c.Notify.Channels, within)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-10-05T19:59:59+09:00": "phone", "2026-10-05T20:00:00+09:00": "mail-sato", "2026-10-06T07:59:59+09:00": "mail-sato",
		"2026-10-06T08:00:00+09:00": "phone", "2027-10-07T23:00:00+09:00": "mail-sato", "2027-10-05T23:00:00+09:00": "phone",
	} {
		if got := on(shifts, at); got != want {
			t.Errorf("on duty at %s: %s, want %s", at, got, want)
		}
	}
	if shifts, err = ReadDuty("duty.ics", event("SUMMARY:phone\nDTSTART;VALUE=DATE:20261231\n"), rota, c.Notify.Channels, within); err != nil || len(shifts) != 1 || shifts[0].Channels[0] != "phone" {
		t.Errorf("a channel by its id: %+v, %v", shifts, err)
	}
	_, err = ReadDuty("duty.ics", event("SUMMARY:Tanaka\nDTSTART:20261231T090000\nDURATION:PT8H\n"), rota, c.Notify.Channels, within)
	if want := `duty.ics: event at 2026-12-31 09:00: "Tanaka" is neither a channel nor one of the people of rota "on-call"`; err == nil || err.Error() != want {
		t.Errorf("ReadDuty() = %v, want %s", err, want)
	}
}
