// Command soak shows that notices survive: it runs a store and an outbox in a child
// process, lets every channel fail at random half of the time in every way there is,
// kills the child without warning again and again, and counts at the end which
// notices were due, delivered, delivered twice and lost, and how long the slowest one
// took.
//
//	go run ./bench/soak -for 10m -kill 20s
//
// It ends with 1 when a notice was lost or missed its window.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settings of one soak.
type settings struct {
	length, kill, every, window time.Duration
	dir, urls                   string
	child, drain                bool
}

func main() {
	var s settings
	flag.DurationVar(&s.length, "for", 10*time.Minute, "how long notices come up")
	flag.DurationVar(&s.kill, "kill", 20*time.Second, "time between two kills")
	flag.DurationVar(&s.every, "every", 200*time.Millisecond, "time between two notices")
	flag.DurationVar(&s.window, "window", time.Hour, "within which a notice must be accepted")
	flag.StringVar(&s.dir, "dir", "", "keep the store here (default: a temporary directory)")
	flag.StringVar(&s.urls, "urls", "", "of the channels; set for the child")
	flag.BoolVar(&s.child, "child", false, "be the child")
	flag.BoolVar(&s.drain, "drain", false, "as the child: send what is left and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := s.parent
	if s.child {
		run = s.work
	}
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// parent kills children until the time is up, lets the last one finish, and counts.
func (s settings) parent(ctx context.Context) error {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "slamon-soak-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		s.dir = dir
	}
	r, err := listen()
	if err != nil {
		return err
	}
	defer r.close()
	begun, kills := time.Now(), 0
	for time.Since(begun) < s.length && ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, min(s.kill, s.length-time.Since(begun)))
		err := s.start(limited, r, false).Wait() // killed without warning when the time is over
		killed := limited.Err() != nil
		cancel()
		if !killed {
			return fmt.Errorf("the child ended by itself: %w", err)
		}
		kills++
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Printf("killed %d times in %s; now the rest is sent\n", kills, s.length)
	last := s.start(ctx, r, true)
	if err := last.Wait(); err != nil {
		return fmt.Errorf("the last child: %w", err)
	}
	due, err := strconv.Atoi(strings.TrimSpace(last.Stdout.(*bytes.Buffer).String()))
	if err != nil {
		return err
	}
	return r.table(os.Stdout, due, s.window)
}

// start runs this program again as the child.
func (s settings) start(ctx context.Context, r *receiver, drain bool) *exec.Cmd {
	child := exec.CommandContext(ctx, os.Args[0], "-child", "-dir", s.dir, "-urls", strings.Join(r.urls(), ","),
		"-every", s.every.String(), "-window", s.window.String(), "-drain="+strconv.FormatBool(drain))
	child.Stderr = os.Stderr
	child.Stdout = &bytes.Buffer{}
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	return child
}

func (s settings) store() string { return filepath.Join(s.dir, "soak.db") }

func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}
