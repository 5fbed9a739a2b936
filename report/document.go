package report

import (
	"slices"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// Input is what a report on one claim and one period is made from.
type Input struct {
	Now     time.Time
	Version string // of slamon
	Site    string
	Service check.Service
	Claim   sla.Claim
	Period  timeline.Period // the claim's window, or a part of it
	// Series are those of the claim's checks, as recorded: corrections are applied here.
	Series      []timeline.Series
	Maintenance []sla.Exclusion // of the service, from all sources
	Corrections []sla.Correction
	Causes      map[string]sla.Cause // by status.IncidentID
	Notices     []Notice             // in order of detection
	Deeds       []Deed               // in order of time
	Versions    []Frozen
	Places      []PlaceInput // what other places saw
	// Readings returns what the service's devices read around a time, and Events what they
	// told: traps, and thresholds that were passed. Both are nil without devices.
	Readings func(from, to time.Time) []device.Beside
	Events   func(from, to time.Time) []status.Event
	// Evidence returns what was kept of failing probes; nil for none.
	Evidence func(id check.ID, p timeline.Period, limit int) []Evidence
}

// Evidence is what was kept of one failing probe.
type Evidence struct {
	Sent time.Time `json:"sent"`
	check.Evidence
}

// Frozen is a verdict as it was when its period closed, or as a later correction
// left it.
type Frozen struct {
	Version      int       `json:"version"` // from 1
	At           time.Time `json:"at"`
	Why          string    `json:"why,omitempty"` // empty for the first
	Availability float64   `json:"availability"`
	Downtime     float64   `json:"downtime_seconds"`
	Answer       string    `json:"verdict"`
}

// Document is a report, ready to be written in any form.
type Document struct {
	Made    time.Time       `json:"made"`
	Version string          `json:"version"`
	Site    string          `json:"site"`
	Service check.ServiceID `json:"service"`
	Name    string          `json:"service_name"`
	Vendor  string          `json:"vendor,omitempty"`
	// Verdict counts as the claim says; Other treats announced maintenance the other
	// way, so that both figures stand side by side.
	Verdict       sla.VerdictJSON  `json:"verdict"`
	Other         sla.VerdictJSON  `json:"other_way"`
	Excluding     bool             `json:"maintenance_excluded"` // in Verdict
	Reference     *Reference       `json:"reference,omitempty"`
	Coverage      []Cover          `json:"coverage"`
	Gaps          []Gap            `json:"not_measured"`
	GapsLeft      int              `json:"not_measured_more,omitempty"`
	Months        []Month          `json:"months"`
	Incidents     []Incident       `json:"incidents"`
	Maintenance   []Work           `json:"maintenance"`
	Notices       []Notice         `json:"notices"`
	NoticesMissed int              `json:"notices_missed"` // that nobody had accepted when they were due
	Deeds         []Deed           `json:"deeds"`
	Corrections   []sla.Correction `json:"corrections"`
	Versions      []Frozen         `json:"versions"`
	Places        *Places          `json:"places"` // null where there is one place
	Outlook       sla.Outlook      `json:"-"`
	OutlookJSON   *OutlookJSON     `json:"outlook"`
	input         Input            // all that follows is for the other forms
	verdict       sla.Verdict      // of the report's period
	other         sla.Verdict      // the other way
	layers        map[timeline.Kind]timeline.Set
}

// OutlookJSON is the outlook; its limits are null with too few incidents.
type OutlookJSON struct {
	Enough    bool     `json:"enough"`
	Incidents int      `json:"incidents"`
	Low95     *float64 `json:"low95"`
	High95    *float64 `json:"high95"`
}

// Cover is the unknown time of one reason.
type Cover struct {
	Reason  check.Reason `json:"reason"`
	Seconds float64      `json:"seconds"`
}

// Gap is a piece of unknown time.
type Gap struct {
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Reason check.Reason `json:"reason"`
}

// Month is a line of the breakdown.
type Month struct {
	Name      string               `json:"month"` // 2026-10
	Verdict   *sla.VerdictJSON     `json:"-"`
	From      time.Time            `json:"from"`
	To        time.Time            `json:"to"`
	Accounted float64              `json:"accounted_seconds"`
	Allowance float64              `json:"allowance_seconds"`
	Down      sla.DowntimeJSON     `json:"downtime_seconds"`
	Share     sla.AvailabilityJSON `json:"availability"`
	Coverage  float64              `json:"coverage"`
	Incidents int                  `json:"incidents"`
	Answer    sla.Answer           `json:"verdict"`
	verdict   sla.Verdict
}

// Incident is one incident with what is known about it.
type Incident struct {
	ID string `json:"id"`
	sla.IncidentJSON
	Cause    sla.Cause       `json:"cause"`
	Evidence []Evidence      `json:"evidence"`
	Readings []device.Beside `json:"readings"` // of the service's devices, around it
	Events   []DeviceEvent   `json:"device_events"`
	incident sla.Incident
}

// Work is one announcement with what the claim makes of it.
type Work struct {
	ID        string     `json:"id,omitempty"`
	From      time.Time  `json:"from"`
	To        time.Time  `json:"to"`
	Announced *time.Time `json:"announced"`
	LeadDays  float64    `json:"lead_days"`
	Business  int        `json:"lead_business_days"`
	Class     string     `json:"class"` // planned, emergency, moved
	Left      float64    `json:"left_out_seconds"`
	Capped    float64    `json:"above_cap_seconds"`
	Overrun   float64    `json:"overrun_seconds"`
	Source    string     `json:"source,omitempty"`
	Note      string     `json:"note,omitempty"`
	ruling    sla.Ruling
}

// The classes of announced work.
const (
	classPlanned   = "planned"
	classEmergency = "emergency"
	classMoved     = "moved"
)

const (
	// maxGaps is how many pieces of unknown time are listed; the sums hold all of them.
	maxGaps = 40
	// evidencePieces of an incident are shown: the first says what broke, the others
	// whether it stayed the same.
	evidencePieces = 2
)

// Make judges the period and gathers what belongs into its report.
func Make(in Input) *Document {
	until := in.Period.To
	if in.Now.Before(until) {
		until = in.Now
	}
	series, ex := sla.Corrected(in.Series, in.Maintenance, in.Corrections)
	d := &Document{
		Made: in.Now, Version: in.Version, Site: in.Site, Service: in.Service.ID, Name: in.Service.Name, Vendor: in.Service.Vendor,
		Excluding: in.Claim.ExcludeMaintenance, Reference: referenceOf(in.Claim.Reference), input: in,
		Notices: orEmpty(in.Notices), NoticesMissed: missed(in.Notices), Deeds: orEmpty(in.Deeds), Corrections: orEmpty(in.Corrections), Versions: orEmpty(in.Versions),
	}
	d.verdict = sla.Hold(in.Claim, in.Period, until, series, ex)
	turned := in.Claim
	turned.ExcludeMaintenance = !turned.ExcludeMaintenance
	d.other = sla.Hold(turned, in.Period, until, series, ex)
	d.Verdict, d.Other = d.verdict.JSON(), d.other.JSON()
	d.addMonths(series, ex, until)
	d.addIncidents()
	d.addReadings()
	d.addMaintenance(until)
	d.addPlaces(series, ex, until)
	d.addCoverage(series, ex, until)
	d.Outlook = d.verdict.Outlook()
	d.OutlookJSON = &OutlookJSON{Enough: d.Outlook.Enough, Incidents: d.Outlook.Incidents}
	if d.Outlook.Enough {
		d.OutlookJSON.Low95, d.OutlookJSON.High95 = &d.Outlook.Low, &d.Outlook.High
	}
	return d
}

// orEmpty makes lists of JSON empty rather than null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Measured reports whether there is anything to report: a result in the period.
func (d *Document) Measured() bool { return d.verdict.Probes.Total > 0 }

// Answer returns the verdict in one word, for exit codes and "only when breached".
func (d *Document) Answer() sla.Answer { return d.verdict.Answer }

func (d *Document) zone() *time.Location {
	if z := d.input.Claim.Window.Zone; z != nil {
		return z
	}
	return time.UTC
}

func (d *Document) addMonths(series []timeline.Series, ex []sla.Exclusion, until time.Time) {
	d.Months = []Month{}
	for _, p := range sla.Months(d.input.Period, d.zone()) {
		if !p.From.Before(until) {
			break
		}
		end := p.To
		if until.Before(end) {
			end = until
		}
		v := sla.Hold(d.input.Claim, p, end, series, ex)
		j := v.JSON()
		d.Months = append(d.Months, Month{
			Name: p.From.Format("2006-01"), From: p.From, To: p.To, Accounted: j.Accounted, Allowance: j.Allowance,
			Down: j.Downtime, Share: j.Availability, Coverage: j.Coverage, Incidents: v.Failures, Answer: v.Answer, verdict: v,
		})
	}
}

func (d *Document) addIncidents() {
	d.Incidents = []Incident{}
	for _, i := range d.verdict.Incidents {
		id := i.Check
		if id == "" && len(d.input.Claim.Checks) > 0 {
			id = d.input.Claim.Checks[0]
		}
		item := Incident{ID: status.IncidentID(id, i.FirstBad), IncidentJSON: i.JSON(d.zone()), incident: i, Evidence: []Evidence{}}
		item.Cause = d.input.Causes[item.ID]
		if d.input.Evidence != nil {
			item.Evidence = orEmpty(d.input.Evidence(id, timeline.Period{From: i.FirstBad, To: i.LastBad.Add(time.Millisecond)}, evidencePieces))
		}
		d.Incidents = append(d.Incidents, item)
	}
}

func (d *Document) addMaintenance(until time.Time) {
	d.Maintenance = []Work{}
	zone := d.zone()
	for _, r := range d.input.Claim.Maintenance(d.input.Maintenance) {
		if !r.From.Before(d.input.Period.To) || !d.input.Period.From.Before(r.To) {
			continue
		}
		w := Work{
			ID: r.ID, From: r.From.In(zone), To: r.To.In(zone), LeadDays: float64(r.Lead) / float64(24*time.Hour), Business: r.LeadDays,
			Class: classEmergency, Left: r.Left.Length().Seconds(), Capped: r.Capped.Seconds(), Source: r.Source, Note: r.Note, ruling: r,
		}
		switch {
		case r.Withdrawn:
			w.Class = classMoved
		case r.Planned:
			w.Class = classPlanned
		}
		if !r.Announced.IsZero() {
			at := r.Announced.In(zone)
			w.Announced = &at
		}
		if !r.Withdrawn && r.To.Before(until) {
			w.Overrun = r.Overrun(d.other.Incidents).Seconds()
			w.Overrun = max(w.Overrun, r.Overrun(d.verdict.Incidents).Seconds())
		}
		d.Maintenance = append(d.Maintenance, w)
	}
}

// addCoverage sums up unknown time by its reason and lists its longest pieces. Where
// several checks decide, a moment that more than one of them did not see counts
// for the first.
func (d *Document) addCoverage(series []timeline.Series, ex []sla.Exclusion, until time.Time) {
	p := timeline.Period{From: d.input.Period.From, To: until}
	l := newLayers(series, p, d.input.Claim.LeftOut(p, ex), d.input.Claim)
	d.layers = l.sets
	zone := d.zone()
	d.Coverage, d.Gaps = []Cover{}, []Gap{}
	for _, r := range l.reasons() {
		d.Coverage = append(d.Coverage, Cover{r, l.seconds[r]})
		for _, q := range l.unknown[r] {
			d.Gaps = append(d.Gaps, Gap{q.From.In(zone), q.To.In(zone), r})
		}
	}
	slices.SortStableFunc(d.Coverage, func(a, b Cover) int { return int(b.Seconds - a.Seconds) })
	slices.SortStableFunc(d.Gaps, func(a, b Gap) int { return int(b.To.Sub(b.From) - a.To.Sub(a.From)) })
	if len(d.Gaps) > maxGaps {
		d.GapsLeft = len(d.Gaps) - maxGaps
		d.Gaps = d.Gaps[:maxGaps]
	}
	slices.SortStableFunc(d.Gaps, func(a, b Gap) int { return a.From.Compare(b.From) })
}
