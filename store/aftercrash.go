package store

import (
	"context"
	"errors"
	"os"
	"strings"

	"go.etcd.io/bbolt"
)

// checkAfterCrash walks through the whole file when the last stop was not in order:
// a power failure can tear pages that no reader has touched yet.
func (s *Store) checkAfterCrash(ctx context.Context) {
	if s.Stats().Integrity != IntegrityPending {
		return
	}
	err := s.checkLive(ctx)
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.stats.Integrity = IntegritySound
		s.log.Info("store checked after an unclean stop", "path", s.path, "damage", "none")
		return
	}
	s.stats.Integrity, s.stats.Damage = IntegrityDamaged, err.Error()
	s.log.Error("store is damaged", "error", err)
}

// checkLive walks through the file as it is now, while it is written to. A read
// transaction keeps the pages of this moment from being used again.
func (s *Store) checkLive(ctx context.Context) error {
	f, err := os.Open(s.path)
	if err != nil {
		return openError(s.path, err)
	}
	defer f.Close()
	return s.view(func(tx *bbolt.Tx) error {
		h, ok := headOf(f, tx.ID())
		if !ok {
			return errors.New("the store could not be checked: it was written to too fast")
		}
		w := newWalker(ctx, f, h)
		w.visit = func(path [][]byte, key, value []byte) error {
			if len(path) > 0 && string(path[0]) == string(bucketMeta) {
				return nil // the only records without a checksum
			}
			return checkSum(key, value)
		}
		if err := w.run(); err != nil {
			return err
		}
		if len(w.problems) > 0 {
			return damagedError(s.path, strings.Join(w.problems[:min(3, len(w.problems))], "; "))
		}
		return nil
	})
}

// headOf returns the head that transaction id reads from. Its page is overwritten by
// the second commit after it, half a second away at least.
func headOf(f *os.File, id int) (head, bool) {
	heads, _ := readHeads(f)
	for _, h := range heads {
		if h.tx == uint64(id) {
			return h, true
		}
	}
	return head{}, false
}

// checkSum checks the checksum of a record of any kind.
func checkSum(key, value []byte) error {
	if len(value) == 0 {
		return errRecord
	}
	_, err := unseal(key, value, value[0])
	return err
}
