package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/notify"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/store"
)

// countKey holds the number of notices that have come up. It is kept in the same
// transaction as the notice, as the daemon keeps its memory.
const countKey = "soak/count"

// shelf is the store as the outbox sees it.
type shelf struct{ *store.Store }

func (s shelf) Save(values map[string][]byte) error {
	facts := make([]store.Fact, 0, len(values))
	for key, value := range values {
		facts = append(facts, store.Fact{Key: key, Value: value})
	}
	return s.PutAll(facts)
}

func (s shelf) Load(prefix, after string, limit int) ([]notify.Kept, error) {
	facts, err := s.ScanAfter(prefix, after, limit)
	kept := make([]notify.Kept, 0, len(facts))
	for _, f := range facts {
		kept = append(kept, notify.Kept(f))
	}
	return kept, err
}

// work is the child: a store, an outbox, and a notice every so often.
func (s settings) work(ctx context.Context) error {
	kept, err := store.Open(s.store(), store.Options{Site: "soak", Log: logger()})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return kept.Run(ctx) })
	outbox, err := notify.NewOutbox(notify.Options{Ledger: shelf{kept}, Log: logger(), Render: render})
	if err != nil {
		return err
	}
	names, err := s.channels(outbox)
	if err != nil {
		return err
	}
	group.Go(func() error { return outbox.Run(ctx) })
	group.Go(func() error {
		defer stop()
		if s.drain {
			return drain(ctx, kept, outbox)
		}
		return s.comeUp(ctx, kept, outbox, names)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return kept.Close()
}

func render(n alert.Notice, language string) notify.Message {
	return notify.Renderer{Site: "soak"}.Render(n, language)
}

func (s settings) channels(outbox *notify.Outbox) (names []alert.Channel, err error) {
	ready := map[alert.Channel]notify.Channel{}
	for i, address := range strings.Split(s.urls, ",") {
		id := alert.Channel(fmt.Sprint("channel", i+1))
		sender, err := notify.New(alert.Line{ID: id, Way: alert.Webhook{URL: secret.New(address)}})
		if err != nil {
			return nil, err
		}
		ready[id] = notify.Channel{Sender: sender, Timeout: 2 * time.Second, Language: "en"}
		names = append(names, id)
	}
	outbox.SetChannels(ready)
	return names, nil
}

// count reads how many notices have come up.
func count(kept *store.Store) (int, error) {
	text, err := kept.Get(countKey)
	if err != nil || len(text) == 0 {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// comeUp lets notices come up until it is killed.
func (s settings) comeUp(ctx context.Context, kept *store.Store, outbox *notify.Outbox, names []alert.Channel) error {
	n, err := count(kept)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		n++
		now, id := time.Now(), fmt.Sprintf("soak/%06d", n)
		notice := alert.Notice{ID: id, Thread: id, Kind: alert.Opened, Severity: alert.Critical, Detected: now, Due: now.Add(s.window),
			Channels: names[:1], Escalation: names[1:2], Fallback: names[2:], Conditions: []alert.Condition{{Key: id, Type: alert.Incident, Title: id}}}
		if err := outbox.Add(now, []alert.Notice{notice}, map[string][]byte{countKey: []byte(strconv.Itoa(n))}); err != nil {
			return err
		}
	}
}

// drain waits until nothing is pending, and says how many notices there were.
func drain(ctx context.Context, kept *store.Store, outbox *notify.Outbox) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for outbox.Pending() > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	n, err := count(kept)
	fmt.Println(n)
	return err
}

// received is what the channels get.
type received struct {
	ID     string `json:"id"`
	Notice struct {
		Detected time.Time `json:"detected"`
	} `json:"notice"`
}

func decode(body []byte) (r received, err error) {
	err = json.Unmarshal(body, &r)
	return r, err
}
