package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

// maxRuleFile bounds the file of a rule; one is a few lines long.
const maxRuleFile = 1 << 20

// readRule reads the counting rule that --rule names, and refuses one that could
// count nothing of what is judged.
func readRule(path string, zone *time.Location, interval, window time.Duration) (*sla.Rule, error) {
	var rule *sla.Rule
	err := read(path, nil, func(r io.Reader, name string) error {
		data, err := io.ReadAll(io.LimitReader(r, maxRuleFile+1))
		if err != nil {
			return err
		}
		if len(data) > maxRuleFile {
			return fmt.Errorf("%s: more than 1 MiB, and a rule is a few lines\ntry: a file with the tables [count] and [credits]", name)
		}
		rule, err = config.ParseRule(name, data, zone)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := rule.Senseless(interval, window); err != nil {
		return nil, fmt.Errorf("%s: %w\ntry: a shorter --interval, longer buckets or fewer min_samples; or a shorter min_run", path, err)
	}
	return rule, nil
}

// errRuleInput: reading both results and rule from standard input cannot work.
var errRuleInput = errors.New("--rule -: standard input is for results\ntry: --rule rule.toml")

// writeCount shows what each step of the rule left, then its runs and the credit.
func writeCount(w io.Writer, v sla.Verdict) error {
	if v.Count == nil {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nCOUNTED\tAT LEAST\tABOUT\tAT MOST\n")
	for _, s := range v.Count.Stages {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", stageWords[s.Name], sla.AtLeast(s.Low), sla.AtMost(s.Point), sla.AtMost(s.High))
	}
	c := v.Count.Continuous
	fmt.Fprintf(table, "without the rule\t%s\t%s\t%s\n", sla.AtLeast(c.HardLow), sla.AtMost(c.Point), sla.AtMost(c.HardHigh))
	if len(v.Count.Runs) > 0 {
		fmt.Fprintf(table, "\nFROM\tTO\tCOUNTS\tWHY\n")
	}
	for _, r := range v.Count.Runs {
		zone := v.Period.From.Location()
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", r.From.In(zone).Format(time.DateTime), r.To.In(zone).Format(time.DateTime), sla.AtMost(r.Counted), r.Why)
	}
	if len(v.Claim.Rule.Credits.Tiers) > 0 {
		fmt.Fprintf(table, "\n%s\n", creditWords(v))
	}
	return table.Flush()
}

var stageWords = map[sla.StageName]string{
	sla.StageLine: "as probed", sla.StageBuckets: "in buckets", sla.StageMinRun: "long enough, from its start",
	sla.StageExcluded: "without what is left out", sla.StageRounded: "rounded", sla.StageTotal: "in sum",
}

func creditWords(v sla.Verdict) string {
	c := v.Credit
	switch {
	case !v.Final:
		return "credit: the window has not ended"
	case c.High == 0:
		return "credit: none"
	}
	s := fmt.Sprintf("credit: %s, %s of the fee; between %s and %s", c.Terms, sla.Percent(c.Point, 2), sla.Percent(c.Low, 2), sla.Percent(c.High, 2))
	if c.Capped {
		s += " (capped)"
	}
	if c.ClaimBy != (sla.Date{}) {
		s += fmt.Sprintf("; to be claimed by %04d-%02d-%02d", c.ClaimBy.Year, c.ClaimBy.Month, c.ClaimBy.Day)
	}
	return s
}
