package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

// Report is what something outside told about itself.
type Report struct {
	At      time.Time `json:"at"`
	OK      bool      `json:"ok"`
	Message string    `json:"message,omitempty"`
}

// heartbeats holds the last report of every heartbeat check. It is safe for
// concurrent use.
type heartbeats struct {
	mu    sync.Mutex
	since map[check.ID]time.Time // when we began to listen for each check
	last  map[check.ID]Report
}

func newHeartbeats() *heartbeats {
	return &heartbeats{since: make(map[check.ID]time.Time), last: make(map[check.ID]Report)}
}

// expect begins to listen for id, unless we do already.
func (h *heartbeats) expect(id check.ID, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.since[id]; !ok {
		h.since[id] = now
	}
}

// Report takes a heartbeat's report and tells whether there is such a heartbeat.
// Of several reports the one with the latest time counts.
func (e *Env) Report(id check.ID, at time.Time, ok bool, message string) bool {
	h := e.beats
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.since[id]; !known {
		return false
	}
	h.put(id, Report{At: at, OK: ok, Message: line(message)})
	return true
}

func (h *heartbeats) put(id check.ID, r Report) {
	if old, ok := h.last[id]; !ok || !r.At.Before(old.At) {
		h.last[id] = r
	}
}

// Heartbeats returns the last report of every check that has one, to be kept over
// a restart.
func (e *Env) Heartbeats() map[check.ID]Report {
	e.beats.mu.Lock()
	defer e.beats.mu.Unlock()
	return maps.Clone(e.beats.last)
}

// Restore puts back what Heartbeats returned before a restart. A newer report that
// came in meanwhile stays.
func (e *Env) Restore(reports map[check.ID]Report) {
	e.beats.mu.Lock()
	defer e.beats.mu.Unlock()
	for id, r := range reports {
		e.beats.put(id, r)
	}
}

// heartbeatProbe judges the last report of one check.
type heartbeatProbe struct {
	check.Heartbeat
	id    check.ID
	beats *heartbeats
	now   func() time.Time
}

// newHeartbeat returns a probe that is Up while the last report was good and is
// not older than p.Every and p.Slack together.
func newHeartbeat(id check.ID, p check.Heartbeat, beats *heartbeats, now func() time.Time) (func(context.Context) check.Outcome, error) {
	if p.Every <= 0 || p.Slack < 0 {
		return nil, errors.New("heartbeat: want a pause between reports above 0, and a slack of 0 or more")
	}
	beats.expect(id, now())
	probe := &heartbeatProbe{Heartbeat: p, id: id, beats: beats, now: now}
	return func(context.Context) check.Outcome { return probe.judge() }, nil
}

func (p *heartbeatProbe) judge() check.Outcome {
	p.beats.mu.Lock()
	last, reported := p.beats.last[p.id]
	since := p.beats.since[p.id]
	p.beats.mu.Unlock()
	now := p.now()
	switch {
	case !reported:
		return p.nothingYet(now, since)
	case now.Sub(last.At) > p.Every+p.Slack:
		return p.overdue(now, since, last)
	case !last.OK:
		return judged(check.Down, check.ReasonStatus,
			fmt.Sprintf("the report of %s says that it failed: %s", stamp(last.At), last.Message), "a good report", last.Message)
	}
	return check.Outcome{State: check.Up}
}

// nothingYet is the outcome before the first report.
func (p *heartbeatProbe) nothingYet(now, since time.Time) check.Outcome {
	if late := now.Sub(since.Add(p.Every + p.Slack)); late > 0 {
		return judged(check.Down, check.ReasonLate,
			fmt.Sprintf("no report since we began to listen at %s: %s late", stamp(since), late.Round(time.Second)), p.want(), "nothing")
	}
	return judged(check.Unknown, check.ReasonStopped,
		fmt.Sprintf("no report since we began to listen at %s; the first is due before %s", stamp(since), stamp(since.Add(p.Every+p.Slack))), p.want(), "nothing yet")
}

// overdue is the outcome when the last report is too old. If we began to listen
// only after the time around which the next one was to be expected, it may have
// found nobody: the benefit of that doubt lasts for one more turn.
func (p *heartbeatProbe) overdue(now, since time.Time, last Report) check.Outcome {
	due := last.At.Add(p.Every + p.Slack)
	if since.After(last.At.Add(p.Every-p.Slack)) && !now.After(since.Add(p.Every+p.Slack)) {
		return judged(check.Unknown, check.ReasonStopped,
			fmt.Sprintf("no report since that of %s, but we listen only since %s", stamp(last.At), stamp(since)), p.want(), "nothing yet")
	}
	return judged(check.Down, check.ReasonLate,
		fmt.Sprintf("the report due before %s is %s late; the last came at %s", stamp(due), now.Sub(due).Round(time.Second), stamp(last.At)),
		p.want(), "nothing since "+stamp(last.At))
}

func (p *heartbeatProbe) want() string {
	return fmt.Sprintf("a report every %s, at most %s late", p.Every, p.Slack)
}

// judged is an outcome without a clock: nothing was waited for.
func judged(s check.State, r check.Reason, sentence, want, got string) check.Outcome {
	return check.Outcome{State: s, Reason: r, Detail: &check.Evidence{
		Sentence: line(sentence), Phase: check.PhaseJudge, Want: line(want), Got: line(got),
	}}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
