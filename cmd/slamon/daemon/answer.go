package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// Answer makes the report that a running daemon would give, from a store that none has
// open, and from what other places saw. What is asked for wrongly is a web.Refusal.
func Answer(kept *store.Store, cfg *config.Config, ask web.ReportRequest, places []sla.Site, version string, log *slog.Logger) ([]byte, error) {
	l, err := openLedger(kept, func() *config.Config { return cfg }, version, log)
	if err != nil {
		return nil, err
	}
	if len(places) > 0 {
		l.places = readPlaces(places)
	}
	for _, err := range l.readSources(time.Now()) {
		log.Warn("maintenance file not taken", "error", err)
	}
	body, _, err := site{l, cfg, false}.answer(ask, time.Now())
	return body, err
}

// readPlaces are places whose results were read from files.
type readPlaces []sla.Site

func (r readPlaces) seen(_ *config.Config, checks []check.ID, _ timeline.Period) (all []report.PlaceInput) {
	for _, s := range r {
		in := report.PlaceInput{Site: s.Name, Series: withChecks(s.Series, checks)}
		if len(in.Series) == 0 {
			continue // no place of this claim
		}
		in.Failed = unwatched(in.Series, checks)
		all = append(all, in)
	}
	return all
}

// responses: what files say of times is judged by slamon judge.
func (readPlaces) responses(*config.Config, *sla.ResponseClaim, timeline.Period) []report.ResponsePlace {
	return nil
}

// report makes the report that the API asks for.
func (d *Daemon) report(ask web.ReportRequest) ([]byte, string, error) {
	now, cfg := time.Now(), d.config.Load()
	if c, ok := heldOf(cfg, ask.Claim); ok {
		if err := d.ledger.closeAsked(cfg, c, ask, now); err != nil {
			return nil, "", err
		}
	}
	return site{d.ledger, cfg, false}.answer(ask, now)
}

// answer makes a report and says what media type it has.
func (s site) answer(ask web.ReportRequest, now time.Time) ([]byte, string, error) {
	s.alone = ask.Alone
	if ask.Format == "" {
		ask.Format = string(report.HTML)
	}
	format, err := report.ParseFormat(ask.Format)
	if err != nil {
		return nil, "", web.Refusal{Err: err}
	}
	language, err := report.ParseLanguage(ask.Language)
	if err != nil {
		return nil, "", web.Refusal{Err: err}
	}
	var out bytes.Buffer
	if ask.Claim == "" {
		sheet, err := s.sheet(now)
		if err != nil {
			return nil, "", err
		}
		err = sheet.Write(&out, format, language)
		return out.Bytes(), format.MediaType(), err
	}
	claim, ok := heldOf(s.config, ask.Claim)
	if !ok {
		return nil, "", refuse400("there is no claim %q", ask.Claim)
	}
	p, err := askedPeriod(claim.Claim, ask, now)
	if err != nil {
		return nil, "", web.Refusal{Err: err}
	}
	doc, err := s.held(&claim, p, now)
	if err != nil {
		return nil, "", err
	}
	err = doc.Write(&out, format, language)
	return out.Bytes(), format.MediaType(), err
}

// askedPeriod is a month, or a period, or the claim's window.
func askedPeriod(c sla.Claim, ask web.ReportRequest, now time.Time) (timeline.Period, error) {
	zone := c.Window.Zone
	switch {
	case ask.Month != "":
		if ask.From != "" || ask.To != "" {
			return timeline.Period{}, errors.New("month and from or to both name a period: name one")
		}
		first, err := time.ParseInLocation("2006-01", ask.Month, zone)
		if err != nil {
			return timeline.Period{}, fmt.Errorf("month %q: want a month such as 2026-10", ask.Month)
		}
		return sla.Window{Kind: sla.CalendarMonth, Zone: zone}.Period(sla.DateOf(first).Start(zone)), nil
	case ask.From == "" && ask.To == "":
		return c.Window.Period(now), nil
	case ask.From == "" || ask.To == "":
		return timeline.Period{}, errors.New("a period needs from and to")
	}
	from, err := sla.ParseBorder("from", ask.From, zone, false)
	if err != nil {
		return timeline.Period{}, err
	}
	to, err := sla.ParseBorder("to", ask.To, zone, true)
	if err != nil {
		return timeline.Period{}, err
	}
	if !from.Before(to) {
		return timeline.Period{}, fmt.Errorf("the period ends at %s, which is not after it begins", to.Format(time.RFC3339))
	}
	return periodOf(from, to), nil
}
