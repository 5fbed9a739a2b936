package config

import (
	"sort"
	"unicode/utf8"
)

// place is where something stands in the file: its byte offset plus one. The
// zero place is the file as a whole.
type place int32

func placeOf(offset uint32) place { return place(offset) + 1 }

// lines finds line and column of a place.
type lines struct {
	data   []byte
	starts []int32 // offset of the first byte of each line
}

func newLines(data []byte) *lines {
	l := &lines{data: data, starts: []int32{0}}
	for i, c := range data {
		if c == '\n' {
			l.starts = append(l.starts, int32(i+1))
		}
	}
	return l
}

// at returns line and column, both from 1. Columns count characters, as editors
// do, and not bytes.
func (l *lines) at(p place) (line, column int) {
	if p == 0 {
		return 0, 0
	}
	offset := int32(p - 1)
	line = sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
	return line, utf8.RuneCount(l.data[l.starts[line-1]:offset]) + 1
}
