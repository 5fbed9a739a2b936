package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/cmd/slamon/daemon"
	"github.com/slamon/slamon/config"
)

// runDaemon starts the daemon of a file on a free port.
func runDaemon(file string) (base string, end func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	cfg, err := config.Load(file)
	if err != nil {
		return "", nil, err
	}
	d, err := daemon.Open(cfg, daemon.Options{ConfigFile: file, Listener: listener, Refresh: 50 * time.Millisecond, Log: quiet()})
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	return "http://" + listener.Addr().String(), func() error {
		cancel()
		return errors.Join(<-ended, d.Close())
	}, nil
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// asked is a daemon that runs for a test.
type asked struct {
	t    *testing.T
	base string
	http *http.Client
}

// live runs the daemon of a directory until the test ends.
func live(t *testing.T, dir string) *asked {
	t.Helper()
	base, end, err := runDaemon(filepath.Join(dir, "slamon.toml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return &asked{t: t, base: base, http: &http.Client{Timeout: time.Minute}}
}

// ask sends a request and returns status and body.
func (d *asked) ask(path string) (int, string) {
	d.t.Helper()
	r, err := d.http.Get(d.base + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// until asks again and again until the body holds the text.
func (d *asked) until(path, text string) string {
	d.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		code, body := d.ask(path)
		if code == http.StatusOK && strings.Contains(body, text) {
			return body
		}
		select {
		case <-ticker.C:
		case <-patience.C:
			d.t.Fatalf("%s never showed %q; now it says %d %s", path, text, code, body)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
