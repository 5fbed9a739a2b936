package daemon

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/slamon/slamon/alert"
)

const (
	// keepEvery is how often receivers that forget are told what is still there.
	keepEvery = time.Minute
	// keepTimeout bounds that.
	keepTimeout = 20 * time.Second
	// keptAtOnce bounds one such message.
	keptAtOnce = 500
)

// runKeepers tells receivers that forget, such as Alertmanager, what is still there.
func (t *teller) runKeepers(ctx context.Context) error {
	for wait(ctx, keepEvery, nil) {
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
