package notify

import (
	"slices"
	"time"

	"github.com/slamon/slamon/alert"
)

// Entry is a notice in the outbox, with everything that was done about it.
type Entry struct {
	Notice     alert.Notice `json:"notice"`
	Added      time.Time    `json:"added"`
	Deliveries []*Delivery  `json:"deliveries"`
	Rungs      int          `json:"rungs"`             // of the ladder that are in use
	Accepted   time.Time    `json:"accepted,omitzero"` // by the first channel that took it
	Missed     time.Time    `json:"missed,omitzero"`   // when the window ended with nobody reached
	Closed     time.Time    `json:"closed,omitzero"`   // when there was nothing more to do
	// Rewound is how far the clock was stepped back while the notice was on its way;
	// all its instants were moved along, so that their distances stay true.
	Rewound time.Duration `json:"rewound,omitempty"`

	rungs []alert.Rung // of the ladder
	at    time.Time    // when to look at it next
	dirty bool         // the ledger does not have it as it is
}

// Delivery is a notice on its way over one channel.
type Delivery struct {
	Channel  alert.Channel `json:"channel"`
	Rung     int           `json:"rung"` // of the ladder that called for it
	Next     time.Time     `json:"next,omitzero"`
	Reached  time.Time     `json:"reached,omitzero"` // when the first of its recipients took it
	Accepted time.Time     `json:"accepted,omitzero"`
	Answer   string        `json:"answer,omitempty"` // of the server that accepted
	GaveUp   string        `json:"gave_up,omitempty"`
	Tries    int           `json:"tries"`
	Attempts []Attempt     `json:"attempts"` // the first and the newest ones

	busy bool // an attempt is under way
}

// Attempt is one try.
type Attempt struct {
	At    time.Time     `json:"at"`
	Took  time.Duration `json:"took"`
	Error string        `json:"error,omitempty"`
}

const (
	// keptAttempts bounds what is kept of a delivery's attempts. The first half
	// shows when it was begun, the other half how it ended.
	keptAttempts = 20
	// firstPause and longestPause: a server that restarts is back within a minute,
	// and one that is gone is not asked more than every five.
	firstPause   = 5 * time.Second
	longestPause = 5 * time.Minute
	// afterDue is how long a notice that missed its window is still tried: late
	// news is better than none.
	afterDue = 24 * time.Hour
	// latePause is between attempts after the window has ended.
	latePause = 10 * time.Minute
)

// delivery returns the delivery over a channel, or nil.
func (e *Entry) delivery(c alert.Channel) *Delivery {
	i := slices.IndexFunc(e.Deliveries, func(d *Delivery) bool { return d.Channel == c })
	if i < 0 {
		return nil
	}
	return e.Deliveries[i]
}

// ladder returns the rungs. Send is the limit of one attempt.
func (e *Entry) ladder(send time.Duration) []alert.Rung {
	if e.rungs == nil {
		e.rungs = alert.Ladder(e.Notice, send)
	}
	return e.rungs
}

// climb uses the rungs that are due at now, and at once the next one when all
// channels so far have given up. The last rung tries everybody again.
func (e *Entry) climb(now time.Time, send time.Duration) (changed bool) {
	rungs := e.ladder(send)
	for e.Accepted.IsZero() && e.Rungs < len(rungs) && (e.Rungs == 0 || !now.Before(rungs[e.Rungs].At) || e.stuck()) {
		e.use(rungs[e.Rungs], now)
		e.Rungs++
		changed = true
	}
	return changed
}

// stuck reports whether no channel so far has anything left to try.
func (e *Entry) stuck() bool { return !slices.ContainsFunc(e.Deliveries, (*Delivery).open) }

func (e *Entry) use(rung alert.Rung, now time.Time) {
	for _, c := range rung.Channels {
		d := e.delivery(c)
		switch {
		case d == nil:
			e.Deliveries = append(e.Deliveries, &Delivery{Channel: c, Rung: e.Rungs, Next: now})
		case d.GaveUp != "" && now.Before(rung.At): // it has only just given up
			d.Rung, d.GaveUp, d.Next = e.Rungs, "", minTime(rung.At, now.Add(longestPause))
		case d.Accepted.IsZero() && !d.busy:
			d.Rung, d.GaveUp, d.Next = e.Rungs, "", now
		}
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// open reports whether the delivery still has something to do.
func (d *Delivery) open() bool { return d.Accepted.IsZero() && d.GaveUp == "" }

// done notes the end of an attempt over d. A channel that cannot help gives up, but
// not on the last rung: what is refused for good at noon is accepted at one more
// often than one would think, and then it would be lost.
func (e *Entry) done(d *Delivery, a Attempt, answer string, err error, send time.Duration) {
	d.busy = false
	d.Tries++
	ended := a.At.Add(a.Took)
	if err == nil {
		d.Accepted, d.Answer, d.Next = ended, clip(answer), time.Time{}
		d.note(a)
		return
	}
	f := failure(err)
	a.Error = clip(f.Error())
	d.note(a)
	if f.Reached != "" && d.Reached.IsZero() {
		d.Reached, d.Answer = ended, clip(f.Reached)
	}
	if !f.Permanent {
		d.Next = next(ended, d.Tries, e.Notice.Due, send, f.After)
		return
	}
	if e.Rungs < len(e.ladder(send)) || !d.Reached.IsZero() || !e.Accepted.IsZero() {
		d.GaveUp, d.Next = a.Error, time.Time{}
		return
	}
	d.Next = next(ended, d.Tries, e.Notice.Due, send, longestPause)
}

func (d *Delivery) note(a Attempt) {
	if len(d.Attempts) == keptAttempts {
		d.Attempts = slices.Delete(d.Attempts, keptAttempts/2, keptAttempts/2+1)
	}
	d.Attempts = append(d.Attempts, a)
}

// next returns when to try again: after a pause that doubles and is not shorter than
// asked for, but so that a last attempt can still succeed before the window ends.
func next(now time.Time, tries int, due time.Time, send, asked time.Duration) time.Time {
	if !now.Before(due) {
		return now.Add(latePause)
	}
	pause := max(min(firstPause<<min(tries-1, 10), longestPause), asked)
	at, last := now.Add(pause), due.Add(-send)
	if at.After(last) && now.Before(last) {
		return last
	}
	return at
}

// settle closes the entry when nothing is left to do, and notes a missed window. It
// reports whether the window was missed just now.
func (e *Entry) settle(now time.Time) (missed bool) {
	open := false
	for _, d := range e.Deliveries {
		open = open || d.open()
		for _, at := range []time.Time{d.Reached, d.Accepted} {
			if !at.IsZero() && (e.Accepted.IsZero() || at.Before(e.Accepted)) {
				e.Accepted = at
			}
		}
	}
	late := e.Accepted.IsZero() && now.After(e.Notice.Due) || e.Accepted.After(e.Notice.Due)
	if e.Missed.IsZero() && late {
		e.Missed, missed = e.Notice.Due, true
	}
	over := now.After(e.Notice.Due) && !e.Accepted.IsZero() || now.After(e.Notice.Due.Add(afterDue))
	if over || !open && (!e.Accepted.IsZero() || now.After(e.Notice.Due)) {
		e.Closed = now
	}
	return missed
}

// wake returns when the entry wants to be looked at next.
func (e *Entry) wake(now time.Time, send time.Duration) time.Time {
	at := e.Notice.Due.Add(time.Millisecond)
	if now.After(e.Notice.Due) {
		at = now.Add(latePause)
	}
	for _, d := range e.Deliveries {
		if d.open() && !d.busy {
			at = minTime(at, d.Next)
		}
	}
	if rungs := e.ladder(send); e.Accepted.IsZero() && e.Rungs < len(rungs) {
		at = minTime(at, rungs[e.Rungs].At)
	}
	return at
}

// trouble returns the newest error of a channel.
func (e *Entry) trouble() (text string) {
	var newest time.Time
	for _, d := range e.Deliveries {
		if n := len(d.Attempts); n > 0 && !d.Attempts[n-1].At.Before(newest) {
			newest, text = d.Attempts[n-1].At, string(d.Channel)+": "+d.Attempts[n-1].Error
		}
	}
	return text
}

// rewind moves all instants back with the clock, so that what is left of the window
// and of every pause stays the same.
func (e *Entry) rewind(by time.Duration) {
	e.Rewound += by
	e.rungs = nil
	list := []*time.Time{&e.Notice.Detected, &e.Notice.Due, &e.Added, &e.Accepted, &e.Missed}
	for _, d := range e.Deliveries {
		list = append(list, &d.Next, &d.Reached, &d.Accepted)
		for i := range d.Attempts {
			list = append(list, &d.Attempts[i].At)
		}
	}
	for _, t := range list {
		if !t.IsZero() {
			*t = t.Add(-by)
		}
	}
}
