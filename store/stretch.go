package store

import (
	"encoding/binary"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

const (
	stretchVersion = 1
	stretchKeyLen  = 12
	// flagBeside stands beside the state; records of versions that did not know it
	// have it clear, and those versions pass over it.
	flagBeside = 0x80
)

// stretchKey sorts by check, then by time.
func stretchKey(no uint32, first int64) []byte {
	k := binary.BigEndian.AppendUint32(make([]byte, 0, stretchKeyLen), no)
	return binary.BigEndian.AppendUint64(k, sortable(first))
}

// appendStretch encodes all of s but its First.
func appendStretch(b []byte, s timeline.Stretch) []byte {
	state := byte(s.State)
	if s.Beside {
		state |= flagBeside
	}
	b = append(b, state, byte(s.Reason))
	b = binary.AppendUvarint(b, uint64(s.Last.UnixMilli()-s.First.UnixMilli()))
	b = binary.AppendUvarint(b, uint64(s.Results))
	b = binary.AppendUvarint(b, uint64(s.Base))
	b = binary.AppendUvarint(b, uint64(s.Interval))
	return binary.AppendUvarint(b, uint64(s.LongGaps))
}

// readStretch is the inverse of appendStretch.
func readStretch(in *reader, first int64) timeline.Stretch {
	state := in.byte()
	s := timeline.Stretch{State: check.State(state & flagState), Beside: state&flagBeside != 0, Reason: check.Reason(in.byte()), First: fromMS(first)}
	s.Last = fromMS(first + int64(in.uvarint()))
	s.Results, s.Base = int(in.uvarint()), int(in.uvarint())
	s.Interval, s.LongGaps = time.Duration(in.uvarint()), time.Duration(in.uvarint())
	return s
}

// stretchValue returns s as it is kept under key.
func stretchValue(key []byte, s timeline.Stretch) []byte {
	return seal(key, appendStretch([]byte{stretchVersion}, s))
}

// openStretch is the inverse of stretchKey and stretchValue.
func openStretch(key, value []byte) (timeline.Stretch, error) {
	body, err := unseal(key, value, stretchVersion)
	if err != nil || len(key) != stretchKeyLen {
		return timeline.Stretch{}, errRecord
	}
	in := reader{rest: body}
	s := readStretch(&in, unsortable(binary.BigEndian.Uint64(key[4:])))
	return s, in.end()
}
