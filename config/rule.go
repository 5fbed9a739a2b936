package config

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/slamon/slamon/sla"
)

// ruleFile is the mirror type of a counting rule by itself, for `slamon judge
// --rule`. Its tables are those of a claim.
type ruleFile struct {
	table
	Count   *countFile   `toml:"count"`
	Credits *creditsFile `toml:"credits"`
}

type countFile struct {
	table
	Basis        field[string]        `toml:"basis"`
	Bucket       field[time.Duration] `toml:"bucket"`
	DownIf       *downIfFile          `toml:"down_if"`
	MinRun       field[time.Duration] `toml:"min_run"`
	MinRunTotal  field[time.Duration] `toml:"min_run_total"`
	Start        field[string]        `toml:"start"`
	Told         *toldFile            `toml:"told"`
	RecoverAfter field[int64]         `toml:"recover_after"`
	MergeGap     field[time.Duration] `toml:"merge_gap"`
	Round        field[string]        `toml:"round"`
	EmptyBucket  field[string]        `toml:"empty_bucket"`
	Weight       field[string]        `toml:"weight"`
	MonthHours   field[int64]         `toml:"month_hours"`
}

type toldFile struct {
	table
	Times []field[moment] `toml:"times"`
}

type downIfFile struct {
	table
	FailedShare field[string] `toml:"failed_share"`
	MinSamples  field[int64]  `toml:"min_samples"`
}

type creditsFile struct {
	table
	Tiers         []tierFile    `toml:"tiers"`
	Cap           field[string] `toml:"cap"`
	ClaimDeadline field[string] `toml:"claim_deadline"`
}

type tierFile struct {
	table
	Below  field[sla.Figure] `toml:"below"`
	Credit field[string]     `toml:"credit"`
}

// The limits of a rule.
const (
	maxBucket     = time.Hour // with it buckets still follow the clock when that changes
	maxRun        = 31 * 24 * time.Hour
	maxSamples    = 3600 // one probe a second in the longest bucket
	maxRecover    = 3600
	minMonthHours = 24
	maxMonthHours = 31 * 24
)

// ParseRule reads a counting rule by itself: the tables count and credits of a
// claim, without what leads to them. Times without an offset are those of zone. The
// error is Complaints.
func ParseRule(name string, data []byte, zone *time.Location) (*sla.Rule, error) {
	if len(data) > maxFile {
		return nil, Complaints{{File: name, Text: "more than " + FormatSize(maxFile)}}
	}
	r := newReader(name, data)
	var rule *sla.Rule
	if root := r.grow(); root != nil {
		var f ruleFile
		r.decodeTable(reflect.ValueOf(&f).Elem(), root)
		if f.Count == nil && f.Credits == nil && len(r.complaints) == 0 {
			r.complain(0, "[count] with bucket, min_run or another key below it", "the file states no rule")
		}
		rule = r.rule(f.Count, f.Credits, zone)
	}
	if len(r.complaints) > 0 {
		r.complaints.sort()
		return nil, r.complaints
	}
	return rule, nil
}

// claimRule reads the rule of a claim, nil without one, and holds it against what
// the claim says besides.
func (r *reader) claimRule(claim *sla.Claim, f *claimFile, intervals map[string]time.Duration) {
	if claim.Rule = r.rule(f.Count, f.Credits, claim.Window.Zone); claim.Rule == nil {
		return
	}
	if f.Credits != nil {
		if claim.Kind == sla.Disclosure || claim.Kind == sla.Objective {
			r.complain(f.Credits.at, `kind = "contract", or take credits out`, "only a contract gives credit, and claim %q is of kind %q", claim.ID, claim.Kind)
		}
		for i, t := range claim.Rule.Credits.Tiers {
			if t.Below.PPB > claim.Availability.PPB && i < len(f.Credits.Tiers) && claim.Availability.PPB > 0 {
				r.complain(f.Credits.Tiers[i].Below.at, "below = "+strconv.Quote(claim.Availability.String()),
					"below %q lies above the claimed %s: credit would be due though the claim is met", t.Below, claim.Availability)
			}
		}
	}
	if f.Count == nil {
		return
	}
	quickest := time.Duration(0)
	for _, id := range claim.Checks {
		if d := intervals[string(id)]; d > 0 && (quickest == 0 || d < quickest) {
			quickest = d
		}
	}
	if err := claim.Rule.Senseless(quickest, windowLength(claim.Window)); err != nil {
		r.complain(f.Count.at, "a shorter interval, longer buckets or fewer min_samples; or a shorter min_run", "this way of counting: %s", err)
	}
}

// rule reads both tables; without either there is no rule.
func (r *reader) rule(f *countFile, credits *creditsFile, zone *time.Location) *sla.Rule {
	if f == nil && credits == nil {
		return nil
	}
	rule := &sla.Rule{Basis: sla.ByTime, Start: sla.FirstFailure, Round: sla.RoundNone, Empty: sla.EmptyUnknown, Weight: sla.WeightNone, RecoverAfter: 1}
	if f != nil {
		r.count(rule, f, zone)
	}
	if credits != nil {
		r.credits(&rule.Credits, credits)
	}
	return rule
}

func words[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = string(w)
	}
	return out
}

func (r *reader) count(rule *sla.Rule, f *countFile, zone *time.Location) {
	rule.Basis = sla.Basis(r.oneOf(f.Basis, "basis", string(sla.ByTime), words(sla.Bases[:])...))
	rule.Start = sla.Start(r.oneOf(f.Start, "start", string(sla.FirstFailure), words(sla.Starts[:])...))
	rule.Round = sla.Round(r.oneOf(f.Round, "round", string(sla.RoundNone), words(sla.Rounds[:])...))
	rule.Empty = sla.Empty(r.oneOf(f.EmptyBucket, "empty_bucket", string(sla.EmptyUnknown), words(sla.Empties[:])...))
	rule.Weight = sla.Weight(r.oneOf(f.Weight, "weight", string(sla.WeightNone), words(sla.Weights[:])...))
	rule.Bucket = r.between(f.Bucket, "bucket", 0, maxBucket, 0)
	rule.MinRun = r.between(f.MinRun, "min_run", 0, maxRun, 0)
	rule.MinRunTotal = r.between(f.MinRunTotal, "min_run_total", 0, maxRun, 0)
	rule.MergeGap = r.between(f.MergeGap, "merge_gap", 0, maxRun, 0)
	rule.RecoverAfter = int(r.within(f.RecoverAfter, "recover_after", 1, maxRecover, 1))
	if f.MonthHours.v != 0 { // 0 is as many as the month has
		rule.MonthHours = int(r.within(f.MonthHours, "month_hours", minMonthHours, maxMonthHours, 0))
	}
	r.downIf(rule, f)
	r.buckets(rule, f)
	r.starting(rule, f, zone)
}

// downIf reads the threshold of a bucket.
func (r *reader) downIf(rule *sla.Rule, f *countFile) {
	graded := rule.Basis == sla.ByUserMinutes || rule.Basis == sla.ByIntervalErrorRate || rule.Weight == sla.WeightAffected
	if f.DownIf == nil {
		if rule.Bucket > 0 && !graded && !slices.Contains(f.meant, "down_if") {
			r.complain(f.at, `down_if = { failed_share = ">=1" } (all of it), or ">0" (any failure)`, "this rule counts buckets, but does not say when one is down")
		}
		return
	}
	d := f.DownIf
	if d.FailedShare.ok {
		share, err := sla.ParseShare(d.FailedShare.v)
		if err != nil {
			r.complain(d.FailedShare.at, `failed_share = ">0.05" or ">=1"`, "failed_share %s", err)
		}
		rule.Share = share
	} else if rule.Bucket > 0 && !graded {
		r.required(d.FailedShare.set, &d.table, "failed_share", `failed_share = ">=1"`, "down_if has no failed_share")
	}
	rule.MinSamples = int(r.within(d.MinSamples, "min_samples", 0, maxSamples, 0))
}

// buckets looks for what has no meaning with, or without, buckets.
func (r *reader) buckets(rule *sla.Rule, f *countFile) {
	if b := rule.Bucket; b > 0 {
		switch {
		case b < time.Second || time.Hour%b != 0:
			r.complain(f.Bucket.at, `bucket = "1m"`, "bucket %q: want a length that divides the hour, from 1s on", FormatDuration(b))
			return
		case rule.MinRun%b != 0:
			r.complain(f.MinRun.at, "min_run = "+strconv.Quote(FormatDuration((rule.MinRun/b+1)*b)), "min_run %q is no whole number of buckets of %s",
				FormatDuration(rule.MinRun), FormatDuration(b))
		}
		if rule.Round != sla.RoundNone {
			r.complain(f.Round.at, `round = "none"`, "round has no meaning with buckets: they are whole already")
		}
		return
	}
	alone := func(set bool, at place, key string) {
		if set {
			r.complain(at, `bucket = "1m", or take `+key+` out`, "%s has no meaning without buckets: continuous time has none", key)
		}
	}
	alone(f.DownIf != nil, placeOfTable(f.DownIf), "down_if")
	alone(rule.RecoverAfter > 1, f.RecoverAfter.at, "recover_after")
	alone(rule.Empty != sla.EmptyUnknown, f.EmptyBucket.at, "empty_bucket")
	alone(rule.Basis == sla.ByIntervalErrorRate, f.Basis.at, string(sla.ByIntervalErrorRate))
}

func placeOfTable(f *downIfFile) place {
	if f == nil {
		return 0
	}
	return f.at
}

// starting reads from when on a failure counts.
func (r *reader) starting(rule *sla.Rule, f *countFile, zone *time.Location) {
	byOthers := rule.Start == sla.StartNotice || rule.Start == sla.StartTicket
	switch {
	case rule.Start == sla.AfterMinRun && rule.MinRun == 0:
		r.complain(f.Start.at, `min_run = "5m", or start = "first_failure"`, "start %q has no meaning without min_run", rule.Start)
	case byOthers && f.Told == nil:
		r.complain(f.Start.at, "told = { times = [2026-10-03T10:05:00+09:00] }, or times = [] while there is none",
			"start %q and no told: the rule can never count anything", rule.Start)
	case !byOthers && f.Told != nil:
		r.complain(f.Told.at, `start = "notice" or "ticket", or take told out`, "told has no meaning with start %q", rule.Start)
	}
	if f.Told == nil {
		return
	}
	if zone == nil {
		zone = time.UTC
	}
	for _, t := range f.Told.Times {
		if t.ok {
			rule.Told = append(rule.Told, t.v.in(zone))
		}
	}
	slices.SortFunc(rule.Told, time.Time.Compare)
}

func (r *reader) credits(into *sla.Credits, f *creditsFile) {
	if len(f.Tiers) == 0 {
		r.complain(f.at, `tiers = [{ below = "99.9%", credit = "10%" }]`, "credits without tiers: nothing can ever be due")
	}
	for i := range f.Tiers {
		t := &f.Tiers[i]
		below := r.required(t.Below.set, &t.table, "below", `below = "99.9%"`, "this tier does not say below which figure it is due")
		credit := r.required(t.Credit.set, &t.table, "credit", `credit = "10%"`, "this tier states no credit")
		if !below || !credit || !t.Below.ok || !t.Credit.ok {
			continue
		}
		c := r.credit(t.Credit, "credit")
		if n := len(into.Tiers); n > 0 && t.Below.v.PPB >= into.Tiers[n-1].Below.PPB {
			r.complain(t.Below.at, "the highest figure first, each once", "below %q is not lower than the %q before it: one of the two can never be due",
				t.Below.v, into.Tiers[n-1].Below)
		}
		into.Tiers = append(into.Tiers, sla.Tier{Below: t.Below.v, Credit: c})
	}
	if f.Cap.ok {
		into.Cap = r.credit(f.Cap, "cap")
	}
	if f.ClaimDeadline.ok {
		d, err := sla.ParseDeadline(f.ClaimDeadline.v)
		if err != nil {
			r.complain(f.ClaimDeadline.at, `claim_deadline = "30d"`, "claim_deadline %s", err)
		}
		into.Deadline = d
	}
}

func (r *reader) credit(f field[string], key string) sla.Credit {
	c, err := sla.ParseCredit(f.v)
	if err != nil {
		r.complain(f.at, key+` = "10%"`, "%s %s", key, err)
	}
	return c
}
