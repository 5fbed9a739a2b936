package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/alert"
)

func commentCommand() *cobra.Command {
	var r connection
	var by string
	cmd := &cobra.Command{
		Use:   "comment INCIDENT TEXT",
		Short: "Say something of an incident",
		Long: `comment keeps what somebody says of an incident, with name and time. It is shown on the
page of the incident and in reports, and changes no figure.

Exit codes: 0 kept; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Example: `  slamon comment web-meeting-login-20261123T104500.000Z "the vendor's hotline confirms, ticket 4711"`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			text := strings.Join(args[1:], " ")
			if by == "" || strings.TrimSpace(text) == "" {
				return exitError{codeUsage, errors.New("a comment needs --by and a text: who says what")}
			}
			return r.post(cmd.Context(), cmd.OutOrStdout(), "/api/v1/incidents/"+url.PathEscape(args[0])+"/comments",
				alert.Act{By: by, Note: text}, args[0]+": the comment of "+by+" is kept")
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&by, "by", userName(), "who says it")
	return cmd
}

func unmuteCommand() *cobra.Command {
	var r connection
	var by string
	cmd := &cobra.Command{
		Use:   "unmute SERVICE [CHECK]",
		Short: "End a mute before its time",
		Long: `unmute ends what slamon mute began: with a check its mute alone, without one that of the
whole service.

Exit codes: 0 ended; 2 refused, since nothing is muted of that name; 4 the daemon could
not be asked.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client()
			if err != nil {
				return err
			}
			q := url.Values{"service": {args[0]}, "by": {by}}
			if len(args) == 2 {
				q.Set("check", args[1])
			}
			if _, err := c.send(cmd.Context(), http.MethodDelete, "/api/v1/mutes", q, nil); err != nil {
				return err
			}
			say(cmd.OutOrStdout(), "%s is no longer muted\n", strings.Join(args, " "))
			return nil
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&by, "by", userName(), "who ends it")
	return cmd
}
