package sla

import "time"

// CountJSON is Count as machines read it.
type CountJSON struct {
	Rule        string           `json:"rule"` // in words
	Stages      []StageJSON      `json:"stages"`
	Runs        []CountedRunJSON `json:"runs"`
	Incidents   int              `json:"incidents"`
	Unknown     float64          `json:"unknown_seconds"`
	Dropped     float64          `json:"dropped_seconds"`
	Denominator float64          `json:"denominator_seconds"`
	Continuous  DowntimeJSON     `json:"continuous_seconds"` // without the rule
	Credit      *CreditJSON      `json:"credit"`             // null when the rule has no credits, or the window has not ended
}

// StageJSON is the downtime after one step, in seconds.
type StageJSON struct {
	Name StageName `json:"name"`
	SecondsJSON
}

// CountedRunJSON is one run as the rule counts it.
type CountedRunJSON struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Counted float64   `json:"counted_seconds"`
	Why     string    `json:"why,omitempty"`
}

// CreditJSON is what is due, in shares of the fee.
type CreditJSON struct {
	Terms   string  `json:"terms"`
	Low     float64 `json:"low"`
	Point   float64 `json:"point"`
	High    float64 `json:"high"`
	Capped  bool    `json:"capped"`
	ClaimBy string  `json:"claim_by,omitempty"` // a day
}

// countJSON returns the count of v, nil without a rule.
func (v Verdict) countJSON(zone *time.Location) *CountJSON {
	c := v.Count
	if c == nil {
		return nil
	}
	d := c.Continuous
	j := &CountJSON{
		Rule: v.Claim.Rule.Words(), Incidents: c.Incidents, Runs: make([]CountedRunJSON, len(c.Runs)),
		Unknown: c.Unknown.Seconds(), Dropped: c.Dropped.Seconds(), Denominator: c.Denominator.Seconds(),
		Continuous: DowntimeJSON{d.Point.Seconds(), d.HardLow.Seconds(), d.HardHigh.Seconds(), d.Low95.Seconds(), d.High95.Seconds()},
	}
	for _, s := range c.Stages {
		j.Stages = append(j.Stages, StageJSON{s.Name, SecondsJSON{s.Low.Seconds(), s.Point.Seconds(), s.High.Seconds()}})
	}
	for i, r := range c.Runs {
		j.Runs[i] = CountedRunJSON{r.From.In(zone), r.To.In(zone), r.Counted.Seconds(), r.Why}
	}
	if len(v.Claim.Rule.Credits.Tiers) > 0 && v.Final {
		due := v.Credit
		j.Credit = &CreditJSON{Terms: due.Terms.String(), Low: due.Low, Point: due.Point, High: due.High, Capped: due.Capped}
		if due.ClaimBy != (Date{}) {
			j.Credit.ClaimBy = due.ClaimBy.noon().Format(time.DateOnly)
		}
	}
	return j
}
