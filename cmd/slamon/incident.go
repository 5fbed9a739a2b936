package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/sla"
)

func incidentCommand() *cobra.Command {
	var c connection
	var cause sla.Cause
	var side string
	cmd := &cobra.Command{
		Use:   "incident ID --side SIDE",
		Short: "Confirm who is responsible for an incident",
		Long: `incident keeps what a person has found out about an incident: whether the vendor was
responsible, or our own network or operation, planned or emergency work, or nobody
knows. It is shown with the name and the time, and changes no figure: for that there
is slamon correct.

Exit codes: 0 kept; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Example: `  slamon incident web-meeting-login-20261123T104500.000Z --side vendor --note "confirmed by mail, ticket 4711"`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if cause.Side, err = sla.ParseSide(side); err != nil {
				return exitError{codeUsage, err}
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			if _, err := client.send(cmd.Context(), http.MethodPost, "/api/v1/incidents/"+url.PathEscape(args[0])+"/cause", nil, cause); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "%s: %s\n", args[0], cause.Side)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&side, "side", "", "vendor, own_network, own_operation, planned, emergency or unknown")
	cmd.Flags().StringVar(&cause.Note, "note", "", "what was found out, and where it stands")
	cmd.Flags().StringVar(&cause.By, "by", userName(), "who confirms it")
	if err := cmd.MarkFlagRequired("side"); err != nil {
		panic(err) // the name is not one of the flags above
	}
	return cmd
}

func correctCommand() *cobra.Command {
	var c connection
	var k sla.Correction
	var from, to, as string
	cmd := &cobra.Command{
		Use:   "correct CLAIM --from T --to T --as up|down|unknown|excluded --why TEXT",
		Short: "Correct how a period of the past counts",
		Long: `correct adds an entry to a claim: from when to when, what the time counts as, who says
so and why, with the figure before and after. Nothing is overwritten. The figure of a
closed period was handed out: it stays, and the correction makes a new version beside it.

For a claim on response time the operations of the period count as in time (up), late
(down), unknown, or not at all (excluded), whatever was measured.

Exit codes: 0 kept; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err1, err2 error
			k.From, err1 = time.Parse(time.RFC3339, from)
			k.To, err2 = time.Parse(time.RFC3339, to)
			if errors.Join(err1, err2) != nil {
				return exitError{codeUsage, errors.New("want --from and --to as RFC 3339 times\ntry: --from 2026-11-23T10:45:00+09:00 --to 2026-11-23T11:00:00+09:00")}
			}
			k.Claim, k.As = sla.ClaimID(args[0]), sla.CountsAs(as)
			client, err := c.client()
			if err != nil {
				return err
			}
			body, err := client.send(cmd.Context(), http.MethodPost, "/api/v1/corrections", nil, k)
			if err != nil {
				return err
			}
			var kept sla.Correction
			if err := json.Unmarshal(body, &kept); err != nil {
				return exitError{codeFailed, err}
			}
			say(cmd.OutOrStdout(), "%s: %s before, %s after\n", kept.ID, sla.Percent(kept.Before, 5), sla.Percent(kept.After, 5))
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&from, "from", "", "start, as RFC 3339")
	cmd.Flags().StringVar(&to, "to", "", "end, as RFC 3339; not part of it")
	cmd.Flags().StringVar(&as, "as", "", "what the time counts as: up, down, unknown or excluded")
	cmd.Flags().StringVar(&k.Why, "why", "", "the reason")
	cmd.Flags().StringVar(&k.By, "by", userName(), "who makes it")
	for _, name := range []string{"from", "to", "as", "why"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the name is not one of the flags above
		}
	}
	return cmd
}
