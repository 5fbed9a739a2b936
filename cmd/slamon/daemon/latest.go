package daemon

import (
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// latest is the newest durable result of every check.
type latest struct {
	mu      sync.RWMutex
	checks  map[check.ID]*moment
	confirm int // most failed probes that a policy wants before it tells of them
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
// although its time has been accounted for once already. It reports whether one of
// them may be the failure that a policy waits for, and has to be looked at at once;
// those that follow wait for the next board, however many agents are silent.
func (l *latest) take(results []check.Result) (failing bool) {
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
			failing = failing || m.failed <= l.confirm
		}
		m.last = r
	}
	return failing
}

// confirmBy takes the policies that are told of failures.
func (l *latest) confirmBy(policies []alert.Policy) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.confirm = 1
	for i := range policies {
		l.confirm = max(l.confirm, policies[i].Confirm)
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

// show puts what is known of checks beside them, in their order.
func (l *latest) show(checks []check.Check, into []status.Check) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for i := range checks {
		shown := &into[i]
		shown.Check = checks[i]
		if m := l.checks[checks[i].ID]; m != nil {
			shown.Last, shown.Since, shown.LastGood, shown.Failed = m.last, m.since, m.lastGood, m.failed
		}
	}
}

// states sums up since when checks have been in which state. It is calm while all of
// them are up: nothing but time goes on.
func (l *latest) states(ids []check.ID) (sum uint64, calm bool) {
	const prime = 1099511628211 // FNV-1a over 64-bit words
	l.mu.RLock()
	defer l.mu.RUnlock()
	sum, calm = 14695981039346656037, true
	for _, id := range ids {
		m := l.checks[id]
		if m == nil {
			m = &moment{}
		}
		sum = (sum ^ uint64(m.since.UnixNano()) ^ uint64(m.last.State)) * prime
		calm = calm && m.last.State == check.Up
	}
	return sum, calm
}

// settle returns which of the checks have incidents that are to be read, again or for
// the first time, and takes note that they will be.
func (l *latest) settle(checks []check.Check, known map[check.ID][]status.Incident) (stale []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range checks {
		m := l.checks[checks[i].ID]
		changed := m != nil && m.changed
		if _, ok := known[checks[i].ID]; ok && !changed {
			continue
		}
		if m != nil {
			m.changed = false
		}
		stale = append(stale, i)
	}
	return stale
}

// again lets the incidents of a check be read once more.
func (l *latest) again(id check.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.checks[id]; m != nil {
		m.changed = true
	}
}
