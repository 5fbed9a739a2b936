package store

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	snapshotVersion = 1
	// maxOpenChunk is what a chunk may hold with its last result added.
	maxOpenChunk = maxChunkBytes + 64
)

// snapshotValue encodes what still grows of h, as of log sequence covers. Chunks and
// days that are complete are written beside it, in the same transaction.
func (h *history) snapshotValue(key []byte, covers uint64) []byte {
	b := make([]byte, 0, 160+len(h.chunk.data))
	b = append(b, snapshotVersion)
	b = binary.AppendUvarint(b, covers)
	b = binary.AppendUvarint(b, uint64(h.setting.interval))
	b = binary.AppendUvarint(b, uint64(h.setting.site))
	b = h.appendLatest(b)
	b = h.appendOpenStretch(b)
	b = h.appendGate(b)
	b = h.appendOpenChunk(b)
	b = binary.AppendVarint(b, int64(h.day.day))
	return seal(key, h.day.appendTo(b))
}

func (h *history) appendLatest(b []byte) []byte {
	r := recordOf(h.latest)
	b = append(b, r.flags(), byte(r.reason))
	b = binary.AppendVarint(b, r.ms)
	return binary.AppendUvarint(b, uint64(r.code))
}

func (h *history) appendOpenStretch(b []byte) []byte {
	open := h.builder.Open()
	b = binary.AppendVarint(b, open.First.UnixMilli())
	return appendStretch(b, open)
}

func (h *history) appendGate(b []byte) []byte {
	b = append(b, h.gate.spent)
	return binary.AppendVarint(b, h.gate.since)
}

func (h *history) appendOpenChunk(b []byte) []byte {
	c := &h.chunk
	b = binary.AppendUvarint(b, uint64(c.count))
	if c.count == 0 {
		return b
	}
	b = binary.AppendUvarint(b, c.ordinal)
	b = binary.AppendUvarint(b, uint64(c.interval))
	b = binary.AppendUvarint(b, uint64(c.site))
	b = append(b, c.length)
	b = binary.AppendVarint(b, c.block)
	b = binary.AppendVarint(b, c.first)
	b = binary.AppendVarint(b, c.last)
	b = binary.AppendUvarint(b, uint64(c.code))
	b = binary.AppendUvarint(b, uint64(len(c.data)))
	return append(b, c.data...)
}

// restore is the inverse of snapshotValue; it returns the log sequence that the
// snapshot covers.
func (h *history) restore(key, value []byte, sites func(uint32) string) (covers uint64, err error) {
	body, err := unseal(key, value, snapshotVersion)
	if err != nil {
		return 0, err
	}
	in := reader{rest: body}
	covers = in.uvarint()
	h.setting = setting{time.Duration(in.uvarint()), uint32(in.uvarint())}
	h.restoreLatest(&in, sites(h.setting.site))
	first := in.varint()
	h.builder.Resume(readStretch(&in, first))
	h.gate = gate{spent: in.byte(), since: in.varint()}
	h.restoreChunk(&in)
	day := int32(in.varint())
	h.day = readCounts(&in, day)
	return covers, in.end()
}

func (h *history) restoreLatest(in *reader, site string) {
	f := in.byte()
	r := record{outcome: check.State(f & flagState), base: f&flagBase != 0, reason: check.Reason(in.byte())}
	r.ms, r.code = in.varint(), uint16(in.uvarint())
	h.latest = r.result(h.id, site)
}

func (h *history) restoreChunk(in *reader) {
	c := chunk{count: uint32(in.uvarint())}
	if c.count == 0 {
		return
	}
	c.ordinal = in.uvarint()
	c.interval = time.Duration(in.uvarint())
	c.site = uint32(in.uvarint())
	if c.length = in.byte(); int(c.length) >= len(blockLengths) {
		in.fail()
		return
	}
	c.block, c.first, c.last = in.varint(), in.varint(), in.varint()
	c.code = uint16(in.uvarint())
	n := in.uvarint()
	if n > maxOpenChunk || c.count > maxChunkResults {
		in.fail()
		return
	}
	c.data = slices.Clone(in.bytes(n))
	h.chunk = c
}

// recordOf returns the parts of a result that are kept raw.
func recordOf(r check.Result) record {
	return record{ms: r.Sent.UnixMilli(), code: latencyCode(r.Took), outcome: r.State, reason: r.Reason, base: r.Base}
}
