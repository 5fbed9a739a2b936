package store

import (
	"slices"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
)

const (
	// maxQueue is how many results wait in memory while the disk takes none: some 40
	// MB, and three minutes at 1,000 results a second.
	maxQueue = 200_000
	// dropStep oldest results are given up at a time, so that dropping costs little.
	dropStep = 1000
	// largeQueue wakes the writer before its time.
	largeQueue = 10_000
)

// item is a result on its way to the disk.
type item struct {
	result   check.Result
	interval time.Duration
}

// gap is what was lost of one check.
type gap struct {
	first, last time.Time
	site        string
	interval    time.Duration
}

// queue holds the results that no transaction has taken yet.
type queue struct {
	mu    sync.Mutex
	items []item
	spare []item // the buffer not in use
	held  int    // results that a failed transaction has taken and will try again
	gaps  map[check.ID]gap
	lost  uint64
	most  int // maxQueue, less in tests
	wake  chan struct{}
}

// Append hands over a result with the base interval in force when it was sent. It
// never waits for the disk; the result is durable once Options.Committed has seen it
// or Sync has returned. Results of one check must come in the order of sending.
func (s *Store) Append(r check.Result, interval time.Duration) {
	if r.Site == "" {
		r.Site = s.options.Site
	}
	r.Sent = storable(r.Sent)
	s.queue.put(item{r, max(interval, time.Millisecond)})
}

// storable cuts a moment to what the store keeps: milliseconds from 1970 to 2106.
func storable(t time.Time) time.Time {
	const most = 1<<32*1000 - 1
	return fromMS(min(max(t.UnixMilli(), 0), most))
}

func (q *queue) put(i item) {
	q.mu.Lock()
	if len(q.items)+q.held >= q.most {
		q.drop()
	}
	q.items = append(q.items, i)
	large := len(q.items) == largeQueue
	q.mu.Unlock()
	if large {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// drop gives up the oldest results. Those already taken by a failed transaction are
// older still, but theirs is the next attempt.
func (q *queue) drop() {
	n := min(dropStep, len(q.items))
	for _, i := range q.items[:n] {
		g, known := q.gaps[i.result.Check]
		if !known {
			g = gap{first: i.result.Sent}
		}
		g.last, g.interval, g.site = i.result.Sent, i.interval, i.result.Site
		q.gaps[i.result.Check] = g
	}
	q.lost += uint64(n)
	clear(q.items[:n])
	q.items = q.items[n:]
}

// take returns the oldest results: first what stands for lost ones, else up to
// maxBatch that were kept. They count as waiting until done.
func (q *queue) take() []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.oldest()
	q.held = len(batch)
	return batch
}

func (q *queue) oldest() []item {
	if len(q.gaps) > 0 {
		return q.takeGaps()
	}
	if len(q.items) > maxBatch {
		batch := slices.Clone(q.items[:maxBatch])
		clear(q.items[:maxBatch])
		q.items = q.items[maxBatch:]
		return batch
	}
	batch := q.items
	q.items, q.spare = q.spare, nil
	return batch
}

// done takes back the buffer of a batch that is durable, unless it is one of a time
// when the queue was long: that memory must not be held for ever.
func (q *queue) done(batch []item) {
	clear(batch) // let go of evidence
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = 0
	if cap(batch) <= maxBatch {
		q.spare = batch[:0]
	}
}

// takeGaps turns lost results into unknown ones at the first and last lost moment,
// so that the time between counts as unknown.
func (q *queue) takeGaps() []item {
	var batch []item
	for id, g := range q.gaps {
		if len(batch) > maxBatch-2 {
			break
		}
		delete(q.gaps, id)
		r := check.Result{
			Check: id, Site: g.site, Sent: g.first,
			Outcome: check.Outcome{State: check.Unknown, Reason: check.ReasonStorage},
		}
		batch = append(batch, item{r, g.interval})
		if g.last.After(g.first) {
			r.Sent = g.last
			batch = append(batch, item{r, g.interval})
		}
	}
	slices.SortStableFunc(batch, func(a, b item) int { return a.result.Sent.Compare(b.result.Sent) })
	return batch
}

// waiting returns the results not yet durable, and those lost so far.
func (q *queue) waiting() (n int, lost uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) + q.held, q.lost
}
