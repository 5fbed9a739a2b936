package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
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
