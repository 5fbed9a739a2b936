package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
)

// Channel is a way to reach people that is ready for use.
type Channel struct {
	Sender   Sender
	Timeout  time.Duration // of one attempt; 30 s when zero
	Language string
	Texts    *Texts // instead of the built-in texts; nil for those
}

// Options are what an Outbox needs. The functions may be nil; they must not block.
type Options struct {
	Ledger Ledger
	Log    *slog.Logger
	// Render makes the message of a notice in a language.
	Render func(n alert.Notice, language string) Message
	// Told is called once for every notice that somebody accepted, in or after its
	// window; Missed once for every one that nobody accepted in it; Failed after every
	// attempt that failed.
	Told   func(Entry)
	Missed func(Entry)
	Failed func(alert.Channel)
}

const (
	// maxAtOnce bounds the attempts under way over one channel: a server that hangs
	// holds these and no other channel's.
	maxAtOnce = 4
	// defaultTimeout bounds an attempt whose channel states none.
	defaultTimeout = 30 * time.Second
	// stopGrace is how long attempts under way may go on after the stop: a mail that
	// is being accepted need not be sent twice.
	stopGrace = 5 * time.Second
	// longestRest is the longest time between two looks, also when nothing is due.
	longestRest = time.Minute
	// maxUndelivered bounds what one look at late notices goes through; whoever hears
	// of a thousand needs no exact number.
	maxUndelivered = 1000
	// pruneEvery is how often closed notices that are too old are looked for.
	pruneEvery = time.Hour
	// clockSlack is how far the clock may be slewed between two looks without being
	// called stepped.
	clockSlack = time.Second
)

// Outbox sends notices and keeps the proof. Make one with NewOutbox; its methods are
// safe for concurrent use.
type Outbox struct {
	options Options
	wake    chan struct{}
	running sync.WaitGroup

	mu       sync.Mutex // guards what follows
	channels map[alert.Channel]Channel
	busy     map[alert.Channel]int // attempts under way
	entries  map[string]*Entry     // that are not closed, by notice ID
	open     []*Entry              // the same, oldest first
	threads  map[string]int        // how many of them there are in each thread
	failing  bool                  // the last write to the ledger failed
}

// NewOutbox reads what a run before left to do.
func NewOutbox(o Options) (*Outbox, error) {
	if o.Told == nil {
		o.Told = func(Entry) {}
	}
	if o.Missed == nil {
		o.Missed = func(Entry) {}
	}
	if o.Failed == nil {
		o.Failed = func(alert.Channel) {}
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	kept, err := o.Ledger.Load(openPrefix, "", maxOpen)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	b := &Outbox{options: o, wake: make(chan struct{}, 1), channels: map[alert.Channel]Channel{}, busy: map[alert.Channel]int{}, entries: map[string]*Entry{}, threads: map[string]int{}}
	if b.open, err = read(kept); err != nil {
		return nil, err
	}
	slices.SortStableFunc(b.open, func(x, y *Entry) int { return x.Added.Compare(y.Added) })
	now := wall()
	for _, e := range b.open {
		b.entries[e.Notice.ID] = e
		b.threads[e.Notice.Thread]++
		if ahead := e.Added.Sub(now); ahead > 0 { // the clock was stepped back while we were off
			e.rewind(ahead)
			e.dirty = true
		}
	}
	return b, nil
}

// wall is the time of day without the monotonic reading. Entries outlive processes
// and steps of the clock, so they are compared by the wall alone.
func wall() time.Time { return time.Now().Round(0) }

// SetChannels replaces the channels, at the start and after a reload.
func (b *Outbox) SetChannels(channels map[alert.Channel]Channel) {
	b.mu.Lock()
	b.channels = channels
	for _, e := range b.open {
		e.rungs, e.at = nil, time.Time{} // the limits of attempts may have changed
	}
	b.mu.Unlock()
	b.poke()
}

// Keepers returns the channels whose receivers want to hear again what is there.
func (b *Outbox) Keepers() map[alert.Channel]Keeper {
	b.mu.Lock()
	defer b.mu.Unlock()
	keepers := map[alert.Channel]Keeper{}
	for id, c := range b.channels {
		if k, ok := c.Sender.(Keeper); ok {
			keepers[id] = k
		}
	}
	return keepers
}

// Add takes notices, and keeps them together with other facts in one transaction
// before anything is sent. A notice that is already there is not taken again. After
// an error the notices are sent nevertheless: telling people matters more than the
// proof, above all when the disk is what is broken.
func (b *Outbox) Add(now time.Time, notices []alert.Notice, with map[string][]byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now = now.Round(0)
	save := maps.Clone(with)
	if save == nil {
		save = map[string][]byte{}
	}
	fresh := make([]*Entry, 0, len(notices))
	for _, n := range notices {
		if _, there := b.entries[n.ID]; there {
			continue
		}
		n.Detected, n.Due = n.Detected.Round(0), n.Due.Round(0)
		e := &Entry{Notice: n, Added: now}
		e.climb(now, b.longest())
		save[openPrefix+n.ID] = encode(e)
		fresh = append(fresh, e)
		b.entries[n.ID] = e
		b.threads[n.Thread]++
	}
	if len(save) == 0 {
		return nil
	}
	err := b.options.Ledger.Save(save)
	for _, e := range fresh {
		e.dirty = err != nil
	}
	b.open = append(b.open, fresh...)
	b.poke()
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// longest returns the longest limit of an attempt.
func (b *Outbox) longest() time.Duration {
	most := time.Duration(0)
	for _, c := range b.channels {
		most = max(most, c.limit())
	}
	return cmp.Or(most, defaultTimeout)
}

func (c Channel) limit() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return defaultTimeout
}

func (b *Outbox) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Pending counts the notices that nobody has accepted yet.
func (b *Outbox) Pending() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, e := range b.open {
		if e.Accepted.IsZero() {
			n++
		}
	}
	return n
}

// Undelivered returns the notices that half of their window has passed for without
// anybody accepting them, at most maxUndelivered.
func (b *Outbox) Undelivered(now time.Time) []alert.Undelivered {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []alert.Undelivered
	for _, e := range b.open {
		if len(list) < maxUndelivered && e.Accepted.IsZero() && !now.Before(alert.Pressing(&e.Notice)) {
			list = append(list, alert.Undelivered{Notice: e.Notice, Trouble: e.trouble()})
		}
	}
	return list
}

// Run sends until ctx is done, gives attempts under way a short grace, and returns
// when none is left and everything is in the ledger.
func (b *Outbox) Run(ctx context.Context) error {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	timer := time.NewTimer(0)
	defer timer.Stop()
	last, pruned := time.Now(), time.Time{}
	for {
		select {
		case <-ctx.Done():
			grace := time.AfterFunc(stopGrace, cut)
			b.running.Wait()
			grace.Stop()
			b.flush()
			return nil
		case <-timer.C:
		case <-b.wake:
		}
		now := time.Now()
		if back := steppedBack(last, now); back > 0 {
			b.rewind(back)
		}
		last = now
		rest := b.look(work, now.Round(0)).Sub(now.Round(0))
		b.flush()
		if now.Sub(pruned) >= pruneEvery {
			pruned = now
			b.prune(now)
		}
		timer.Reset(max(rest, 0))
	}
}

// steppedBack returns by how much the wall clock was set back between two readings
// of it; 0 when it was not. A step forward needs nothing: what has become due by it
// is done at once.
func steppedBack(last, now time.Time) time.Duration {
	passed := now.Sub(last) // by the monotonic clock
	back := passed - now.Round(0).Sub(last.Round(0))
	if back < clockSlack {
		return 0
	}
	return back
}

// rewind moves what is open back with the clock.
func (b *Outbox) rewind(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.options.Log.Warn("the clock was stepped back: notices keep what is left of their windows", "by", by, "notices", len(b.open))
	for _, e := range b.open {
		e.rewind(by)
		e.at, e.dirty = time.Time{}, true
	}
}

// look starts every attempt that is due, and returns when to look again. Attempts
// that have no place now begin when one ends, which wakes Run.
func (b *Outbox) look(ctx context.Context, now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	again, send := now.Add(longestRest), b.longest()
	ahead := queue{b.threads, map[place]bool{}}
	for _, e := range b.open {
		if now.Before(e.at) && !e.dirty {
			again = minTime(again, e.at)
			ahead.add(e)
			continue
		}
		e.dirty = e.climb(now, send) || e.dirty
		b.settle(e, now)
		waiting, turn := b.begin(ctx, e, now, ahead)
		if !turn.IsZero() {
			again = minTime(again, turn)
		}
		if e.climb(now, send) { // a channel is gone from the file, and was the last one left
			e.dirty = true
			waiting, _ = b.begin(ctx, e, now, ahead)
		}
		ahead.add(e)
		e.at = e.wake(now, send)
		if waiting || !e.Closed.IsZero() {
			continue // its time has come, and looking sooner would not help
		}
		again = minTime(again, e.at)
	}
	return again
}

// begin starts what is due of one entry. It reports whether something that is due
// has to wait, for a place or until turn.
func (b *Outbox) begin(ctx context.Context, e *Entry, now time.Time, ahead queue) (waiting bool, turn time.Time) {
	for _, d := range e.Deliveries {
		if until := ahead.until(e, d); now.Before(until) {
			waiting, turn = true, until
			continue
		}
		waiting = b.start(ctx, e, d, now) || waiting
	}
	return waiting, turn
}

// queue holds the deliveries that are open, so that a recovery does not overtake the
// failure that it ends: some receivers would keep the failure open for ever.
type queue struct {
	threads map[string]int
	ahead   map[place]bool
}

type place struct {
	thread  string
	channel alert.Channel
}

func (q queue) add(e *Entry) {
	if q.threads[e.Notice.Thread] < 2 {
		return
	}
	for _, d := range e.Deliveries {
		if d.open() {
			q.ahead[place{e.Notice.Thread, d.Channel}] = true
		}
	}
}

// until returns how long the delivery has to let an older one of its thread go first:
// never into the last three quarters of its window.
func (q queue) until(e *Entry, d *Delivery) time.Time {
	if len(q.ahead) == 0 || d.busy || !d.open() || !q.ahead[place{e.Notice.Thread, d.Channel}] {
		return time.Time{}
	}
	return e.Notice.Detected.Add(e.Notice.Due.Sub(e.Notice.Detected) / 4)
}

// start begins an attempt if one is due. It reports whether one is due and has to
// wait for a place.
func (b *Outbox) start(ctx context.Context, e *Entry, d *Delivery, now time.Time) (waiting bool) {
	if !d.open() || d.busy || now.Before(d.Next) || !e.Closed.IsZero() {
		return false
	}
	channel, ok := b.channels[d.Channel]
	if !ok {
		d.GaveUp, e.dirty = "no channel of this name is configured", true
		b.options.Log.Warn("notice for a channel that is not configured", "channel", d.Channel, "notice", e.Notice.ID)
		return false
	}
	if b.busy[d.Channel] >= maxAtOnce {
		return true
	}
	d.busy = true
	b.busy[d.Channel]++
	b.running.Add(1)
	go b.attempt(ctx, e, d, channel, e.Notice)
	return false
}

// attempt is the goroutine of one try.
func (b *Outbox) attempt(ctx context.Context, e *Entry, d *Delivery, channel Channel, n alert.Notice) {
	defer b.running.Done()
	begun := time.Now()
	answer, err := b.deliver(ctx, d.Channel, channel, n)
	took := time.Since(begun)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.poke()
	b.busy[d.Channel]--
	e.at = time.Time{}
	if err != nil && ctx.Err() != nil {
		d.busy = false // our own stop cut it off: the next start tries again
		return
	}
	now := wall()
	e.done(d, Attempt{At: now.Add(-took), Took: took}, answer, err, b.longest())
	e.dirty = true
	if err != nil {
		b.options.Log.Warn("notice not taken", "channel", d.Channel, "notice", e.Notice.ID, "tries", d.Tries, "permanent", IsPermanent(err), "error", clip(err.Error()))
		b.options.Failed(d.Channel)
	} else {
		b.options.Log.Info("notice accepted", "channel", d.Channel, "notice", e.Notice.ID, "after", d.Accepted.Sub(e.Notice.Detected), "answer", d.Answer)
	}
	b.settle(e, now)
}

// deliver renders and sends, and turns a panic into an error. A template that fails
// keeps nobody from being told. The channel has all of its time for sending: a report
// may take long to write, since other places are asked for what they saw.
func (b *Outbox) deliver(ctx context.Context, id alert.Channel, c Channel, n alert.Notice) (answer string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = permanent("the channel itself broke: %v", cause)
		}
	}()
	m := b.options.Render(n, c.Language)
	own, err := c.Texts.Apply(m)
	if err != nil {
		b.options.Log.Error("template failed, the built-in text is sent", "channel", id, "notice", n.ID, "error", err)
		own = m.failed(err)
	}
	limited, cancel := context.WithTimeout(ctx, c.limit())
	defer cancel()
	return c.Sender.Send(limited, own)
}

// settle closes what is over, and tells of the first acceptance and of a missed
// window. Callers hold mu.
func (b *Outbox) settle(e *Entry, now time.Time) {
	if !e.Closed.IsZero() {
		return
	}
	first := e.Accepted.IsZero()
	missed := e.settle(now)
	if first && !e.Accepted.IsZero() {
		b.options.Told(*e)
	}
	if missed {
		b.options.Log.Error("notice missed its window", "notice", e.Notice.ID, "due", e.Notice.Due, "accepted", e.Accepted)
		b.options.Missed(*e)
	}
	e.dirty = e.dirty || missed || !e.Closed.IsZero()
}
