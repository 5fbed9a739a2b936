package daemon

import (
	"log/slog"
	"testing"

	"github.com/slamon/slamon/config"
)

// load opens a daemon with what its file says.
func load(d *Daemon) error {
	cfg, err := config.Load(d.options.ConfigFile)
	if err != nil {
		return err
	}
	return d.open(cfg)
}

// loaded is a daemon that is open and runs nothing.
func loaded(t testing.TB, file string) *Daemon {
	t.Helper()
	d := newDaemon(Options{ConfigFile: file, Log: quiet()})
	if err := load(d); err != nil {
		t.Fatal(err)
	}
	return d
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
