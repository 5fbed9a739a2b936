package daemon

import (
	"log/slog"

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

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
