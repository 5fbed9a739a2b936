package store

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	storeVersion = 1
	// lockPatience is how long to wait for another process to let go of the file: a
	// slamon that is just stopping.
	lockPatience = time.Second
	// mapRoom is how much address space is mapped beyond the file. It costs no
	// memory; without it a growing file has to be mapped anew, and that waits for all
	// readers (a backup, say) while it stops all writing.
	mapRoom = 1 << 30
	// growStep is how much the file grows at a time. bbolt's own 16 MiB would be most
	// of a small store.
	growStep = 2 << 20
)

var (
	bucketMeta     = []byte("meta")
	bucketCheck    = []byte("check")
	bucketSite     = []byte("site")
	bucketLog      = []byte("log")
	bucketOpen     = []byte("open")
	bucketRaw      = []byte("raw")
	bucketStretch  = []byte("stretch")
	bucketDay      = []byte("day")
	bucketEvidence = []byte("evidence")
	bucketEvent    = []byte("event")
	bucketFact     = []byte("fact")

	buckets = [...][]byte{bucketMeta, bucketCheck, bucketSite, bucketLog, bucketOpen, bucketRaw,
		bucketStretch, bucketDay, bucketEvidence, bucketEvent, bucketFact}

	keyVersion = []byte("version")
	keyCreated = []byte("created")
	keyRunning = []byte("running") // present while open: an unclean stop leaves it behind
)

// openBolt opens the file. The free list is kept synced: without it a damaged page
// makes bbolt panic in a goroutine of its own, which nothing can catch.
// The file is returned beside, for when bbolt cannot be asked to close it.
func openBolt(path string, maxSize int64, noSync bool) (db *bbolt.DB, file *os.File, err error) {
	defer func() {
		if bad := recover(); bad != nil {
			err = damagedError(path, bad)
		}
		if err != nil && file != nil {
			release(file) // bbolt keeps it, and its lock, when it panics
		}
	}()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockPatience,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize(path),
		MaxSize:         int(maxSize),
		NoSync:          noSync,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			// The file was made by create, whole: never let an empty one appear.
			file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, nil, openError(path, err)
	}
	db.AllocSize = growStep
	return db, file, nil
}

// release gives back the lock and closes the file. Closing alone would not do: the
// lock lives as long as the mapping, which only bbolt could undo.
func release(file *os.File) error {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	return file.Close()
}

func mapSize(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return int(info.Size()) + mapRoom
}

// guarded runs f and turns a panic of bbolt over a damaged page, and the fault of
// reading beyond a file that was cut short, into an error.
func guarded(path string, f func() error) (err error) {
	defer func() {
		if bad := recover(); bad != nil {
			err = damagedError(path, faultOf(bad))
		}
	}()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return f()
}

// faultOf tells a page that cannot be read, which Go reports as a fault at an address,
// in words for an operator; bbolt's own panics have some.
func faultOf(bad any) any {
	if _, ok := bad.(interface{ Addr() uintptr }); ok {
		return "a page of it cannot be read; was it cut short?"
	}
	return bad
}

// view runs f in a read transaction. f must be short, copy out what it keeps, and
// never write: a long reader keeps freed pages from being used again.
func (s *Store) view(f func(*bbolt.Tx) error) error {
	return guarded(s.path, func() error {
		err := s.db.View(f)
		if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
			return ErrClosed
		}
		return err
	})
}

// update runs f in a write transaction. After a panic the transaction's locks are
// in an unknown state, so nothing is written any more.
func (s *Store) update(f func(*bbolt.Tx) error) error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	panicked := true
	err := guarded(s.path, func() error {
		err := s.db.Update(f)
		panicked = false
		return err
	})
	if panicked {
		s.broken.Store(&err)
	}
	if err != nil {
		return writeError(s.path, err)
	}
	return nil
}

// recordError names a damaged record.
func recordError(path string, bucket, key []byte, err error) error {
	if !errors.Is(err, errRecord) {
		return err
	}
	return damagedError(path, fmt.Sprintf("record %x of %s", key, bucket))
}
