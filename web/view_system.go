package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// eventsShown on the system page.
const eventsShown = 100

type systemView struct {
	Groups []factGroup
	Events []eventRow
	Config string
}

type factGroup struct {
	Title string
	Bad   bool
	Facts []factView
}

type eventRow struct {
	At         moment
	Kind, Text string
}

func (g *factGroup) add(name, value string) {
	g.Facts = append(g.Facts, factView{Name: name, Value: value})
}

func (g *factGroup) addTime(name string, m moment) {
	g.Facts = append(g.Facts, factView{Name: name, Value: "–", Time: m})
}

// addError shows an error, or that there is none.
func (g *factGroup) addError(name, text, none string) {
	f := factView{Name: name, Value: text, Bad: text != ""}
	if text == "" {
		f.Value = none
	}
	g.Bad = g.Bad || f.Bad
	g.Facts = append(g.Facts, f)
}

// system shows how the monitor itself is doing.
func (s *server) system(v *visit) view {
	b := v.board
	out := systemView{Groups: []factGroup{v.groupProbing(b), v.groupStore(b), v.groupConfig(b), v.groupOwn(b)}}
	for _, e := range s.latestEvents(b) {
		out.Events = append(out.Events, eventRow{v.at(e.At), v.eventKind(e.Kind), v.event(e.Text)})
	}
	if s.Config != nil {
		out.Config = s.Config()
	}
	return view{name: "system", title: v.t("nav.system"), active: "system", body: out}
}

// latestEvents prefers the store to the board, which holds fewer.
func (s *server) latestEvents(b *status.Board) []status.Event {
	if s.History != nil {
		p := timeline.Period{From: b.At.AddDate(-1, 0, 0), To: b.At.Add(time.Second)}
		if list, err := s.History.Events(p, eventsShown); err == nil && len(list) > 0 {
			return list
		}
	}
	return b.Own.Events[:min(len(b.Own.Events), eventsShown)]
}

// event is the text of an event, which may begin with what it is about.
func (v *visit) event(text string) string {
	if about, said, ok := strings.Cut(text, ": "); ok && !alert.Phrased(text) {
		return about + v.t("system.about") + v.say(said)
	}
	return v.say(text)
}

// eventKind is the word for a kind of event; kinds that have none are shown as
// they are.
func (v *visit) eventKind(kind string) string {
	if text, ok := v.texts["event."+kind]; ok {
		return text
	}
	return kind
}

func (v *visit) groupProbing(b *status.Board) factGroup {
	g := factGroup{Title: v.t("system.probing")}
	checks, paused, unknown := 0, 0, 0
	for i := range b.Services {
		for k := range b.Services[i].Checks {
			c := &b.Services[i].Checks[k]
			checks++
			switch {
			case c.Paused:
				paused++
			case c.Last.State == check.Unknown:
				unknown++
			}
		}
	}
	g.add(v.t("system.checks"), v.count(checks))
	if paused > 0 {
		g.add(v.t("system.paused"), v.count(paused))
	}
	g.add(v.t("system.unknown"), v.count(unknown))
	g.add(v.t("system.started"), v.count(int(b.Own.Started)))
	g.add(v.t("system.inflight"), v.count(b.Own.InFlight))
	if l := b.Own.Lag; l.Max > 0 {
		g.add(v.t("system.lag"), v.t("system.lag.value", v.took(l.P50), v.took(l.P99), v.took(l.Max)))
	}
	missed := uint64(0)
	for _, n := range b.Own.Missed {
		missed += n
	}
	g.add(v.t("system.missed"), v.count(int(missed)))
	for _, r := range check.Reasons() {
		if n := b.Own.Missed[r]; n > 0 {
			g.add("· "+v.reason(r), v.count(int(n)))
		}
	}
	for _, window := range coverageShown {
		if least, name := leastCovered(b, window); name != "" {
			g.add(v.t("system.coverage", v.window(window)), v.t("system.coverage.value", least, name))
		}
	}
	return g
}

// coverageShown are the rolling windows whose coverage is shown.
var coverageShown = [...]string{"24h", "30d"}

// leastCovered returns the claim of whose window the least was seen; no name without
// claims.
func leastCovered(b *status.Board, window string) (share, name string) {
	least := 2.0
	for i := range b.Services {
		for k := range b.Services[i].Claims {
			c := &b.Services[i].Claims[k]
			for _, r := range c.Rolling {
				if r.Name != window || r.Accounted <= 0 {
					continue
				}
				if seen := 1 - float64(r.Unknown)/float64(r.Accounted); seen < least {
					least, share, name = seen, coverage(&r.Verdict), nameOf(c.Claim.Name, c.Claim.ID)
				}
			}
		}
	}
	return share, name
}

func (v *visit) groupStore(b *status.Board) factGroup {
	o := &b.Own
	g := factGroup{Title: v.t("system.store")}
	g.addError(v.t("system.store.state"), o.StoreError, v.t("system.fine"))
	g.add(v.t("system.store.size"), bytes(o.StoreBytes))
	g.add(v.t("system.store.results"), v.count(int(o.ResultsStored)))
	lost := factView{Name: v.t("system.store.lost"), Value: v.count(int(o.ResultsLost)), Bad: o.ResultsLost > 0}
	g.Facts, g.Bad = append(g.Facts, lost), g.Bad || lost.Bad
	g.addTime(v.t("system.backup"), v.at(o.LastBackup))
	if o.BackupError != "" {
		g.addError(v.t("system.backup.state"), o.BackupError, "")
	}
	return g
}

func (v *visit) groupConfig(b *status.Board) factGroup {
	g := factGroup{Title: v.t("system.configuration")}
	g.add(v.t("system.config.file"), b.Own.ConfigFile)
	g.addTime(v.t("system.config.loaded"), v.at(b.Own.ConfigLoaded))
	g.addError(v.t("system.config.last"), b.Own.ConfigError, v.t("system.config.taken"))
	return g
}

func (v *visit) groupOwn(b *status.Board) factGroup {
	o := &b.Own
	g := factGroup{Title: v.t("system.here")}
	g.add(v.t("system.site"), b.Site)
	g.add(v.t("system.version"), b.Version)
	g.addTime(v.t("system.since"), v.at(b.Started))
	if findService(b, check.OwnNetworkService) == nil {
		g.add(v.t("system.network"), v.t("system.network.none"))
	} else {
		dead := ""
		if !o.NetworkAlive {
			dead = v.t("system.network.dead")
		}
		g.addError(v.t("system.network"), dead, v.t("system.network.alive"))
	}
	offset := v.t("system.clock.none")
	if o.ClockOffsetKnown {
		offset = fmt.Sprintf("%+.3f ms", float64(o.ClockOffset)/1e6)
	}
	g.add(v.t("system.clock"), offset)
	return g
}
