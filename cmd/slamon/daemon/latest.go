package daemon

import (
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

// latest is the newest durable result of every check.
type latest struct {
	mu     sync.RWMutex
	checks map[check.ID]*moment
}

// moment is what is kept of one check beside its history.
type moment struct {
	last     check.Result
	since    time.Time // first result of the present state
	lastGood time.Time
	failed   int  // failed probes since the last good one
	changed  bool // the state changed, or another probe failed: its incidents are to be read again
}

// take notes results in the order in which they became durable. That is the order
// of sending also where the wall clock was set back: what is down now is down,
// although its time has been accounted for once already.
func (l *latest) take(results []check.Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.checks == nil {
		l.checks = map[check.ID]*moment{}
	}
	for _, r := range results {
		m := l.checks[r.Check]
		if m == nil {
			m = &moment{since: r.Sent, changed: true}
			l.checks[r.Check] = m
		}
		if m.last.State != r.State {
			m.since = r.Sent
		}
		if m.last.State != r.State || r.State == check.Down {
			m.changed = true
		}
		switch {
		case r.State.Good():
			m.lastGood, m.failed = r.Sent, 0
		case r.State == check.Down:
			m.failed++
		}
		m.last = r
	}
}

// get returns a copy of what is known of a check.
func (l *latest) get(id check.ID) (moment, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	m, ok := l.checks[id]
	if !ok {
		return moment{}, false
	}
	return *m, true
}

// settle returns whether the check's incidents are to be read again, and takes
// note that they will be.
func (l *latest) settle(id check.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	m, ok := l.checks[id]
	if !ok || !m.changed {
		return false
	}
	m.changed = false
	return true
}
