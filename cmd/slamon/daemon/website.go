package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/web"
)

// runWeb serves pages and metrics until ctx is done.
func (d *Daemon) runWeb(ctx context.Context) error {
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
func (d *Daemon) serveWeb(ctx context.Context, listener net.Listener, handler http.Handler, webConfig string) error {
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
func (d *Daemon) handler() (http.Handler, error) {
	cfg := d.config.Load()
	people, open, err := newSignIn(cfg.Web.ConfigFile, cfg.Web.UsersFile)
	if err != nil {
		return nil, err
	}
	o := web.Options{
		Board:       d.boards.current.Load,
		History:     pages{d.store},
		Metrics:     d.metrics.Handler(),
		Reload:      d.Reload,
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
