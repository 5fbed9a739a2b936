package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/cmd/slamon/simulate"
	"github.com/slamon/slamon/config"
)

// demoConfig is an ordinary configuration with the addresses left open.
//
//go:embed demo.toml.tmpl
var demoConfig string

// demoFaults are what the simulated meeting service suffers, one of each kind, in
// the first 36 seconds and then again every demoRound.
var demoFaults = []simulate.Fault{
	{Kind: simulate.Refuse, After: 5 * time.Second, For: 4 * time.Second},
	{Kind: simulate.Error, After: 13 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Slow, After: 19 * time.Second, For: 2500 * time.Millisecond},
	{Kind: simulate.Hang, After: 24 * time.Second, For: 4 * time.Second},
	{Kind: simulate.Wrong, After: 31 * time.Second, For: 3 * time.Second},
}

// errandFaults break the steps of a user's errand one by one: the login works and
// joining fails; posting is answered with status 200, and wrongly; joining is slow
// but right.
var errandFaults = []simulate.Fault{
	{Kind: simulate.Error, Path: simulate.JoinPath, After: 10 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Wrong, Path: simulate.PostPath, After: 18 * time.Second, For: 3 * time.Second},
	{Kind: simulate.Slow, Path: simulate.JoinPath, After: 27 * time.Second, For: 2500 * time.Millisecond},
}

const (
	demoRound   = 60 * time.Second // a schedule without end repeats after this
	demoNotices = 200              // shown at the end
	demoTail    = 3 * time.Second  // left free before the end, so that the last recovery is seen
	demoMin     = 12 * time.Second // shorter than this shows no whole outage
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
			if length != 0 && length < demoMin {
				return exitError{codeUsage, fmt.Errorf("--for %s is too short to show an outage\ntry: --for 40s", length)}
			}
			level := slog.LevelWarn
			if verbose {
				level = slog.LevelInfo
			}
			d := demo{out: cmd.OutOrStdout(), length: length, listen: listen, dir: dir,
				log: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))}
			return d.run(cmd.Context())
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "end after this time and compare with the truth (0: run until interrupted)")
	cmd.Flags().StringVar(&listen, "web.listen-address", "127.0.0.1:9780", "address of the pages; another port is taken when it is in use")
	cmd.Flags().StringVar(&dir, "dir", "", "keep configuration and store in this directory (default: a temporary one, removed at the end)")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the daemon's log")
	return cmd
}

// demo is one showing.
type demo struct {
	out    io.Writer
	log    *slog.Logger
	length time.Duration
	listen string
	dir    string

	meeting, seminar, rooms *simulate.App

	mailbox, full *simulate.Mailbox // full takes no mail
	gateway       *simulate.Gateway
	start         time.Time
}

func (d *demo) run(ctx context.Context) (err error) {
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "slamon-demo-"); err != nil {
			return exitError{codeFailed, err}
		}
		defer os.RemoveAll(d.dir)
	}
	if err := d.openVendor(); err != nil {
		return exitError{codeFailed, err}
	}
	defer d.closeVendor()
	listener, err := listenNear(d.listen)
	if err != nil {
		return exitError{codeFailed, err}
	}
	d.start = time.Now()
	file, err := d.writeConfig(listener.Addr().String())
	if err != nil {
		return exitError{codeFailed, err}
	}
	cfg, err := config.Load(file)
	if err != nil {
		return exitError{codeUsage, err}
	}
	watcher, err := daemon.Open(cfg, daemon.Options{ConfigFile: file, Listener: listener, Refresh: time.Second, Version: buildVersion(), Log: d.log})
	if err != nil {
		return exitError{codeFailed, err}
	}
	d.welcome(listener.Addr().String(), file)
	return d.watch(ctx, watcher)
}

// watch runs the daemon and the vendor's troubles until the time is up.
func (d *demo) watch(ctx context.Context, watcher *daemon.Daemon) error {
	if d.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.length)
		defer cancel()
	}
	round := time.Duration(0)
	if d.length == 0 {
		round = demoRound
	}
	d.gateway.Work(d.start, round, demoLoads)
	err := watcher.Run(ctx,
		daemon.Part{Name: "vendor", Run: func(ctx context.Context) error { return d.trouble(ctx, d.meeting, demoFaults) }},
		daemon.Part{Name: "rooms", Run: func(ctx context.Context) error { return d.trouble(ctx, d.rooms, errandFaults) }},
		daemon.Part{Name: "news", Run: func(ctx context.Context) error { return d.news(ctx, watcher) }},
	)
	board := watcher.Conclude(time.Now())
	told, reading := watcher.Told(demoNotices)
	processor, unread := d.readProcessor(watcher)
	if closing := errors.Join(reading, unread, watcher.Close()); err == nil {
		err = closing
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return exitError{codeFailed, err}
	}
	if d.length == 0 {
		return nil
	}
	outside := d.compare(board)
	if n := d.compareDevice(d.out, processor, watcher.Crossings()); n > 0 && outside == nil {
		outside = exitError{codeFailed, fmt.Errorf("%d thresholds were not told right", n)}
	}
	d.told(told)
	return outside
}

// trouble lets an application suffer its faults, again and again when the demo has
// no end.
func (d *demo) trouble(ctx context.Context, app *simulate.App, all []simulate.Fault) error {
	for round := 0; ; round++ {
		var faults []simulate.Fault
		for _, f := range all {
			f.After += time.Duration(round) * demoRound
			if d.length == 0 || f.After+f.For+demoTail <= d.length {
				faults = append(faults, f)
			}
		}
		if len(faults) == 0 {
			<-ctx.Done()
			return nil
		}
		if err := app.Run(ctx, d.start, faults); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

func (d *demo) openVendor() (err error) {
	if d.meeting, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.seminar, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.rooms, err = simulate.NewApp("127.0.0.1"); err != nil {
		return err
	}
	if d.full, err = simulate.NewMailbox("127.0.0.1"); err != nil {
		return err
	}
	d.full.Refuse()
	if d.gateway, err = simulate.NewGateway("127.0.0.1"); err != nil {
		return err
	}
	d.mailbox, err = simulate.NewMailbox("127.0.0.1")
	return err
}

func (d *demo) closeVendor() {
	d.meeting.Close()
	d.seminar.Close()
	d.rooms.Close()
	d.mailbox.Close()
	d.full.Close()
	d.gateway.Close()
}

// writeConfig fills the template. The claims' window is the demo itself, so that
// nothing before it counts as unknown.
func (d *demo) writeConfig(listen string) (string, error) {
	length := d.length
	if length == 0 {
		length = time.Hour
	}
	begin := d.start.Truncate(time.Second)
	var text strings.Builder
	err := template.Must(template.New("demo").Parse(demoConfig)).Execute(&text, map[string]string{
		"Store":   filepath.Join(d.dir, "slamon.db"),
		"Listen":  listen,
		"Meeting": d.meeting.Address(),
		"Seminar": d.seminar.Address(),
		"Rooms":   d.rooms.Address(),
		"Mail":    d.mailbox.Address(),
		"Full":    d.full.Address(),
		"Gateway": d.gateway.Address(),

		"Community": filepath.Join(d.dir, "community"),

		"From": begin.UTC().Format(time.RFC3339),
		"To":   begin.Add(length.Truncate(time.Second)).UTC().Format(time.RFC3339),
	})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(d.dir, "community"), []byte(simulate.Community), 0o600); err != nil {
		return "", err
	}
	file := filepath.Join(d.dir, "slamon.toml")
	return file, os.WriteFile(file, []byte(text.String()), 0o600)
}

func (d *demo) welcome(address, file string) {
	say(d.out, "slamon watches a simulated vendor. Look here while it runs:\n\n")
	say(d.out, "  pages          http://%s/\n", address)
	say(d.out, "  metrics        http://%s/metrics\n", address)
	say(d.out, "  configuration  %s\n", file)
	say(d.out, "  vendor         http://%s/ (has faults)  http://%s/ (has none)\n\n", d.meeting.Address(), d.seminar.Address())
}

// listenNear takes the address, or any free port of its host when it is in use.
func listenNear(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener, nil
	}
	host, _, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		return nil, fmt.Errorf("--web.listen-address %q: want host:port, such as 127.0.0.1:9780", address)
	}
	return net.Listen("tcp", net.JoinHostPort(host, "0"))
}
