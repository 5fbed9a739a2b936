package daemon

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"github.com/slamon/slamon/alert"
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

// maxRemembered bounds what is read of the memory at a start.
const maxRemembered = 200_000

// changes returns what the store lacks of the memory; a nil value removes. What is
// unchanged is known by its sum: thousands of items are looked at with every board
// while a network is gone. Callers hold mu.
func (t *teller) changes() (map[string][]byte, error) {
	now := make(map[string]uint64, len(t.kept))
	save := map[string][]byte{}
	put := func(key string, value any, sum uint64) error {
		now[key] = sum
		if old, ok := t.kept[key]; ok && old == sum {
			return nil
		}
		text, err := json.Marshal(value)
		save[key] = text
		return err
	}
	var errs []error
	for key, item := range t.memory.Items {
		errs = append(errs, put(itemPrefix+key, item, itemSum(item)))
	}
	for key, subject := range t.memory.Subjects {
		errs = append(errs, put(subjectPrefix+key, subject, subjectSum(subject)))
	}
	whole := remainder{&t.memory.Grouped, &t.memory.Mutes}
	text, err := json.Marshal(whole)
	errs = append(errs, err, put(restKey, whole, maphash.Bytes(sumSeed, text)))
	for key := range t.kept {
		if _, still := now[key]; !still {
			save[key] = nil
		}
	}
	t.kept = now
	return save, errors.Join(errs...)
}

// sumSeed belongs to this process: sums are never kept.
var sumSeed = maphash.MakeSeed()

// summing writes values into a sum, each with its end.
type summing struct{ maphash.Hash }

func newSum() *summing {
	s := &summing{}
	s.SetSeed(sumSeed)
	return s
}

func (s *summing) number(n int64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	s.Write(b[:])
}

func (s *summing) text(text string) {
	s.number(int64(len(text)))
	s.WriteString(text)
}

func (s *summing) times(list ...time.Time) {
	for _, t := range list {
		if t.IsZero() {
			s.number(0)
		} else {
			s.number(t.UnixNano())
		}
	}
}

func (s *summing) channels(list []alert.Channel) {
	s.number(int64(len(list)))
	for _, c := range list {
		s.text(string(c))
	}
}

// itemSum leaves out what changes with every probe and is not worth a write: how many
// have failed, what the last one said, and since when a condition that has no begin is.
func itemSum(it *alert.Item) uint64 {
	s, c := newSum(), &it.Condition
	for _, text := range []string{c.Key, c.Subject, string(c.Type), string(c.Service), string(c.Check), string(c.Class), string(c.Claim),
		c.Reason.String(), c.Title, c.Path, it.Thread, it.Policy} {
		s.text(text)
	}
	if c.Type == alert.Incident {
		s.times(c.Since)
	}
	s.times(it.Seen, it.Free, it.Confirmed, it.Told, it.Last, it.Escalated, it.Gone)
	for _, n := range []int{int(c.Severity), c.Sites, it.Reminders, int(it.ToldAs)} {
		s.number(int64(n))
	}
	for _, b := range []bool{c.Lasting, c.Maintenance, it.Excused, it.Acted != nil} {
		if b {
			s.number(1)
		} else {
			s.number(0)
		}
	}
	if it.Acted != nil {
		s.text(it.Acted.By)
		s.text(it.Acted.Note)
		s.times(it.Acted.At)
	}
	s.channels(it.Heard)
	return s.Sum64()
}

func subjectSum(x *alert.Subject) uint64 {
	s := newSum()
	s.number(int64(len(x.Opened)))
	s.times(x.Opened...)
	s.times(x.Flapping)
	s.text(x.Policy)
	s.text(x.Thread)
	s.channels(x.Heard)
	return s.Sum64()
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
		load(restKey, func(string) any { return &remainder{&t.memory.Grouped, &t.memory.Mutes} }),
		t.sumUp(), t.recallDeeds(),
	)
}

// remainder is what the memory holds beside items and subjects.
type remainder struct {
	Grouped *map[string]time.Time `json:"grouped"`
	Mutes   *[]alert.Mute         `json:"mutes"`
}

// sumUp notes what the store has. Callers hold mu, or are alone.
func (t *teller) sumUp() error {
	_, err := t.changes()
	return err
}
