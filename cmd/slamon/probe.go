package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/probe"
)

// adHocTimeout is the deadline of a probe that no file sets one for.
const adHocTimeout = 10 * time.Second

// probeFlags are common to all kinds.
type probeFlags struct {
	config  string
	timeout time.Duration
	json    bool
	trace   bool
	picture string        // file for what a browser showed
	rates   time.Duration // until a device is polled a second time; 0 for once only
}

func probeCommand() *cobra.Command {
	var f probeFlags
	cmd := &cobra.Command{
		Use:   "probe NAME",
		Short: "Ask one target once",
		Long: `probe asks one target once and tells what came back: by the name of a check in
the configuration file, or by kind and target. A device of the file is polled, and what
was read of it is shown; rates need two polls, see --rates. Nothing is stored.

Exit codes: 0 up or degraded; 1 down; 2 usage or configuration; 3 unknown, we
could not ask.`,
		Example: `  slamon probe front-page --config.file slamon.toml
  slamon probe --trace meeting-user --config.file slamon.toml
  slamon probe meeting-gateway --rates 10s --config.file slamon.toml
  slamon probe http https://www.example.com/
  slamon probe dns example.com --type MX --server 192.0.2.53`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.named(cmd, args[0]) },
	}
	all := cmd.PersistentFlags()
	all.StringVar(&f.config, "config.file", "slamon.toml", "configuration file, for a check by its name")
	all.DurationVar(&f.timeout, "timeout", 0, "give up after this long (default: the check's own, else "+adHocTimeout.String()+")")
	all.BoolVar(&f.json, "json", false, "print JSON")
	all.BoolVar(&f.trace, "trace", false, "tell of every step of a transaction or a browser as it runs")
	all.StringVar(&f.picture, "picture", "", "keep what a browser showed when a step failed in this file (with --trace: in a temporary one)")
	cmd.Flags().DurationVar(&f.rates, "rates", 0, "of a device: poll again after this long, to show rates")
	for _, k := range probeKinds() {
		cmd.AddCommand(k.command(&f))
	}
	return cmd
}

// named probes a check of the configuration file.
func (f *probeFlags) named(cmd *cobra.Command, name string) error {
	cfg, err := config.Load(f.config)
	if err != nil {
		return exitError{codeUsage, err}
	}
	c, ok := cfg.Check(check.ID(name))
	for _, k := range cfg.DeviceChecks() {
		if k.ID == check.ID(name) {
			return f.device(cmd, cfg, k)
		}
	}
	if !ok {
		return exitError{codeUsage, fmt.Errorf("%s has no check or device %q\ntry: slamon probe KIND TARGET, for a target that is not in the file", f.config, name)}
	}
	if _, ok := c.Params.(check.Heartbeat); ok {
		return exitError{codeUsage, fmt.Errorf("check %q is a heartbeat: it reports to the daemon, and cannot be asked\ntry: slamon status", name)}
	}
	if f.rates != 0 {
		return exitError{codeUsage, fmt.Errorf("--rates is for devices, and %q is a check", name)}
	}
	return f.ask(cmd, c)
}

// patience puts --timeout, or a default, into c.
func (f *probeFlags) patience(c *check.Check) error {
	if f.timeout < 0 {
		return exitError{codeUsage, fmt.Errorf("--timeout %s: want a duration above 0, such as 5s", f.timeout)}
	}
	switch {
	case f.timeout > 0:
		c.Timeout = f.timeout
	case c.Timeout <= 0:
		c.Timeout = adHocTimeout
	}
	return nil
}

// ask probes c, prints what came back, and turns it into an exit code.
func (f *probeFlags) ask(cmd *cobra.Command, c check.Check) error {
	if err := f.patience(&c); err != nil {
		return err
	}
	ctx := cmd.Context()
	if f.trace {
		ctx = probe.Watch(ctx, func(e probe.StepEvent) { printStep(cmd.ErrOrStderr(), e) })
	}
	r, err := probeOnce(ctx, c)
	if err != nil {
		return exitError{codeUsage, err}
	}
	if f.json {
		err = printProbeJSON(cmd.OutOrStdout(), c, r)
	} else {
		err = printProbe(cmd.OutOrStdout(), c, r)
	}
	if err != nil {
		return exitError{codeFailed, err}
	}
	if err := f.keepPicture(cmd.ErrOrStderr(), r); err != nil {
		return err
	}
	return exitOf(r.State)
}

// exitOf turns the state of one probe into an exit code.
func exitOf(s check.State) error {
	switch s {
	case check.Down:
		return exitError{code: codeBreached}
	case check.Unknown:
		return exitError{code: codeCannotTell}
	}
	return nil
}

// probeOnce runs one probe with a deadline and the check's limit on slowness.
func probeOnce(ctx context.Context, c check.Check) (r check.Result, err error) {
	env, err := probe.NewEnv(probe.Options{})
	if err != nil {
		return check.Result{}, err
	}
	defer func() { err = errors.Join(err, env.Close()) }()
	ask, err := env.New(c)
	if err != nil {
		return check.Result{}, err
	}
	ctx, cancel := context.WithTimeout(probe.Explain(ctx), c.Timeout)
	defer cancel()
	sent := time.Now()
	return check.Result{Check: c.ID, Sent: sent.UTC(), Base: true, Outcome: c.Judge(ask(ctx))}, nil
}
