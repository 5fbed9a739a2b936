package daemon

import (
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
)

// cause returns what a person has confirmed about an incident.
func (l *ledger) cause(incident string) sla.Cause {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.causes[incident]
}

// Confirm keeps who is responsible for an incident.
func (l *ledger) Confirm(incident string, c sla.Cause) error {
	if _, err := sla.ParseSide(string(c.Side)); err != nil {
		return web.Refusal{Err: err}
	}
	if strings.TrimSpace(c.By) == "" {
		return refuse400("nobody is named who confirms it: say by")
	}
	if !l.isIncident(incident) {
		return refuse400("no incident is named %q", incident)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.put(causePrefix+incident, c); err != nil {
		return err
	}
	l.causes[incident] = c
	l.assigned.Add(1)
	return l.confirmed(incident, c)
}

// isIncident reports whether a failure of that name is in the history: a check that
// failed at that moment.
func (l *ledger) isIncident(name string) bool {
	id, first := splitIncident(name)
	if first.IsZero() {
		return false
	}
	series, err := l.store.Series(id, periodOf(first.Add(-time.Second), first.Add(time.Second)))
	if err != nil {
		return false
	}
	for _, s := range series.Stretches {
		if s.State == check.Down && s.First.Truncate(time.Millisecond).Equal(first) {
			return true
		}
	}
	return false
}

func (l *ledger) allCauses() map[string]sla.Cause {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make(map[string]sla.Cause, len(l.causes))
	for k, c := range l.causes {
		out[k] = c
	}
	return out
}
