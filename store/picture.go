package store

import (
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
)

// bucketPicture holds day → check, sent → what a browser showed, under the key of the
// evidence that it belongs to. A store may be older than it is.
var bucketPicture = []byte("picture")

const (
	pictureVersion = 1
	// pictureBurst of the evidence of a burst have their picture kept: the page of an
	// outage looks alike, and a picture takes as much room as a hundred pieces.
	pictureBurst = 5
)

// pictured reports whether the picture of a result is to be kept, of which the
// evidence is.
func (g gate) pictured(r record, picture string) bool {
	return picture != "" && len(picture) <= check.PictureLimit && g.refilled(r.ms).spent < pictureBurst
}

func pictureValue(key []byte, picture string) []byte {
	return seal(key, append([]byte{pictureVersion}, picture...))
}

// writePictures puts the pictures of a batch into the transaction.
func writePictures(tx *bbolt.Tx, pictures map[int32][]entry) error {
	for day, entries := range pictures {
		parent, err := tx.CreateBucketIfNotExists(bucketPicture)
		if err != nil {
			return err
		}
		b, err := parent.CreateBucketIfNotExists(dayKey(day))
		if err != nil {
			return err
		}
		if err := putAll(b, entries); err != nil {
			return err
		}
	}
	return nil
}

// Picture returns what a browser showed when the result of the check was sent, the
// bytes of a PNG; nil when none was kept. Sent is that of its evidence.
func (s *Store) Picture(id check.ID, sent time.Time) (picture []byte, err error) {
	s.mu.RLock()
	h := s.byID[id]
	s.mu.RUnlock()
	if h == nil {
		return nil, nil
	}
	ms := sent.UnixMilli()
	err = s.view(func(tx *bbolt.Tx) error {
		parent := tx.Bucket(bucketPicture)
		if parent == nil {
			return nil
		}
		b := parent.Bucket(dayKey(dayOf(ms)))
		if b == nil {
			return nil
		}
		key, value := b.Cursor().Seek(evidenceKey(h.no, ms, 0))
		if len(key) != 20 || string(key[:12]) != string(evidenceKey(h.no, ms, 0)[:12]) {
			return nil
		}
		body, err := unseal(key, value, pictureVersion)
		if err != nil {
			return recordError(s.path, bucketPicture, key, err)
		}
		picture = slices.Clone(body)
		return nil
	})
	return picture, err
}
