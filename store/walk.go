package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

const (
	// maxDepth bounds the height of a tree: with two keys a page, 40 levels hold more
	// than any disk.
	maxDepth = 40
	// maxPageBytes bounds a page with its overflow: the largest record is a fact of a
	// megabyte, the free list of a terabyte is 2 GB but read in pieces.
	maxPageBytes = 16 << 20
	// maxProblems is how many mistakes are listed before the walk gives up.
	maxProblems = 20
)

// errEnough ends a walk that has found maxProblems.
var errEnough = errors.New("too many mistakes")

// walker goes through all pages of a file once.
type walker struct {
	ctx  context.Context
	file io.ReaderAt
	head head
	// visit sees every record with the names of the buckets it lies in. What it is
	// given is valid until it returns.
	visit    func(path [][]byte, key, value []byte) error
	seen     bitset
	free     uint64
	problems []string
	spare    [][]byte // page buffers not in use
}

// bitset has a bit for every page: bbolt's own check keeps two maps of them, more
// than the rest of slamon needs.
type bitset []uint64

func (b bitset) get(n uint64) bool { return b[n/64]&(1<<(n%64)) != 0 }
func (b bitset) set(n uint64)      { b[n/64] |= 1 << (n % 64) }

func newWalker(ctx context.Context, file io.ReaderAt, h head) *walker {
	return &walker{ctx: ctx, file: file, head: h, seen: make(bitset, h.pages/64+1)}
}

// run walks the file. The error is that of the context or of reading; mistakes in
// the file are in problems.
func (w *walker) run() error {
	w.seen.set(0)
	w.seen.set(1)
	err := w.freelist()
	if err == nil {
		err = w.bucket(w.head.root, nil)
	}
	if errors.Is(err, errEnough) {
		return nil
	}
	if err != nil {
		return err
	}
	for n := range w.head.pages {
		if !w.seen.get(n) {
			if w.problem("page %d is neither used nor free", n) != nil {
				return nil
			}
		}
	}
	return nil
}

func (w *walker) problem(format string, args ...any) error {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
	if len(w.problems) >= maxProblems {
		return errEnough
	}
	return nil
}

// page is a page as it lies in the file, with its overflow.
type page struct {
	id    uint64
	flags uint16
	count int
	data  []byte // with the header
}

// read reads a page and marks it as used. It returns nil when the page is damaged,
// which is noted.
func (w *walker) read(id uint64, want uint16) (*page, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	if id < 2 || id >= w.head.pages {
		return nil, w.problem("page %d is outside of the file", id)
	}
	buf := w.buffer()
	if _, err := w.file.ReadAt(buf, int64(id)*w.head.pageSize); err != nil {
		return nil, w.problem("page %d cannot be read: %v", id, err)
	}
	order := binary.NativeEndian
	p := &page{id: order.Uint64(buf), flags: order.Uint16(buf[8:]), count: int(order.Uint16(buf[10:])), data: buf}
	overflow := uint64(order.Uint32(buf[12:]))
	if p.id != id || p.flags&want == 0 || id+overflow >= w.head.pages {
		return nil, w.problem("page %d is damaged", id)
	}
	if p.flags == pageFreelist {
		return p, w.use(id, overflow)
	}
	if (overflow+1)*uint64(w.head.pageSize) > maxPageBytes {
		return nil, w.problem("page %d is too large", id)
	}
	if overflow > 0 {
		p.data = make([]byte, (overflow+1)*uint64(w.head.pageSize))
		if _, err := w.file.ReadAt(p.data, int64(id)*w.head.pageSize); err != nil {
			return nil, w.problem("page %d cannot be read: %v", id, err)
		}
	}
	return p, w.use(id, overflow)
}

// buffer returns room for a page; done gives it back.
func (w *walker) buffer() []byte {
	n := len(w.spare)
	if n == 0 {
		return make([]byte, w.head.pageSize)
	}
	b := w.spare[n-1]
	w.spare = w.spare[:n-1]
	return b
}

func (w *walker) done(p *page) {
	if int64(len(p.data)) == w.head.pageSize {
		w.spare = append(w.spare, p.data)
	}
}

func (w *walker) use(id, overflow uint64) error {
	for n := id; n <= id+overflow; n++ {
		if w.seen.get(n) {
			return w.problem("page %d is used twice", n)
		}
		w.seen.set(n)
	}
	return nil
}

// freelist marks the free pages.
func (w *walker) freelist() error {
	if w.head.freelist == noFreelist {
		return nil
	}
	p, err := w.read(w.head.freelist, pageFreelist)
	if p == nil || err != nil {
		return err
	}
	order := binary.NativeEndian
	overflow := uint64(order.Uint32(p.data[12:]))
	r := io.NewSectionReader(w.file, int64(p.id)*w.head.pageSize+pageHeader, int64(overflow+1)*w.head.pageSize-pageHeader)
	n := uint64(p.count)
	var b [8]byte
	if p.count == 0xFFFF { // too many for the header: the number comes first
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return w.problem("the free list cannot be read: %v", err)
		}
		n = order.Uint64(b[:])
	}
	return w.freePages(bufio.NewReader(r), n)
}

func (w *walker) freePages(r io.Reader, n uint64) error {
	var b [8]byte
	for range n {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return w.problem("the free list is cut short")
		}
		id := binary.NativeEndian.Uint64(b[:])
		if id < 2 || id >= w.head.pages || w.seen.get(id) {
			return w.problem("the free list names page %d, which is not free", id)
		}
		w.seen.set(id)
		w.free++
	}
	return nil
}

// bucket walks the tree that begins at the page.
func (w *walker) bucket(root uint64, path [][]byte) error {
	if len(path) > maxDepth {
		return w.problem("buckets lie too deep")
	}
	return w.tree(root, path, span{}, 0)
}

// span is what the keys of a page must lie in: from is the least, below is not part
// of it; nil for no limit.
type span struct{ from, below []byte }

func (s span) holds(key []byte) bool {
	return bytes.Compare(key, s.from) >= 0 && (s.below == nil || bytes.Compare(key, s.below) < 0)
}

func (w *walker) tree(id uint64, path [][]byte, in span, depth int) error {
	if depth > maxDepth {
		return w.problem("page %d lies too deep", id)
	}
	p, err := w.read(id, pageBranch|pageLeaf)
	if p == nil || err != nil {
		return err
	}
	defer w.done(p)
	if p.flags == pageLeaf {
		return w.leaf(p, path, in)
	}
	return w.branch(p, path, in, depth)
}

// element returns the key and value of the n-th element of the page; ok is false
// when they do not lie in it.
func (p *page) element(n int) (key, value []byte, word uint64, ok bool) {
	at := pageHeader + n*elementSize
	if at+elementSize > len(p.data) {
		return nil, nil, 0, false
	}
	order := binary.NativeEndian
	e := p.data[at:]
	var pos, keyLen, valueLen uint64
	if p.flags == pageBranch {
		pos, keyLen = uint64(order.Uint32(e)), uint64(order.Uint32(e[4:]))
		word = order.Uint64(e[8:])
	} else {
		word = uint64(order.Uint32(e))
		pos, keyLen, valueLen = uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
	}
	start := uint64(at) + pos
	if start+keyLen+valueLen > uint64(len(p.data)) || keyLen == 0 {
		return nil, nil, 0, false
	}
	return p.data[start : start+keyLen], p.data[start+keyLen : start+keyLen+valueLen], word, true
}

// ordered returns the span of the n-th element's key, or false when it breaks the
// order of keys.
func (p *page) ordered(n int, key, before []byte, in span) bool {
	return in.holds(key) && (n == 0 || bytes.Compare(before, key) < 0)
}

func (w *walker) branch(p *page, path [][]byte, in span, depth int) error {
	if p.count == 0 {
		return w.problem("page %d is empty", p.id)
	}
	var before []byte
	for n := range p.count {
		key, _, child, ok := p.element(n)
		if !ok || (n > 0 && !p.ordered(n, key, before, in)) {
			return w.problem("page %d is damaged at key %d", p.id, n)
		}
		before = key
		next := span{from: key, below: in.below}
		if after, _, _, ok := p.element(n + 1); ok && n+1 < p.count {
			next.below = after
		}
		if n == 0 {
			next.from = in.from // a branch's first key may be older than its page
		}
		if err := w.tree(child, path, next, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) leaf(p *page, path [][]byte, in span) error {
	var before []byte
	for n := range p.count {
		key, value, flags, ok := p.element(n)
		if !ok || !p.ordered(n, key, before, in) {
			return w.problem("page %d is damaged at key %d", p.id, n)
		}
		before = key
		var err error
		if flags&leafBucket != 0 {
			err = w.child(p, key, value, path)
		} else if err = w.visit(path, key, value); errors.Is(err, errRecord) {
			err = w.problem("record %x of %q is damaged", key, slices.Concat(path...))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// child walks a bucket inside a bucket: on pages of its own, or, when it is small,
// on a page inside the value.
func (w *walker) child(p *page, name, value []byte, path [][]byte) error {
	const bucketHeader = 16
	if len(value) < bucketHeader {
		return w.problem("page %d is damaged at a bucket", p.id)
	}
	path = append(slices.Clone(path), name)
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return w.bucket(root, path)
	}
	data := value[bucketHeader:]
	if len(data) < pageHeader || binary.NativeEndian.Uint16(data[8:]) != pageLeaf {
		return w.problem("page %d is damaged at a small bucket", p.id)
	}
	inner := &page{id: p.id, flags: pageLeaf, count: int(binary.NativeEndian.Uint16(data[10:])), data: data}
	return w.leaf(inner, path, span{})
}
