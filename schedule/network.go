package schedule

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// anchorTimeout bounds how long a failure waits for the anchors' verdict.
	// They are near (gateway, resolver) or many: 3 s without an answer is dead.
	anchorTimeout = 3 * time.Second
	// roundFresh is how long before a probe a round may have started and still
	// speak for it; it also spaces the rounds.
	roundFresh = 2 * time.Second
	// roundPause is the least pause between two rounds.
	roundPause = time.Second
	// deadPause is how often a dead line is tried again when nothing else asks.
	deadPause = 5 * time.Second
)

// network is what the anchors say of our own line. Guarded by Scheduler.mu.
type network struct {
	alive  atomic.Bool // for NetworkAlive, read without mu
	newest *round
	dead   *round // the newest that found the line dead
}

// round is one question to all anchors at once.
type round struct {
	began         time.Duration // monotonic
	waiting, good int
	need          int
	of            int
	ended         bool
	timer         *time.Timer
	held          []held
}

// held is a failing result that waits for a round's verdict.
type held struct {
	p *probe
	o check.Outcome
}

// NetworkAlive reports whether enough anchors answered when they were last asked
// together; true without anchors.
func (s *Scheduler) NetworkAlive() bool { return s.network.alive.Load() }

// judgeFailure decides whether a failure that our own line could have caused is
// the target's. Where that needs a round that has not ended, it keeps the result
// and reports held. Callers hold mu.
//
// A round speaks for a probe when it started less than roundFresh before the
// probe did, or later. One dead round among those is enough: the line may have
// come back since, and time that nobody can vouch for is unknown.
func (s *Scheduler) judgeFailure(p *probe, o check.Outcome, begun, now time.Duration) (_ check.Outcome, wait bool) {
	if p.st.anchor {
		if p.round == nil {
			s.startRound(now) // keeps NetworkAlive fresh
		}
		return o, false
	}
	r := s.network.newest
	if r == nil || r.began < begun-roundFresh {
		r = s.startRound(now)
	}
	if !r.ended {
		r.held = append(r.held, held{p, o})
		return o, true
	}
	if dead := s.network.dead; dead != nil && dead.began >= begun-roundFresh {
		return dead.blame(o), false
	}
	return o, false
}

// startRound asks all anchors at once, unless that was done a moment ago, and
// returns the newest round. Callers hold mu.
func (s *Scheduler) startRound(now time.Duration) *round {
	if r := s.network.newest; r != nil && now-r.began < roundPause {
		return r
	}
	r := &round{began: now, need: s.need, of: len(s.anchors)}
	s.network.newest = r
	s.count.rounds.Add(1)
	at := s.clock.now()
	for _, st := range s.anchors {
		if st.extra < 2*maxReprobes { // else its probes do not return
			s.launch(st, at, probe{round: r})
			r.waiting++
		}
	}
	if r.waiting == 0 {
		s.endRound(r)
		return r
	}
	r.timer = time.AfterFunc(anchorTimeout+grace, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.endRound(r)
	})
	return r
}

// answered counts an anchor's answer.
func (s *Scheduler) answered(r *round, good bool) {
	r.waiting--
	if good {
		r.good++
	}
	if r.good >= r.need || r.waiting == 0 {
		s.endRound(r)
	}
}

// endRound settles what the round was awaited for. Callers hold mu.
func (s *Scheduler) endRound(r *round) {
	if r.ended || s.stopped {
		return
	}
	r.ended = true
	if r.timer != nil {
		r.timer.Stop()
	}
	alive := r.good >= r.need
	if r == s.network.newest && s.network.alive.Swap(alive) != alive {
		s.log.Warn("own network changed", "alive", alive, "anchors_good", r.good, "anchors_needed", r.need)
	}
	if !alive && (s.network.dead == nil || r.began > s.network.dead.began) {
		s.network.dead = r
	}
	held := r.held
	r.held = nil
	for _, h := range held {
		if !alive {
			h.o = r.blame(h.o)
		}
		s.settle(h.p, h.o, false)
	}
}

// blame turns a failure into an unknown outcome, with what the probe said kept.
func (r *round) blame(o check.Outcome) check.Outcome {
	var e check.Evidence
	if o.Detail != nil {
		e = *o.Detail
	}
	e.Sentence = clip(fmt.Sprintf("own network dead (%d of %d anchors answered, %d needed); the probe said %s: %s",
		r.good, r.of, r.need, o.Reason, e.Sentence))
	o.State, o.Reason, o.Detail = check.Unknown, check.ReasonOwnNetwork, &e
	return o
}
