package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"github.com/spf13/cobra"

	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/web"
)

func runCommand() *cobra.Command {
	var o daemonOptions
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
func serve(ctx context.Context, o daemonOptions) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	d := newDaemon(o)
	if err := d.open(); err != nil {
		return err
	}
	for _, w := range d.config.Load().Warnings {
		d.log.Warn("configuration", "line", w.Line, "text", w.Text, "try", w.Remedy)
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	err := runParts(ctx, d.log, append(d.parts(), part{"reload", func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-hangup:
				_ = d.reload() // the error is logged, shown on the page and in a metric
			}
		}
	}}))
	if closing := d.close(); err == nil {
		err = closing
	}
	if err != nil {
		return exitError{codeFailed, err}
	}
	d.log.Info("stopped")
	return nil
}

const (
	// boardPause is how old a board may be. It is made at once when a state
	// changes, so the pause only matters to figures that move slowly.
	boardPause = 5 * time.Second
	// boardRest keeps wake-ups from making boards without end while many checks
	// change at the same time.
	boardRest = 500 * time.Millisecond
	// boardShare is the largest share of time that is spent on boards.
	boardShare = 50
)

// rest returns after the pause or a wake-up; false when ctx is done.
func (d *daemon) rest(ctx context.Context, pause time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-wake:
	}
	return true
}

// runWeb serves pages and metrics until ctx is done.
func (d *daemon) runWeb(ctx context.Context) error {
	cfg := d.config.Load()
	listener := d.options.Listener
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", cfg.Web.ListenAddress); err != nil {
			return fmt.Errorf("cannot listen on %s: %w\ntry: another web.listen_address, or stop what listens there", cfg.Web.ListenAddress, err)
		}
	}
	handler, err := d.handler()
	if err != nil {
		return err
	}
	return d.serveWeb(ctx, listener, handler, cfg.Web.ConfigFile)
}

// serveWeb serves a handler until ctx is done, with TLS and passwords where a web
// configuration file is named.
func (d *daemon) serveWeb(ctx context.Context, listener net.Listener, handler http.Handler, webConfig string) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() {
		ended <- toolkit.Serve(listener, server, &toolkit.FlagConfig{WebConfigFile: &webConfig}, d.log)
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), webGrace)
		defer cancel()
		if server.Shutdown(grace) != nil {
			server.Close()
		}
		err = <-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// webGrace is how long requests may go on after the daemon was told to stop.
const webGrace = 3 * time.Second

// handler is the whole site.
func (d *daemon) handler() (http.Handler, error) {
	cfg := d.config.Load()
	people, open, err := newSignIn(cfg.Web.ConfigFile, cfg.Web.UsersFile)
	if err != nil {
		return nil, err
	}
	o := web.Options{
		Board:       d.boards.current.Load,
		History:     pages{d.store},
		Metrics:     d.metrics.Handler(),
		Reload:      d.reload,
		Backup:      d.backupNow,
		Notices:     d.teller,
		Why:         notify.Why,
		Heartbeat:   d.heartbeat,
		Ledger:      stating{d},
		Responses:   d.responseTimes,
		Readings:    readingPages{d.store},
		Reviews:     d.devices,
		Report:      d.report,
		Config:      func() string { return d.config.Load().Redacted() },
		Sheet:       cfg.Report.Sheet != "",
		ExternalURL: cfg.Web.ExternalURL,
		Log:         d.log,
	}
	if people != nil {
		o.SignedIn, o.CanSignIn = people.is, open
	}
	return web.New(o)
}
