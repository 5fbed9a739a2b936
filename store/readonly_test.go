package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestReadOnly: a file that nobody may write is read like any other, by two at once,
// and not a byte of it changes. A store of the first version has no readings yet.
func TestReadOnly(t *testing.T) {
	packed, err := os.Open("testdata/v1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	want, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := os.WriteFile(path, want, 0o400); err != nil {
		t.Fatal(err)
	}
	open := func() *Store {
		s, err := OpenReadOnly(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, other := open(), open()
	ids, err := one.Checks()
	if err != nil || len(ids) == 0 {
		t.Fatalf("Checks() = %v, %v", ids, err)
	}
	all := timeline.Period{From: time.Unix(0, 0), To: time.Now()}
	for _, s := range []*Store{one, other} {
		series, err := s.Series(ids[0], all)
		if err != nil || len(series.Stretches) == 0 {
			t.Errorf("Series(%s) = %d stretches, %v", ids[0], len(series.Stretches), err)
		}
	}
	if err := one.Put("a", []byte("b")); err == nil {
		t.Error("a fact was written")
	}
	for _, s := range []*Store{one, other} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file changed, %v", err)
	}
}

// TestReadOnlyLocked: what a slamon has open cannot be read beside it.
func TestReadOnlyLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slamon.db")
	s := openTest(t, path, Options{NoSync: true})
	s.Append(check.Result{Check: "a", Sent: time.Now()}, time.Minute)
	if _, err := OpenReadOnly(path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("OpenReadOnly of an open store: %v, want ErrLocked", err)
	}
	if _, err := OpenReadOnly(path+"-not", Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenReadOnly of nothing: %v, want ErrNotExist", err)
	}
}
