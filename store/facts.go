package store

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

const (
	eventVersion = 1
	factVersion  = 1
	// maxFact bounds a fact: they are seeds, marks and moments.
	maxFact = 1 << 20
	// maxEventText bounds what an event says.
	maxEventText = 1024
)

// AddEvent keeps what happened to the monitor, for good. It is durable on return.
func (s *Store) AddEvent(e status.Event) error {
	e.At = storable(e.At)
	e.Kind, e.Text = cut(e.Kind, maxEventText), cut(e.Text, maxEventText)
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return s.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketEvent)
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		key := append(u64(sortable(e.At.UnixMilli())), u64(n)...)
		return b.Put(key, seal(key, append([]byte{eventVersion}, text...)))
	})
}

// Events returns the newest limit events of the period, newest first.
func (s *Store) Events(p timeline.Period, limit int) ([]status.Event, error) {
	var list []status.Event
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketEvent).Cursor()
		k, v := before(c, u64(sortable(ceilMS(p.To))))
		for ; len(k) == 16 && len(list) < limit; k, v = c.Prev() {
			if unsortable(binary.BigEndian.Uint64(k)) < p.From.UnixMilli() {
				return nil
			}
			e, err := openEvent(k, v)
			if err != nil {
				return recordError(s.path, bucketEvent, k, err)
			}
			list = append(list, e)
		}
		return nil
	})
	return list, err
}

func openEvent(key, value []byte) (status.Event, error) {
	var e status.Event
	body, err := unseal(key, value, eventVersion)
	if err != nil || json.Unmarshal(body, &e) != nil {
		return e, errRecord
	}
	return e, nil
}

// Put keeps a small fact under a key, durably.
func (s *Store) Put(key string, value []byte) error {
	if len(value) > maxFact {
		return sayf(nil, "fact %q has %d bytes: at most %d are kept", key, len(value), maxFact)
	}
	return s.update(func(tx *bbolt.Tx) error {
		k := nameKey(key)
		return tx.Bucket(bucketFact).Put(k, seal(k, append([]byte{factVersion}, value...)))
	})
}

// Get returns the fact that Put kept under the key; nil when there is none.
func (s *Store) Get(key string) (value []byte, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		k := nameKey(key)
		v := tx.Bucket(bucketFact).Get(k)
		if v == nil {
			return nil
		}
		body, err := unseal(k, v, factVersion)
		if err != nil {
			return recordError(s.path, bucketFact, k, err)
		}
		if value = slices.Clone(body); value == nil {
			value = []byte{}
		}
		return nil
	})
	return value, err
}
