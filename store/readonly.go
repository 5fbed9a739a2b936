package store

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// OpenReadOnly opens a store to read from it only: a backup that nobody may change, or
// one that no slamon has open. Others can read it at the same time. Nothing in the
// file changes, not even the mark of an unclean stop; what would write fails. The
// file may be one that this user cannot write. Errors are those of Open.
func OpenReadOnly(path string, options Options) (*Store, error) {
	if err := inspect(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = sayf(fs.ErrNotExist, "there is no store at %s: check the storage path", path)
		}
		return nil, err
	}
	s := newStore(path, options.withDefaults())
	s.readOnly = true
	var err error
	if s.db, s.file, err = openBoltReadOnly(path); err != nil {
		return nil, err
	}
	s.pageSize = s.db.Info().PageSize
	began := time.Now()
	if err := s.view(s.load); err != nil {
		s.abandon()
		return nil, err
	}
	s.stats.OpenTook = time.Since(began)
	return s, nil
}

func openBoltReadOnly(path string) (db *bbolt.DB, file *os.File, err error) {
	defer func() {
		if bad := recover(); bad != nil {
			err = damagedError(path, bad)
		}
		if err != nil && file != nil {
			release(file)
		}
	}()
	db, err = bbolt.Open(path, 0, &bbolt.Options{
		ReadOnly: true, Timeout: lockPatience,
		OpenFile: func(name string, _ int, mode os.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, os.O_RDONLY, mode)
			return file, err
		},
	})
	if err != nil {
		return nil, nil, openError(path, err)
	}
	return db, file, nil
}
