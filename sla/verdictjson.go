package sla

import (
	"time"

	"github.com/slamon/slamon/check"
)

// VerdictJSON is a verdict as machines read it: the output of `slamon judge`,
// the bodies of the API and the files of a report are this very shape. Periods
// are seconds, shares lie between 0 and 1, instants carry the offset of the
// claim's zone, and what is not known is null.
type VerdictJSON struct {
	Claim            ClaimJSON        `json:"claim"`
	Window           WindowJSON       `json:"window"`
	Until            time.Time        `json:"until"` // how far the account goes
	Final            bool             `json:"final"` // the window has ended
	Accounted        float64          `json:"accounted_seconds"`
	Excluded         float64          `json:"excluded_seconds"`
	Unknown          float64          `json:"unknown_seconds"`
	Coverage         float64          `json:"coverage"`
	Allowance        float64          `json:"allowance_seconds"`
	Downtime         DowntimeJSON     `json:"downtime_seconds"`
	Availability     AvailabilityJSON `json:"availability"`
	Verdict          Answer           `json:"verdict"`
	Explanation      string           `json:"explanation"`
	DecidingInterval *float64         `json:"deciding_interval_seconds"` // null when no interval can decide
	Probes           ProbesJSON       `json:"probes"`
	Failures         int              `json:"failures"`  // times that the service failed, of all its checks together
	Incidents        []IncidentJSON   `json:"incidents"` // of every check
	// ServiceIncidents are those of the service, as the claim combines its checks and its
	// rule merges what lies close together.
	ServiceIncidents []ServiceIncidentJSON `json:"service_incidents"`
	Count            *CountJSON            `json:"count,omitempty"` // how a counting rule came to the downtime; left out without one
}

// ClaimJSON names the claim; what was not given on the command line is left out.
type ClaimJSON struct {
	ID           ClaimID `json:"id,omitempty"`
	Name         string  `json:"name,omitempty"`
	Service      string  `json:"service,omitempty"`
	Kind         Kind    `json:"kind,omitempty"`
	Availability Figure  `json:"availability"`
	Digits       int     `json:"digits"`
	// Checks are those of a claim with several, Combine how they make the service,
	// and Weights what each counts in a mean.
	Checks  []check.ID       `json:"checks,omitempty"`
	Combine Combine          `json:"combine,omitempty"`
	Weights map[check.ID]int `json:"weights,omitempty"`
	// MaxIncidents is how many incidents are claimed at most.
	MaxIncidents *int `json:"max_incidents,omitempty"`
}

// json returns what names the claim.
func (c *Claim) json() ClaimJSON {
	j := ClaimJSON{
		ID: c.ID, Name: c.Name, Service: string(c.Service), Kind: c.Kind,
		Availability: c.Availability, Digits: c.Availability.Digits, MaxIncidents: c.MaxIncidents,
	}
	if len(c.Checks) > 1 {
		j.Checks, j.Combine, j.Weights = c.Checks, c.Combine, c.Weights
	}
	return j
}

// WindowJSON is the whole window, its end not part of it.
type WindowJSON struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Zone    string    `json:"tz"`
	Seconds float64   `json:"seconds"`
}

// DowntimeJSON is Downtime in seconds.
type DowntimeJSON struct {
	Point    float64 `json:"point"`
	HardLow  float64 `json:"hard_low"`
	HardHigh float64 `json:"hard_high"`
	Low95    float64 `json:"low95"`
	High95   float64 `json:"high95"`
}

// AvailabilityJSON holds shares; Low95 belongs to the downtime's High95.
type AvailabilityJSON struct {
	Point  float64 `json:"point"`
	Low95  float64 `json:"low95"`
	High95 float64 `json:"high95"`
}

// ProbesJSON counts results.
type ProbesJSON struct {
	Total   int `json:"total"`
	Failed  int `json:"failed"`
	Unknown int `json:"unknown"`
}

// IncidentJSON is one incident; an open border is null.
type IncidentJSON struct {
	Check     string      `json:"check,omitempty"`
	LastGood  *time.Time  `json:"last_good"`
	FirstBad  *time.Time  `json:"first_bad"`
	LastBad   *time.Time  `json:"last_bad"`
	FirstGood *time.Time  `json:"first_good"`
	Seconds   SecondsJSON `json:"seconds"`
	Failed    int         `json:"probes_failed"`
	Confirmed bool        `json:"confirmed"`
	Reason    string      `json:"reason"`
	Class     string      `json:"class"` // "planned" or "unplanned"
}

// SecondsJSON is a length with its bounds.
type SecondsJSON struct {
	Low   float64 `json:"low"`
	Point float64 `json:"point"`
	High  float64 `json:"high"`
}

// JSON returns v as machines read it.
func (v Verdict) JSON() VerdictJSON {
	zone := v.Claim.Window.Zone
	if zone == nil {
		zone = v.Period.From.Location()
	}
	j := VerdictJSON{
		Claim: v.Claim.json(),
		Window: WindowJSON{
			From: v.Period.From.In(zone), To: v.Period.To.In(zone),
			Zone: zone.String(), Seconds: v.Period.Length().Seconds(),
		},
		Until: v.Until.In(zone), Final: v.Final,
		Accounted: v.Accounted.Seconds(), Excluded: v.Excluded.Seconds(), Unknown: v.Unknown.Seconds(),
		Coverage: v.Coverage, Allowance: v.Allowance.Seconds(),
		Downtime: DowntimeJSON{
			Point: v.Downtime.Point.Seconds(), HardLow: v.Downtime.HardLow.Seconds(), HardHigh: v.Downtime.HardHigh.Seconds(),
			Low95: v.Downtime.Low95.Seconds(), High95: v.Downtime.High95.Seconds(),
		},
		Availability: AvailabilityJSON(v.Availability),
		Verdict:      v.Answer, Explanation: v.Explanation,
		Probes:    ProbesJSON(v.Probes),
		Failures:  v.Failures,
		Incidents: make([]IncidentJSON, len(v.Incidents)),
	}
	j.Count = v.countJSON(zone)
	if v.Deciding > 0 {
		s := v.Deciding.Seconds()
		j.DecidingInterval = &s
	}
	for n, i := range v.Incidents {
		j.Incidents[n] = i.JSON(zone)
	}
	all := v.ServiceIncidents()
	j.ServiceIncidents = make([]ServiceIncidentJSON, len(all))
	for n := range all {
		j.ServiceIncidents[n] = all[n].JSON(v.Claim.Rule, zone)
	}
	return j
}

// JSON returns i as machines read it, its instants in zone.
func (i Incident) JSON(zone *time.Location) IncidentJSON {
	class := "unplanned"
	if i.Planned {
		class = "planned"
	}
	return IncidentJSON{
		Check:    string(i.Check),
		LastGood: instant(i.LastGood, zone), FirstBad: instant(i.FirstBad, zone),
		LastBad: instant(i.LastBad, zone), FirstGood: instant(i.FirstGood, zone),
		Seconds: SecondsJSON{i.Low.Seconds(), i.Point.Seconds(), i.High.Seconds()},
		Failed:  i.Failed, Confirmed: i.Confirmed(), Reason: i.Reason.String(), Class: class,
	}
}

// instant returns nil for the zero time.
func instant(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(zone)
	return &t
}
