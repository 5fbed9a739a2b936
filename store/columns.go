package store

import (
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// Column sums up the good results of one part of a period.
type Column struct {
	Count         int
	P50, P95, Max time.Duration // zero without results
}

// Columns cuts a period into n parts of one length and sums up the good results of each,
// exactly as from Results. It looks at the encoded results only, so that a week of a
// check every second, 604,800 of them, is drawn at once.
func (s *Store) Columns(id check.ID, p timeline.Period, n int) ([]Column, error) {
	from, to := p.From.UnixMilli(), ceilMS(p.To)
	if n <= 0 || from >= to {
		return nil, nil
	}
	days, err := s.rawDays(id, dayOf(from), dayOf(to-1))
	if err != nil {
		return nil, err
	}
	codes := make([][]uint16, n)
	place := columnsOf(p, n)
	for _, day := range days {
		err := s.visitDay(id, day, from, to, func(r record) {
			if r.ms >= from && r.ms < to && r.outcome.Good() {
				i := place(r.ms)
				codes[i] = append(codes[i], r.code)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	out := make([]Column, n)
	var counter codeCounter
	for i, c := range codes {
		out[i] = counter.column(c)
	}
	return out, nil
}

// columnsOf returns which column a moment belongs to.
func columnsOf(p timeline.Period, n int) func(ms int64) int {
	from, share := float64(p.From.UnixNano())/1e6, float64(n)/(float64(p.Length())/1e6)
	return func(ms int64) int { return min(max(int((float64(ms)-from)*share), 0), n-1) }
}

// codeCounter finds quantiles by counting: there are fewer codes than results, and to
// sort them takes longer than to read them from the disk.
type codeCounter [maxCode + 1]uint32

// column sums up latencies.
func (c *codeCounter) column(codes []uint16) Column {
	if len(codes) == 0 {
		return Column{}
	}
	least, most := codes[0], codes[0]
	for _, code := range codes {
		c[min(code, maxCode)]++
		least, most = min(least, code), max(most, code)
	}
	used := c[min(least, maxCode) : min(most, maxCode)+1]
	at := func(rank int) time.Duration {
		for i, n := range used {
			if rank -= int(n); rank < 0 {
				return codeLatency(least + uint16(i))
			}
		}
		return codeLatency(most)
	}
	out := Column{Count: len(codes), P50: at(len(codes) / 2), P95: at(len(codes) * 95 / 100), Max: codeLatency(most)}
	clear(used)
	return out
}
