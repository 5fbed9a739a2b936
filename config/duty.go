package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/timeline"
)

// NamedRota is a rota with the name that "duty:NAME" refers to.
type NamedRota struct {
	ID string
	alert.Rota
	Calendar string   // iCalendar file of shifts, read while slamon runs; empty for none
	People   []Person // whom its events may name, beside channels
}

// Person is a name in a calendar and the channel that reaches who bears it.
type Person struct {
	Name    string
	Channel alert.Channel
}

// peopleList is a table of names and channels. Names are people's: any text.
type peopleList []personFile

type personFile struct {
	name string
	at   place
	field[string]
}

func (p *peopleList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { "Sato" = "mail-sato" }`, "%s: want a table of names and channels", key)
		return
	}
	for _, e := range n.inner {
		one := personFile{name: e.name, at: e.at}
		one.field.decode(r, e.name, e.at, e.value)
		*p = append(*p, one)
	}
}

func (r *reader) rota(c *Config, f *rotaFile, channels *idSet) NamedRota {
	rota := NamedRota{ID: r.id(f.ID, "rota", &f.table), Calendar: r.file(f.Calendar.or(""))}
	rota.Zone = r.zone(f.Timezone, c.Zone)
	rota.Every = r.between(f.Every, "every", time.Hour, 366*24*time.Hour, 7*24*time.Hour)
	if r.required(f.Start.set, &f.table, "start", "start = 2026-10-05T09:00:00", "rota %q has no start, the moment at which its first member takes over", rota.ID) && f.Start.ok {
		rota.Start = f.Start.v.in(rota.Zone).UTC()
	}
	for _, m := range f.Members {
		if m.ok && r.known(m, "there is no channel", channels) {
			rota.Members = append(rota.Members, []alert.Channel{alert.Channel(m.v)})
		}
	}
	if len(f.Members) == 0 {
		r.required(false, &f.table, "members", `members = ["mail-sato", "mail-suzuki"]`, "rota %q has no members", rota.ID)
	}
	for _, one := range f.People {
		if one.ok && r.known(one.field, "there is no channel", channels) {
			rota.People = append(rota.People, Person{strings.TrimSpace(one.name), alert.Channel(one.v)})
		}
	}
	if f.Calendar.or("") != "" && !strings.EqualFold(filepath.Ext(f.Calendar.v), ".ics") {
		r.complain(f.Calendar.at, `calendar = "duty.ics"`, "calendar %s: want an iCalendar file (.ics)", quote(f.Calendar.v))
	}
	if len(f.People) > 0 && f.Calendar.or("") == "" {
		r.complain(f.People[0].at, `calendar = "duty.ics"`, "people have no use without a calendar that names them")
	}
	return rota
}

// ReadDuty reads an iCalendar object (RFC 5545) as the shifts of a rota: the summary
// of each event is a channel or one of the people. The name is for complaints.
func ReadDuty(name string, data []byte, rota NamedRota, channels []alert.Line, within timeline.Period) ([]alert.Shift, error) {
	events, err := ParseCalendar(name, data, rota.Zone, within)
	if err != nil {
		return nil, err
	}
	shifts := make([]alert.Shift, 0, len(events))
	for _, e := range events {
		who := strings.TrimSpace(e.Note)
		id, ok := rota.reaches(who, channels)
		if !ok {
			return nil, fmt.Errorf("%s: event at %s: %s is neither a channel nor one of the people of rota %q",
				name, e.From.In(rota.Zone).Format("2006-01-02 15:04"), quote(who), rota.ID)
		}
		shifts = append(shifts, alert.Shift{Period: e.Period, Channels: []alert.Channel{id}})
	}
	return shifts, nil
}

func (rota *NamedRota) reaches(who string, channels []alert.Line) (alert.Channel, bool) {
	for _, p := range rota.People {
		if p.Name == who {
			return p.Channel, true
		}
	}
	known := slices.ContainsFunc(channels, func(l alert.Line) bool { return string(l.ID) == who })
	return alert.Channel(who), known
}

func (d *dumper) rota(rota *NamedRota) {
	d.section("[[notify.rota]]")
	d.text("id", rota.ID)
	d.raw("start", rota.Start.In(rota.Zone).Format(time.RFC3339Nano))
	d.time("every", rota.Every)
	d.text("timezone", rota.Zone.String())
	var members []alert.Channel
	for _, m := range rota.Members {
		members = append(members, m...)
	}
	d.channels("members", members)
	d.text("calendar", rota.Calendar)
	if len(rota.People) > 0 {
		pairs := make([]string, len(rota.People))
		for i, p := range rota.People {
			pairs[i] = tomlText(p.Name) + " = " + tomlText(string(p.Channel))
		}
		d.raw("people", "{ "+strings.Join(pairs, ", ")+" }")
	}
}
