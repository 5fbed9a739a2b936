package daemon

import (
	"cmp"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
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
	mu    sync.Mutex
	of    *config.Config
	kept  []turn        // in the order of its claims
	next  int           // whose turn it is
	whole time.Duration // what judging all of them took
	// budget is turnBudget unless a test says otherwise.
	budget time.Duration
}

// turn is a judged claim with what it depended on.
type turn struct {
	claim   status.Claim
	judged  bool
	edition uint64
	period  timeline.Period
	states  uint64
}

// judge judges all claims, some of them by what was found a little earlier. It may go
// on while boards are made: it only reads history.
func (b *boards) judge(now time.Time, cfg *config.Config) map[sla.ClaimID]status.Claim {
	t := &b.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	first := t.of != cfg
	if first {
		t.of, t.kept, t.next = cfg, make([]turn, len(cfg.Claims)), 0
	}
	begun, edition := time.Now(), b.ledger.edition.Load()
	calm := make([]bool, len(cfg.Claims))
	for i := range cfg.Claims {
		c, k := &cfg.Claims[i], &t.kept[i]
		is := turn{edition: edition, period: borders(c, now), judged: true}
		is.states, calm[i] = b.states(c)
		calm[i] = calm[i] && k.judged && k.edition == is.edition && k.states == is.states && k.period == is.period
		if !calm[i] {
			is.claim = b.claim(now, *c, b.ledger.exclusions(cfg, c.Service))
			*k = is
		}
	}
	if first {
		t.whole = time.Since(begun)
	} else {
		b.inTurn(now, calm)
	}
	judged := make(map[sla.ClaimID]status.Claim, len(cfg.Claims))
	for i := range t.kept {
		judged[cfg.Claims[i].ID] = t.kept[i].claim
	}
	return judged
}

// inTurn judges calm claims, those that have waited longest, while the budget lasts.
func (b *boards) inTurn(now time.Time, calm []bool) {
	t := &b.turns
	budget := cmp.Or(t.budget, max(turnBudget, t.whole/turnBoards))
	begun := time.Now()
	for n := range t.kept {
		i := (t.next + n) % len(t.kept)
		if !calm[i] {
			continue
		}
		c := t.of.Claims[i]
		t.kept[i].claim = b.claim(now, c, b.ledger.exclusions(t.of, c.Service))
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

// states sums up since when the checks of a claim have been in which state. It is calm
// while all of them are up: nothing but time goes on.
func (b *boards) states(c *sla.Claim) (sum uint64, calm bool) {
	const prime = 1099511628211 // FNV-1a over 64-bit words
	sum, calm = 14695981039346656037, true
	for _, id := range c.Checks {
		m, _ := b.latest.get(id)
		sum = (sum ^ uint64(m.since.UnixNano()) ^ uint64(m.last.State)) * prime
		calm = calm && m.last.State == check.Up
	}
	return sum, calm
}
