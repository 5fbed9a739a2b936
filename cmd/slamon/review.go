package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/web"
)

func reviewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "List capacity reviews, give them to somebody, decide on them",
		Long: `review is about capacity: when the processors of a device were above the limit on most
of the last days, or their trend reaches it soon, slamon opens a review. It is no alarm.
Somebody owns it, decides until a day, and what was said and decided stays.

Exit codes: 0 done; 2 refused, with the reason; 4 the daemon could not be asked.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(reviewListCommand(), reviewAssignCommand(), reviewDecideCommand(), reviewCommentCommand())
	return cmd
}

func reviewListCommand() *cobra.Command {
	var c connection
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the reviews that wait for a decision",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.client()
			if err != nil {
				return err
			}
			query := url.Values{}
			if !all {
				query.Set("open", "true")
			}
			body, err := client.send(cmd.Context(), http.MethodGet, "/api/v1/reviews", query, nil)
			if err != nil {
				return err
			}
			if asJSON {
				say(cmd.OutOrStdout(), "%s", body)
				return nil
			}
			var answer struct{ Reviews []device.Review }
			if err := json.Unmarshal(body, &answer); err != nil {
				return exitError{codeFailed, err}
			}
			printReviews(cmd.OutOrStdout(), answer.Reviews)
			return nil
		},
	}
	c.flags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "also those of the last months that were decided")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printReviews(w io.Writer, reviews []device.Review) {
	if len(reviews) == 0 {
		say(w, "no capacity review is open\n")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	say(table, "REVIEW\tOF\tBECAUSE\tOWNER\tDUE\tDECISION\n")
	for _, r := range reviews {
		due, owner, decision := "-", r.Owner, r.Decision
		if !r.Due.IsZero() {
			due = r.Due.Format(time.DateOnly)
		}
		if owner == "" {
			owner = "-"
		}
		if r.Open() {
			decision = "-"
		}
		say(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Series, r.Because, owner, due, decision)
	}
	table.Flush()
}

func reviewAssignCommand() *cobra.Command {
	var due string
	return changeReviewCommand("assign REVIEW --owner NAME", "Give a review to somebody until a day", "owner",
		func(cmd *cobra.Command, change *web.ReviewChange) {
			cmd.Flags().StringVar(&change.Owner, "owner", "", "who is to decide")
			cmd.Flags().StringVar(&due, "due", "", "until when, as 2026-12-31 (default: as before)")
		},
		func(change *web.ReviewChange) error {
			if due == "" {
				return nil
			}
			day, err := time.ParseInLocation(time.DateOnly, due, time.Local)
			if err != nil {
				return fmt.Errorf("--due %q: want a day\ntry: --due 2026-12-31", due)
			}
			change.Due = &day
			return nil
		})
}

func reviewDecideCommand() *cobra.Command {
	return changeReviewCommand("decide REVIEW --decision TEXT", "Close a review with what was decided", "decision",
		func(cmd *cobra.Command, change *web.ReviewChange) {
			cmd.Flags().StringVar(&change.Decision, "decision", "", "what was decided, and why")
		}, nil)
}

func reviewCommentCommand() *cobra.Command {
	return changeReviewCommand("comment REVIEW --text TEXT", "Add a line to a review's history", "text",
		func(cmd *cobra.Command, change *web.ReviewChange) {
			cmd.Flags().StringVar(&change.Comment, "text", "", "what to add")
		}, nil)
}

// changeReviewCommand makes a command that sends one change of a review.
func changeReviewCommand(use, short, needs string, flags func(*cobra.Command, *web.ReviewChange), check func(*web.ReviewChange) error) *cobra.Command {
	var c connection
	var change web.ReviewChange
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if change.Decision == "" && change.Owner == "" && change.Comment == "" {
				return exitError{codeUsage, errors.New("--" + needs + " is empty")}
			}
			if check != nil {
				if err := check(&change); err != nil {
					return exitError{codeUsage, err}
				}
			}
			client, err := c.client()
			if err != nil {
				return err
			}
			body, err := client.send(cmd.Context(), http.MethodPost, "/api/v1/reviews/"+url.PathEscape(args[0]), nil, change)
			if err != nil {
				return err
			}
			var r device.Review
			if err := json.Unmarshal(body, &r); err != nil || len(r.History) == 0 {
				line, _, _ := strings.Cut(string(body), "\n")
				return exitError{codeFailed, fmt.Errorf("slamon answered with something else than a review: %s", line)}
			}
			say(cmd.OutOrStdout(), "%s: %s\n", r.ID, r.History[len(r.History)-1].What)
			return nil
		},
	}
	c.flags(cmd)
	flags(cmd, &change)
	cmd.Flags().StringVar(&change.By, "by", userName(), "who says so")
	if err := cmd.MarkFlagRequired(needs); err != nil {
		panic(err) // the name is one of the flags that the caller adds
	}
	return cmd
}
