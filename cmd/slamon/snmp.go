package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/snmp"
)

// snmpFlags say how to talk to an agent that is not in the file. Passwords come
// from the environment only: the command line of a process can be read by all.
type snmpFlags struct {
	communityEnv                    string
	user, auth, privacy, context    string
	authPasswordEnv, privacyPassEnv string
	timeout                         time.Duration
	retries, repetitions            int
	profiles, profile               string
	rates                           time.Duration
	maxRows                         int
}

func snmpCommand() *cobra.Command {
	var f snmpFlags
	cmd := &cobra.Command{
		Use:   "snmp",
		Short: "Look at a device by SNMP",
		Long: `snmp looks at devices by SNMP, version 2c or, with --user, version 3. Nothing is
stored. Passwords are read from environment variables.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	all := cmd.PersistentFlags()
	all.StringVar(&f.communityEnv, "community-env", "", "environment variable with the community (default: the community is public)")
	all.StringVar(&f.user, "user", "", "user of version 3")
	all.StringVar(&f.auth, "auth", "", "authentication: "+words(device.Auths[:]))
	all.StringVar(&f.authPasswordEnv, "auth-password-env", "SNMP_AUTH_PASSWORD", "environment variable with the authentication password")
	all.StringVar(&f.privacy, "privacy", "", "encryption: "+words(device.Privacies[:]))
	all.StringVar(&f.privacyPassEnv, "privacy-password-env", "SNMP_PRIVACY_PASSWORD", "environment variable with the privacy password")
	all.StringVar(&f.context, "context", "", "context name of version 3")
	all.DurationVar(&f.timeout, "timeout", 2*time.Second, "wait so long for each answer")
	all.IntVar(&f.retries, "retries", 2, "ask so often again")
	all.IntVar(&f.repetitions, "max-repetitions", 10, "rows asked for at once; less for agents that fail")
	cmd.AddCommand(f.probeCommand(), f.walkCommand(), f.profilesCommand())
	return cmd
}

func words[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, w := range list {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}

func (f *snmpFlags) probeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "probe ADDRESS",
		Short: "Show what a device offers, and which profile fits",
		Long: `probe asks a device what it is, chooses the profile that fits, and shows what can
be read by it. Rates need two readings: --rates 10s reads twice.

Exit codes: 0 the agent answered; 1 it did not; 2 usage; 3 we could not ask, or the
agent refused our credentials.`,
		Example: `  slamon snmp probe 192.0.2.7
  SNMP_AUTH_PASSWORD=… SNMP_PRIVACY_PASSWORD=… \
    slamon snmp probe switch.example.net --user slamon --auth sha256 --privacy aes256`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.probe(cmd, args[0]) },
	}
	cmd.Flags().StringVar(&f.profiles, "profiles", "", "directory with profiles of your own")
	cmd.Flags().StringVar(&f.profile, "profile", "", "use this profile instead of the one that fits")
	cmd.Flags().DurationVar(&f.rates, "rates", 0, "read again after this long, to show rates")
	return cmd
}

func (f *snmpFlags) walkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "walk ADDRESS [OID]",
		Short: "List the objects of a device",
		Long: `walk lists the objects at or below an object identifier in numbers, 1.3.6.1 when
none is given. Agents whose objects do not increase, or do not end, are cut.

Exit codes: 0 done; 1 the agent did not answer; 2 usage; 3 we could not ask, or the
agent refused our credentials; 4 the walk was cut.`,
		Example: "  slamon snmp walk 192.0.2.7 1.3.6.1.2.1.2.2",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.walk(cmd, args[0], append(args[1:], "1.3.6.1")[0])
		},
	}
	cmd.Flags().IntVar(&f.maxRows, "max-rows", 100_000, "stop after so many objects")
	return cmd
}

// device makes the device out of the flags.
func (f *snmpFlags) device(address string) (device.Device, error) {
	d := device.Device{
		ID: "device", Address: address, Context: f.context, Timeout: f.timeout, Retries: f.retries,
		MaxRepetitions: f.repetitions, Profile: f.profile, Unverified: true, Wanted: device.Everything,
	}
	if f.retries == 0 {
		d.Retries = -1 // zero stands for the default there
	}
	if err := snmp.CheckAddress(address); err != nil {
		return d, err
	}
	if f.timeout <= 0 || f.repetitions < 1 {
		return d, errors.New("--timeout and --max-repetitions must be above 0")
	}
	var err error
	if d.Credentials, err = f.credentials(); err != nil {
		return d, err
	}
	return d, d.Credentials.Check()
}

func (f *snmpFlags) credentials() (device.Credentials, error) {
	c := device.Credentials{Community: secret.New("public")}
	if f.user == "" {
		if f.auth != "" || f.privacy != "" || f.context != "" {
			return c, errors.New("--auth, --privacy and --context belong to version 3, which needs --user")
		}
		if f.communityEnv != "" {
			var err error
			c.Community, err = fromEnv(f.communityEnv, "the community")
			return c, err
		}
		return c, nil
	}
	c = device.Credentials{Version: device.V3, User: f.user, Auth: device.Auth(f.auth), Privacy: device.Privacy(f.privacy)}
	var err error
	if c.Auth != "" {
		if c.AuthPassword, err = fromEnv(f.authPasswordEnv, "the authentication password"); err != nil {
			return c, err
		}
	}
	if c.Privacy != "" {
		c.PrivacyPassword, err = fromEnv(f.privacyPassEnv, "the privacy password")
	}
	return c, err
}

func fromEnv(name, what string) (secret.Value, error) {
	v, ok := os.LookupEnv(name)
	if !ok || v == "" {
		return secret.Value{}, fmt.Errorf("%s is read from the environment variable %s, which is not set", what, name)
	}
	return secret.New(v), nil
}

func (f *snmpFlags) probe(cmd *cobra.Command, address string) error {
	d, err := f.device(address)
	if err != nil {
		return exitError{codeUsage, err}
	}
	env, err := snmp.NewEnv(snmp.Options{Profiles: f.profiles})
	if err != nil {
		return exitError{codeUsage, err}
	}
	defer env.Close()
	s, err := env.Survey(cmd.Context(), d, f.rates)
	switch {
	case err != nil && s.Address == "":
		return exitError{codeUsage, err}
	case err != nil:
		return exitError{codeFailed, err}
	}
	if !s.Outcome.State.Good() {
		return agentError(s.Outcome.State, f.withRemedy(s.Outcome.Reason, errors.New(s.Outcome.Detail.Sentence)))
	}
	if err := printSurvey(cmd.OutOrStdout(), s); err != nil {
		return exitError{codeFailed, err}
	}
	return nil
}

// agentError turns a failed request into the exit code of a probe.
func agentError(state check.State, err error) error {
	if state == check.Down {
		return exitError{codeBreached, err}
	}
	return exitError{codeCannotTell, err}
}

// withRemedy says what to do about a silent agent. Which community was used when none was
// named is the first thing that people overlook.
func (f *snmpFlags) withRemedy(reason check.Reason, err error) error {
	switch {
	case reason != check.ReasonTimeout:
		return err
	case f.user == "" && f.communityEnv == "":
		return fmt.Errorf("%w\ntry: --community-env NAME, a variable with the community; the agent was asked with public", err)
	case f.user == "":
		return fmt.Errorf("%w\ntry: in the agent's own settings, whether it takes this community from this address and listens on other than loopback", err)
	}
	return fmt.Errorf("%w\ntry: whether the agent listens on other than loopback, and UDP port 161 is open on the way", err)
}

func (f *snmpFlags) walk(cmd *cobra.Command, address, root string) error {
	d, err := f.device(address)
	if err != nil {
		return exitError{codeUsage, err}
	}
	if root, err = snmp.ParseOID(root); err != nil {
		return exitError{codeUsage, err}
	}
	env, err := snmp.NewEnv(snmp.Options{})
	if err != nil {
		return exitError{codeFailed, err}
	}
	defer env.Close()
	found, failed := 0, error(nil)
	out := cmd.OutOrStdout()
	err = env.Walk(cmd.Context(), d, root, f.maxRows, func(o snmp.Object) error {
		found++
		_, failed = fmt.Fprintf(out, "%s = %s: %s\n", o.OID, o.Type, oneLine(o.Value))
		return failed
	})
	switch {
	case failed != nil:
		return exitError{codeFailed, failed}
	case err != nil && found > 0:
		return exitError{codeFailed, err}
	case err != nil:
		state, reason := snmp.Explain(err)
		return agentError(state, f.withRemedy(reason, fmt.Errorf("SNMP agent %s: %w", address, err)))
	case found == 0:
		return exitError{codeFailed, fmt.Errorf("the agent has nothing at or below %s", root)}
	}
	return nil
}

// printSurvey writes the table.
func printSurvey(w io.Writer, s snmp.Survey) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, oneLine(value))
		}
	}
	line("address", s.Address)
	line("name", s.Name)
	line("system", s.Description)
	line("object", s.Object)
	line("profile", s.Profile+" ("+s.Title+")")
	line("", s.Note)
	for _, note := range s.Notes {
		line("note", note)
	}
	line("objects", fmt.Sprintf("%d in each poll", s.Objects))
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "READING\tINSTANCE\tVALUE")
	for _, r := range s.Readings {
		value := device.Format(r.Value, r.Kind.Unit())
		if !r.Known() {
			value = "unknown: " + r.Void.Sentence()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Kind, r.Instance, value)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	switch has := func(v device.Void) bool {
		return slices.ContainsFunc(s.Readings, func(r device.Reading) bool { return r.Void == v })
	}; {
	case has(device.VoidStale):
		// net-snmp reads the processor's ticks every 5 s, other agents their ports every 15.
		fmt.Fprintln(w, "\ntry: --rates 20s; agents renew their counters every 5 to 15 s")
	case has(device.VoidFirst):
		fmt.Fprintln(w, "\ntry: --rates 20s, to read twice and show rates")
	}
	return nil
}

// oneLine keeps an agent's text from breaking the table.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
