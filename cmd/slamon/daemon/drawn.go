package daemon

import (
	"crypto/rand"
	"encoding/binary"
)

// seed returns the installation's own number, which the grids depend on.
func (d *Daemon) seed() (uint64, error) {
	kept, err := d.drawn("seed", 8)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(kept), nil
}

// drawn returns random bytes that are drawn once and kept.
func (d *Daemon) drawn(key string, size int) ([]byte, error) {
	kept, err := d.store.Get(key)
	if err != nil || len(kept) == size {
		return kept, err
	}
	kept = make([]byte, size)
	rand.Read(kept)
	return kept, d.store.Put(key, kept)
}
