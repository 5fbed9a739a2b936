// Command slamon says whether a service was as available as its vendor claims.
//
// Exit codes: 0 fine, or the claim is met; 1 the claim is breached; 2 usage or
// configuration; 3 cannot tell; 4 anything else failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // zones must resolve on machines without a zone database

	"github.com/spf13/cobra"
)

// version is set by the linker for releases.
var version = ""

func main() { os.Exit(mainCode()) }

// mainCode is main for tests, which need the code instead of the exit.
func mainCode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return codeFine
	}
	code := codeUsage // cobra's own complaints are about usage
	var exit exitError
	if errors.As(err, &exit) {
		code, err = exit.code, exit.err
	}
	if err != nil {
		fmt.Fprintln(root.ErrOrStderr(), "slamon:", err)
	}
	return code
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "slamon",
		Short: "Was the service as available as its vendor says?",
		Long: `slamon probes a service, keeps every result, and says of each claim of its
vendor: met, breached, or cannot tell, with bounds that hold up in a discussion.

Start with:  slamon demo --for 40s
Then write:  slamon check-config slamon.toml`,
		Version:       buildVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("slamon {{.Version}}\n")
	root.AddCommand(
		runCommand(), demoCommand(), checkConfigCommand(), probeCommand(), statusCommand(),
		judgeCommand(), planCommand(), reportCommand(), maintenanceCommand(), incidentCommand(), vendorNoticeCommand(), correctCommand(), notifyCommand(), ackCommand(), commentCommand(), muteCommand(), unmuteCommand(), backupCommand(), restoreCommand(), checkStoreCommand(), snmpCommand(), reviewCommand(),
	)
	return root
}

// buildVersion names the release, or the commit that the binary was built from.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}

// configFlag adds the flag that names the file.
func configFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVar(into, "config.file", "slamon.toml", "configuration file")
}

// say prints to w and leaves a broken pipe to the shell.
func say(w io.Writer, format string, args ...any) { fmt.Fprintf(w, format, args...) }
