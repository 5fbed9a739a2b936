package daemon

import (
	"log/slog"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// Answer makes the report that a running daemon would give, from a store that none has
// open, and from what other places saw. What is asked for wrongly is a web.Refusal.
func Answer(kept *store.Store, cfg *config.Config, ask web.ReportRequest, places []sla.Site, version string, log *slog.Logger) ([]byte, error) {
	l, err := openLedger(kept, func() *config.Config { return cfg }, version, log)
	if err != nil {
		return nil, err
	}
	if len(places) > 0 {
		l.places = readPlaces(places)
	}
	for _, err := range l.readSources(time.Now()) {
		log.Warn("maintenance file not taken", "error", err)
	}
	body, _, err := site{l, cfg, false}.answer(ask, time.Now())
	return body, err
}

// readPlaces are places whose results were read from files.
type readPlaces []sla.Site

func (r readPlaces) seen(_ *config.Config, checks []check.ID, _ timeline.Period) (all []report.PlaceInput) {
	for _, s := range r {
		in := report.PlaceInput{Site: s.Name, Series: withChecks(s.Series, checks)}
		if len(in.Series) == 0 {
			continue // no place of this claim
		}
		in.Failed = unwatched(in.Series, checks)
		all = append(all, in)
	}
	return all
}

// responses: what files say of times is judged by slamon judge.
func (readPlaces) responses(*config.Config, *sla.ResponseClaim, timeline.Period) []report.ResponsePlace {
	return nil
}
