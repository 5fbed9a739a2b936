package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
)

// TestMediumErrors: what a disk can do has one sentence with a remedy.
func TestMediumErrors(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EROFS:  "store s.db lies on a read-only file system: mount it for writing, or give another storage path",
		syscall.EIO:    `$doing store s.db: input/output error: its disk may be failing: look into the log of the system, and put a verified backup on another disk with "slamon restore"`,
		syscall.ENOSPC: "store s.db cannot grow, the disk is full: free space on its disk",
		syscall.ESTALE: "$doing store s.db: write s.db: stale file handle: check the storage path and what it lies on",
	} {
		cause := &fs.PathError{Op: "write", Path: "s.db", Err: errno}
		for doing, err := range map[string]error{"writing": writeError("s.db", cause), "opening": openError("s.db", cause)} {
			if want := strings.Replace(want, "$doing", doing, 1); err.Error() != want {
				t.Errorf("%v: %q, want %q", errno, err, want)
			}
		}
	}
}

// TestOpenRefuses shows the one sentence for every file that cannot be opened.
func TestOpenRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(t *testing.T, path string)
		kind error
		text string
	}{
		{"a directory", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, ErrForeign, "is a directory"},
		{"an empty file", func(t *testing.T, path string) { must(t, os.WriteFile(path, nil, 0o600)) }, ErrForeign, "is empty"},
		{"a text", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("[site]\n"), 5000), 0o600))
		}, ErrForeign, "does not begin like one"},
		{"a few bytes", func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte("x"), 0o600)) }, ErrForeign, "does not begin like one"},
		{"another program's bbolt file", makeForeign, ErrForeign, "another program's"},
		{"a newer version", makeNewer, ErrVersion, "run the newer slamon"},
		{"a store cut short", func(t *testing.T, path string) {
			makeSmall(t, path)
			must(t, os.Truncate(path, 3*4096))
		}, ErrDamaged, "slamon restore"},
		{"both heads damaged", func(t *testing.T, path string) {
			makeSmall(t, path)
			overwrite(t, path, 40, []byte("damage"))
			overwrite(t, path, 4096+40, []byte("damage"))
		}, ErrDamaged, "slamon restore"},
		{"in use", func(t *testing.T, path string) { openTest(t, path, Options{}) }, ErrLocked, "in use by another slamon"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := testPath(t)
			test.make(t, path)
			s, err := Open(path, Options{})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want one sentence of kind %q with %q", err, test.kind, test.text)
			}
			if _, err := Verify(t.Context(), path); !errors.Is(err, test.kind) {
				t.Errorf("Verify: %v, want kind %q", err, test.kind)
			}
		})
	}
}

func TestPermissionSentence(t *testing.T) {
	err := openError("x.db", &fs.PathError{Op: "open", Path: "x.db", Err: fs.ErrPermission})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "permission denied: let the user") {
		t.Errorf("error %q", err)
	}
}

func TestVerifyMissing(t *testing.T) {
	if _, err := Verify(t.Context(), testPath(t)); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("error %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func makeForeign(t *testing.T, path string) {
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err }))
	must(t, db.Close())
}

func makeNewer(t *testing.T, path string) {
	makeSmall(t, path)
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyVersion, u64(storeVersion+1)) }))
	must(t, db.Close())
}

// makeSmall makes a store with something in every bucket.
func makeSmall(t testing.TB, path string) {
	t.Helper()
	s, err := Open(path, Options{NoSync: true})
	must(t, err)
	fillSmall(t, s, 2000)
	must(t, s.Close())
}

const smallInterval = 10 * time.Second

// smallResult is the i-th result of a check of a small store: three failures, then
// 94 that are not.
func smallResult(id check.ID, i int) check.Result {
	sent := t0.Add(time.Duration(i) * smallInterval)
	if i%97 >= 3 {
		return up(id, sent)
	}
	r := down(id, sent)
	r.Detail.Body = fmt.Sprint("page ", i)
	return r
}

func fillSmall(t testing.TB, s *Store, results int) {
	t.Helper()
	for i := range results {
		for _, id := range []check.ID{"a", "b", "c"} {
			s.Append(smallResult(id, i), smallInterval)
		}
	}
	must(t, s.Sync(context.Background()))
	must(t, s.AddEvent(statusEvent(t0, "started")))
	must(t, s.Put("seed", []byte("12345678")))
}

func overwrite(t testing.TB, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt(b, at)
	must(t, err)
}

// TestDamagedAnywhere damages a store in 100 places, one at a time, and in 20 ways
// of cutting it. Whatever is hit, nothing may panic or hang, and a store that
// verifies must hold exactly what the sound one holds.
func TestDamagedAnywhere(t *testing.T) {
	dir := t.TempDir()
	sound := filepath.Join(dir, "sound.db")
	makeSmall(t, sound)
	want, err := Verify(t.Context(), sound)
	must(t, err)
	data, err := os.ReadFile(sound)
	must(t, err)
	data = data[:want.Bytes] // less the room to grow, where damage does none
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for i := range 120 {
		bad := bytes.Clone(data)
		if i < 100 {
			at := random.IntN(len(bad))
			for j := range min(1+random.IntN(16), len(bad)-at) {
				bad[at+j] ^= byte(1 + random.IntN(255))
			}
		} else {
			bad = bad[:random.IntN(len(bad))]
		}
		path := filepath.Join(dir, "bad.db")
		must(t, os.WriteFile(path, bad, 0o600))
		got, err := Verify(t.Context(), path)
		if err != nil {
			found++
		} else if got.Results != want.Results || got.Stretches != want.Stretches || got.Evidence != want.Evidence || got.Stored != want.Stored {
			t.Errorf("place %d: verified, but holds %+v instead of %+v", i, got, want)
		}
		useDamaged(t, path)
	}
	if found < 40 {
		t.Errorf("only %d of 120 were found damaged: the test damages the wrong places", found)
	}
	t.Logf("%d of 120 damaged files were found out; %d of %d pages were free", found, want.FreePages, want.Pages)
}

// useDamaged does all that a daemon does; errors are fine.
func useDamaged(t *testing.T, path string) {
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		return
	}
	for _, id := range []check.ID{"a", "b", "c"} {
		_, _ = s.Series(id, always)
		_, _ = s.Days(id, always)
		_, _ = s.Evidence(id, always, 100)
		for _, err := range s.Results(id, always) {
			if err != nil {
				break
			}
		}
		s.Append(up(id, t0.Add(24*time.Hour)), 10*time.Second)
	}
	_, _ = s.Events(always, 10)
	_, _ = s.Get("seed")
	_ = s.checkLive(t.Context())
	_ = s.Sync(t.Context())
	_ = s.Close()
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

// indexOfChunk returns where the newest chunk of a store that is not open lies.
func indexOfChunk(t testing.TB, path string, data []byte) int {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	h, err := readHead(f, path)
	must(t, err)
	at := -1
	w := newWalker(t.Context(), f, h)
	w.visit = func(path [][]byte, _, value []byte) error {
		if string(path[0]) == string(bucketRaw) {
			at = bytes.LastIndex(data, value)
		}
		return nil
	}
	must(t, w.run())
	if at < 0 {
		t.Fatal("no chunk found")
	}
	return at + 10
}
