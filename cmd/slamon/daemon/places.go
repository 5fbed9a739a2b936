package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

const (
	// placesTimeout bounds how long a report waits for other places. They are asked at
	// once, and a place that does not answer is shown as one.
	placesTimeout = 20 * time.Second
	// placesPause is for how long a place that was slow to fail is not asked again: at the
	// end of a month every claim has a report, and each would wait for it.
	placesPause = time.Minute
	placesSlow  = 2 * time.Second
	// maxPeerYears: no series reaches farther, whatever a peer says.
	maxPeerYears = 100
)

// elsewhere is what other places saw, for a report.
type elsewhere interface {
	seen(cfg *config.Config, checks []check.ID, p timeline.Period) []report.PlaceInput
	responses(cfg *config.Config, c *sla.ResponseClaim, p timeline.Period) []report.ResponsePlace
}

// askedPlaces asks the peers of the configuration.
type askedPlaces struct {
	mu     sync.Mutex // guards what follows
	failed map[string]placeFailure
}

// placeFailure is a peer that did not answer in good time.
type placeFailure struct {
	at  time.Time
	err error
}

// resting returns why a peer is not asked now.
func (a *askedPlaces) resting(one config.Peer) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f, ok := a.failed[one.Site]; ok && time.Since(f.at) < placesPause {
		return f.err
	}
	return nil
}

// asked notes how asking a peer ended.
func (a *askedPlaces) asked(one config.Peer, begun time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.failed, one.Site)
	if err != nil && time.Since(begun) > placesSlow {
		if a.failed == nil {
			a.failed = map[string]placeFailure{}
		}
		a.failed[one.Site] = placeFailure{time.Now(), err}
	}
}

// seen asks all peers for what they know of some checks. One that has none of them is no
// place of the claim.
func (a *askedPlaces) seen(cfg *config.Config, checks []check.ID, p timeline.Period) []report.PlaceInput {
	return askAll(cfg, func(ctx context.Context, one config.Peer) (report.PlaceInput, bool) {
		in := report.PlaceInput{Site: one.Site}
		series, err := a.askSeries(ctx, one, checks, p)
		if err != nil {
			in.Failed = firstLine(err.Error())
			return in, true
		}
		in.Series = series
		if len(series) == 0 {
			return in, false
		}
		in.Failed = unwatched(series, checks)
		return in, true
	})
}

// unwatched says which of some checks are not among the series; empty for none.
func unwatched(series []timeline.Series, checks []check.ID) string {
	var missing []string
	for _, id := range checks {
		if !slices.ContainsFunc(series, func(s timeline.Series) bool { return s.Check == id }) {
			missing = append(missing, string(id))
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "does not watch " + strings.Join(missing, ", ")
}

// withChecks are the series of some checks.
func withChecks(all []timeline.Series, checks []check.ID) (list []timeline.Series) {
	for _, s := range all {
		if slices.Contains(checks, s.Check) {
			list = append(list, s)
		}
	}
	return list
}

// responses asks all peers for their verdict on a claim on response time. One that
// watches none of its checks is no place of it.
func (a *askedPlaces) responses(cfg *config.Config, c *sla.ResponseClaim, p timeline.Period) []report.ResponsePlace {
	return askAll(cfg, func(ctx context.Context, one config.Peer) (report.ResponsePlace, bool) {
		place := report.ResponsePlace{Site: one.Site}
		series, err := a.askSeries(ctx, one, c.Checks, p)
		if err == nil && len(series) == 0 {
			return place, false
		}
		if err == nil {
			place.LastSeen = lastOf(series, p.To, c.Window.Zone)
			place.Verdict, err = askResponse(ctx, one, c, p)
		}
		if err != nil {
			place.Failed = firstLine(err.Error())
		}
		return place, true
	})
}

// askAll asks every peer at once, and keeps the order of the file.
func askAll[T any](cfg *config.Config, ask func(context.Context, config.Peer) (T, bool)) []T {
	ctx, cancel := context.WithTimeout(context.Background(), placesTimeout)
	defer cancel()
	answers, there := make([]T, len(cfg.Peers)), make([]bool, len(cfg.Peers))
	var asking sync.WaitGroup
	for i, one := range cfg.Peers {
		asking.Go(func() { answers[i], there[i] = ask(ctx, one) })
	}
	asking.Wait()
	var all []T
	for i := range answers {
		if there[i] {
			all = append(all, answers[i])
		}
	}
	return all
}

func periodQuery(p timeline.Period) url.Values {
	return url.Values{"from": {p.From.UTC().Format(time.RFC3339Nano)}, "to": {p.To.UTC().Format(time.RFC3339Nano)}}
}

// askSeries fetches what a peer knows of some checks, a little beyond the period: what
// bounds its first and last pause.
func (a *askedPlaces) askSeries(ctx context.Context, one config.Peer, checks []check.ID, p timeline.Period) (series []timeline.Series, err error) {
	if err := a.resting(one); err != nil {
		return nil, err
	}
	begun := time.Now()
	defer func() { a.asked(one, begun, err) }()
	q := periodQuery(p)
	for _, id := range checks {
		q.Add("check", string(id))
	}
	err = askPeer(ctx, one, "/api/v1/series", q, func(r io.Reader) error {
		series, err = readSeries(r, checks)
		return err
	})
	return series, err
}

// said is a series as a peer tells it.
type said struct {
	Check                  check.ID
	Interval, Reprobe, Gap float64
	Stretches              []saidStretch
}

type saidStretch struct {
	State         check.State
	Reason        check.Reason
	First, Last   time.Time
	Results, Base int
	Interval      float64 `json:"interval_seconds"`
	Beside        bool
	LongGaps      float64 `json:"long_gaps_seconds"`
}

// readSeries takes series that make sense: they are judged like our own.
func readSeries(r io.Reader, checks []check.ID) ([]timeline.Series, error) {
	var answer struct {
		Series *[]struct {
			Check     check.ID      `json:"check"`
			Interval  float64       `json:"interval_seconds"`
			Reprobe   float64       `json:"reprobe_seconds"`
			Gap       float64       `json:"gap_seconds"`
			Stretches []saidStretch `json:"stretches"`
		} `json:"series"`
	}
	if err := json.NewDecoder(r).Decode(&answer); err != nil {
		return nil, fmt.Errorf("answers something else than series: %w", err)
	}
	if answer.Series == nil {
		return nil, errors.New("answers something else than series")
	}
	var all []timeline.Series
	for _, s := range *answer.Series {
		if !slices.Contains(checks, s.Check) {
			continue
		}
		series, err := said(s).series()
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", s.Check, err)
		}
		all = append(all, series)
	}
	return all, nil
}

func (s said) series() (timeline.Series, error) {
	var bad error
	span := func(seconds float64) time.Duration {
		if !(seconds >= 0 && seconds <= maxPeerYears*366*24*3600) {
			bad = fmt.Errorf("%g seconds make no sense", seconds)
			return 0
		}
		return time.Duration(math.Round(seconds * float64(time.Second)))
	}
	out := timeline.Series{Check: s.Check, Interval: span(s.Interval), Reprobe: span(s.Reprobe), Gap: span(s.Gap), Stretches: make([]timeline.Stretch, 0, len(s.Stretches))}
	var before time.Time
	for _, x := range s.Stretches {
		switch {
		case x.Last.Before(x.First) || x.First.Before(before) || x.First.Year() < 1970 || x.Last.Year() > 9000:
			return out, fmt.Errorf("a stretch from %s to %s stands where it cannot", x.First.Format(time.RFC3339), x.Last.Format(time.RFC3339))
		case x.Results < 1 || x.Base < 0 || x.Base > x.Results || x.Interval <= 0:
			return out, fmt.Errorf("a stretch of %d results, %d of them every %g s, makes no sense", x.Results, x.Base, x.Interval)
		}
		before = x.First
		out.Stretches = append(out.Stretches, timeline.Stretch{State: x.State, Reason: x.Reason, First: x.First.UTC(), Last: x.Last.UTC(), Results: x.Results,
			Base: x.Base, Interval: span(x.Interval), Beside: x.Beside, LongGaps: span(x.LongGaps)})
	}
	return out, bad
}

// askResponse fetches a peer's verdict on the claim of the same id, over the same period.
func askResponse(ctx context.Context, one config.Peer, c *sla.ResponseClaim, p timeline.Period) (*sla.ResponseJSON, error) {
	q := periodQuery(p)
	q.Set("format", "json")
	q.Set("alone", "true")
	var said struct {
		Verdict *sla.ResponseJSON `json:"verdict"`
	}
	err := askPeer(ctx, one, "/api/v1/reports/"+url.PathEscape(string(c.ID)), q, func(r io.Reader) error {
		if err := json.NewDecoder(r).Decode(&said); err != nil {
			return fmt.Errorf("answers something else than a report: %w", err)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case said.Verdict == nil || said.Verdict.Claim.Limit == 0:
		return nil, fmt.Errorf("has no claim on response time named %s", c.ID)
	case said.Verdict.Claim.Promise != c.Promise:
		return nil, fmt.Errorf("has %s instead of %s", said.Verdict.Claim.Promise, c.Promise)
	}
	return said.Verdict, sane(said.Verdict)
}

func lastOf(all []timeline.Series, until time.Time, zone *time.Location) *time.Time {
	var last time.Time
	for _, s := range all {
		for _, x := range s.Stretches {
			if x.First.Before(until) && x.Last.After(last) {
				last = x.Last
			}
		}
	}
	if last.IsZero() {
		return nil
	}
	if last.After(until) {
		last = until
	}
	if zone != nil {
		last = last.In(zone)
	}
	return &last
}
