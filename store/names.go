package store

import (
	"encoding/binary"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
)

// Checks and sites are known by numbers everywhere but here: a number takes four
// bytes of a key, and an id up to 64.

const nameVersion = 1

// nameKey makes a key of any name; bbolt takes no empty ones.
func nameKey(name string) []byte { return append([]byte{'='}, name...) }

func putName(b *bbolt.Bucket, name string, n uint32) error {
	key := nameKey(name)
	return b.Put(key, seal(key, binary.AppendUvarint([]byte{nameVersion}, uint64(n))))
}

func openName(key, value []byte) (name string, n uint32, err error) {
	body, err := unseal(key, value, nameVersion)
	if err != nil || len(key) == 0 {
		return "", 0, errRecord
	}
	in := reader{rest: body}
	n = uint32(in.uvarint())
	return string(key[1:]), n, in.end()
}

// readNames returns the names of a bucket in the order of their numbers, which
// begin with base and have no holes.
func readNames(path string, tx *bbolt.Tx, bucket []byte, base uint32) ([]string, error) {
	type named struct {
		name string
		n    uint32
	}
	var all []named
	err := tx.Bucket(bucket).ForEach(func(k, v []byte) error {
		name, n, err := openName(k, v)
		if err != nil {
			return recordError(path, bucket, k, err)
		}
		all = append(all, named{name, n})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b named) int { return int(a.n) - int(b.n) })
	names := make([]string, len(all))
	for i, x := range all {
		if x.n != base+uint32(i) {
			return nil, damagedError(path, "numbers in "+string(bucket)+" have holes")
		}
		names[i] = x.name
	}
	return names, nil
}

// loadNames makes the histories of all checks, empty, and the table of sites.
func (s *Store) loadNames(tx *bbolt.Tx) error {
	checks, err := readNames(s.path, tx, bucketCheck, 1)
	if err != nil {
		return err
	}
	for i, name := range checks {
		h := &history{no: uint32(i + 1), id: check.ID(name), named: true}
		s.byID[h.id] = h
		s.histories = append(s.histories, h)
	}
	if s.siteNames, err = readNames(s.path, tx, bucketSite, 0); err != nil {
		return err
	}
	for n, name := range s.siteNames {
		s.sites[name] = uint32(n)
	}
	s.sitesNamed = len(s.siteNames)
	return nil
}

// siteName returns the name of a site's number; empty when it has none.
func (s *Store) siteName(n uint32) string {
	if int(n) < len(s.siteNames) {
		return s.siteNames[n]
	}
	return ""
}
