package daemon

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/store"
)

const (
	// deedPrefix holds what people did about notices, the newest first.
	deedPrefix = "notices/deed/"
	// maxDeeds bounds what a page, an answer or a report goes through of them.
	maxDeeds = 2000
	// keptDeeds is how long they are kept: as long as results and notices by default.
	keptDeeds = 400 * 24 * time.Hour
	// prunedDeeds bounds one round of forgetting.
	prunedDeeds = 500
)

// deedKey sorts the newest first.
func deedKey(at time.Time) string {
	return fmt.Sprintf("%s%019d", deedPrefix, math.MaxInt64-at.UnixNano())
}

// did keeps a deed in one transaction with what it changed in the memory. Callers
// hold mu.
func (t *teller) did(deed alert.Deed) error {
	if deed.At.IsZero() {
		deed.At = time.Now()
	}
	for !deed.At.After(t.lastDeed) { // two of one moment
		deed.At = t.lastDeed.Add(1)
	}
	t.lastDeed = deed.At
	text, err := json.Marshal(deed)
	if err != nil {
		return err
	}
	save, err := t.changes()
	if err == nil {
		save[deedKey(deed.At)] = text
		err = t.outbox.Add(time.Now(), nil, save)
	}
	if err != nil {
		t.kept = map[string]uint64{} // written again with the next decision
	}
	if deed.Kind == alert.Acknowledged {
		t.acts[deed.Key] = deed.Act
	}
	return err
}

// recallDeeds reads who took care of what.
func (t *teller) recallDeeds() error {
	list, err := deeds(t.d.store, maxDeeds, func(d alert.Deed) bool { return d.Kind == alert.Acknowledged })
	t.acts = make(map[string]alert.Act, len(list))
	for _, d := range slices.Backward(list) {
		t.acts[d.Key] = d.Act
	}
	return err
}

// Unmute ends the mute of a service, or of one of its checks.
func (t *teller) Unmute(service check.ServiceID, id check.ID, by string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.memory.Unsilence(service, id, now) == 0 {
		return refuse400("%s is not muted: it may be over", muted(service, id))
	}
	t.d.log.Info("no longer muted", "service", service, "check", id, "by", by)
	return t.did(alert.Deed{Kind: alert.Unmuted, Service: service, Check: id, Act: alert.Act{By: by, At: now}})
}

func muted(service check.ServiceID, id check.ID) string {
	if id == "" {
		return string(service)
	}
	return string(service) + " " + string(id)
}

// deeds reads what people did from a store, the newest first.
func deeds(s *store.Store, limit int, want func(alert.Deed) bool) ([]alert.Deed, error) {
	facts, err := s.Scan(deedPrefix, limit)
	list := []alert.Deed{}
	for _, f := range facts {
		var d alert.Deed
		if err := json.Unmarshal(f.Value, &d); err != nil {
			return list, fmt.Errorf("the entry %s of the store cannot be read: %w", f.Key, err)
		}
		if want(d) {
			list = append(list, d)
		}
	}
	return list, err
}

// forgetDeeds removes what is older than is kept.
func (t *teller) forgetDeeds(now time.Time) {
	old, err := t.d.store.ScanAfter(deedPrefix, deedKey(now.Add(-keptDeeds)), prunedDeeds)
	for i := range old {
		old[i].Value = nil
	}
	if err == nil && len(old) > 0 {
		err = t.d.store.PutAll(old)
	}
	if err != nil {
		t.d.log.Warn("what people did long ago cannot be removed", "error", err)
	}
}
