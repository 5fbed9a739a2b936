package daemon

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

const (
	// peerTimeout bounds a request to a peer; a board is never far away.
	peerTimeout = 15 * time.Second
	// peerTick is how often it is looked at who has to be asked.
	peerTick = time.Second
	// maxPeerAnswer bounds what is read of a peer: 10,000 claims without their windows.
	maxPeerAnswer = 64 << 20
	// maxPeerClaims bounds what is kept of it.
	maxPeerClaims = 20_000
	// freshRounds is for how many of its rounds what a peer saw down counts as now.
	freshRounds = 3
)

// peers keeps what other sites say.
type peers struct {
	mu    sync.Mutex
	known map[string]*peerState // by site
}

// peerState is one site and when it was last asked.
type peerState struct {
	asked  time.Time
	asking bool
	heard  time.Time // when it answered last, by our clock
	view   status.Site
}

// views returns what the configured sites say, in the order of the file.
func (p *peers) views(cfg *config.Config) []status.Site {
	if p == nil || len(cfg.Peers) == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []status.Site
	for _, one := range cfg.Peers {
		view := status.Site{Name: one.Site, URL: one.URL.Redacted()}
		if s := p.known[one.Site]; s != nil {
			view.At, view.Error, view.Claims, view.Responses = s.view.At, s.view.Error, s.view.Claims, s.view.Responses
			if time.Since(s.heard) <= freshRounds*one.Every {
				view.Down = s.view.Down
			}
		}
		all = append(all, view)
	}
	return all
}

// runPeers asks the other sites, each at its pace, until ctx is done.
func (d *Daemon) runPeers(ctx context.Context) error {
	tick := time.NewTicker(peerTick)
	defer tick.Stop()
	var asking sync.WaitGroup
	defer asking.Wait()
	for {
		for _, one := range d.config.Load().Peers {
			if d.peers.due(one, time.Now()) {
				asking.Go(func() { d.peers.ask(ctx, one) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// due reports whether a site is to be asked now, and notes that it is.
func (p *peers) due(one config.Peer, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]*peerState{}
	}
	s := p.known[one.Site]
	if s == nil {
		s = &peerState{}
		p.known[one.Site] = s
	}
	if s.asking || now.Sub(s.asked) < one.Every {
		return false
	}
	s.asking, s.asked = true, now
	return true
}

// ask fetches the verdicts of a site, and what is down there. What it said before stays, with the reason why
// there is nothing newer.
func (p *peers) ask(ctx context.Context, one config.Peer) {
	view, err := fetchView(ctx, one)
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.known[one.Site]
	s.asking = false
	if err != nil {
		s.view.Error = firstLine(err.Error())
		return
	}
	s.view, s.heard = view, time.Now()
}

// fetchView asks a site once for all that is shown and counted of it.
func fetchView(ctx context.Context, one config.Peer) (view status.Site, err error) {
	ctx, cancel := context.WithTimeout(ctx, peerTimeout)
	defer cancel()
	err = askPeer(ctx, one, "/api/v1/verdicts", nil, func(r io.Reader) error {
		view.At, view.Claims, err = readVerdicts(r)
		return err
	})
	if err != nil {
		return status.Site{}, err
	}
	err = askPeer(ctx, one, "/api/v1/responses", nil, func(r io.Reader) error {
		view.Responses, err = readResponses(r)
		return err
	})
	if err != nil {
		return status.Site{}, err
	}
	err = askPeer(ctx, one, "/api/v1/checks", nil, func(r io.Reader) error {
		view.Down, err = readDown(r)
		return err
	})
	return view, err
}

// askPeer has read what a site answers at a path.
func askPeer(ctx context.Context, one config.Peer, path string, q url.Values, read func(io.Reader) error) error {
	target := one.URL.JoinPath(path)
	target.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	if one.User != "" {
		r.SetBasicAuth(one.User, one.Password.Reveal())
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		ServerName: one.TLS.ServerName, RootCAs: one.TLS.Roots, Certificates: one.TLS.Certificates, InsecureSkipVerify: one.TLS.SkipVerify,
	}}
	// A redirect could lead the password astray.
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the address, which stands beside it
		}
		return fmt.Errorf("cannot be asked: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return read(io.LimitReader(answer.Body, maxPeerAnswer))
}

// readDown keeps which checks are down at a site.
func readDown(r io.Reader) (map[check.ID]bool, error) {
	var said struct {
		Checks []struct {
			ID     check.ID    `json:"id"`
			State  check.State `json:"state"`
			Paused bool        `json:"paused"`
		} `json:"checks"`
	}
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		return nil, fmt.Errorf("answers something else than its checks: %w", err)
	}
	down := map[check.ID]bool{}
	for _, c := range said.Checks {
		if c.State == check.Down && !c.Paused {
			down[c.ID] = true
		}
	}
	return down, nil
}

// readVerdicts keeps of each verdict what stands beside our own.
func readVerdicts(r io.Reader) (time.Time, map[sla.ClaimID]sla.Verdict, error) {
	var said struct {
		At       time.Time         `json:"at"`
		Verdicts []sla.VerdictJSON `json:"verdicts"`
	}
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		return time.Time{}, nil, fmt.Errorf("answers something else than verdicts: %w", err)
	}
	if said.At.IsZero() || len(said.Verdicts) > maxPeerClaims {
		return time.Time{}, nil, fmt.Errorf("answers something else than verdicts: at %s, %d of them", said.At, len(said.Verdicts))
	}
	claims := make(map[sla.ClaimID]sla.Verdict, len(said.Verdicts))
	for _, j := range said.Verdicts {
		v, err := ofPeer(j)
		if err != nil {
			return time.Time{}, nil, fmt.Errorf("claim %s: %w", cmp.Or(j.Claim.ID, "?"), err)
		}
		claims[j.Claim.ID] = v
	}
	return said.At, claims, nil
}

// readResponses keeps of each verdict on response time what stands beside our own.
func readResponses(r io.Reader) (map[sla.ClaimID]sla.ResponseVerdict, error) {
	var said struct {
		Responses *[]sla.ResponseJSON `json:"responses"`
	}
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		return nil, fmt.Errorf("answers something else than verdicts on response time: %w", err)
	}
	if said.Responses == nil || len(*said.Responses) > maxPeerClaims {
		return nil, errors.New("answers something else than verdicts on response time")
	}
	claims := make(map[sla.ClaimID]sla.ResponseVerdict, len(*said.Responses))
	for _, j := range *said.Responses {
		if err := sane(&j); err != nil {
			return nil, fmt.Errorf("claim %s: %w", cmp.Or(j.Claim.ID, "?"), err)
		}
		v := sla.ResponseVerdict{Until: j.Until, Final: j.Final, Low95: j.Share.Low95, High95: j.Share.High95, Answer: j.Verdict}
		v.Operations, v.Unknown = j.Operations.Total, j.Operations.Unknown
		if j.Share.Point != nil {
			v.Point = *j.Share.Point
		}
		claims[j.Claim.ID] = v
	}
	return claims, nil
}

// sane refuses figures of another site that would make no sense on our pages.
func sane(j *sla.ResponseJSON) error {
	point := 0.0
	if j.Share.Point != nil {
		point = *j.Share.Point
	}
	for _, x := range []float64{point, j.Share.Low95, j.Share.High95} {
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("a share of %g makes no sense", x)
		}
	}
	o := &j.Operations
	if o.Total < 0 || o.Unknown < 0 || o.Failed < 0 || o.Failed > o.Total || o.Total > 0 && j.Share.Point == nil {
		return fmt.Errorf("%d operations with %d failed make no sense", o.Total, o.Failed)
	}
	for _, a := range []sla.Answer{sla.Met, sla.MetIfUnknownAlike, sla.Breached, sla.CannotTell} {
		if j.Verdict == a {
			return nil
		}
	}
	return fmt.Errorf("verdict %q is none", strings.ToValidUTF8(string(j.Verdict[:min(len(j.Verdict), 40)]), "?"))
}

// ofPeer turns the figures of another site into a verdict; those that cannot be are
// refused, since they would stand on our pages.
func ofPeer(j sla.VerdictJSON) (sla.Verdict, error) {
	span := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	const most = 1000 * 365 * 24 * 3600
	for _, s := range []float64{j.Accounted, j.Unknown, j.Downtime.Point, j.Downtime.Low95, j.Downtime.High95} {
		if !(s >= 0 && s <= most) {
			return sla.Verdict{}, fmt.Errorf("%g seconds make no sense", s)
		}
	}
	if j.Unknown > j.Accounted {
		return sla.Verdict{}, fmt.Errorf("%g of %g seconds are unknown", j.Unknown, j.Accounted)
	}
	if !(j.Coverage >= 0 && j.Coverage <= 1) {
		return sla.Verdict{}, fmt.Errorf("a coverage of %g makes no sense", j.Coverage)
	}
	v := sla.Verdict{
		Accounted: span(j.Accounted), Unknown: span(j.Unknown), Until: j.Until, Final: j.Final, Coverage: j.Coverage,
		Downtime: sla.Downtime{Point: span(j.Downtime.Point), Low95: span(j.Downtime.Low95), High95: span(j.Downtime.High95)},
	}
	for _, a := range []sla.Answer{sla.Met, sla.MetIfUnknownAlike, sla.BreachedCertain, sla.Breached, sla.CannotTell} {
		if j.Verdict == a {
			v.Answer = a
			return v, nil
		}
	}
	return sla.Verdict{}, fmt.Errorf("verdict %q is none", strings.ToValidUTF8(string(j.Verdict[:min(len(j.Verdict), 40)]), "?"))
}
