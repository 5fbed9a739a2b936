package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Restore puts a copy of the store at from, a backup, in the place of the one at to.
// Both the backup and the copy are verified first. A store that a slamon has open is
// not touched (ErrLocked); one that is there is kept beside, under the name that is
// returned; damaged ones too.
func Restore(ctx context.Context, from, to string) (kept string, err error) {
	want, err := Verify(ctx, from)
	if err != nil {
		return "", err
	}
	old, err := lockOld(to)
	if err != nil {
		return "", err
	}
	if old != nil {
		defer old.Close() // keeps a slamon from opening what is about to be moved away
	}
	fresh, err := copyFile(ctx, from, to)
	if err != nil {
		return "", fmt.Errorf("restore to %s: %w", to, err)
	}
	defer os.Remove(fresh)
	got, err := Verify(ctx, fresh)
	if err != nil {
		return "", fmt.Errorf("the restored copy does not verify: %w", err)
	}
	if got.Stored != want.Stored || got.Results != want.Results || got.Stretches != want.Stretches {
		return "", fmt.Errorf("the restored copy has %d results instead of %d", got.Results, want.Results)
	}
	if old != nil {
		if kept, err = keepOld(to); err != nil {
			return "", err
		}
	}
	if err := os.Rename(fresh, to); err != nil {
		return kept, fmt.Errorf("restore: %w", err)
	}
	return kept, syncDir(filepath.Dir(to))
}

// lockOld locks the file at path, if there is one.
func lockOld(path string) (*os.File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, openError(path, err)
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		f.Close()
		return nil, foreignError(path, "it is a directory")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, sayf(ErrLocked, "store %s is in use: stop that slamon first, then restore", path)
		}
		return nil, openError(path, err)
	}
	return f, nil
}

// keepOld moves the store away, to a name that is free.
func keepOld(path string) (kept string, err error) {
	const most = 100 // restores that nobody tidied up after
	for n := 1; n <= most; n++ {
		kept = path + ".before-restore"
		if n > 1 {
			kept = fmt.Sprintf("%s.%d", kept, n)
		}
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			return kept, os.Rename(path, kept)
		}
	}
	return "", fmt.Errorf("restore: %d old stores lie beside %s: remove some", most, path)
}

// copyFile copies from to a new file in the directory of to, durably.
func copyFile(ctx context.Context, from, to string) (path string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return "", err
	}
	out, err := os.CreateTemp(filepath.Dir(to), ".slamon-restore-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if closing := out.Close(); err == nil {
			err = closing
		}
		if err != nil {
			os.Remove(out.Name())
		}
	}()
	if _, err := io.Copy(&cancelled{ctx, out}, in); err != nil {
		return "", err
	}
	return out.Name(), out.Sync()
}
