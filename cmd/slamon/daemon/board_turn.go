package daemon

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// Judging all claims over all their windows costs a fraction of a second with 10,000
// checks, and nearly always nothing has happened: what was up is still up, and only the
// windows have moved. So claims take turns. One whose checks changed state or are not
// all up, whose window has ended, or of which people stated something is judged at
// every board; the others follow, the longest ago first, as long as the budget lasts.
const (
	// turnBudget is what one board may spend on claims of which nothing is new.
	turnBudget = 25 * time.Millisecond
	// turnBoards is after how many boards every claim has had its turn at the latest:
	// two minutes, at the pace of boards when nothing happens.
	turnBoards = 24
)

// turns remembers what was judged. It has a lock of its own: boards are asked for by
// whoever states something, too.
type turns struct {
	mu     sync.Mutex
	of     *config.Config
	kept   []turn           // in the order of its claims
	claims [][]status.Claim // by the places of a layout
	next   int              // whose turn it is
	whole  time.Duration    // what judging all of them took
	// budget is turnBudget unless a test says otherwise.
	budget time.Duration
}

// turn is what the verdict on a claim depended on.
type turn struct {
	judged  bool
	edition uint64
	period  timeline.Period
	states  uint64
}

// judge judges all claims, some of them by what was found a little earlier. It may go
// on while boards are made: it only reads history.
func (b *boards) judge(now time.Time, cfg *config.Config) *verdicts {
	t := &b.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	l := b.layoutOf(cfg)
	first := t.of != cfg
	if first {
		t.of, t.kept, t.next = cfg, make([]turn, len(cfg.Claims)), 0
		t.claims = make([][]status.Claim, len(l.services))
		for i := range t.claims {
			t.claims[i] = make([]status.Claim, len(l.claims[i]))
		}
	}
	r := &round{boards: b, now: now, layout: l, claims: slices.Clone(t.claims), own: make([]bool, len(l.services)), calm: make([]bool, len(cfg.Claims))}
	begun, edition := time.Now(), b.ledger.edition.Load()
	for service, places := range l.claims {
		for at, n := range places {
			c, k := &cfg.Claims[n], &t.kept[n]
			is := turn{edition: edition, period: borders(c, now), judged: true}
			is.states, r.calm[n] = b.latest.states(c.Checks)
			if r.calm[n] = r.calm[n] && *k == is; !r.calm[n] {
				r.judge(service, at)
				*k = is
			}
		}
	}
	if first {
		t.whole = time.Since(begun)
	} else {
		r.inTurn()
	}
	t.claims = r.claims
	return &verdicts{of: cfg, claims: r.claims}
}

// round is one judging of what is to be judged.
type round struct {
	*boards
	layout *layout
	now    time.Time
	claims [][]status.Claim
	own    []bool // services whose list was made in this round: boards hold the others
	calm   []bool // claims of which nothing is new
	// The maintenance of the service that was looked at last: its claims share it.
	excluded  []sla.Exclusion
	excluding int // place of that service, from 1 on
}

// judge judges one claim of a service.
func (r *round) judge(service, at int) {
	cfg, n := r.layout.of, r.layout.claims[service][at]
	if r.excluding != service+1 {
		r.excluding, r.excluded = service+1, r.ledger.exclusions(cfg, r.layout.services[service].ID)
	}
	if !r.own[service] {
		r.claims[service], r.own[service] = slices.Clone(r.claims[service]), true
	}
	r.claims[service][at] = r.claim(r.now, cfg.Claims[n], r.excluded)
}

// inTurn judges calm claims, those that have waited longest, while the budget lasts.
func (r *round) inTurn() {
	t := &r.turns
	budget := cmp.Or(t.budget, max(turnBudget, t.whole/turnBoards))
	begun := time.Now()
	for n := range t.kept {
		i := (t.next + n) % len(t.kept)
		if !r.calm[i] {
			continue
		}
		r.judge(r.layout.where[i].service, r.layout.where[i].at)
		if time.Since(begun) >= budget {
			t.next = (i + 1) % len(t.kept)
			return
		}
	}
	t.next = 0
}

// borders is the window that a verdict was about; one that rolls has none that end.
func borders(c *sla.Claim, now time.Time) timeline.Period {
	if c.Window.Kind == sla.Rolling {
		return timeline.Period{}
	}
	p := c.Window.Period(now)
	if !now.Before(p.To) { // a fixed one that has ended is another matter than one that has not
		p.From = p.To
	}
	return p
}
