package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"
)

// What callers branch on. The errors that carry them are whole sentences with a
// remedy, fit for an operator.
var (
	ErrLocked  = errors.New("the store is in use")
	ErrDamaged = errors.New("the store is damaged")
	ErrVersion = errors.New("the store was written by a newer slamon")
	ErrFull    = errors.New("the store cannot grow")
	ErrForeign = errors.New("not a slamon store")
	ErrClosed  = errors.New("the store is closed")
)

// sentence is an error whose text stands alone and which is still one of the above.
type sentence struct {
	text string
	kind error
}

func (s *sentence) Error() string { return s.text }
func (s *sentence) Unwrap() error { return s.kind }

func sayf(kind error, format string, args ...any) error {
	return &sentence{fmt.Sprintf(format, args...), kind}
}

func lockedError(path string) error {
	return sayf(ErrLocked, "store %s is in use by another slamon: stop that one, or give this one another storage path", path)
}

func damagedError(path string, cause any) error {
	return sayf(ErrDamaged, "store %s is damaged (%v): stop slamon, keep a copy of the file, and put a verified backup back with \"slamon restore\"", path, cause)
}

func versionError(path string, version uint64) error {
	return sayf(ErrVersion, "store %s has format %d, newer than this slamon knows (%d): run the newer slamon, or restore a backup made by this one", path, version, storeVersion)
}

func goneError(path string) error {
	return sayf(nil, "store %s was removed or replaced while slamon uses it: save what it holds with \"slamon backup\" before slamon stops, then put that back with \"slamon restore\"", path)
}

func foreignError(path, why string) error {
	return sayf(ErrForeign, "%s is not a slamon store (%s): check the storage path, or move the file away to start anew", path, why)
}

// openError turns what opening a file returned into a sentence.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return lockedError(path)
	case errors.Is(err, bolterrors.ErrInvalid):
		return foreignError(path, "it does not begin like one")
	case errors.Is(err, bolterrors.ErrChecksum):
		return damagedError(path, "both of its first pages fail their checksum")
	case errors.Is(err, bolterrors.ErrVersionMismatch):
		return foreignError(path, "its file format is another one")
	case errors.Is(err, fs.ErrPermission):
		return sayf(err, "store %s: permission denied: let the user that slamon runs as read and write the file and its directory", path)
	case full(err):
		return fullError(path, err)
	}
	return mediumError("opening", path, err)
}

// writeError turns what a commit returned into a sentence.
func writeError(path string, err error) error {
	var said *sentence
	switch {
	case errors.As(err, &said):
		return err
	case full(err):
		return fullError(path, err)
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return ErrClosed
	}
	return mediumError("writing", path, err)
}

// mediumError is a sentence about what the store lies on.
func mediumError(doing, path string, err error) error {
	switch {
	case errors.Is(err, syscall.EROFS):
		return sayf(err, "store %s lies on a read-only file system: mount it for writing, or give another storage path", path)
	case errors.Is(err, syscall.EIO):
		return sayf(err, "%s store %s: input/output error: its disk may be failing: look into the log of the system, and put a verified backup on another disk with \"slamon restore\"", doing, path)
	}
	return fmt.Errorf("%s store %s: %w: check the storage path and what it lies on", doing, path, err)
}

func fullError(path string, err error) error {
	if errors.Is(err, bolterrors.ErrMaxSizeReached) {
		return sayf(ErrFull, "store %s has reached its largest allowed size: raise storage.max_size or shorten storage.retention", path)
	}
	return sayf(ErrFull, "store %s cannot grow, the disk is full: free space on its disk", path)
}

// full reports whether err says that there is no room. Some come out of bbolt as
// text only.
func full(err error) bool {
	return errors.Is(err, bolterrors.ErrMaxSizeReached) ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		strings.Contains(err.Error(), syscall.ENOSPC.Error()) || strings.Contains(err.Error(), syscall.EFBIG.Error())
}
