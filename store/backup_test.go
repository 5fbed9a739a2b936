package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// TestBackupWhileWriting makes backups while results keep coming, restores the last
// one, and looks whether it holds what was durable when it was made.
func TestBackupWhileWriting(t *testing.T) {
	path, dir := testPath(t), filepath.Join(t.TempDir(), "backups")
	s := openTest(t, path, Options{FlushEvery: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	var group errgroup.Group
	group.Go(func() error { return s.Run(ctx) })
	group.Go(func() error {
		for i := 0; ctx.Err() == nil; i++ {
			s.Append(up("web", t0.Add(time.Duration(i)*time.Second)), time.Second)
			if i%1000 == 0 {
				if err := s.Sync(context.Background()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	var last string
	var durable uint64
	for i := range 5 {
		must(t, s.Sync(t.Context()))
		durable = s.Stats().Stored
		var err error
		last, err = s.BackupInto(t.Context(), dir, 3, t0.Add(time.Duration(i)*time.Hour))
		must(t, err)
	}
	cancel()
	must(t, group.Wait())
	kept, err := Backups(dir)
	if err != nil || len(kept) != 3 || kept[2] != last || filepath.Base(kept[0]) != "slamon-20260315T010000Z.db" {
		t.Errorf("backups %v, %v; want the newest three", kept, err)
	}
	report, err := Verify(t.Context(), last)
	if err != nil || report.Stored < durable {
		t.Errorf("report %+v, %v; want %d results at least", report, err, durable)
	}
	if got := s.Stats(); got.LastBackup.IsZero() || got.BackupError != nil || got.BackupBytes == 0 {
		t.Errorf("stats %+v, want a backup", got)
	}
	restoreOver(t, s, last, path, report)
}

func restoreOver(t *testing.T, s *Store, last, path string, report VerifyReport) {
	t.Helper()
	if _, err := Restore(t.Context(), last, path); !errors.Is(err, ErrLocked) {
		t.Errorf("restoring over an open store: %v, want ErrLocked", err)
	}
	must(t, s.Close())
	for _, want := range []string{path + ".before-restore", path + ".before-restore.2"} {
		kept, err := Restore(t.Context(), last, path)
		if err != nil || kept != want {
			t.Errorf("Restore = %q, %v; want the old store kept as %q", kept, err, want)
		}
	}
	if _, err := Verify(t.Context(), path+".before-restore"); err != nil {
		t.Errorf("the old store: %v", err)
	}
	restored := openTest(t, path, Options{})
	if got := restored.Stats(); got.Stored != report.Stored {
		t.Errorf("restored store has %d results, want %d", got.Stored, report.Stored)
	}
	if got := len(collect(t, restored, "web", always)); uint64(got) != report.Stored {
		t.Errorf("restored store gives %d results, want %d", got, report.Stored)
	}
}

func TestLastBackupSurvives(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{NoSync: true})
	s.Append(up("web", t0), time.Minute)
	must(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "deep", "er", "copy.db")))
	want := s.Stats().LastBackup
	must(t, s.Close())
	s = openTest(t, path, Options{})
	if got := s.Stats().LastBackup; !got.Equal(want) || got.IsZero() {
		t.Errorf("LastBackup = %s, want %s", got, want)
	}
}

func TestRestoreRefusesDamage(t *testing.T) {
	dir := t.TempDir()
	bad, path := filepath.Join(dir, "bad.db"), filepath.Join(dir, "slamon.db")
	makeSmall(t, bad)
	report, err := Verify(t.Context(), bad)
	must(t, err)
	for page := int64(2); page < int64(report.Pages); page++ {
		overwrite(t, bad, page*4096+100, []byte("damage damage damage damage"))
	}
	if _, err := Restore(t.Context(), bad, path); !errors.Is(err, ErrDamaged) {
		t.Errorf("Restore: %v, want ErrDamaged", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a store appeared: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v lie in the directory, %v; want the backup alone", left, err)
	}
}

func TestRestoreWhereNothingWas(t *testing.T) {
	from, to := testPath(t), filepath.Join(t.TempDir(), "new", "slamon.db")
	makeSmall(t, from)
	if kept, err := Restore(t.Context(), from, to); err != nil || kept != "" {
		t.Errorf("Restore = %q, %v; want nothing kept", kept, err)
	}
	s := openTest(t, to, Options{})
	if got := len(collect(t, s, "a", always)); got != 2000 {
		t.Errorf("%d results, want 2000", got)
	}
}

func TestBackupStops(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	fillSmall(t, s, 100)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, filepath.Join(dir, "copy.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("Backup: %v, want context.Canceled", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v were left behind, %v", left, err)
	}
}

func TestPruneSparesOthers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"slamon-20260101T000000Z.db", "slamon-20260102T000000Z.db", "slamon-today.db", "slamon-20260101T000000Z.db.gz", "notes"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	must(t, prune(dir, 1))
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 || left[0].Name() != "notes" || left[1].Name() != "slamon-20260101T000000Z.db.gz" {
		t.Errorf("%v are left, %v; want all but the older backup", left, err)
	}
}
