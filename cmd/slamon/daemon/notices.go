package daemon

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/status"
)

const (
	// noticePause is the longest time between two decisions. Mostly a board is what
	// calls for one.
	noticePause = time.Second
	// blindTold is how long slamon must have been away for people to be told of it. A
	// restart for an update takes seconds.
	blindTold = 2 * time.Minute
)

// teller decides what people have to be told, and hands it to the outbox.
type teller struct {
	d      *Daemon
	outbox *notify.Outbox
	secret []byte // signs links
	duties duties

	mu     sync.Mutex // guards what follows
	memory alert.Memory
	kept   map[string]uint64 // sums of what the store has, by key
	board  time.Time         // the moment of the newest board that was looked at
	blind  *alert.Condition  // told with the first decision

	acts     map[string]alert.Act // who took care of what, by condition, also when it is over
	lastDeed time.Time            // deeds are named by their moments
}

// openTeller reads what was decided and left to send before.
func (d *Daemon) openTeller() (*teller, error) {
	t := &teller{d: d, kept: map[string]uint64{}}
	var err error
	if t.secret, err = d.drawn(linkKey, sha256.Size); err != nil {
		return nil, err
	}
	if err := t.recall(); err != nil {
		return nil, err
	}
	t.outbox, err = notify.NewOutbox(notify.Options{
		Ledger: shelf{d.store}, Log: d.log, Render: t.render,
		Told:   func(e notify.Entry) { d.metrics.ObserveNotice(max(0, e.Accepted.Sub(e.Notice.Detected))) },
		Failed: func(c alert.Channel) { d.metrics.NoticeFailed(string(c)) },
		Missed: func(e notify.Entry) {
			d.metrics.NoticeMissed()
			go d.event(status.Event{At: time.Now(), Kind: "notice_missed", Text: e.Notice.ID + " was due at " + e.Notice.Due.Format(time.RFC3339)})
		},
	})
	if err == nil {
		d.metrics.Pending(t.outbox.Pending)
	}
	return t, err
}

// run decides after every board, until ctx is done. The last decision is made after
// the boards have ended, so that nothing that was seen is left untold.
func (t *teller) run(ctx context.Context) error {
	for {
		t.look(time.Now())
		if !wait(ctx, noticePause, t.d.boarded) {
			t.look(time.Now())
			return nil
		}
	}
}

// look decides by the newest board.
func (t *teller) look(now time.Time) {
	board := t.d.boards.current.Load()
	if board == nil {
		return
	}
	cfg := t.d.config.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	if board.At.Equal(t.board) {
		return // nothing new is known
	}
	t.board = board.At
	rules := t.rules(cfg)
	wrong := alert.Conditions(board, cfg.Notify.Limits())
	if late, ok := alert.AtRisk(t.outbox.Undelivered(now), now, cfg.Zone); ok {
		wrong = append(wrong, late)
	}
	notices := alert.Decide(now, rules, wrong, &t.memory)
	if t.blind != nil {
		if n, ok := alert.Announce(now, rules, *t.blind); ok {
			notices = append(notices, n)
		}
		t.blind = nil
	}
	t.keep(now, notices)
}

// keep hands notices to the outbox, together with what changed in the memory.
// Callers hold mu.
func (t *teller) keep(now time.Time, notices []alert.Notice) {
	save, err := t.changes()
	if err == nil {
		err = t.outbox.Add(now, notices, save)
	}
	if err != nil {
		t.kept = map[string]uint64{} // written again with the next decision
		t.d.log.Error("what people are told cannot be kept", "error", err)
	}
}

// take puts the channels of a configuration into force.
func (t *teller) take(cfg *config.Config, ready map[alert.Channel]notify.Channel) {
	t.readDuties(cfg, time.Now())
	t.outbox.SetChannels(ready)
	names := make([]string, 0, len(cfg.Notify.Channels))
	for _, l := range cfg.Notify.Channels {
		names = append(names, string(l.ID))
	}
	t.d.metrics.Channels(names)
}

// wasBlind remembers how long nobody watched, to be told.
func (t *teller) wasBlind(newest, now time.Time) {
	if newest.IsZero() || now.Sub(newest) < blindTold {
		return
	}
	cfg := t.d.config.Load()
	show := func(at time.Time) string { return at.In(cfg.Zone).Format("2006-01-02 15:04:05 -07:00") }
	t.blind = &alert.Condition{
		Key: string(alert.Blind), Subject: "slamon's " + string(alert.Blind), Type: alert.Blind, Severity: alert.Warning, Since: newest, Path: "/system",
		Title:    "slamon watches again, after " + alert.LengthIn("en", now.Sub(newest)),
		Sentence: fmt.Sprintf("Nothing is known from %s to %s: that time is unknown in every figure.", show(newest), show(now)),
		JA: alert.Words{Title: "slamon の監視の再開（" + alert.LengthIn("ja", now.Sub(newest)) + "の中断）",
			Sentence: fmt.Sprintf("%s から %s までは不明です。どの数値でも不明として扱います。", show(newest), show(now))},
	}
}

// newestResult returns when the newest result before this start was sent.
func (d *Daemon) newestResult() (newest time.Time) {
	for id := range *d.checks.Load() {
		if m, ok := d.latest.get(id); ok && m.last.Sent.After(newest) {
			newest = m.last.Sent
		}
	}
	return newest
}
