package sla

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/slamon/slamon/check"
)

// Responses are the operations of a window, counted by how long they took. The zero
// value is a window without any.
type Responses struct {
	Buckets []ResponseBucket // of the answered ones, in order
	Failed  int              // not answered, or wrongly: never within a limit
	Excused int              // late or failed, and in time as a correction has it
	Unknown int              // slots in which nothing could be asked
	Coming  int              // slots that lie ahead, in a window that has not ended
}

// ResponseBucket counts the operations that took longer than From and at most UpTo.
type ResponseBucket struct {
	From, UpTo time.Duration
	Count      int
}

// Add takes the operations of another window in.
func (r *Responses) Add(o Responses) {
	r.Failed, r.Excused = r.Failed+o.Failed, r.Excused+o.Excused
	r.Unknown, r.Coming = r.Unknown+o.Unknown, r.Coming+o.Coming
	for _, b := range o.Buckets {
		i, found := slices.BinarySearchFunc(r.Buckets, b, func(a, b ResponseBucket) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.UpTo, b.UpTo))
		})
		if found {
			r.Buckets[i].Count += b.Count
			continue
		}
		r.Buckets = slices.Insert(r.Buckets, i, b)
	}
}

// Asked is the number of operations, however they ended.
func (r Responses) Asked() int { return r.Answered() + r.Failed + r.Excused }

// Answered is the number of operations that were answered, and whose time counts.
func (r Responses) Answered() int {
	n := 0
	for _, b := range r.Buckets {
		n += b.Count
	}
	return n
}

// Percentile returns bounds of the time that the share q (0-1) of the answered
// operations took at most: those of the bucket that it falls into. It is false for a
// window without any.
func (r Responses) Percentile(q float64) (low, high time.Duration, ok bool) {
	rank := max(1, int(math.Ceil(q*float64(r.Answered()))))
	seen := 0
	for _, b := range r.Buckets {
		if seen += b.Count; seen >= rank {
			return b.From, b.UpTo, true
		}
	}
	return 0, 0, false
}

// Within returns bounds of the number of operations that took at most the limit: those
// in the bucket that the limit cuts may or may not.
func (r Responses) Within(limit time.Duration) (least, most int) {
	for _, b := range r.Buckets {
		if b.UpTo <= limit {
			least += b.Count
		}
		if b.From < limit {
			most += b.Count
		}
	}
	return least, most
}

// The grid of times. History keeps them to 0.4 %, so that is what a verdict can rest
// on, recomputed from a file or not: times are counted in cells that reach 0.4 % to
// both sides of their middle, and of the one cell that a limit cuts nobody knows on
// which side of it an operation was.
const (
	cellStep = 1.008
	// cellCount cells reach from a microsecond to 26 hours.
	cellCount = 3171
)

var logCell = math.Log(cellStep)

// ResponseCell names the cell that a time falls into; 0 is less than a microsecond.
func ResponseCell(d time.Duration) uint16 {
	us := float64(d) / float64(time.Microsecond)
	if us < .5 {
		return 0
	}
	return uint16(min(1+math.Round(math.Log(max(us, 1))/logCell), cellCount-1))
}

// CellBounds returns what a cell reaches over: from excluded, upTo included.
func CellBounds(cell uint16) (from, upTo time.Duration) { return cellEdges[cell], cellEdges[cell+1] }

// CellMiddle returns the time that stands for a cell.
func CellMiddle(cell uint16) time.Duration {
	if cell == 0 {
		return 0
	}
	return edge(float64(cell) - 1)
}

// cellEdges are the borders of the cells: cell n lies between those of n and n+1.
var cellEdges = func() (edges [cellCount + 1]time.Duration) {
	for n := 1; n < cellCount; n++ {
		edges[n] = edge(float64(n) - 1.5)
	}
	edges[cellCount] = math.MaxInt64 // what takes longer is in the last one
	return edges
}()

func edge(steps float64) time.Duration {
	return time.Duration(math.Round(math.Exp(steps*logCell) * float64(time.Microsecond)))
}

// ResponseCounter counts operations one by one, in 25 KB whatever their number. The
// zero value is ready.
type ResponseCounter struct {
	cells           [cellCount]uint32
	failed, unknown int
}

// Count takes one operation of the base grid. One about which nothing is known is
// neither in time nor late.
func (c *ResponseCounter) Count(s check.State, took time.Duration) {
	switch {
	case s.Good():
		c.cells[ResponseCell(took)]++
	case s == check.Down:
		c.failed++
	default:
		c.unknown++
	}
}

// Take returns what was counted and begins anew.
func (c *ResponseCounter) Take() CellCounts {
	out := CellCounts{Failed: c.failed, Unknown: c.unknown}
	for n, count := range c.cells {
		if count > 0 {
			out.Cells = append(out.Cells, CellCount{uint16(n), count})
		}
	}
	*c = ResponseCounter{}
	return out
}

// Add takes counts of before in.
func (c *ResponseCounter) Add(o CellCounts) {
	c.failed += o.Failed
	c.unknown += o.Unknown
	for _, n := range o.Cells {
		c.cells[n.Cell] += n.Count
	}
}

// CellCounts are counted operations in the least room.
type CellCounts struct {
	Cells   []CellCount // in order
	Failed  int
	Unknown int // results that say nothing
}

// CellCount is one cell.
type CellCount struct {
	Cell  uint16
	Count uint32
}

// Responses returns the counts with their bounds.
func (c CellCounts) Responses() Responses {
	r := Responses{Failed: c.Failed, Unknown: c.Unknown, Buckets: make([]ResponseBucket, len(c.Cells))}
	for i, n := range c.Cells {
		from, upTo := CellBounds(n.Cell)
		r.Buckets[i] = ResponseBucket{from, upTo, int(n.Count)}
	}
	return r
}
