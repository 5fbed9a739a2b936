package sla

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/tools/txtar"
)

type namedRule struct {
	name string
	rule *Rule
}

func (s *story) readRule(name string, data []byte) {
	rule, err := ParseRuleForStories("rule.toml", data, s.claim.Window.Zone)
	if err != nil {
		s.t.Fatal(err)
	}
	s.rules = append(s.rules, namedRule{name, rule})
}

// ruleVerdicts tells what each rule makes of the same history, and holds it
// against what was worked out by hand.
func (s *story) ruleVerdicts() []txtar.File {
	var files []txtar.File
	for _, r := range s.rules {
		claim := s.claim
		claim.Rule = r.rule
		v := Judge(claim, s.period, s.until, s.series, s.exclusions)
		s.hold(r.name, v)
		files = append(files, txtar.File{Name: strings.TrimSpace("verdict " + r.name), Data: ruleVerdict(v)})
	}
	return files
}

// hold compares with the figures that a person worked out.
func (s *story) hold(name string, v Verdict) {
	what, ok := s.expected[name]
	if !ok {
		s.t.Errorf("rule %q has no expected section: what counts has to be worked out by hand", name)
	}
	seen := map[string]bool{}
	lines(what, func(f []string) {
		key, want := f[0], strings.Join(f[1:], " ")
		seen[key] = true
		var got string
		switch key {
		case "downtime":
			got = clock(v.Downtime.Point)
		case "between":
			got = clock(v.Downtime.HardLow) + " and " + clock(v.Downtime.HardHigh)
		case "verdict":
			got = string(v.Answer)
		case "allowance":
			got = clock(v.Allowance)
		case "credit":
			got = v.Credit.Terms.String()
		case "fee": // share of the fee, in percent
			got = Percent(v.Credit.Point, 2)
		case "claim_by":
			got = fmt.Sprintf("%04d-%02d-%02d", v.Credit.ClaimBy.Year, v.Credit.ClaimBy.Month, v.Credit.ClaimBy.Day)
		case "incidents":
			got = fmt.Sprint(v.Count.Incidents)
		case "unknown":
			got = clock(v.Count.Unknown)
		default:
			s.t.Fatalf("expected: unknown line %q", key)
		}
		if got != want {
			s.t.Errorf("rule %q: %s is %s, by hand it is %s", name, key, got, want)
		}
	})
	if !seen["downtime"] || !seen["verdict"] {
		s.t.Errorf("rule %q: expected has to state downtime and verdict", name)
	}
}

func ruleVerdict(v Verdict) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n%s\n\n", v.Answer, v.Explanation)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "stage\tat least\tlikely\tat most\n")
	for _, stage := range v.Count.Stages {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", stage.Name, clock(stage.Low), clock(stage.Point), clock(stage.High))
	}
	table.Flush()
	out.WriteString("\n")
	say := func(name, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	percent := func(share float64) string { return Percent(share, v.Claim.Availability.Digits+1) }
	say("continuous", "%s", clock(v.Count.Continuous.Point))
	say("counted at 95 %", "%s to %s", AtLeast(v.Downtime.Low95), AtMost(v.Downtime.High95))
	say("unknown that would count", "%s", clock(v.Count.Unknown))
	say("out of", "%s", clock(v.Count.Denominator))
	say("allowance", "%s", clock(v.Allowance))
	say("availability", "%s", percent(v.Availability.Point))
	say("availability at 95 %", "%s to %s", percent(v.Availability.Low95), percent(v.Availability.High95))
	say("incidents", "%d", v.Count.Incidents)
	say("deciding interval", "%s", AtLeast(v.Deciding))
	if len(v.Claim.Rule.Credits.Tiers) > 0 {
		c := v.Credit
		say("credit", "%s: %s of the fee, between %s and %s, capped %t", c.Terms, Percent(c.Point, 3), Percent(c.Low, 3), Percent(c.High, 3), c.Capped)
	}
	table.Flush()
	for _, r := range v.Count.Runs {
		zone := v.Claim.zone()
		line := fmt.Sprintf("\nrun %s to %s counts %s", r.From.In(zone).Format(time.DateTime), r.To.In(zone).Format(time.TimeOnly), clock(r.Counted))
		if r.Why != "" {
			line += ": " + r.Why
		}
		out.WriteString(line)
	}
	if len(v.Count.Runs) > 0 {
		out.WriteString("\n")
	}
	return out.Bytes()
}
