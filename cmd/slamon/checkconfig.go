package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
)

func checkConfigCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check-config FILE",
		Short: "All mistakes of a configuration at once, and what each claim needs",
		Long: `check-config reads a configuration as run would, with the files and environment
variables that it names. It prints every mistake with its place and a remedy and
ends with 2, or says what the configuration asks for: probes a second, bytes on
disk, for each claim whether the intervals can decide it, and for each policy how
long it can take until people are told.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(args[0])
			if err == nil {
				err = daemon.Takes(cfg)
			}
			if asJSON {
				return checkJSON(cmd.OutOrStdout(), args[0], cfg, err)
			}
			if err != nil {
				return refuse(cmd.ErrOrStderr(), args[0], err)
			}
			checkText(cmd.OutOrStdout(), cfg)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// refuse prints the complaints, one after the other.
func refuse(w io.Writer, file string, err error) error {
	var complaints config.Complaints
	if !errors.As(err, &complaints) {
		return exitError{codeUsage, err}
	}
	for _, c := range complaints {
		say(w, "%s\n", c)
	}
	return exitError{codeUsage, fmt.Errorf("%s: %s", file, count(len(complaints), "mistake"))}
}

// count writes "1 check" or "2 checks".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func checkText(w io.Writer, cfg *config.Config) {
	work := cfg.Work()
	paused := ""
	if work.Paused > 0 {
		paused = fmt.Sprintf(" (%d paused)", work.Paused)
	}
	say(w, "%s: no mistakes\n", cfg.File)
	say(w, "%s, %s%s, %s, %s\n", count(work.Services, "service"), count(work.Checks, "check"), paused,
		count(work.Anchors, "anchor"), count(work.Claims, "claim"))
	if len(cfg.SNMP.Devices) > 0 {
		say(w, "%s by SNMP, %s, %s\n", count(len(cfg.SNMP.Devices), "device"), count(len(cfg.SNMP.Thresholds), "threshold"),
			count(len(cfg.SNMP.Capacity), "capacity rule"))
	}
	say(w, "%s probes a second; about %s on disk a day, %s over %s\n", rate(work.ProbesPerSecond),
		roughSize(work.BytesPerDay), roughSize(work.BytesKept), config.FormatDuration(cfg.Storage.Retention))
	for _, n := range cfg.Needs() {
		say(w, "%s\n", n.Text)
	}
	for _, n := range cfg.ResponseNeeds() {
		say(w, "%s\n", n.Text)
	}
	for _, r := range cfg.Reaches() {
		say(w, "%s\n", r.Text)
	}
	for _, text := range daemon.DispatchTexts(cfg, time.Now()) {
		say(w, "%s\n", text)
	}
	for _, c := range cfg.Warnings {
		say(w, "warning: %s\n", c)
	}
	for _, text := range daemon.SourceWarnings(cfg) {
		say(w, "warning: %s\n", text)
	}
}

// rate writes a rate with the digits that count.
func rate(f float64) string {
	if f >= 1000 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.4g", f)
}

// roughSize writes a number of bytes with two or three digits that count.
func roughSize(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for f >= 999.5 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	return fmt.Sprintf("%.3g %s", f, units[i])
}

// checkedConfig is the answer of check-config --json.
type checkedConfig struct {
	File       string             `json:"file"`
	Valid      bool               `json:"valid"`
	Hash       string             `json:"hash,omitempty"`
	Complaints []config.Complaint `json:"complaints"`
	Warnings   []config.Complaint `json:"warnings"`
	Work       *checkedWork       `json:"work,omitempty"`
	Claims     []checkedClaim     `json:"claims"`
	Responses  []checkedResponse  `json:"responses,omitempty"`
	Policies   []checkedPolicy    `json:"policies"`
}

type checkedPolicy struct {
	Policy       string  `json:"policy"`
	Check        string  `json:"slowest_check,omitempty"`
	FirstAttempt float64 `json:"first_attempt_seconds"`
	Worst        float64 `json:"worst_case_seconds"`
	Window       float64 `json:"window_seconds"`
	Explanation  string  `json:"explanation"`
}

// checkedResponse is a claim on response time.
type checkedResponse struct {
	Claim       string      `json:"claim"`
	Promise     sla.Promise `json:"response"`
	Operations  int         `json:"operations"` // that its checks make in the window
	Needed      int         `json:"needed"`     // to prove it when each is in time; 0 when no number does
	Explanation string      `json:"explanation"`
}

type checkedWork struct {
	Services        int     `json:"services"`
	Checks          int     `json:"checks"`
	Paused          int     `json:"paused"`
	Anchors         int     `json:"anchors"`
	Devices         int     `json:"devices"`
	ProbesPerSecond float64 `json:"probes_per_second"`
	BytesPerDay     int64   `json:"bytes_per_day"`
	BytesKept       int64   `json:"bytes_kept"`
}

type checkedClaim struct {
	Claim           string  `json:"claim"`
	Availability    string  `json:"availability"`
	WindowSeconds   float64 `json:"window_seconds"`
	Allowance       float64 `json:"allowance_seconds"`
	Interval        float64 `json:"interval_seconds"`
	LongestInterval float64 `json:"longest_interval_seconds"` // 0 when no interval can prove it
	AdvisedInterval float64 `json:"advised_interval_seconds"` // 0 when no interval can prove it
	Provable        bool    `json:"provable"`
	Bearable        int     `json:"bearable_outages"` // short ones; 0 when it is not provable
	Explanation     string  `json:"explanation"`
}

func checkJSON(w io.Writer, file string, cfg *config.Config, err error) error {
	answer := checkedConfig{File: file, Valid: err == nil, Complaints: []config.Complaint{}, Warnings: []config.Complaint{}, Claims: []checkedClaim{}, Policies: []checkedPolicy{}}
	var complaints config.Complaints
	switch {
	case errors.As(err, &complaints):
		answer.Complaints = complaints
	case err != nil:
		return exitError{codeUsage, err}
	default:
		answer.fill(cfg)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return exitError{codeFailed, err}
	}
	if !answer.Valid {
		return exitError{code: codeUsage}
	}
	return nil
}

func (a *checkedConfig) fill(cfg *config.Config) {
	work := cfg.Work()
	a.Hash = cfg.Hash
	a.Work = &checkedWork{work.Services, work.Checks, work.Paused, work.Anchors, len(cfg.SNMP.Devices), work.ProbesPerSecond, work.BytesPerDay, work.BytesKept}
	a.Warnings = append(a.Warnings, cfg.Warnings...)
	for _, r := range cfg.Reaches() {
		a.Policies = append(a.Policies, checkedPolicy{r.Policy, string(r.Check), r.First.Seconds(), r.Worst.Seconds(), r.Window.Seconds(), r.Text})
	}
	for _, n := range cfg.ResponseNeeds() {
		a.Responses = append(a.Responses, checkedResponse{string(n.Claim), n.Promise, n.Operations, n.Needed, n.Text})
	}
	for _, n := range cfg.Needs() {
		a.Claims = append(a.Claims, checkedClaim{
			Claim:           string(n.Claim),
			Availability:    n.Availability.String(),
			WindowSeconds:   n.Window.Seconds(),
			Allowance:       n.Allowance.Seconds(),
			Interval:        n.Interval.Seconds(),
			LongestInterval: n.Longest.Seconds(),
			AdvisedInterval: n.Advised().Seconds(),
			Provable:        n.Failures >= 0,
			Bearable:        max(n.Failures, 0),
			Explanation:     n.Text,
		})
	}
}
