package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/sla"
)

// rule writes how a claim counts; what is as usual is left out.
func (d *dumper) rule(r *sla.Rule, zone *time.Location) {
	if r == nil {
		return
	}
	d.section("[service.claim.count]")
	d.text("basis", string(r.Basis))
	d.time("bucket", r.Bucket)
	if r.Bucket > 0 {
		d.raw("down_if", `{ failed_share = `+tomlText(r.Share.String())+`, min_samples = `+strconv.Itoa(r.MinSamples)+` }`)
	}
	d.time("min_run", r.MinRun)
	d.time("min_run_total", r.MinRunTotal)
	d.text("start", string(r.Start))
	if r.Start == sla.StartNotice || r.Start == sla.StartTicket {
		times := make([]string, len(r.Told))
		for i, t := range r.Told {
			times[i] = t.In(zone).Format(time.RFC3339Nano)
		}
		d.raw("told", "{ times = ["+strings.Join(times, ", ")+"] }")
	}
	d.raw("recover_after", strconv.Itoa(r.RecoverAfter))
	d.time("merge_gap", r.MergeGap)
	d.text("round", string(r.Round))
	d.text("empty_bucket", string(r.Empty))
	d.text("weight", string(r.Weight))
	d.number("month_hours", r.MonthHours)
	if len(r.Credits.Tiers) == 0 {
		return
	}
	d.section("[service.claim.credits]")
	tiers := make([]string, len(r.Credits.Tiers))
	for i, t := range r.Credits.Tiers {
		tiers[i] = "{ below = " + tomlText(t.Below.String()) + ", credit = " + tomlText(t.Credit.String()) + " }"
	}
	d.raw("tiers", "["+strings.Join(tiers, ", ")+"]")
	if r.Credits.Cap != (sla.Credit{}) {
		d.text("cap", r.Credits.Cap.String())
	}
	d.text("claim_deadline", r.Credits.Deadline.String())
}
