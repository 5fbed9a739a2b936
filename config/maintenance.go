package config

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
)

// The limits of maintenance and reports.
const (
	maxBusinessDays = 260                  // a year of them
	maxWorkPerYear  = 366 * 24 * time.Hour // all of it
	windowRemedy    = `kind = "fixed", "calendar_month", "calendar_quarter", "fiscal_quarter", "contract_year" or "rolling"`
)

func windowWords() []string {
	words := make([]string, len(sla.WindowKinds))
	for i, k := range sla.WindowKinds {
		words[i] = string(k)
	}
	return words
}

// starts reads the day that windows are counted from.
func (r *reader) starts(w *sla.Window, f *windowFile) {
	const example = "starts = { month = 10, day = 1 }"
	if !r.required(f.Starts != nil, &f.table, "starts", example, "a window of kind %q needs starts, the day it is counted from", w.Kind) {
		return
	}
	s := f.Starts
	month := r.required(s.Month.set, &s.table, "month", "month = 10", "starts names no month")
	day := r.required(s.Day.set, &s.table, "day", "day = 1", "starts names no day")
	if !month || !day || !s.Month.ok || !s.Day.ok {
		return
	}
	w.Starts = sla.MonthDay{Month: time.Month(s.Month.v), Day: int(s.Day.v)}
	if s.Month.v < 1 || s.Month.v > 12 || s.Day.v < 1 || s.Day.v > 31 || !w.Starts.Valid() {
		r.complain(s.Day.at, example, "starts: there is no day %d of month %d", s.Day.v, s.Month.v)
		w.Starts = sla.MonthDay{Month: time.January, Day: 1}
	}
}

func startsAt(f *windowFile) place {
	if f.Starts == nil {
		return 0
	}
	return f.Starts.at
}

// work reads what a claim says of maintenance and of service hours.
func (r *reader) work(c *Config, claim *sla.Claim, f *claimFile) {
	claim.Work = sla.MaintenanceRule{
		BusinessDays: int(r.within(f.MinNoticeBusinessDays, "min_notice_business_days", 0, maxBusinessDays, 0)),
		MaxPerMonth:  r.between(f.MaxPerMonth, "max_maintenance_per_month", 0, 31*24*time.Hour, 0),
		MaxPerYear:   r.between(f.MaxPerYear, "max_maintenance_per_year", 0, maxWorkPerYear, 0),
	}
	if claim.Work.BusinessDays > 0 {
		claim.Work.Holidays = c.Calendar
		if f.MinNotice.set {
			r.complain(f.MinNoticeBusinessDays.at, "keep one of them", "min_notice and min_notice_business_days both state a lead time")
		}
	}
	if f.ServiceHours.or("") != "" {
		hours, err := sla.ParseHours(f.ServiceHours.v, claim.Window.Zone, c.Calendar)
		if err != nil {
			r.complain(f.ServiceHours.at, `service_hours = "Mo-Fr 08:00-18:00"`, "%s", err)
		}
		claim.Hours = hours
	}
	claim.Reference = f.Reference.or("")
}

// holidays reads the calendar of days that are no business days.
func (r *reader) holidays(c *Config, f field[string]) {
	if f.or("") == "" {
		return
	}
	c.Holidays = r.file(f.v)
	days, err := ReadHolidays(c.Holidays, c.Zone, Horizon(time.Now()))
	if err != nil {
		r.complain(f.at, "name an iCalendar file of holidays", "holidays: %s", err)
	}
	c.Calendar = days
}

// announcement holds maintenance against what stands before it in the file.
func (r *reader) announcement(c *Config, m Maintenance, f *maintenanceFile) {
	if !m.From.Before(m.To) {
		return // has been said
	}
	known := m.Replaces == ""
	for _, o := range c.Exclusions(m.Service) {
		known = known || o.ID == m.Replaces
	}
	if !known {
		r.complain(f.Replaces.at, "name the id of a maintenance of this service that stands before", "replaces %s: there is no such maintenance", quote(m.Replaces))
	}
	m.From, m.To, m.Announced = m.From.In(c.Zone), m.To.In(c.Zone), m.Announced.In(c.Zone)
	if err := sla.CheckAnnouncement(m.Exclusion, c.Exclusions(m.Service)); err != nil {
		remedy := "correct it, or give the other an id and say replaces = that id"
		if m.Announced.After(m.From) {
			remedy = "take announced out, or correct it"
		}
		r.complain(f.at, remedy, "%s", err)
	}
}

func (r *reader) maintenanceFiles(c *Config, files []watchedFile) {
	var services idSet
	for _, s := range c.Services {
		services.add(string(s.ID))
	}
	for i := range files {
		f := &files[i]
		service := r.required(f.Service.set, &f.table, "service", `service = "web-meeting"`, "this maintenance_file names no service")
		path := r.required(f.Path.set, &f.table, "path", `path = "vendor.ics"`, "this maintenance_file names no path")
		if !service || !path || !f.Service.ok || !f.Path.ok {
			continue
		}
		r.known(f.Service, "there is no service", &services)
		switch strings.ToLower(filepath.Ext(f.Path.v)) {
		case ".ics", ".csv":
		default:
			r.complain(f.Path.at, `path = "vendor.ics" or "vendor.csv"`, "path %s: want an iCalendar file (.ics) or a CSV file (.csv)", quote(f.Path.v))
		}
		c.MaintenanceFiles = append(c.MaintenanceFiles, WatchedFile{check.ServiceID(f.Service.v), r.file(f.Path.v)})
	}
}

func (r *reader) report(c *Config, f *reportFile) {
	c.Report = ReportSettings{
		Directory:        r.file(f.Directory.or("")),
		OnlyWhenBreached: f.OnlyWhenBreached.v,
		Language:         r.oneOf(f.Language, "language", "en", "en", "ja"),
		Sheet:            r.file(f.Sheet.or("")),
	}
	for _, format := range f.Formats {
		if word := r.oneOf(format, "formats", "html", "html", "text", "csv", "json"); format.ok {
			c.Report.Formats = append(c.Report.Formats, word)
		}
	}
	if len(c.Report.Formats) == 0 {
		c.Report.Formats = []string{"html", "json"}
	}
}

// work writes what a claim says of maintenance and of service hours.
func (d *dumper) work(c sla.Claim) {
	if c.Work.BusinessDays > 0 {
		d.raw("min_notice_business_days", strconv.Itoa(c.Work.BusinessDays))
	} else {
		d.time("min_notice", c.MinNotice)
	}
	if c.Work.MaxPerMonth > 0 {
		d.time("max_maintenance_per_month", c.Work.MaxPerMonth)
	}
	if c.Work.MaxPerYear > 0 {
		d.time("max_maintenance_per_year", c.Work.MaxPerYear)
	}
	if c.Hours != nil {
		d.text("service_hours", c.Hours.Rule)
	}
	d.text("reference", c.Reference)
}

// sources writes where maintenance comes from besides, and what is reported.
func (d *dumper) sources(c *Config) {
	for _, f := range c.MaintenanceFiles {
		d.section("[[maintenance_file]]")
		d.text("service", string(f.Service))
		d.text("path", f.Path)
	}
	d.section("[report]")
	d.text("directory", c.Report.Directory)
	d.flag("only_when_breached", c.Report.OnlyWhenBreached)
	d.texts("formats", c.Report.Formats)
	d.text("language", c.Report.Language)
	d.text("sheet", c.Report.Sheet)
}
