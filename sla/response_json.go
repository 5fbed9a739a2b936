package sla

import (
	"math"
	"time"
)

// ResponseJSON is a verdict on response time as machines read it: the output of
// `slamon judge --claim-response --json`, the API and the files of a report. Periods
// are seconds, shares lie between 0 and 1, and what is not known is null.
type ResponseJSON struct {
	Claim       ResponseClaimJSON   `json:"claim"`
	Window      WindowJSON          `json:"window"`
	Until       time.Time           `json:"until"`
	Final       bool                `json:"final"`
	Excluded    float64             `json:"excluded_seconds"`
	Share       ShareJSON           `json:"within_limit"`
	Verdict     Answer              `json:"verdict"`
	Explanation string              `json:"explanation"`
	Deciding    *float64            `json:"deciding_interval_seconds"` // null when it is decided, or no interval can
	Interval    float64             `json:"interval_seconds"`
	Operations  OperationsJSON      `json:"operations"`
	Quantiles   []QuantileJSON      `json:"quantiles"`
	Checks      []CheckResponseJSON `json:"checks"`
}

// ResponseClaimJSON names the claim.
type ResponseClaimJSON struct {
	ID      ClaimID `json:"id,omitempty"`
	Name    string  `json:"name,omitempty"`
	Service string  `json:"service,omitempty"`
	Kind    Kind    `json:"kind,omitempty"`
	Promise Promise `json:"response"`
	Limit   float64 `json:"limit_seconds"`
	Share   Figure  `json:"share"`
}

// ShareJSON is the share of operations within the limit; null without any.
type ShareJSON struct {
	Point  *float64 `json:"point"`
	Low95  float64  `json:"low95"`
	High95 float64  `json:"high95"`
}

// OperationsJSON counts operations; those at the limit itself are between the least
// and the most that were within it.
type OperationsJSON struct {
	Total   int `json:"total"`
	Failed  int `json:"failed"`
	Excused int `json:"excused"` // late or failed, and in time as a correction has it
	Unknown int `json:"unknown"`
	Coming  int `json:"coming"`
	Least   int `json:"within_limit_at_least"`
	Most    int `json:"within_limit_at_most"`
}

// QuantileJSON is the time that a share of the answered operations took at most, with
// its bounds.
type QuantileJSON struct {
	Share float64 `json:"share"`
	Low   float64 `json:"low_seconds"`
	High  float64 `json:"high_seconds"`
}

// CheckResponseJSON are the figures of one check.
type CheckResponseJSON struct {
	Check      string         `json:"check"`
	Operations OperationsJSON `json:"operations"`
	Quantiles  []QuantileJSON `json:"quantiles"`
}

// JSON returns v as machines read it.
func (v *ResponseVerdict) JSON() ResponseJSON {
	zone := v.Claim.zone()
	j := ResponseJSON{
		Claim: ResponseClaimJSON{v.Claim.ID, v.Claim.Name, string(v.Claim.Service), v.Claim.Kind, v.Claim.Promise, v.Claim.Limit.Seconds(), v.Claim.Share},
		Window: WindowJSON{
			From: v.Period.From.In(zone), To: v.Period.To.In(zone), Zone: zone.String(), Seconds: v.Period.Length().Seconds(),
		},
		Until: v.Until.In(zone), Final: v.Final, Excluded: v.Excluded.Seconds(), Share: ShareJSON{Low95: v.Low95, High95: v.High95},
		Verdict: v.Answer, Explanation: v.Explanation, Interval: v.Interval.Seconds(),
		Operations: v.ResponseFigures.operations(), Quantiles: v.ResponseFigures.quantiles(), Checks: []CheckResponseJSON{},
	}
	if v.Operations > 0 && !math.IsNaN(v.Point) {
		j.Share.Point = &v.Point
	}
	if v.Answer == "" {
		j.Verdict, j.Explanation, j.Share.High95 = CannotTell, "Not judged yet.", 1
	}
	if v.Deciding > 0 {
		s := v.Deciding.Seconds()
		j.Deciding = &s
	}
	for _, f := range v.Checks {
		j.Checks = append(j.Checks, f.JSON())
	}
	return j
}

// JSON returns f as machines read it.
func (f *ResponseFigures) JSON() CheckResponseJSON {
	return CheckResponseJSON{string(f.Check), f.operations(), f.quantiles()}
}

func (f *ResponseFigures) operations() OperationsJSON {
	return OperationsJSON{Total: f.Operations, Failed: f.Failed, Excused: f.Excused, Unknown: f.Unknown, Coming: f.Coming, Least: f.Least, Most: f.Most}
}

// quantiles is empty while nothing was answered.
func (f *ResponseFigures) quantiles() []QuantileJSON {
	list := []QuantileJSON{}
	for _, q := range f.Quantiles {
		if q.High > 0 {
			list = append(list, QuantileJSON{q.Share, q.Low.Seconds(), q.High.Seconds()})
		}
	}
	return list
}
