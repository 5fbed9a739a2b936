package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
)

// Open opens the store in the file at path, which is made when there is none. The
// file stays locked until Close. Errors are sentences for the operator; see
// ErrLocked, ErrDamaged, ErrVersion, ErrForeign and ErrFull.
func Open(path string, options Options) (*Store, error) {
	if err := inspect(path); err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := create(path); err != nil {
			return nil, err
		}
	}
	s := newStore(path, options.withDefaults())
	var err error
	if s.db, s.file, err = openBolt(path, s.options.MaxSize, s.options.NoSync); err != nil {
		return nil, err
	}
	s.pageSize = s.db.Info().PageSize
	if err := s.start(); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func newStore(path string, options Options) *Store {
	return &Store{
		path: path, options: options, log: options.Log,
		drafts:   make(map[*history]*draft),
		sites:    make(map[string]uint32),
		byID:     make(map[check.ID]*history),
		readings: newReadings(),
		queue:    queue{gaps: make(map[check.ID]gap), most: maxQueue, wake: make(chan struct{}, 1)},
	}
}

// inspect looks at the file before bbolt does, which would fill an empty one and
// fault on one that was cut short.
func inspect(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil:
		return openError(path, err)
	case info.IsDir():
		return foreignError(path, "it is a directory")
	case !info.Mode().IsRegular():
		return foreignError(path, "it is not a regular file")
	case info.Size() == 0:
		return foreignError(path, "it is empty")
	}
	f, err := os.Open(path)
	if err != nil {
		return openError(path, err)
	}
	defer f.Close()
	_, err = readHead(f, path)
	return err
}

// create makes a whole store under another name and moves it into place, so that a
// crash never leaves half of one.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return openError(path, err)
	}
	f, err := os.CreateTemp(dir, ".slamon-new-*")
	if err != nil {
		return openError(path, err)
	}
	f.Close()
	defer os.Remove(f.Name())
	if err := fillNew(f.Name()); err != nil {
		return openError(path, err)
	}
	// Unlike a rename, a link does not replace the store of another slamon that was
	// started at the same moment.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil {
			return openError(path, err)
		}
	}
	return syncDir(dir)
}

func fillNew(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockPatience, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		if err := meta.Put(keyVersion, u64(storeVersion)); err != nil {
			return err
		}
		return meta.Put(keyCreated, u64(uint64(time.Now().Unix())))
	})
}

// syncDir makes names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// start reads what the memory holds and marks the file as open.
func (s *Store) start() error {
	began := time.Now()
	if err := s.view(s.load); err != nil {
		return err
	}
	err := s.update(func(tx *bbolt.Tx) error {
		for _, name := range readingBucket { // a store may be older than they are
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyRunning, u64(uint64(time.Now().Unix())))
	})
	if err != nil && !errors.Is(err, ErrFull) {
		return err // a full disk must not keep the history from being read
	}
	s.loadBackup()
	s.stats.OpenTook = time.Since(began)
	s.log.Info("store opened", "path", s.path, "checks", len(s.histories), "results", s.ordinal,
		"clean", s.stats.Integrity != IntegrityPending, "took", s.stats.OpenTook)
	return nil
}

func (s *Store) load(tx *bbolt.Tx) error {
	if err := s.checkVersion(tx); err != nil {
		return err
	}
	s.stats.Integrity = IntegrityClean
	if tx.Bucket(bucketMeta).Get(keyRunning) != nil {
		s.stats.Integrity = IntegrityPending
	}
	if err := s.loadNames(tx); err != nil {
		return err
	}
	covers, err := s.loadSnapshots(tx)
	if err != nil {
		return err
	}
	if err := s.loadReadings(tx); err != nil {
		return err
	}
	return s.replay(tx, covers)
}

func (s *Store) checkVersion(tx *bbolt.Tx) error {
	version, err := readVersion(tx, s.path)
	if err != nil {
		return err
	}
	if version > storeVersion {
		return versionError(s.path, version)
	}
	for _, name := range buckets {
		if tx.Bucket(name) == nil {
			return damagedError(s.path, fmt.Sprintf("%s is missing", name))
		}
	}
	if info, err := os.Stat(s.path); err == nil && info.Size() < tx.Size() {
		return damagedError(s.path, fmt.Sprintf("%d bytes long instead of %d", info.Size(), tx.Size()))
	}
	return nil
}

func readVersion(tx *bbolt.Tx, path string) (uint64, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return 0, foreignError(path, "it is another program's bbolt file")
	}
	v := meta.Get(keyVersion)
	if len(v) != 8 {
		return 0, foreignError(path, "it is another program's bbolt file")
	}
	return binary.BigEndian.Uint64(v), nil
}

// loadSnapshots restores the histories and returns, by number − 1, the sequence
// that each snapshot covers.
func (s *Store) loadSnapshots(tx *bbolt.Tx) ([]uint64, error) {
	covers := make([]uint64, len(s.histories))
	err := tx.Bucket(bucketOpen).ForEach(func(k, v []byte) error {
		if len(k) != 4 {
			return recordError(s.path, bucketOpen, k, errRecord)
		}
		no := binary.BigEndian.Uint32(k)
		if no == 0 || int(no) > len(covers) {
			return recordError(s.path, bucketOpen, k, errRecord)
		}
		h := s.histories[no-1]
		covered, err := h.restore(k, v, s.siteName)
		if err != nil {
			return recordError(s.path, bucketOpen, k, err)
		}
		covers[no-1] = covered
		s.high = max(s.high, h.latest.Sent.UnixMilli())
		s.sequence = max(s.sequence, covered)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if v := tx.Bucket(bucketMeta).Get(keyCounters); len(v) == 16 {
		s.sequence = max(s.sequence, binary.BigEndian.Uint64(v))
		s.ordinal = binary.BigEndian.Uint64(v[8:])
	}
	return covers, nil
}

// replay applies the log over the snapshots. Stretches and evidence are on disk
// already: they were written with their batch.
func (s *Store) replay(tx *bbolt.Tx, covers []uint64) error {
	return tx.Bucket(bucketLog).ForEach(func(k, v []byte) error {
		if len(k) != 8 {
			return recordError(s.path, bucketLog, k, errRecord)
		}
		sequence := binary.BigEndian.Uint64(k)
		s.sequence = max(s.sequence, sequence)
		s.high = 0
		stray := false
		err := openBatch(k, v, func(no uint32, ordinal uint64, r record) {
			s.ordinal = max(s.ordinal, ordinal+1)
			s.pass.logged++
			if no == 0 || int(no) > len(covers) {
				stray = true
			} else if sequence > covers[no-1] {
				s.replayRecord(s.histories[no-1], ordinal, r)
			}
		})
		if stray {
			err = errRecord
		}
		return recordError(s.path, bucketLog, k, err)
	})
}

func (s *Store) replayRecord(h *history, ordinal uint64, r record) {
	if !r.changed {
		r.interval, r.site = h.setting.interval, h.setting.site
	}
	h.apply(r, ordinal)
	h.latest = r.result(h.id, s.siteName(r.site))
	s.high = max(s.high, r.ms)
}
