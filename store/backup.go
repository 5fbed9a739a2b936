package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

const (
	backupPrefix = "slamon-"
	backupSuffix = ".db"
	backupStamp  = "20060102T150405Z"
	backupTemp   = ".slamon-backup-"
	// staleTemp is the age from which an unfinished backup is one that a crash left
	// behind: none takes a day.
	staleTemp = 24 * time.Hour
	// factBackup is the fact that remembers the last verified backup.
	factBackup = "store.last_backup"
)

type lastBackup struct {
	At    time.Time `json:"at"`
	Bytes int64     `json:"bytes"`
}

// Backup writes a copy of the store, as it is at this moment, to path while results
// keep coming, reads the copy back from the disk, and gives it its name only when
// every record in it is sound. A file at path is replaced.
func (s *Store) Backup(ctx context.Context, path string) error {
	size, err := s.backup(ctx, path)
	now := time.Now().UTC()
	s.mu.Lock()
	if err != nil {
		s.stats.BackupError = err
	} else {
		s.stats.LastBackup, s.stats.BackupError, s.stats.BackupBytes = now, nil, size
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	text, err := json.Marshal(lastBackup{now, size})
	if err != nil {
		return err
	}
	if err := s.Put(factBackup, text); err != nil {
		s.log.Warn("backup made, but its time could not be noted", "error", err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) (int64, error) {
	if err := s.Sync(ctx); err != nil && !errors.Is(err, ErrFull) {
		return 0, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	sweepTemps(dir)
	f, err := os.CreateTemp(dir, backupTemp+"*")
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	want, err := s.copyTo(ctx, f)
	if err != nil {
		return 0, fmt.Errorf("backup to %s: %w", path, err)
	}
	got, err := Verify(ctx, f.Name())
	if err != nil {
		return 0, fmt.Errorf("the backup does not verify: %w", err)
	}
	if got.Stored != want.Stored || got.Checks != want.Checks || got.Bytes != want.Bytes {
		return 0, fmt.Errorf("the backup has %d results of %d checks in %d bytes instead of %d of %d in %d",
			got.Stored, got.Checks, got.Bytes, want.Stored, want.Checks, want.Bytes)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	return got.Bytes, syncDir(dir)
}

// copyTo copies the store as one transaction sees it, durably, and returns what the
// copy has to hold.
func (s *Store) copyTo(ctx context.Context, f *os.File) (want VerifyReport, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		want.Bytes = tx.Size()
		want.Checks = tx.Bucket(bucketCheck).Stats().KeyN
		want.Stored = storedResults(tx)
		_, err := tx.WriteTo(&cancelled{ctx, f})
		return err
	})
	if err != nil {
		return want, err
	}
	return want, f.Sync()
}

// storedResults returns how many results the transaction's moment had made durable.
func storedResults(tx *bbolt.Tx) (n uint64) {
	if v := tx.Bucket(bucketMeta).Get(keyCounters); len(v) == 16 {
		n = binary.BigEndian.Uint64(v[8:])
	}
	k, v := tx.Bucket(bucketLog).Cursor().Last()
	if k == nil {
		return n
	}
	_ = openBatch(k, v, func(_ uint32, ordinal uint64, _ record) { n = max(n, ordinal+1) })
	return n
}

// cancelled is a writer that stops when the context is done.
type cancelled struct {
	ctx context.Context
	w   io.Writer
}

func (c *cancelled) Write(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(b)
}

// BackupInto makes a verified backup in the directory, named after the moment now,
// and then removes the oldest ones beyond keep. It returns the path of the new one.
func (s *Store) BackupInto(ctx context.Context, dir string, keep int, now time.Time) (string, error) {
	path := filepath.Join(dir, backupPrefix+now.UTC().Format(backupStamp)+backupSuffix)
	if err := s.Backup(ctx, path); err != nil {
		return "", err
	}
	return path, prune(dir, max(keep, 1))
}

// sweepTemps removes what crashes left behind: crashes in the middle of backups of
// gigabytes must not fill the disk.
func sweepTemps(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, backupTemp+"*"))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > staleTemp {
			_ = os.Remove(path) // the next backup tries again
		}
	}
}

// Backups returns the paths of the backups in a directory, oldest first.
func Backups(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("backups: %w", err)
	}
	var paths []string
	for _, e := range entries {
		stamp, ok := strings.CutPrefix(e.Name(), backupPrefix)
		if !ok || !e.Type().IsRegular() {
			continue
		}
		stamp, ok = strings.CutSuffix(stamp, backupSuffix)
		if _, err := time.Parse(backupStamp, stamp); err != nil || !ok {
			continue // not made by BackupInto
		}
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	slices.Sort(paths)
	return paths, nil
}

// prune removes all but the newest backups.
func prune(dir string, keep int) error {
	paths, err := Backups(dir)
	if err != nil {
		return err
	}
	for len(paths) > keep {
		if err := os.Remove(paths[0]); err != nil {
			return fmt.Errorf("removing an old backup: %w", err)
		}
		paths = paths[1:]
	}
	return nil
}

// loadBackup reads when the last verified backup was made.
func (s *Store) loadBackup() {
	text, err := s.Get(factBackup)
	if err != nil || text == nil {
		return
	}
	var last lastBackup
	if json.Unmarshal(text, &last) == nil {
		s.stats.LastBackup, s.stats.BackupBytes = last.At, last.Bytes
	}
}
