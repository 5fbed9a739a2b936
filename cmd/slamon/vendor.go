package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/alert"
)

func vendorNoticeCommand() *cobra.Command {
	var c connection
	var told alert.Telling
	var seen, notSeen string
	cmd := &cobra.Command{
		Use:   "vendor-notice INCIDENT --where WHERE --seen TIME",
		Short: "Enter when the vendor told its users of an incident",
		Long: `vendor-notice keeps when and where the vendor told its users of an incident, and says
whether that was within an hour of its detection. Nobody but the vendor knows when it
detected the outage: no earlier than the last good probe and, by its own interval, no
later than five minutes after the first bad one. So the answer has bounds. A time at
which the news was not there yet (--not-seen) makes them narrower. Each place where
the vendor publishes is judged by itself. The incident may be as old as the results
that the store keeps.

Exit codes: 0 kept; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Example: `  slamon vendor-notice web-meeting-login-20261123T104500.000Z --where web --seen 2026-11-23T20:15:00+09:00`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err1, err2 error
			told.Seen, err1 = time.Parse(time.RFC3339, seen)
			if notSeen != "" {
				told.NotSeen, err2 = time.Parse(time.RFC3339, notSeen)
			}
			if errors.Join(err1, err2) != nil {
				return exitError{codeUsage, errors.New("want --seen and --not-seen as RFC 3339 times\ntry: --seen 2026-11-23T20:15:00+09:00")}
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			body, err := client.send(cmd.Context(), http.MethodPost, "/api/v1/incidents/"+url.PathEscape(args[0])+"/vendor-notice", nil, told)
			if err != nil {
				return err
			}
			text, err := promptness(body)
			if err != nil {
				return exitError{codeFailed, err}
			}
			say(cmd.OutOrStdout(), "%s: %s\n", told.Where, text)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().StringVar(&told.Where, "where", "", "where the vendor told it: web, mail, …")
	cmd.Flags().StringVar(&seen, "seen", "", "when it was there, as RFC 3339")
	cmd.Flags().StringVar(&notSeen, "not-seen", "", "the last look at which it was not there yet")
	cmd.Flags().StringVar(&told.Note, "note", "", "what it said, and where it stands")
	cmd.Flags().StringVar(&told.By, "by", userName(), "who enters it")
	for _, name := range []string{"where", "seen"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the name is not one of the flags above
		}
	}
	return cmd
}

// promptness puts the daemon's judgement into a sentence.
func promptness(body []byte) (string, error) {
	var judged struct {
		Answer alert.Promptness `json:"answer"`
		Low    float64          `json:"delay_low_seconds"`
		High   *float64         `json:"delay_high_seconds"`
	}
	if err := json.Unmarshal(body, &judged); err != nil {
		return "", err
	}
	length := func(seconds float64) time.Duration {
		return time.Duration(seconds * float64(time.Second)).Round(time.Second)
	}
	words := map[alert.Promptness]string{
		alert.PromptMet: "within the hour", alert.PromptBreached: "later than an hour", alert.PromptCannotTell: "cannot tell whether within the hour",
		alert.PromptNotDue: "not asked for: too short to be detected, or announced work",
	}
	text := words[judged.Answer]
	switch {
	case judged.Answer == alert.PromptNotDue:
	case judged.High != nil:
		text += fmt.Sprintf("; told %s to %s after the vendor's detection", length(judged.Low), length(*judged.High))
	default:
		text += fmt.Sprintf("; told at least %s after the vendor's detection", length(judged.Low))
	}
	return text, nil
}
