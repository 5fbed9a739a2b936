package daemon

import (
	"log/slog"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/web"
)

// Answer makes the report that a running daemon would give, from a store that none has
// open. What is asked for wrongly is a web.Refusal.
func Answer(kept *store.Store, cfg *config.Config, ask web.ReportRequest, version string, log *slog.Logger) ([]byte, error) {
	l, err := openLedger(kept, func() *config.Config { return cfg }, version, log)
	if err != nil {
		return nil, err
	}
	for _, err := range l.readSources(time.Now()) {
		log.Warn("maintenance file not taken", "error", err)
	}
	body, _, err := site{l, cfg}.answer(ask, time.Now())
	return body, err
}
