package store

import (
	"bytes"
	"slices"

	"go.etcd.io/bbolt"
)

// Fact is a small value kept under a key.
type Fact struct {
	Key   string
	Value []byte
}

// PutAll keeps several facts in one transaction: all of them, or none. A fact
// with a nil value is removed.
func (s *Store) PutAll(facts []Fact) error {
	for _, f := range facts {
		if len(f.Value) > maxFact {
			return sayf(nil, "fact %q has %d bytes: at most %d are kept", f.Key, len(f.Value), maxFact)
		}
	}
	return s.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketFact)
		for _, f := range facts {
			k := nameKey(f.Key)
			var err error
			if f.Value == nil {
				err = b.Delete(k)
			} else {
				err = b.Put(k, seal(k, append([]byte{factVersion}, f.Value...)))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Scan returns up to limit facts whose keys begin with prefix, in order of keys.
func (s *Store) Scan(prefix string, limit int) ([]Fact, error) {
	return s.ScanAfter(prefix, "", limit)
}

// ScanAfter does the same and leaves out keys up to after.
func (s *Store) ScanAfter(prefix, after string, limit int) ([]Fact, error) {
	var found []Fact
	err := s.view(func(tx *bbolt.Tx) error {
		start, begin := nameKey(prefix), nameKey(prefix)
		if after >= prefix {
			begin = append(nameKey(after), 0)
		}
		c := tx.Bucket(bucketFact).Cursor()
		for k, v := c.Seek(begin); k != nil && bytes.HasPrefix(k, start) && len(found) < limit; k, v = c.Next() {
			body, err := unseal(k, v, factVersion)
			if err != nil {
				return recordError(s.path, bucketFact, k, err)
			}
			found = append(found, Fact{Key: string(k[1:]), Value: slices.Clone(body)})
		}
		return nil
	})
	return found, err
}
