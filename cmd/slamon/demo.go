package main

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/cmd/slamon/demo"
)

func demoCommand() *cobra.Command {
	var length time.Duration
	var listen, dir string
	var verbose bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole product on a simulated vendor, nothing to install",
		Long: `demo starts a simulated vendor with real sockets on loopback: a meeting service
that refuses, fails, hangs, lies and slows down on a known schedule, a seminar
service that never fails, rooms where a user logs in, joins, posts and leaves and
where one step after the other breaks, and a mail server. It monitors them with the ordinary
daemon on a short time scale and prints where to look.

With --for it ends after that time with true and measured downtime side by side,
and exits with 4 if a true value lies outside the measured bounds.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length != 0 && length < demo.Shortest {
				return exitError{codeUsage, fmt.Errorf("--for %s is too short to show an outage\ntry: --for 40s", length)}
			}
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelInfo
			}
			err := demo.Show(cmd.Context(), demo.Options{Out: cmd.OutOrStdout(), Length: length, Listen: listen, Dir: dir, Version: buildVersion(),
				Log: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))})
			if err != nil {
				return exitError{codeFailed, err}
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "end after this time and compare with the truth (0: run until interrupted)")
	cmd.Flags().StringVar(&listen, "web.listen-address", "127.0.0.1:9780", "address of the pages; another port is taken when it is in use")
	cmd.Flags().StringVar(&dir, "dir", "", "keep configuration and store in this directory (default: a temporary one, removed at the end)")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the daemon's log")
	return cmd
}
