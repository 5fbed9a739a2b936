package store

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// VerifyReport is what Verify found in a file.
type VerifyReport struct {
	Path      string        `json:"path"`
	Bytes     int64         `json:"bytes"`
	Pages     uint64        `json:"pages"`
	FreePages uint64        `json:"free_pages"`
	Version   uint64        `json:"version"`
	Created   time.Time     `json:"created"`
	Stored    uint64        `json:"stored"` // results that were ever made durable
	Checks    int           `json:"checks"`
	Results   int           `json:"results"` // raw results in chunks
	Logged    int           `json:"logged"`  // results in the log
	Chunks    int           `json:"chunks"`
	Stretches int           `json:"stretches"`
	Days      int           `json:"days"`
	Evidence  int           `json:"evidence"`
	Events    int           `json:"events"`
	Facts     int           `json:"facts"`
	Series    int           `json:"series"`   // of readings
	Readings  int           `json:"readings"` // in chunks and in the log
	Newest    time.Time     `json:"newest"`   // newest result; zero for none
	Unclean   bool          `json:"unclean"`  // it was not closed: a hot copy, or a crash
	Problems  []string      `json:"problems"` // mistakes in words; 20 at most
	Took      time.Duration `json:"-"`
}

// maxBoltCheck is the largest file that bbolt's own check is run on beside ours: it
// keeps some 100 bytes for every page in memory.
const maxBoltCheck = 256 << 20

// Verify reads the whole file without changing it: every page, the free list, every
// record with its checksum and content. It returns what it found also with an error,
// which is ErrDamaged when something is wrong, ErrLocked while a slamon has the file
// open, ErrVersion or ErrForeign.
func Verify(ctx context.Context, path string) (VerifyReport, error) {
	began := time.Now()
	report := VerifyReport{Path: path}
	if err := inspect(path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = sayf(os.ErrNotExist, "there is no store at %s: check the storage path", path)
		}
		return report, err
	}
	f, err := openShared(path)
	if err != nil {
		return report, err
	}
	defer f.Close()
	err = report.read(ctx, f)
	report.Took = time.Since(began)
	return report, err
}

// openShared opens the file for reading and keeps writers out.
func openShared(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, lockedError(path)
		}
		return nil, openError(path, err)
	}
	return f, nil
}

func (v *VerifyReport) read(ctx context.Context, f *os.File) error {
	h, err := readHead(f, v.Path)
	if err != nil {
		return err
	}
	w := newWalker(ctx, f, h)
	w.visit = v.record
	if err := w.run(); err != nil {
		return err
	}
	v.Bytes, v.Pages, v.FreePages, v.Problems = int64(h.pages)*h.pageSize, h.pages, w.free, w.problems
	switch {
	case v.Version == 0 && len(v.Problems) == 0:
		return foreignError(v.Path, "it is another program's bbolt file")
	case v.Version > storeVersion:
		return versionError(v.Path, v.Version)
	case len(v.Problems) == 0 && v.Bytes <= maxBoltCheck:
		v.Problems = boltCheck(v.Path)
	}
	if len(v.Problems) > 0 {
		return damagedError(v.Path, strings.Join(v.Problems[:min(3, len(v.Problems))], "; "))
	}
	return nil
}

// boltCheck asks bbolt for its opinion, which is not made from our understanding of
// its format.
func boltCheck(path string) (problems []string) {
	var file *os.File
	err := guarded(path, func() error {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{
			ReadOnly: true, Timeout: lockPatience, PreLoadFreelist: true,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				var err error
				file, err = os.OpenFile(name, flag, mode)
				return file, err
			},
		})
		if err != nil {
			return err
		}
		defer db.Close()
		return db.View(func(tx *bbolt.Tx) error {
			for err := range tx.Check() {
				problems = append(problems, err.Error())
			}
			return nil
		})
	})
	if err != nil {
		problems = append(problems, err.Error())
		if file != nil {
			release(file)
		}
	}
	return problems
}

// record decodes one record and counts it.
func (v *VerifyReport) record(path [][]byte, key, value []byte) error {
	if len(path) == 0 {
		return errRecord // nothing but buckets lies at the root
	}
	nested := len(path) == 2
	switch name := string(path[0]); {
	case name == string(bucketRaw) && nested && len(path[1]) == 5:
		return v.chunk(int32(be32(path[1])), path[1][4], key, value)
	case name == string(bucketDay) && nested:
		v.Days++
		_, err := openCounts(key, value, int32(be32(path[1])))
		return err
	case name == string(bucketEvidence) && nested:
		v.Evidence++
		_, err := openEvidence(key, value)
		return err
	case name == string(bucketPicture) && nested:
		_, err := unseal(key, value, pictureVersion)
		return err
	case name == string(bucketRChunk) && nested && len(path[1]) == 4:
		return v.readingChunk(int32(be32(path[1])), key, value)
	case nested || len(path) > 2:
		return errRecord
	default:
		return v.flat(name, key, value)
	}
}

// flat decodes a record of a bucket that has none inside.
func (v *VerifyReport) flat(name string, key, value []byte) (err error) {
	switch name {
	case string(bucketMeta):
		return v.meta(key, value)
	case string(bucketCheck):
		v.Checks++
		_, _, err = openName(key, value)
	case string(bucketSite):
		_, _, err = openName(key, value)
	case string(bucketLog):
		err = openBatch(key, value, func(_ uint32, ordinal uint64, r record) {
			v.Logged++
			v.Stored = max(v.Stored, ordinal+1)
			v.seen(r)
		})
	case string(bucketOpen):
		err = v.snapshot(key, value)
	case string(bucketStretch):
		v.Stretches++
		_, err = openStretch(key, value)
	case string(bucketEvent):
		v.Events++
		_, err = openEvent(key, value)
	case string(bucketSeries), string(bucketRLog), string(bucketROpen), string(bucketRSum):
		return v.reading(name, key, value)
	case string(bucketFact):
		v.Facts++
		_, err = unseal(key, value, factVersion)
	default:
		err = errRecord
	}
	return err
}

func (v *VerifyReport) meta(key, value []byte) error {
	switch string(key) {
	case string(keyVersion):
		if len(value) != 8 {
			return errRecord
		}
		v.Version = binary.BigEndian.Uint64(value)
	case string(keyCreated):
		if len(value) == 8 {
			v.Created = time.Unix(int64(binary.BigEndian.Uint64(value)), 0).UTC()
		}
	case string(keyCounters):
		if len(value) != 16 {
			return errRecord
		}
		v.Stored = max(v.Stored, binary.BigEndian.Uint64(value[8:]))
	case string(keyRunning):
		v.Unclean = true
	}
	return nil
}

// chunk decodes a chunk and checks that its results lie in the block that it is
// filed under.
func (v *VerifyReport) chunk(day int32, length byte, key, value []byte) error {
	if len(key) != 16 || int(length) >= len(blockLengths) {
		return errRecord
	}
	v.Chunks++
	from := int64(be32(key)) * 1000
	to := from + blockLengths[length].Milliseconds()
	misplaced := dayOf(from) != day
	err := openChunk(key, value, func(r record) {
		v.Results++
		v.seen(r)
		misplaced = misplaced || r.ms < from || r.ms >= to
	})
	if misplaced {
		return errRecord
	}
	return err
}

// snapshot decodes a snapshot with the chunk in it.
func (v *VerifyReport) snapshot(key, value []byte) error {
	var h history
	if _, err := h.restore(key, value, func(uint32) string { return "" }); err != nil {
		return err
	}
	v.seen(recordOf(h.latest))
	if h.chunk.count == 0 {
		return nil
	}
	return decodeChunk(h.chunk.appendTo(nil), func(record) { v.Results++ })
}

func (v *VerifyReport) seen(r record) {
	if t := fromMS(r.ms); t.After(v.Newest) {
		v.Newest = t
	}
}
