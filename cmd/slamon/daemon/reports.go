package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// stating lets people state things through the API, and shows what they stated.
type stating struct{ *Daemon }

func (s stating) done(err error, kind, text string) error {
	if err == nil {
		s.event(status.Event{At: time.Now(), Kind: kind, Text: text})
		s.refresh(time.Now())
		nudge(s.replies.wake) // response times are counted beside the board
	}
	return err
}

// AddMaintenance keeps an announcement.
func (s stating) AddMaintenance(a web.Announcement) (web.Announcement, error) {
	out, err := s.ledger.AddMaintenance(a)
	return out, s.done(err, "maintenance", fmt.Sprintf("%s announced by %s", out.ID, a.By))
}

// RemoveMaintenance takes one back.
func (s stating) RemoveMaintenance(id, by string) error {
	return s.done(s.ledger.RemoveMaintenance(id, by), "maintenance", fmt.Sprintf("%s taken back by %s", id, by))
}

// Confirm keeps who is responsible for an incident.
func (s stating) Confirm(incident string, c sla.Cause) error {
	return s.done(s.ledger.Confirm(incident, c), "cause", fmt.Sprintf("%s: %s, by %s", incident, c.Side, c.By))
}

// Correct keeps a correction.
func (s stating) Correct(c sla.Correction) (sla.Correction, error) {
	out, err := s.ledger.Correct(c)
	return out, s.done(err, "correction", fmt.Sprintf("%s by %s: %s", out.ID, c.By, c.Why))
}

// site gathers what reports are made from: the same for the daemon and offline.
type site struct {
	ledger *ledger
	config *config.Config
	alone  bool // without other places
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
	claim, ok := claimOf(s.config, ask.Claim)
	if !ok {
		if c, ok := responseOf(s.config, ask.Claim); ok {
			return s.responseAnswer(c, ask, format, language, now)
		}
		return nil, "", refuse400("there is no claim %q", ask.Claim)
	}
	p, err := askedPeriod(claim, ask, now)
	if err != nil {
		return nil, "", web.Refusal{Err: err}
	}
	doc, err := s.document(claim, p, now)
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

// document makes the report on one claim.
func (s site) document(c sla.Claim, p timeline.Period, now time.Time) (*report.Document, error) {
	series, err := s.ledger.series(c, p)
	if err != nil {
		return nil, err
	}
	kept, err := versions[sla.VerdictJSON](s.ledger, &c, p)
	if err != nil {
		return nil, err
	}
	notices, err := s.notices(c.Service, p)
	if err != nil {
		return nil, err
	}
	done, err := s.deeds(c.Service, p)
	if err != nil {
		return nil, err
	}
	return report.Make(report.Input{
		Now: now, Version: s.ledger.version, Site: s.config.Site, Service: s.service(c.Service), Claim: c, Period: p, Series: series,
		Maintenance: s.ledger.exclusions(s.config, c.Service), Corrections: s.corrections(c.ID, p), Causes: s.ledger.allCauses(),
		Notices: notices, Deeds: done, Versions: reportVersions(kept), Places: s.places(c.Checks, p), Evidence: s.evidence, Readings: s.readings(c.Service), Events: s.deviceEvents(c.Service),
	}), nil
}

// places are what other places saw of some checks.
func (s site) places(checks []check.ID, p timeline.Period) []report.PlaceInput {
	if s.alone || s.ledger.places == nil {
		return nil
	}
	return s.ledger.places.seen(s.config, checks, p)
}

// corrections are those of a claim that reach into a period.
func (s site) corrections(id sla.ClaimID, p timeline.Period) (list []sla.Correction) {
	for _, k := range s.ledger.correctionsOf(id) {
		if k.From.Before(p.To) && p.From.Before(k.To) {
			list = append(list, k)
		}
	}
	return list
}

func (s site) service(id check.ServiceID) check.Service {
	for _, x := range s.config.Services {
		if x.ID == id {
			return x
		}
	}
	return check.Service{ID: id}
}

func (l *ledger) allCauses() map[string]sla.Cause {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]sla.Cause, len(l.causes))
	for k, c := range l.causes {
		out[k] = c
	}
	return out
}

func (s site) evidence(id check.ID, p timeline.Period, limit int) []report.Evidence {
	kept, err := s.ledger.store.Evidence(id, p, limit)
	if err != nil {
		s.ledger.log.Warn("evidence cannot be read", "check", id, "error", err)
	}
	out := make([]report.Evidence, 0, len(kept))
	for _, e := range kept {
		out = append(out, report.Evidence{Sent: e.Sent, Evidence: e.Evidence})
	}
	return out
}

// sheet makes the report on the disclosure sheet.
func (s site) sheet(now time.Time) (*report.Sheet, error) {
	path := s.config.Report.Sheet
	if path == "" {
		return nil, refuse400("no sheet is configured: name its file as sheet under [report]")
	}
	data, err := readBounded(path)
	if err != nil {
		return nil, web.Refusal{Err: err}
	}
	statements, err := report.ReadStatements(path, data)
	if err != nil {
		return nil, web.Refusal{Err: err}
	}
	documents := map[sla.ClaimID]report.Measurable{}
	for _, row := range statements.Rows {
		if row.Claim == "" || documents[row.Claim] != nil {
			continue
		}
		doc, err := s.measurable(row, path, now)
		if err != nil {
			return nil, err
		}
		documents[row.Claim] = doc
	}
	return report.MakeSheet(statements, documents, now, s.config.Zone, s.ledger.version, s.config.Site), nil
}

const (
	// At this time of the first day of a month the last one is reported: its last
	// results are stored by then, and the first of the new month bound them.
	reportHour, reportMinute = 1, 10
	// reportGrace is how long a report that is being written may hold up the end.
	reportGrace = 10 * time.Second
)

// runReports writes the last month's reports after each month, in the site's zone.
// What was missed while slamon did not run is written at the start.
func (d *Daemon) runReports(ctx context.Context) error {
	cron, err := gocron.NewScheduler(gocron.WithLocation(d.config.Load().Zone), gocron.WithStopTimeout(reportGrace))
	if err != nil {
		return err
	}
	write := func() {
		if err := d.writeReports(time.Now()); err != nil {
			d.log.Error("reports could not be written", "error", err)
		}
	}
	_, err = cron.NewJob(
		gocron.MonthlyJob(1, gocron.NewDaysOfTheMonth(1), gocron.NewAtTimes(gocron.NewAtTime(reportHour, reportMinute, 0))),
		gocron.NewTask(write))
	if err != nil {
		return err
	}
	write()
	cron.Start()
	<-ctx.Done()
	return cron.Shutdown()
}

// writeReports writes the reports of the month before now that are not there yet.
func (d *Daemon) writeReports(now time.Time) error {
	s := site{d.ledger, d.config.Load(), false}
	settings := s.config.Report
	if settings.Directory == "" {
		return nil
	}
	language, err := report.ParseLanguage(settings.Language)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range heldClaims(s.config) {
		month := sla.Window{Kind: sla.CalendarMonth, Zone: c.Window.Zone}
		p := month.Previous(month.Period(now))
		base := filepath.Join(settings.Directory, fmt.Sprintf("%s-%s", c.ID, p.From.Format("2006-01")))
		if done, err := filepath.Glob(globSafe(base) + ".*"); err != nil || len(done) > 0 {
			errs = append(errs, err)
			continue
		}
		doc, err := s.held(&c, p, now)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		breached := doc.Answer() == sla.Breached || doc.Answer() == sla.BreachedCertain
		if settings.OnlyWhenBreached && !breached || !doc.Measured() {
			continue
		}
		for _, f := range settings.Formats {
			format := report.Format(f)
			errs = append(errs, writeReport(base+"."+format.Extension(), doc, format, language))
		}
		d.event(status.Event{At: now, Kind: "report", Text: base})
	}
	return errors.Join(errs...)
}

// globSafe keeps a path from being read as a pattern.
func globSafe(path string) string {
	return strings.NewReplacer("[", `\[`, "*", `\*`, "?", `\?`).Replace(path)
}

// writeReport writes a file whole or not at all.
func writeReport(path string, doc document, f report.Format, l *report.Language) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".slamon-report-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already when all went well
	if err := errors.Join(doc.Write(file, f, l), file.Chmod(0o640), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(file.Name(), path)
}
