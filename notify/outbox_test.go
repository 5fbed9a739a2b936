package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/alert"
)

// shelf is a ledger in memory that can fail.
type shelf struct {
	mu     sync.Mutex
	values map[string][]byte
	broken bool
	writes int
}

func newShelf() *shelf { return &shelf{values: map[string][]byte{}} }

func (s *shelf) Save(values map[string][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errors.New("disk full")
	}
	s.writes++
	for k, v := range values {
		if v == nil {
			delete(s.values, k)
		} else {
			s.values[k] = v
		}
	}
	return nil
}

func (s *shelf) Load(prefix, after string, limit int) ([]Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Kept
	for k, v := range s.values {
		if strings.HasPrefix(k, prefix) && k > after {
			list = append(list, Kept{k, v})
		}
	}
	slices.SortFunc(list, func(x, y Kept) int { return strings.Compare(x.Key, y.Key) })
	return list[:min(limit, len(list))], nil
}

// copied is what a process that is killed now would leave behind.
func (s *shelf) copied() *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := newShelf()
	for k, v := range s.values {
		c.values[k] = slices.Clone(v)
	}
	return c
}

// script is a channel whose answers a test decides.
type script struct {
	send func(ctx context.Context, try int, m Message) (string, error)
	mu   sync.Mutex
	got  []string // identifiers of all attempts
	when []time.Time
}

func (s *script) Send(ctx context.Context, m Message) (string, error) {
	s.mu.Lock()
	s.got, s.when = append(s.got, m.ID), append(s.when, time.Now())
	try := len(s.got)
	s.mu.Unlock()
	if s.send == nil {
		return "ok", nil
	}
	return s.send(ctx, try, m)
}

func (s *script) tries() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}

func plainMessage(n alert.Notice, language string) Message {
	return Message{ID: n.ID, Thread: n.Thread, Language: language, Notice: n, Subject: n.ID}
}

// box is an outbox under test, with what it reported.
type box struct {
	*Outbox
	told, missed []Entry
	stop         func()
}

// start runs an outbox over channels until stop is called.
func startBox(t *testing.T, l Ledger, channels map[alert.Channel]Sender) *box {
	t.Helper()
	b := &box{}
	var err error
	b.Outbox, err = NewOutbox(Options{Ledger: l, Log: slog.New(slog.DiscardHandler), Render: plainMessage,
		Told:   func(e Entry) { b.told = append(b.told, e) },
		Missed: func(e Entry) { b.missed = append(b.missed, e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ready := map[alert.Channel]Channel{}
	for id, s := range channels {
		ready[id] = Channel{Sender: s, Timeout: 10 * time.Second, Language: "en"}
	}
	b.SetChannels(ready)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	return b
}

func notice(id string, channels ...alert.Channel) alert.Notice {
	now := time.Now()
	return alert.Notice{ID: id, Thread: id, Kind: alert.Opened, Detected: now, Due: now.Add(time.Hour), Channels: channels}
}

func add(t *testing.T, b *box, notices ...alert.Notice) {
	t.Helper()
	if err := b.Add(time.Now(), notices, nil); err != nil {
		t.Fatal(err)
	}
}

func failing(text string) func(context.Context, int, Message) (string, error) {
	return func(context.Context, int, Message) (string, error) { return "", errors.New(text) }
}

func TestToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		added := make(chan struct{})
		mail, l := &script{send: func(context.Context, int, Message) (string, error) { <-added; return "ok", nil }}, newShelf()
		b := startBox(t, l, map[alert.Channel]Sender{"mail": mail})
		n := notice("a", "mail")
		add(t, b, n)
		add(t, b, n) // decided again while it is under way: not taken again
		close(added)
		time.Sleep(time.Second)
		synctest.Wait()
		if len(b.told) != 1 || b.Pending() != 0 || mail.tries() != 1 {
			t.Fatalf("told %d, pending %d, tries %d", len(b.told), b.Pending(), mail.tries())
		}
		e := b.told[0]
		if d := e.Deliveries[0]; d.Answer != "ok" || len(d.Attempts) != 1 || e.Accepted.Sub(n.Detected) > time.Second {
			t.Errorf("entry = %+v, delivery = %+v", e, d)
		}
		b.stop()
		list, err := b.History(10, nil)
		if err != nil || len(list) != 1 || list[0].Closed.IsZero() {
			t.Errorf("History() = %v, %v; want the closed notice", list, err)
		}
	})
}

// TestLadder has a first channel that never answers well: the escalation and the
// fallback are used before a quarter and half of the window, and everybody again.
func TestLadder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		mail, phone := &script{send: failing("451")}, &script{send: failing("busy")}
		boss := &script{}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail, "phone": phone, "boss": boss})
		n := notice("a", "mail")
		n.Escalation, n.Fallback = []alert.Channel{"phone"}, []alert.Channel{"boss"}
		add(t, b, n)
		time.Sleep(40 * time.Minute)
		b.stop()
		if at := phone.when[0].Sub(start); at > 15*time.Minute || at < 14*time.Minute {
			t.Errorf("escalation after %v, want just before 15m", at)
		}
		if at := boss.when[0].Sub(start); at > 30*time.Minute || at < 29*time.Minute {
			t.Errorf("fallback after %v, want just before 30m", at)
		}
		if len(b.told) != 1 || len(b.missed) != 0 {
			t.Errorf("told %d, missed %d", len(b.told), len(b.missed))
		}
		for i := 1; i < len(mail.when); i++ {
			if gap := mail.when[i].Sub(mail.when[i-1]); gap > longestPause {
				t.Errorf("pause of %v between attempts", gap)
			}
		}
	})
}

// TestRefusedForGood goes to the next rung at once.
func TestRefusedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &script{send: func(context.Context, int, Message) (string, error) { return "", permanent("550 no such user") }}
		boss := &script{}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail, "boss": boss})
		n := notice("a", "mail")
		n.Fallback = []alert.Channel{"boss"}
		add(t, b, n)
		time.Sleep(time.Second)
		b.stop()
		if mail.tries() != 1 || boss.tries() != 1 || len(b.told) != 1 {
			t.Errorf("mail tried %d times, boss %d, told %d; want 1, 1, 1", mail.tries(), boss.tries(), len(b.told))
		}
	})
}

// TestRefusedAndNobodyElse keeps trying: what is refused for good at noon may be
// taken at one.
func TestRefusedAndNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &script{}
		mail.send = func(_ context.Context, try int, _ Message) (string, error) {
			if try < 6 {
				return "", permanent("550 policy")
			}
			return "ok", nil
		}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail})
		add(t, b, notice("a", "mail"))
		time.Sleep(time.Hour)
		b.stop()
		if len(b.told) != 1 || len(b.missed) != 0 {
			t.Errorf("told %d, missed %d after %d tries", len(b.told), len(b.missed), mail.tries())
		}
	})
}

// TestMissed has nobody to reach for two hours: the miss is reported once, and late
// news still arrives.
func TestMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		mail := &script{}
		mail.send = func(context.Context, int, Message) (string, error) {
			if time.Since(start) < 2*time.Hour {
				return "", errors.New("451")
			}
			return "ok", nil
		}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail})
		add(t, b, notice("a", "mail"))
		time.Sleep(3 * time.Hour)
		b.stop()
		if len(b.missed) != 1 || len(b.told) != 1 || b.told[0].Accepted.Sub(start) < 2*time.Hour {
			t.Errorf("missed %d, told %d", len(b.missed), len(b.told))
		}
		last := false
		for _, at := range mail.when {
			last = last || at.Sub(start) == time.Hour-10*time.Second
		}
		if !last {
			t.Error("no last attempt was made just before the window ended")
		}
	})
}

// TestHangingChannel holds up nobody else, and is bounded.
func TestHangingChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under atomic.Int32
		hang := &script{send: func(ctx context.Context, _ int, _ Message) (string, error) {
			under.Add(1)
			<-ctx.Done()
			return "", ctx.Err()
		}}
		mail := &script{}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"hang": hang, "mail": mail})
		for i := range 100 {
			add(t, b, notice(fmt.Sprint("h", i), "hang"), notice(fmt.Sprint("m", i), "mail"))
		}
		time.Sleep(time.Second)
		if mail.tries() != 100 || under.Load() != maxAtOnce {
			t.Errorf("mail took %d of 100; %d attempts hang, want %d", mail.tries(), under.Load(), maxAtOnce)
		}
		b.stop()
	})
}

// TestKilled takes the ledger as a killed process leaves it at any moment and goes
// on with it: nothing is lost, and what is sent twice has the same identifier.
func TestKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newShelf()
		slow := &script{send: func(ctx context.Context, _ int, _ Message) (string, error) {
			time.Sleep(time.Second)
			return "ok", nil
		}}
		first := startBox(t, l, map[alert.Channel]Sender{"mail": slow})
		for i := range 20 {
			add(t, first, notice(fmt.Sprint("n", i), "mail"))
		}
		time.Sleep(2500 * time.Millisecond)
		left := l.copied() // killed here: some are accepted, four are under way
		taken := slow.tries()
		first.stop()

		again := &script{}
		second := startBox(t, left, map[alert.Channel]Sender{"mail": again})
		time.Sleep(time.Minute)
		second.stop()
		all := map[string]bool{}
		for _, id := range slices.Concat(slow.got[:taken], again.got) {
			all[id] = true
		}
		if len(all) != 20 || again.tries() >= 20 {
			t.Errorf("%d notices were sent, want 20; %d of them after the start", len(all), again.tries())
		}
		if n := second.Pending(); n != 0 {
			t.Errorf("%d are still pending", n)
		}
	})
}

// TestHalfFails has every channel fail at random half of the time, in every way.
func TestHalfFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 1))
		var mu sync.Mutex
		flaky := func(ctx context.Context, _ int, _ Message) (string, error) {
			mu.Lock()
			dice := random.IntN(8)
			mu.Unlock()
			switch dice {
			case 0:
				return "", permanent("550")
			case 1:
				<-ctx.Done()
				return "", ctx.Err()
			case 2, 3:
				return "", errors.New("451")
			}
			return "ok", nil
		}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"a": &script{send: flaky}, "b": &script{send: flaky}})
		for i := range 500 {
			n := notice(fmt.Sprint("n", i), "a")
			n.Fallback = []alert.Channel{"b"}
			add(t, b, n)
		}
		time.Sleep(time.Hour)
		b.stop()
		if len(b.told) != 500 || len(b.missed) != 0 {
			t.Errorf("told %d of 500, missed %d", len(b.told), len(b.missed))
		}
	})
}

// TestClockBack steps the clock back an hour while a notice is pending: neither its
// pauses nor its ladder wait until the clock is where it was.
func TestClockBack(t *testing.T) {
	mail, boss := &script{send: failing("451")}, &script{send: failing("451")}
	b, err := NewOutbox(Options{Ledger: newShelf(), Render: plainMessage})
	if err != nil {
		t.Fatal(err)
	}
	b.SetChannels(map[alert.Channel]Channel{"mail": {Sender: mail}, "boss": {Sender: boss}})
	now := wall()
	n := notice("a", "mail")
	n.Fallback = []alert.Channel{"boss"}
	if err := b.Add(now, []alert.Notice{n}, nil); err != nil {
		t.Fatal(err)
	}
	b.look(t.Context(), now)
	b.running.Wait()
	before := b.open[0].Deliveries[0].Next
	b.rewind(time.Hour)
	e := b.open[0]
	if got := e.Deliveries[0].Next; !got.Equal(before.Add(-time.Hour)) || e.Rewound != time.Hour {
		t.Errorf("next attempt at %v, want %v; rewound %v", got, before.Add(-time.Hour), e.Rewound)
	}
	later := now.Add(-time.Hour)
	if again := b.look(t.Context(), later); again.Sub(later) > longestRest {
		t.Errorf("the next look is in %v", again.Sub(later))
	}
	b.look(t.Context(), later.Add(45*time.Minute))
	b.running.Wait()
	if boss.tries() == 0 {
		t.Error("the ladder waits for the clock")
	}
}

func TestSteppedBack(t *testing.T) {
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	now := time.Now()
	for name, test := range map[string]struct {
		last, now time.Time
		want      time.Duration
	}{
		"a second passed":    {now, now.Add(time.Second), 0},
		"without monotonic":  {at, at.Add(-time.Hour), 0}, // both readings are the wall's: nothing to compare
		"a minute, no steps": {now, now.Add(time.Minute), 0},
	} {
		if got := steppedBack(test.last, test.now); got != test.want {
			t.Errorf("%s: steppedBack() = %v, want %v", name, got, test.want)
		}
	}
}

// TestStartWithClockBehind finds entries that were added in the future.
func TestStartWithClockBehind(t *testing.T) {
	l := newShelf()
	n := notice("a", "mail")
	n.Detected, n.Due = n.Detected.Add(3*time.Hour), n.Due.Add(3*time.Hour)
	e := &Entry{Notice: n, Added: n.Detected, Deliveries: []*Delivery{{Channel: "mail", Next: n.Detected.Add(time.Minute)}}, Rungs: 1}
	if err := l.Save(map[string][]byte{openPrefix + "a": encode(e)}); err != nil {
		t.Fatal(err)
	}
	b, err := NewOutbox(Options{Ledger: l, Render: plainMessage})
	if err != nil {
		t.Fatal(err)
	}
	if next := time.Until(b.open[0].Deliveries[0].Next); next > 2*time.Minute {
		t.Errorf("the next attempt is in %v", next)
	}
}

// TestBrokenLedger sends although nothing can be written, and writes it later.
func TestBrokenLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, mail := newShelf(), &script{}
		b := startBox(t, l, map[alert.Channel]Sender{"mail": mail})
		l.broken = true
		if err := b.Add(time.Now(), []alert.Notice{notice("a", "mail")}, nil); err == nil {
			t.Error("Add() = nil, want the ledger's error")
		}
		time.Sleep(time.Minute)
		if mail.tries() != 1 {
			t.Errorf("%d tries, want 1", mail.tries())
		}
		l.mu.Lock()
		l.broken = false
		l.mu.Unlock()
		time.Sleep(2 * time.Minute)
		b.stop()
		if kept, _ := l.Load(donePrefix, "", 10); len(kept) != 1 {
			t.Errorf("%d closed notices in the ledger, want 1", len(kept))
		}
	})
}

// TestOneTransaction keeps notices and other facts together.
func TestOneTransaction(t *testing.T) {
	l := newShelf()
	b, err := NewOutbox(Options{Ledger: l, Render: plainMessage})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Add(time.Now(), []alert.Notice{notice("a", "mail"), notice("b", "mail")}, map[string][]byte{"memory/x": []byte("1")}); err != nil {
		t.Fatal(err)
	}
	if l.writes != 1 || len(l.values) != 3 {
		t.Errorf("%d writes of %d values, want 1 of 3", l.writes, len(l.values))
	}
}

// TestRecoveryWaits for the failure that it ends, on the same channel.
func TestRecoveryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := &script{}
		mail.send = func(_ context.Context, try int, _ Message) (string, error) {
			if try < 3 {
				return "", errors.New("451")
			}
			return "ok", nil
		}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"mail": mail})
		opened, over := notice("opened", "mail"), notice("over", "mail")
		over.Thread, over.Kind = "opened", alert.Recovered
		add(t, b, opened)
		time.Sleep(time.Second)
		add(t, b, over)
		time.Sleep(5 * time.Minute)
		b.stop()
		if diff := cmp.Diff([]string{"opened", "opened", "opened", "over"}, mail.got); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

// TestReloadWithoutChannel goes to the next rung.
func TestReloadWithoutChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boss := &script{}
		b := startBox(t, newShelf(), map[alert.Channel]Sender{"boss": boss})
		n := notice("a", "gone")
		n.Fallback = []alert.Channel{"boss"}
		add(t, b, n)
		time.Sleep(time.Second)
		b.stop()
		if boss.tries() != 1 || len(b.told) != 1 {
			t.Errorf("%d tries, told %d", boss.tries(), len(b.told))
		}
	})
}

// TestTenThousand takes 10,000 notices at once within little memory and time.
func TestTenThousand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		many := 10_000
		if underRace {
			many = 1000 // the detector takes ten times as long, and finds no more
		}
		mail := &script{}
		l := newShelf()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		b := startBox(t, l, map[alert.Channel]Sender{"mail": mail})
		list := make([]alert.Notice, 0, many)
		for i := range many {
			list = append(list, notice(fmt.Sprintf("n%05d", i), "mail"))
		}
		add(t, b, list...)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if more := int64(after.HeapAlloc) - int64(before.HeapAlloc); more > 100<<20 {
			t.Errorf("%d MB for %d notices", more>>20, many)
		}
		time.Sleep(2 * time.Hour)
		b.stop()
		if len(b.told) != many || len(b.open) != 0 {
			t.Errorf("told %d of %d, %d still open", len(b.told), many, len(b.open))
		}
	})
}

func TestPruned(t *testing.T) {
	l := newShelf()
	b, err := NewOutbox(Options{Ledger: l, Render: plainMessage})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for i, age := range []time.Duration{time.Hour, keptDone - time.Hour, keptDone + time.Hour} {
		l.values[doneKey(now.Add(-age), fmt.Sprint(i))] = encode(&Entry{Notice: alert.Notice{ID: fmt.Sprint(i)}})
	}
	b.prune(now)
	list, err := b.History(10, nil)
	if err != nil || len(list) != 2 || list[0].Notice.ID != "0" {
		t.Errorf("History() = %d notices, %v; want the two younger ones, newest first", len(list), err)
	}
}
