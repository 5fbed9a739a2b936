package main

import (
	"context"
	"encoding/json"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/sla"
)

func statusCommand() *cobra.Command {
	var r connection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the verdicts and open incidents of the running daemon",
		Long: `status asks a running daemon for its verdicts and prints them as a table.

Exit codes: 0 all claims are met; 1 at least one is breached; 3 at least one
cannot be told, and none is breached; 4 the daemon could not be asked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := r.client()
			if err != nil {
				return err
			}
			return c.status(cmd.Context(), cmd.OutOrStdout(), asJSON)
		},
	}
	r.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

type claimsAnswer struct {
	At     time.Time `json:"at"`
	Claims []struct {
		sla.VerdictJSON
		Remaining float64 `json:"allowance_remaining_seconds"`
	} `json:"claims"`
}

type incidentsAnswer struct {
	Incidents []struct {
		ID      string `json:"id"`
		Service string `json:"service"`
		sla.IncidentJSON
		Ongoing  bool `json:"ongoing"`
		Evidence *struct {
			Sentence string `json:"sentence"`
		} `json:"evidence"`
	} `json:"incidents"`
}

func (c *client) status(ctx context.Context, out io.Writer, asJSON bool) error {
	var claims claimsAnswer
	var responses responsesAnswer
	var incidents incidentsAnswer
	if err := c.get(ctx, "/api/v1/claims", &claims); err != nil {
		return err
	}
	if err := c.get(ctx, "/api/v1/incidents", &incidents); err != nil {
		return err
	}
	if err := c.get(ctx, "/api/v1/responses", &responses); err != nil {
		return err
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"at": claims.At, "claims": claims.Claims, "responses": responses.Responses, "incidents": incidents.Incidents}); err != nil {
			return exitError{codeFailed, err}
		}
		return worst(claims, responses)
	}
	printClaims(out, claims)
	printResponses(out, responses)
	printOpen(out, incidents)
	return worst(claims, responses)
}

func printClaims(out io.Writer, claims claimsAnswer) {
	if len(claims.Claims) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say(table, "SERVICE\tCLAIM\tFIGURE\tVERDICT\tMEASURED\tWITHIN\tALLOWANCE LEFT\tCOVERAGE\n")
	for _, v := range claims.Claims {
		digits := v.Claim.Digits + 1
		say(table, "%s\t%s\t%s\t%s\t%s\t%s to %s\t%s of %s\t%s\n", v.Claim.Service, v.Claim.ID, v.Claim.Availability,
			v.Verdict.Words(), shownShare(v.Accounted-v.Unknown-v.Downtime.Point, v.Accounted-v.Unknown, digits),
			shownShare(v.Accounted-v.Unknown-v.Downtime.High95, v.Accounted, digits), shownShare(v.Accounted-v.Downtime.Low95, v.Accounted, digits),
			whole(v.Remaining), whole(v.Allowance), sla.Percent(v.Coverage, 2))
	}
	table.Flush()
}

func printOpen(out io.Writer, incidents incidentsAnswer) {
	open := 0
	for _, i := range incidents.Incidents {
		if !i.Ongoing {
			continue
		}
		open++
		detail := i.Reason
		if i.Evidence != nil {
			detail += ": " + i.Evidence.Sentence
		}
		say(out, "\nopen  %s %s since %s, %d failed probes: %s\n", i.Service, i.Check,
			i.FirstBad.Format(time.RFC3339), i.Failed, detail)
	}
	if open == 0 {
		say(out, "\nno open incident\n")
	}
}

// worst is the exit code that all verdicts together give.
func worst(claims claimsAnswer, responses responsesAnswer) error {
	answers := responses.answers()
	for _, v := range claims.Claims {
		answers = append(answers, v.Verdict)
	}
	code := codeFine
	for _, a := range answers {
		switch a {
		case sla.Breached, sla.BreachedCertain:
			return exitError{code: codeBreached}
		case sla.CannotTell, sla.MetIfUnknownAlike:
			code = codeCannotTell
		}
	}
	if code == codeFine {
		return nil
	}
	return exitError{code: code}
}

// shownShare prints a share as sla.Verdict.Known defines it; nothing seen is no share.
func shownShare(part, total float64, digits int) string {
	if total <= 0 {
		return "-"
	}
	return sla.Percent(max(0, part)/total, digits)
}

// whole prints seconds as people say them.
func whole(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d.Abs() < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
