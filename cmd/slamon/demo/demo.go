// Package demo shows the whole product on a simulated vendor: real sockets on loopback,
// the ordinary daemon on a short time scale, faults on a known schedule, and at the end
// the truth beside what was measured.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/cmd/slamon/simulate"
	"github.com/slamon/slamon/config"
)

// noticesShown bounds the table of who was told.
const noticesShown = 200

// Shortest is the length from which a demo shows a whole outage.
const Shortest = 12 * time.Second

// Options are what a showing depends on.
type Options struct {
	Out     io.Writer
	Log     *slog.Logger
	Length  time.Duration // it ends after this time; 0 runs until its context is done
	Listen  string        // address of the pages; another port is taken when it is in use
	Dir     string        // keeps configuration and store; empty for a temporary one
	Version string        // of the program
}

// showing is one demo from start to end.
type showing struct {
	out     io.Writer
	log     *slog.Logger
	length  time.Duration
	listen  string
	dir     string
	version string

	meeting, seminar, rooms *simulate.App

	mailbox, full *simulate.Mailbox // full takes no mail
	gateway       *simulate.Gateway
	start         time.Time
}

// Show starts the vendor and the daemon that watches it, and prints where to look. With
// a length it ends with the truth beside the measurement, and fails when a true value
// lies outside its bounds.
func Show(ctx context.Context, o Options) error {
	d := showing{out: o.Out, log: o.Log, length: o.Length, listen: o.Listen, dir: o.Dir, version: o.Version}
	return d.run(ctx)
}

func (d *showing) run(ctx context.Context) (err error) {
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "slamon-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(d.dir)
	}
	if err := d.openVendor(); err != nil {
		return err
	}
	defer d.closeVendor()
	listener, err := listenNear(d.listen)
	if err != nil {
		return err
	}
	d.start = time.Now()
	file, err := d.writeConfig(listener.Addr().String())
	if err != nil {
		return err
	}
	cfg, err := config.Load(file)
	if err != nil {
		return err
	}
	watcher, err := daemon.Open(cfg, daemon.Options{ConfigFile: file, Listener: listener, Refresh: time.Second, Version: d.version, Log: d.log})
	if err != nil {
		return err
	}
	d.welcome(listener.Addr().String(), file)
	return d.watch(ctx, watcher)
}

// watch runs the daemon and the vendor's troubles until the time is up.
func (d *showing) watch(ctx context.Context, watcher *daemon.Daemon) error {
	if d.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.length)
		defer cancel()
	}
	round := time.Duration(0)
	if d.length == 0 {
		round = roundLength
	}
	d.gateway.Work(d.start, round, loads)
	err := watcher.Run(ctx,
		daemon.Part{Name: "vendor", Run: func(ctx context.Context) error { return d.trouble(ctx, d.meeting, meetingFaults) }},
		daemon.Part{Name: "rooms", Run: func(ctx context.Context) error { return d.trouble(ctx, d.rooms, roomFaults) }},
		daemon.Part{Name: "news", Run: func(ctx context.Context) error { return d.news(ctx, watcher) }},
	)
	board := watcher.Conclude(time.Now())
	told, reading := watcher.Told(noticesShown)
	processor, unread := d.readProcessor(watcher)
	if closing := errors.Join(reading, unread, watcher.Close()); err == nil {
		err = closing
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if d.length == 0 {
		return nil
	}
	outside := d.compare(board)
	if n := d.compareDevice(d.out, processor, watcher.Crossings()); n > 0 && outside == nil {
		outside = fmt.Errorf("%d thresholds were not told right", n)
	}
	d.told(told)
	return outside
}

func (d *showing) welcome(address, file string) {
	fmt.Fprintf(d.out, "slamon watches a simulated vendor. Look here while it runs:\n\n")
	fmt.Fprintf(d.out, "  pages          http://%s/\n", address)
	fmt.Fprintf(d.out, "  metrics        http://%s/metrics\n", address)
	fmt.Fprintf(d.out, "  configuration  %s\n", file)
	fmt.Fprintf(d.out, "  vendor         http://%s/ (has faults)  http://%s/ (has none)\n\n", d.meeting.Address(), d.seminar.Address())
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
