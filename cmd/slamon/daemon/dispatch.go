package daemon

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

const (
	// dispatchPrefix holds, for each report of the file and each zone, the end of the
	// newest period whose report went out, or had nothing to say.
	dispatchPrefix = "reports/sent/"
	// dispatchesBehind bounds how many periods that ended while slamon was off are
	// reported at its start: a fortnight of days. Older ones have been asked for.
	dispatchesBehind = 14
)

// dispatch sends the reports that are due. Each period goes out once: the outbox takes
// the notice in one transaction with the note that it has been taken.
func (t *teller) dispatch(now time.Time) {
	cfg := t.d.config.Load()
	for i := range cfg.Notify.Dispatches {
		s := &cfg.Notify.Dispatches[i]
		for _, group := range byZone(cfg, s) {
			if err := t.dispatchOne(now, cfg, s, group); err != nil {
				t.d.log.Error("report could not be sent", "report", s.ID, "error", err)
			}
		}
	}
}

// zoned are claims whose days begin at the same time.
type zoned struct {
	zone   *time.Location
	claims []heldClaim
}

// byZone groups the claims of a report by their zones, in the order of the file.
func byZone(cfg *config.Config, s *alert.Dispatch) (groups []zoned) {
	for _, c := range heldClaims(cfg) {
		if len(s.Claims) > 0 && !slices.Contains(s.Claims, c.ID) {
			continue
		}
		i := slices.IndexFunc(groups, func(g zoned) bool { return g.zone.String() == c.Window.Zone.String() })
		if i < 0 {
			i, groups = len(groups), append(groups, zoned{zone: c.Window.Zone})
		}
		groups[i].claims = append(groups[i].claims, c)
	}
	return groups
}

func (t *teller) dispatchOne(now time.Time, cfg *config.Config, s *alert.Dispatch, g zoned) error {
	key := fmt.Sprintf("%s%s/%s-%d/%s", dispatchPrefix, s.ID, s.Every, s.Weekday, g.zone)
	last := s.Last(now, g.zone)
	kept, err := t.d.store.Get(key)
	if err != nil {
		return err
	}
	if len(kept) == 0 { // it begins with the next period that ends
		return t.d.store.Put(key, []byte(last.To.UTC().Format(time.RFC3339)))
	}
	end, err := time.Parse(time.RFC3339, string(kept))
	if err != nil {
		return fmt.Errorf("the entry %s of the store cannot be read: %w", key, err)
	}
	var due []timeline.Period
	for p := s.Next(timeline.Period{To: end}, g.zone); !p.To.After(last.To); p = s.Next(p, g.zone) {
		due = append(due, p)
	}
	for _, p := range due[max(0, len(due)-dispatchesBehind):] {
		notices, err := t.dispatched(now, cfg, s, g, p)
		if err != nil {
			return err
		}
		mark := map[string][]byte{key: []byte(p.To.UTC().Format(time.RFC3339))}
		if err := t.outbox.Add(now, notices, mark); err != nil {
			return err
		}
	}
	return nil
}

// DispatchTexts says when the reports of a configuration go out next.
func DispatchTexts(cfg *config.Config, now time.Time) (list []string) {
	for i := range cfg.Notify.Dispatches {
		s := &cfg.Notify.Dispatches[i]
		for _, g := range byZone(cfg, s) {
			next := s.Next(s.Last(now, g.zone), g.zone)
			claims := "1 claim"
			if n := len(g.claims); n != 1 {
				claims = fmt.Sprintf("%d claims", n)
			}
			list = append(list, fmt.Sprintf("report %q: %s in %s, next at %s to %s", s.ID, claims, g.zone,
				s.Due(next, g.zone).In(g.zone).Format("2006-01-02 15:04 -07:00"), join(s.Channels)))
		}
	}
	return list
}

func join(channels []alert.Channel) string {
	words := make([]string, len(channels))
	for i, c := range channels {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}

// dispatched makes the notice of one period; none when nothing was measured in it, or
// when only breaches are to be reported and there is none.
func (t *teller) dispatched(now time.Time, cfg *config.Config, s *alert.Dispatch, g zoned, p timeline.Period) ([]alert.Notice, error) {
	id := fmt.Sprintf("report/%s/%s/%s-%s", s.ID, g.zone, s.Every, p.From.In(g.zone).Format(time.DateOnly))
	out := alert.Notice{
		ID: id, Thread: "report/" + s.ID, Kind: alert.Reported, Why: "the period has ended", Detected: now, Due: now.Add(s.Window),
		Channels: s.Channels, Fallback: s.Fallback, Dispatch: &alert.Dispatched{ID: s.ID, Period: p, Zone: g.zone.String()},
	}
	rules := t.rules(cfg)
	out.Channels, out.Fallback = rules.Reach(now, s.Channels), rules.Reach(now, s.Fallback)
	for _, c := range g.claims {
		// What other places saw changes no answer, and is asked for when it is written.
		doc, err := site{t.d.ledger, cfg, true}.held(&c, p, now)
		if err != nil {
			return nil, err
		}
		answer := doc.Answer()
		if !doc.Measured() || s.OnlyWhenBreached && answer != sla.Breached && answer != sla.BreachedCertain {
			continue
		}
		out.Dispatch.Claims = append(out.Dispatch.Claims, c.ID)
		out.Conditions = append(out.Conditions, alert.Condition{
			Key: id + "/" + string(c.ID), Type: alert.Reporting, Service: c.Service, Claim: c.ID, Title: doc.Brief(report.English).Title,
		})
	}
	if len(out.Conditions) == 0 {
		return nil, nil
	}
	return []alert.Notice{out}, nil
}

// renderReport writes the message of a report from what is stored. It is made anew for
// each channel, in its language; for each attempt it is the same.
func (t *teller) renderReport(r notify.Renderer, cfg *config.Config, n alert.Notice, language string) notify.Message {
	words, err := report.ParseLanguage(language)
	if err != nil {
		words = report.English
	}
	formats := []string{string(report.HTML)}
	for _, s := range cfg.Notify.Dispatches {
		if s.ID == n.Dispatch.ID {
			formats = s.Formats
		}
	}
	var sections []notify.Section
	var attached []notify.Attachment
	title := ""
	for _, id := range n.Dispatch.Claims {
		claim, ok := heldOf(cfg, id)
		if !ok {
			continue // taken out of the file since
		}
		doc, err := site{t.d.ledger, cfg, false}.held(&claim, n.Dispatch.Period, time.Now())
		if err != nil {
			sections = append(sections, notify.Section{Title: string(id), Lines: []notify.Fact{{Name: "error", Value: err.Error()}}})
			continue
		}
		brief := doc.Brief(words)
		title = brief.Period
		sections = append(sections, sectionOf(brief, report.LinkWord(words), reportLink(r.URL, claim.Claim, n.Dispatch.Period, language)))
		for _, f := range formats {
			if a, err := attach(doc, id, report.Format(f), words, n.Dispatch); err == nil {
				attached = append(attached, a)
			} else {
				t.d.log.Error("report cannot be attached", "claim", id, "format", f, "error", err)
			}
		}
	}
	return r.Report(n, language, title, sections, attached)
}

func sectionOf(b report.Brief, word, link string) notify.Section {
	s := notify.Section{Title: b.Title}
	for _, l := range b.Lines {
		s.Lines = append(s.Lines, notify.Fact{Name: l.Name, Value: l.Value})
	}
	if link != "" {
		s.Lines = append(s.Lines, notify.Fact{Name: word, Value: link, Link: link})
	}
	return s
}

// reportLink leads to the whole report.
func reportLink(base string, c sla.Claim, p timeline.Period, language string) string {
	if base == "" {
		return ""
	}
	zone := c.Window.Zone
	q := url.Values{"from": {p.From.In(zone).Format(time.DateOnly)}, "to": {p.To.In(zone).AddDate(0, 0, -1).Format(time.DateOnly)}, "format": {"html"}, "lang": {language}}
	return base + "/api/v1/reports/" + url.PathEscape(string(c.ID)) + "?" + q.Encode()
}

func attach(doc document, id sla.ClaimID, f report.Format, l *report.Language, d *alert.Dispatched) (notify.Attachment, error) {
	var out bytes.Buffer
	err := doc.Write(&out, f, l)
	name := fmt.Sprintf("%s-%s.%s", id, periodName(d), f.Extension())
	return notify.Attachment{Name: strings.ReplaceAll(name, "/", "-"), MediaType: f.MediaType(), Data: out.Bytes()}, err
}

// periodName is the month where the period is one, else its days.
func periodName(d *alert.Dispatched) string {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC
	}
	from, to := d.Period.From.In(zone), d.Period.To.In(zone)
	switch {
	case from.Day() == 1 && to.Equal(sla.DateOf(from.AddDate(0, 1, 0)).Start(zone)):
		return from.Format("2006-01")
	case to.Sub(from) < 36*time.Hour:
		return from.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + "-to-" + to.Add(-time.Hour).Format(time.DateOnly)
}
