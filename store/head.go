package store

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"os"
)

// What follows reads bbolt's file format (version 2) without bbolt: page by page with
// plain reads, every number distrusted. bbolt maps the file and believes it; over a
// damaged page it panics, faults or loops, partly in goroutines where nothing can
// catch it. A file has to pass here before bbolt may walk through all of it.

const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	pageHeader  = 16
	elementSize = 16
	metaSize    = 64

	pageBranch   = 0x01
	pageLeaf     = 0x02
	pageMeta     = 0x04
	pageFreelist = 0x10
	leafBucket   = 0x01

	noFreelist = ^uint64(0)
)

// head is what a meta page says: where the newest state of the file begins.
type head struct {
	pageSize int64
	root     uint64 // page of the root bucket
	freelist uint64 // page of the free list; noFreelist for none
	pages    uint64 // pages in use or free; the file is at least this long
	tx       uint64 // transaction that wrote it
}

var errHead = errors.New("both of its first pages are damaged")

// readHeads returns the valid ones of the two meta pages, newest first, and whether
// the file begins like one of bbolt's at all.
func readHeads(f io.ReaderAt) (heads []head, bolt bool) {
	size := int64(os.Getpagesize())
	for _, at := range []int64{0, size} {
		var b [pageHeader + metaSize]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			continue
		}
		h, magic, ok := parseMeta(b[pageHeader:])
		bolt = bolt || magic
		if !ok {
			continue
		}
		if h.pageSize != size { // made on a machine with other pages
			size = h.pageSize
		}
		heads = append(heads, h)
	}
	if len(heads) == 2 && heads[1].tx > heads[0].tx {
		heads[0], heads[1] = heads[1], heads[0]
	}
	return heads, bolt
}

func parseMeta(b []byte) (h head, magic, ok bool) {
	order := binary.NativeEndian
	magic = order.Uint32(b) == boltMagic
	sum := fnv.New64a()
	sum.Write(b[:56])
	h = head{
		pageSize: int64(order.Uint32(b[8:])),
		root:     order.Uint64(b[16:]),
		freelist: order.Uint64(b[32:]),
		pages:    order.Uint64(b[40:]),
		tx:       order.Uint64(b[48:]),
	}
	ok = magic && order.Uint32(b[4:]) == boltVersion && order.Uint64(b[56:]) == sum.Sum64() &&
		h.pageSize >= 512 && h.pageSize <= 1<<20 && h.pages < 1<<40
	return h, magic, ok
}

// readHead returns the newest valid head of the file, and complains when there is
// none or the file is shorter than it says.
func readHead(f *os.File, path string) (head, error) {
	heads, bolt := readHeads(f)
	if len(heads) == 0 {
		if !bolt {
			return head{}, foreignError(path, "it does not begin like one")
		}
		return head{}, damagedError(path, errHead)
	}
	info, err := f.Stat()
	if err != nil {
		return head{}, openError(path, err)
	}
	if h := heads[0]; info.Size()/h.pageSize < int64(h.pages) {
		return head{}, damagedError(path, "the file was cut short")
	}
	return heads[0], nil
}
