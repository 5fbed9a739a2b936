package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

func planCommand() *cobra.Command {
	var claim, window, file string
	var interval, recheck time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan [--claim 99.991% [--window 365d] [--interval 300s]]",
		Short: "Which probe interval can decide a claim, and what it cannot see",
		Long: `plan says which probe interval can prove a claim, how many probes that costs,
and how long an outage can hide from it. With --interval it also says what the
interval in use can and cannot show. Without --claim it does so for every claim of
the configuration, with the intervals of its checks. A claim can be proved only once its window
has ended; it is breached as soon as the failures that were seen exceed its
allowance.`,
		Example: `  slamon plan --claim 99.991% --window 30d --interval 300s`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if claim == "" {
				return planFile(cmd, file, asJSON)
			}
			plan, err := planOf(claim, window, interval, recheck)
			if err != nil {
				return exitError{codeUsage, err}
			}
			write := planText
			if asJSON {
				write = planJSON
			}
			if err := write(cmd.OutOrStdout(), plan); err != nil {
				return exitError{codeFailed, err}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&claim, "claim", "", "claimed availability with its sign, such as 99.991%")
	flags.StringVar(&window, "window", "365d", "length of the window in days, such as 30d")
	flags.DurationVar(&interval, "interval", 0, "base interval in use")
	flags.DurationVar(&recheck, "recheck", 10*time.Second, "pause between probes after a failure; 0 for no re-probing")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	configFlag(cmd, &file)
	return cmd
}

func planFile(cmd *cobra.Command, file string, asJSON bool) error {
	for _, name := range []string{"window", "interval", "recheck"} {
		if cmd.Flags().Changed(name) {
			return exitError{codeUsage, fmt.Errorf("--%s has no meaning without --claim\ntry: --claim 99.991%%, or leave --%s out to plan the claims of the configuration", name, name)}
		}
	}
	cfg, err := config.Load(file)
	if err != nil {
		return refuse(cmd.ErrOrStderr(), file, err)
	}
	if err := writeClaimPlans(cmd.OutOrStdout(), planClaims(cfg), asJSON); err != nil {
		return exitError{codeFailed, err}
	}
	return nil
}

// maxDays is a century: beyond it nanoseconds overflow, and no contract lasts.
const maxDays = 36525

func planOf(claim, window string, interval, recheck time.Duration) (sla.Plan, error) {
	figure, err := sla.ParseFigure(claim)
	if err != nil {
		return sla.Plan{}, fmt.Errorf("--claim %w", err)
	}
	number, ok := strings.CutSuffix(window, "d")
	days, err := strconv.Atoi(number)
	if !ok || err != nil || days < 1 || days > maxDays {
		return sla.Plan{}, fmt.Errorf("--window %q: want a number of days\ntry: --window 365d", window)
	}
	if interval < 0 {
		return sla.Plan{}, fmt.Errorf("--interval %s: want a duration above 0\ntry: --interval 300s", interval)
	}
	if recheck < 0 {
		return sla.Plan{}, fmt.Errorf("--recheck %s: want a duration, or 0 for no re-probing\ntry: --recheck 10s", recheck)
	}
	if interval > 0 && recheck >= interval {
		recheck = 0 // the base grid is as fast already
	}
	return sla.NewPlan(figure, time.Duration(days)*24*time.Hour, interval, recheck), nil
}

func planText(w io.Writer, p sla.Plan) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s over %d days allows %s of downtime.\n\n", p.Claim, p.Window/(24*time.Hour), sla.AtLeast(p.Allowance))
	if p.Deciding == 0 {
		fmt.Fprintf(&b, "No probe interval can prove it: sampling always leaves some time unseen.\nIt can only be refuted.\n")
	} else {
		fmt.Fprintf(&b, "To prove it at 95 %%, if no probe fails, probe at least every %s: %d probes a day.\n",
			sla.AtLeast(p.Deciding), sla.PerDay(p.Deciding))
		fmt.Fprintf(&b, "An outage of up to %s can stay unseen then.\n", sla.AtMost(p.Deciding))
	}
	if p.DecidingTwo > 0 {
		fmt.Fprintf(&b, "If two long outages have used half of the allowance: every %s, %d probes a day.\n",
			sla.AtLeast(p.DecidingTwo), sla.PerDay(p.DecidingTwo))
	}
	if p.Present.Interval > 0 {
		planPresent(&b, p.Present)
	}
	longRun(&b)
	fmt.Fprintf(&b, "\nIt can be proved only once the window has ended, and is breached as soon as the\nfailures that were seen exceed the allowance.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func planPresent(b *strings.Builder, p sla.Pace) {
	fmt.Fprintf(b, "\nProbing every %s, %d probes a day:\n", sla.AtLeast(p.Interval), sla.PerDay(p.Interval))
	switch {
	case p.Singles < 0:
		fmt.Fprintf(b, "  cannot prove the claim, not even when no probe fails\n")
	case p.Singles == 0:
		fmt.Fprintf(b, "  can prove the claim only if no probe fails\n")
	default:
		fmt.Fprintf(b, "  can prove the claim with up to %d isolated failed probes\n", p.Singles)
	}
	fmt.Fprintf(b, "  leaves up to %s of downtime unseen when no probe fails (95 %%)\n", sla.AtMost(p.Unseen))
	fmt.Fprintf(b, "  can miss an outage of up to %s\n", sla.AtMost(p.Hidden))
	fmt.Fprintf(b, "  refutes the claim for certain by one outage longer than %s\n", sla.AtMost(p.Refuting))
}

// planAnswer is the JSON of a plan; an interval that does not exist is null.
type planAnswer struct {
	Claim       sla.ClaimJSON `json:"claim"`
	Window      float64       `json:"window_seconds"`
	Allowance   float64       `json:"allowance_seconds"`
	Deciding    *float64      `json:"deciding_interval_seconds"`
	PerDay      int           `json:"probes_per_day"`
	DecidingTwo *float64      `json:"deciding_interval_two_outages_seconds"`
	Present     *paceAnswer   `json:"present,omitempty"`
}

type paceAnswer struct {
	Interval float64 `json:"interval_seconds"`
	Recheck  float64 `json:"recheck_seconds"`
	PerDay   int     `json:"probes_per_day"`
	CanProve bool    `json:"can_prove"`
	Singles  int     `json:"single_failures_borne"`
	Unseen   float64 `json:"unseen95_seconds"`
	Hidden   float64 `json:"hidden_outage_seconds"`
	Refuting float64 `json:"refuting_outage_seconds"`
}

func planJSON(w io.Writer, p sla.Plan) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answerOf(p))
}

func answerOf(p sla.Plan) planAnswer {
	answer := planAnswer{
		Claim:  sla.ClaimJSON{Availability: p.Claim, Digits: p.Claim.Digits},
		Window: p.Window.Seconds(), Allowance: p.Allowance.Seconds(),
		Deciding: secondsOrNull(p.Deciding), PerDay: sla.PerDay(p.Deciding), DecidingTwo: secondsOrNull(p.DecidingTwo),
	}
	if n := p.Present; n.Interval > 0 {
		answer.Present = &paceAnswer{
			Interval: n.Interval.Seconds(), Recheck: n.Reprobe.Seconds(), PerDay: sla.PerDay(n.Interval),
			CanProve: n.Singles >= 0, Singles: max(0, n.Singles), Unseen: n.Unseen.Seconds(),
			Hidden: n.Hidden.Seconds(), Refuting: n.Refuting.Seconds(),
		}
	}
	return answer
}

func secondsOrNull(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	s := d.Seconds()
	return &s
}
