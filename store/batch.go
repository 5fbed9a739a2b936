package store

import (
	"encoding/binary"
	"time"

	"github.com/slamon/slamon/check"
)

// A batch is the log's record of one commit, or of a part of it: the results of all
// checks in the order in which they came, about ten bytes each.

const (
	batchVersion = 1
	// maxBatch bounds the results of one commit, and so the time that a commit
	// takes and the memory that a damaged count can ask for.
	maxBatch = 20_000
	// batchPart is how many results one record of the log holds: some 3 KB.
	batchPart = 320
)

// batchValue encodes the records; ordinal is that of the first.
func batchValue(b, key []byte, ordinal uint64, records []record) []byte {
	b = append(b, batchVersion)
	b = binary.AppendUvarint(b, ordinal)
	b = binary.AppendUvarint(b, uint64(len(records)))
	var ms int64
	for i := range records {
		r := &records[i]
		b = binary.AppendUvarint(b, uint64(r.state.no))
		b = binary.AppendVarint(b, r.ms-ms)
		ms = r.ms
		b = appendBatchRecord(b, r)
	}
	return seal(key, b)
}

func appendBatchRecord(b []byte, r *record) []byte {
	f := r.flags()
	if r.changed {
		f |= flagSetting
	}
	if r.kept {
		f |= flagKept
	}
	b = append(b, f)
	if f&flagReason != 0 {
		b = append(b, byte(r.reason))
	}
	if f&flagLatency != 0 {
		b = binary.AppendUvarint(b, uint64(r.code))
	}
	if r.changed {
		b = binary.AppendUvarint(b, uint64(r.interval))
		b = binary.AppendUvarint(b, uint64(r.site))
	}
	return b
}

// openBatch is the inverse of batchValue: visit sees the number of the check and the
// record, whose interval is zero when the setting is the one before.
func openBatch(key, value []byte, visit func(no uint32, ordinal uint64, r record)) error {
	body, err := unseal(key, value, batchVersion)
	if err != nil {
		return err
	}
	in := reader{rest: body}
	ordinal, n := in.uvarint(), in.uvarint()
	if n > maxBatch {
		return errRecord
	}
	var ms int64
	for i := range n {
		no := in.uvarint()
		ms += in.varint()
		r := readBatchRecord(&in)
		if r.ms = ms; in.bad {
			return errRecord
		}
		visit(uint32(no), ordinal+i, r)
	}
	return in.end()
}

func readBatchRecord(in *reader) record {
	f := in.byte()
	r := record{outcome: check.State(f & flagState), base: f&flagBase != 0, kept: f&flagKept != 0}
	if f&flagReason != 0 {
		r.reason = check.Reason(in.byte())
	}
	if f&flagLatency != 0 {
		r.code = uint16(in.uvarint())
	}
	if f&flagSetting != 0 {
		r.changed = true
		r.interval, r.site = time.Duration(in.uvarint()), uint32(in.uvarint())
	}
	return r
}
