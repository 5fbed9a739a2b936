package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// places are what other places saw of some checks.
func (s site) places(checks []check.ID, p timeline.Period) []report.PlaceInput {
	if s.alone || s.ledger.places == nil {
		return nil
	}
	return s.ledger.places.seen(s.config, checks, p)
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
