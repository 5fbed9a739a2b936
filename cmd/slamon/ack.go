package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
)

func ackCommand() *cobra.Command {
	var r connection
	var by, note string
	cmd := &cobra.Command{
		Use:   "ack INCIDENT|KEY",
		Short: "Say that somebody takes care of an incident",
		Long: `ack tells the running daemon that somebody takes care of an incident, or of any other
condition by its key: there are no more reminders, and nothing is escalated. Who did
it, when, and the note are kept and shown.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if by == "" {
				return exitError{codeUsage, errors.New("--by is empty: want the name of whoever takes care")}
			}
			return r.post(cmd.Context(), cmd.OutOrStdout(), "/api/v1/incidents/"+url.PathEscape(args[0])+"/acknowledge",
				alert.Act{By: by, Note: note}, by+" takes care of "+args[0])
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&by, "by", userName(), "who takes care of it")
	cmd.Flags().StringVar(&note, "note", "", "what is done about it")
	return cmd
}

func muteCommand() *cobra.Command {
	var r connection
	var by, note, length string
	cmd := &cobra.Command{
		Use:   "mute SERVICE [CHECK]",
		Short: "Tell nobody about a service or a check for a while",
		Long: `mute keeps what fails at a service, or at one of its checks, from being told for a
while. Figures and pages show it all the same; recoveries of what was told before are
told. Who muted it, until when and why are kept and shown.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := config.ParseDuration(length)
			if err != nil || d <= 0 {
				return exitError{codeUsage, fmt.Errorf("--for %q: want a length of time such as 2h", length)}
			}
			if by == "" || note == "" {
				return exitError{codeUsage, errors.New("a mute needs --by and --note: who does it, and why")}
			}
			m := alert.Mute{Service: check.ServiceID(args[0]), Until: time.Now().Add(d).UTC().Truncate(time.Second), Act: alert.Act{By: by, Note: note}}
			if len(args) == 2 {
				m.Check = check.ID(args[1])
			}
			return r.post(cmd.Context(), cmd.OutOrStdout(), "/api/v1/mutes", m, strings.Join(args, " ")+" is muted until "+m.Until.Local().Format(time.RFC3339))
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVar(&by, "by", userName(), "who mutes it")
	cmd.Flags().StringVar(&note, "note", "", "why")
	cmd.Flags().StringVar(&length, "for", "1h", "how long")
	return cmd
}
