package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/config"
)

func runCommand() *cobra.Command {
	o := daemon.Options{Version: buildVersion()}
	var level, format string
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon",
		Long: `run probes what the configuration file names, keeps every result, and serves
pages and metrics until it is told to stop by SIGTERM or SIGINT. SIGHUP and
POST /-/reload take the file anew; a wrong file changes nothing.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Log, err = newLogger(cmd, level, format); err != nil {
				return exitError{codeUsage, err}
			}
			return serve(cmd.Context(), o)
		},
	}
	configFlag(cmd, &o.ConfigFile)
	cmd.Flags().StringVar(&o.StoragePath, "storage.path", "", "file of the store, instead of storage.path in the file")
	cmd.Flags().StringVar(&o.Listen, "web.listen-address", "", "address of pages and metrics, instead of web.listen_address in the file")
	cmd.Flags().StringVar(&o.WebConfig, "web.config.file", "", "TLS and passwords in the form of the Prometheus family, instead of web.config_file in the file")
	cmd.Flags().StringVar(&level, "log.level", "info", "debug, info, warn or error")
	cmd.Flags().StringVar(&format, "log.format", "logfmt", "logfmt or json")
	return cmd
}

// newLogger writes to standard error in the manner of the Prometheus family.
func newLogger(cmd *cobra.Command, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log.level %q: want debug, info, warn or error", level)
	}
	o := &slog.HandlerOptions{Level: l}
	switch format {
	case "logfmt":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), o)), nil
	}
	return nil, fmt.Errorf("--log.format %q: want logfmt or json", format)
}

// gcPercent keeps the heap small. Between two collections it may grow by half and
// not, as by default, to twice what is in use: 10,000 checks take 98 MiB instead of
// 121, and no more processor time that could be measured, since probes leave little
// garbage. GOGC overrules it.
const gcPercent = 50

// serve is the daemon from start to end.
func serve(ctx context.Context, o daemon.Options) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	cfg, err := config.Load(o.ConfigFile)
	if err != nil {
		return exitError{codeUsage, err}
	}
	d, err := daemon.Open(cfg, o)
	if err != nil {
		return exitError{codeFailed, err}
	}
	for _, w := range cfg.Warnings {
		o.Log.Warn("configuration", "line", w.Line, "text", w.Text, "try", w.Remedy)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	err = d.Run(ctx, daemon.Part{Name: "reload", Run: func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-hangup:
				_ = d.Reload() // the error is logged, shown on the page and in a metric
			}
		}
	}})
	if closing := d.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return exitError{codeFailed, err}
	}
	o.Log.Info("stopped")
	return nil
}
