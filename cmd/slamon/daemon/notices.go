package daemon

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
)

// The keys of the store that notices use, beside the outbox's own. The memory is
// kept as one fact for each item, since a network that is gone has thousands.
const (
	itemPrefix    = "notices/item/"
	subjectPrefix = "notices/subject/"
	restKey       = "notices/rest" // groups and mutes
	linkKey       = "notices/link_key"
	tellingPrefix = "notices/vendor/" // by incident
)

const (
	// maxRemembered bounds what is read of the memory at a start.
	maxRemembered = 200_000
	// noticePause is the longest time between two decisions. Mostly a board is what
	// calls for one.
	noticePause = time.Second
	// keepEvery is how often receivers that forget are told what is still there.
	keepEvery = time.Minute
	// keepTimeout bounds that.
	keepTimeout = 20 * time.Second
	// keptAtOnce bounds one such message.
	keptAtOnce = 500
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

// shelf is the store as the outbox sees it.
type shelf struct{ *store.Store }

// Save keeps all values in one transaction.
func (s shelf) Save(values map[string][]byte) error {
	facts := make([]store.Fact, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		facts = append(facts, store.Fact{Key: key, Value: values[key]})
	}
	return s.PutAll(facts)
}

// Load returns values in order of their keys.
func (s shelf) Load(prefix, after string, limit int) ([]notify.Kept, error) {
	facts, err := s.ScanAfter(prefix, after, limit)
	kept := make([]notify.Kept, 0, len(facts))
	for _, f := range facts {
		kept = append(kept, notify.Kept(f))
	}
	return kept, err
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

// drawn returns random bytes that are drawn once and kept.
func (d *Daemon) drawn(key string, size int) ([]byte, error) {
	kept, err := d.store.Get(key)
	if err != nil || len(kept) == size {
		return kept, err
	}
	kept = make([]byte, size)
	rand.Read(kept)
	return kept, d.store.Put(key, kept)
}

// recall reads the memory.
func (t *teller) recall() error {
	t.memory = alert.Memory{Items: map[string]*alert.Item{}, Subjects: map[string]*alert.Subject{}, Grouped: map[string]time.Time{}}
	load := func(prefix string, into func(key string) any) error {
		facts, err := t.d.store.Scan(prefix, maxRemembered)
		for _, f := range facts {
			if err := json.Unmarshal(f.Value, into(strings.TrimPrefix(f.Key, prefix))); err != nil {
				return fmt.Errorf("what was told before cannot be read: %s: %w", f.Key, err)
			}
		}
		return err
	}
	return errors.Join(
		load(itemPrefix, func(key string) any { t.memory.Items[key] = &alert.Item{}; return t.memory.Items[key] }),
		load(subjectPrefix, func(key string) any { t.memory.Subjects[key] = &alert.Subject{}; return t.memory.Subjects[key] }),
		load(restKey, func(string) any { return &rest{&t.memory.Grouped, &t.memory.Mutes} }),
		t.sumUp(), t.recallDeeds(),
	)
}

// rest is what the memory holds beside items and subjects.
type rest struct {
	Grouped *map[string]time.Time `json:"grouped"`
	Mutes   *[]alert.Mute         `json:"mutes"`
}

// sumUp notes what the store has. Callers hold mu, or are alone.
func (t *teller) sumUp() error {
	_, err := t.changes()
	return err
}

// run decides after every board, until ctx is done. The last decision is made after
// the boards have ended, so that nothing that was seen is left untold.
func (t *teller) run(ctx context.Context) error {
	for {
		t.look(time.Now())
		if !t.d.rest(ctx, noticePause, t.d.boarded) {
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
		Title:    "slamon watches again, after " + now.Sub(newest).Round(time.Second).String(),
		Sentence: fmt.Sprintf("Nothing is known from %s to %s: that time is unknown in every figure.", show(newest), show(now)),
		JA: alert.Words{Title: "slamon の監視の再開（" + now.Sub(newest).Round(time.Second).String() + " の中断）",
			Sentence: fmt.Sprintf("%s から %s までは不明です。どの数値でも不明として扱います。", show(newest), show(now))},
	}
}

// render writes the message of a notice by the configuration in force.
func (t *teller) render(n alert.Notice, language string) notify.Message {
	cfg := t.d.config.Load()
	r := notify.Renderer{Site: cfg.Site, Zone: cfg.Zone, URL: cfg.Web.ExternalURL}
	if r.URL != "" {
		r.Act = func(key string) string {
			return r.URL + "/acknowledge?" + url.Values{"key": {key}, "sig": {t.Sign(key)}}.Encode()
		}
	}
	if n.Dispatch != nil {
		return t.renderReport(r, cfg, n, language)
	}
	return r.Render(n, language)
}

// Sign returns what makes a link to acknowledge a condition valid.
func (t *teller) Sign(key string) string {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte("acknowledge\x00" + key))
	return hex.EncodeToString(mac.Sum(nil))
}

// Signed compares a signature in constant time.
func (t *teller) Signed(key, signature string) bool {
	return hmac.Equal([]byte(t.Sign(key)), []byte(signature))
}

// runKeepers tells receivers that forget, such as Alertmanager, what is still there.
func (t *teller) runKeepers(ctx context.Context) error {
	for t.d.rest(ctx, keepEvery, nil) {
		t.forgetDeeds(time.Now())
		t.dispatch(time.Now())
		for id, keeper := range t.outbox.Keepers() {
			there := t.heard(id)
			for part := range slices.Chunk(there, keptAtOnce) {
				limited, cancel := context.WithTimeout(ctx, keepTimeout)
				if err := keeper.Keep(limited, time.Now(), part, t.d.config.Load().Web.ExternalURL); err != nil && ctx.Err() == nil {
					t.d.log.Warn("alerts cannot be kept alive", "channel", id, "alerts", len(part), "error", err)
				}
				cancel()
			}
		}
	}
	return nil
}

// heard returns the conditions that are there and were told over a channel.
func (t *teller) heard(id alert.Channel) []alert.Condition {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []alert.Condition
	for _, key := range slices.Sorted(maps.Keys(t.memory.Items)) {
		if it := t.memory.Items[key]; !it.Told.IsZero() && it.Gone.IsZero() && slices.Contains(it.Heard, id) {
			list = append(list, it.Condition)
		}
	}
	return list
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

// soonConfirmed reports whether a failed result may be the one that confirms a
// failure: it then has to be looked at at once and not with the next board.
func soonConfirmed(r check.Result, since time.Time) bool {
	return r.State == check.Down && r.Sent.Sub(since) < confirming
}

// confirming is how long after the first failed probe each further one calls for a
// board. Whoever confirms later than that waits for the next board.
const confirming = 10 * time.Minute
