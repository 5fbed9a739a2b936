package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// TestStoreRemoved: somebody moves the file away while it is in use, and back. In
// between a backup saves what it holds.
func TestStoreRemoved(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{})
	s.Append(up("web", t0), smallInterval)
	mustSync(t, s)
	s.lookForFile()
	if err := s.Stats().Gone; err != nil {
		t.Fatalf("in its place: %v", err)
	}
	must(t, os.Rename(path, path+".away"))
	s.lookForFile()
	if err := s.Stats().Gone; err == nil || !strings.Contains(err.Error(), "was removed or replaced") {
		t.Errorf("moved away: %v", err)
	}
	s.Append(up("web", t0.Add(smallInterval)), smallInterval)
	copied := filepath.Join(t.TempDir(), "copy.db")
	must(t, s.Backup(t.Context(), copied))
	if report, err := Verify(t.Context(), copied); err != nil || report.Stored != 2 {
		t.Errorf("the backup has %d results, %v; want both", report.Stored, err)
	}
	must(t, os.WriteFile(path, []byte("another"), 0o600))
	s.lookForFile()
	if s.Stats().Gone == nil {
		t.Error("another file in its place is taken for it")
	}
	must(t, os.Rename(path+".away", path))
	s.lookForFile()
	if err := s.Stats().Gone; err != nil {
		t.Errorf("back in its place: %v", err)
	}
}

// TestCutShortInUse: a file that is cut short while it is open is named as such.
func TestCutShortInUse(t *testing.T) {
	path := testPath(t)
	makeSmall(t, path)
	s, err := Open(path, Options{})
	must(t, err)
	must(t, os.Truncate(path, 2*4096))
	err = s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketStretch).ForEach(func(_, _ []byte) error { return nil })
	})
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "(a page of it cannot be read; was it cut short?)") {
		t.Errorf("error %v, want it to say that a page cannot be read", err)
	}
	refusal := err
	s.broken.Store(&refusal) // nothing is to be written by closing
	must(t, s.abandon())
}
