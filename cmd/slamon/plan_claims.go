package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

// plannedClaim is the plan of one claim of the configuration.
type plannedClaim struct {
	need config.Need
	plan sla.Plan
}

// planClaims plans every claim of the configuration with the intervals that it has.
func planClaims(cfg *config.Config) []plannedClaim {
	reprobe := map[check.ID]time.Duration{}
	for _, s := range cfg.Services {
		for _, k := range s.Checks {
			reprobe[k.ID] = k.Reprobe
		}
	}
	var list []plannedClaim
	for i, need := range cfg.Needs() {
		slowest := time.Duration(0)
		for _, id := range cfg.Claims[i].Checks {
			slowest = max(slowest, reprobe[id])
		}
		if slowest >= need.Interval {
			slowest = 0 // the base grid is as fast already
		}
		list = append(list, plannedClaim{need, sla.NewPlan(need.Availability, need.Window, need.Interval, slowest)})
	}
	return list
}

// writeClaimPlans prints them with the words of check-config first.
func writeClaimPlans(w io.Writer, list []plannedClaim, asJSON bool) error {
	if asJSON {
		type answer struct {
			Claim sla.ClaimID `json:"id"`
			Text  string      `json:"text"`
			Plan  planAnswer  `json:"plan"`
		}
		answers := []answer{}
		for _, c := range list {
			answers = append(answers, answer{c.need.Claim, c.need.Text, answerOf(c.plan)})
		}
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(map[string]any{"claims": answers})
	}
	var b strings.Builder
	for n, c := range list {
		if n > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "%s\n\n", c.need.Text)
		if err := planText(&b, c.plan); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		b.WriteString("There is no claim in the configuration.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// longRun says what no window can: how long it takes to know the service itself.
func longRun(b *strings.Builder) {
	const perYear = 2 // outages of a service that keeps its claim, as disclosure sheets state
	few, many := sla.LongRunOutages(2, 1), sla.LongRunOutages(2, 3)
	fmt.Fprintf(b, "\nThe long-run figure is another question. To tell a service that is down twice as long as\nclaimed takes some %.0f outages, or %.0f if a few are very long: with %d a year, %.1f years or %.0f.\n",
		few, many, 2*perYear, few/(2*perYear), many/(2*perYear))
}
