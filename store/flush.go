package store

import (
	"context"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// draft is what a history will be once the batch is durable, as far as later
// results of the same batch depend on it.
type draft struct {
	builder timeline.Builder
	gate    gate
	setting setting
	any     bool // the history has had a result
}

// entry is one key and its record on the way into a bucket.
type entry struct{ key, value []byte }

// plan is everything that one commit writes.
type plan struct {
	records   []record
	named     []*history // checks that are new
	stretches []entry
	evidence  map[int32][]entry // by day
	pictures  map[int32][]entry // by day
}

// Sync returns once every result appended before is durable, or says why not.
func (s *Store) Sync(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.closed {
		return ErrClosed
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := s.flush()
		if err != nil || !more {
			return err
		}
	}
}

// flush makes one batch durable and reports whether the queue may hold more. The
// caller holds s.writing. After an error the same batch is tried again by the next
// call, under the same sequence, so nothing is ever written twice.
func (s *Store) flush() (more bool, err error) {
	if len(s.batch) == 0 {
		s.batch = s.queue.take()
	}
	if len(s.batch) == 0 {
		return false, s.flushReadings()
	}
	s.takeReadings()
	start := time.Now()
	p := s.plan()
	err = s.update(func(tx *bbolt.Tx) error {
		if err := s.write(tx, p); err != nil {
			return err
		}
		return s.writeReadings(tx)
	})
	if err != nil {
		s.failed(err)
		return false, err
	}
	s.commit(p, time.Since(start))
	if s.options.Committed != nil {
		s.tell()
	}
	s.queue.done(s.batch)
	s.batch = nil
	s.commitReadings()
	return true, nil
}

// tell hands the batch to the callback.
func (s *Store) tell() {
	results := s.told[:0]
	for i := range s.batch {
		results = append(results, s.batch[i].result)
	}
	s.options.Committed(results)
	clear(results)
	if s.told = results[:0]; cap(results) > maxBatch/4 {
		s.told = nil
	}
}

// plan works out what the batch changes, on copies: nothing in memory may change
// before it is durable.
func (s *Store) plan() *plan {
	p := &plan{records: s.records[:0]}
	clear(s.drafts)
	for i := range s.batch {
		s.planItem(p, &s.batch[i], s.ordinal+uint64(i))
	}
	s.records = p.records
	return p
}

func (s *Store) planItem(p *plan, i *item, ordinal uint64) {
	h := s.history(i.result.Check)
	d := s.drafts[h]
	if d == nil {
		d = &draft{h.builder, h.gate, h.setting, !h.latest.Sent.IsZero()}
		s.drafts[h] = d
		if !h.named {
			p.named = append(p.named, h)
		}
	}
	if open := d.builder.Open(); i.result.Sent.Equal(open.Last) {
		// Stretches are filed under their first moment: no two results share one.
		i.result.Sent = open.Last.Add(time.Millisecond)
	}
	r := recordOf(i.result)
	r.state, r.interval, r.site = h, i.interval, s.site(i.result.Site)
	now := setting{r.interval, r.site}
	r.changed = !d.any || now != d.setting
	d.setting, d.any = now, true
	if i.result.Detail != nil && r.outcome != check.Up {
		p.keepEvidence(d, &r, i.result, ordinal)
	}
	d.gate.note(r)
	// As it will be read again: its duration may be that of a step of the clock.
	if closed, ok, _ := place(&d.builder, r.result("", ""), i.interval); ok {
		key := stretchKey(h.no, closed.First.UnixMilli())
		p.stretches = append(p.stretches, entry{key, stretchValue(key, closed)})
	}
	p.records = append(p.records, r)
}

// keepEvidence plans to write the result's evidence if it is worth keeping.
func (p *plan) keepEvidence(d *draft, r *record, result check.Result, ordinal uint64) {
	r.hash = evidenceHash(result.Outcome)
	if !d.gate.passes(*r) {
		return
	}
	key := evidenceKey(r.state.no, r.ms, ordinal)
	pictured := d.gate.pictured(*r, result.Detail.Picture)
	value, err := evidenceValue(key, result, pictured)
	if err != nil {
		return // strings and numbers always have a JSON
	}
	if p.evidence == nil {
		p.evidence = make(map[int32][]entry)
	}
	day := dayOf(r.ms)
	p.evidence[day] = append(p.evidence[day], entry{key, value})
	if pictured {
		if p.pictures == nil {
			p.pictures = make(map[int32][]entry)
		}
		p.pictures[day] = append(p.pictures[day], entry{key, pictureValue(key, result.Detail.Picture)})
	}
	r.kept = true
}

// history returns the history of a check, made when there is none.
func (s *Store) history(id check.ID) *history {
	if h := s.byID[id]; h != nil { // only the writer changes the map
		return h
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &history{no: uint32(len(s.histories) + 1), id: id}
	s.byID[id] = h
	s.histories = append(s.histories, h)
	return h
}

// site returns the number of a site.
func (s *Store) site(name string) uint32 {
	n, known := s.sites[name]
	if !known {
		n = uint32(len(s.sites))
		s.sites[name] = n
		s.mu.Lock()
		s.siteNames = append(s.siteNames, name)
		s.mu.Unlock()
	}
	return n
}

// write puts the plan into the transaction.
func (s *Store) write(tx *bbolt.Tx, p *plan) error {
	if err := s.writeNames(tx, p); err != nil {
		return err
	}
	if err := putAll(tx.Bucket(bucketStretch), p.stretches); err != nil {
		return err
	}
	for day, entries := range p.evidence {
		b, err := tx.Bucket(bucketEvidence).CreateBucketIfNotExists(dayKey(day))
		if err != nil {
			return err
		}
		if err := putAll(b, entries); err != nil {
			return err
		}
	}
	if err := writePictures(tx, p.pictures); err != nil {
		return err
	}
	return s.writeLog(tx.Bucket(bucketLog), p.records)
}

// writeLog puts the batch into the log, in records of about a page each. One record of
// all would need up to 50 pages in a row; between the single pages that chunks take
// there soon are none when the log is trimmed, and the file grows for ever.
func (s *Store) writeLog(log *bbolt.Bucket, records []record) error {
	log.FillPercent = 1 // keys only ever grow
	into := s.encoded[:0]
	for i := range parts(len(records)) {
		part := records[i*batchPart : min((i+1)*batchPart, len(records))]
		key := u64(s.sequence + 1 + uint64(i))
		value := batchValue(into, key, s.ordinal+uint64(i*batchPart), part)
		if i == 0 {
			s.encoded = value
		}
		if err := log.Put(key, value); err != nil {
			return err
		}
		into = nil // the transaction keeps what it was given
	}
	return nil
}

// parts returns how many records of the log so many results take.
func parts(results int) int { return (results + batchPart - 1) / batchPart }

// writeNames puts the numbers of checks and sites that are not on disk yet.
func (s *Store) writeNames(tx *bbolt.Tx, p *plan) error {
	for _, h := range p.named {
		if err := putName(tx.Bucket(bucketCheck), string(h.id), h.no); err != nil {
			return err
		}
	}
	for n := s.sitesNamed; n < len(s.siteNames); n++ {
		if err := putName(tx.Bucket(bucketSite), s.siteNames[n], uint32(n)); err != nil {
			return err
		}
	}
	return nil
}

func putAll(b *bbolt.Bucket, entries []entry) error {
	for _, e := range entries {
		if err := b.Put(e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// commit shows the durable batch to the readers.
func (s *Store) commit(p *plan, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.high = 0
	for i := range p.records {
		r := &p.records[i]
		if r.state.apply(*r, s.ordinal+uint64(i)) {
			s.stats.Late++
		}
		r.state.latest = s.batch[i].result
		s.high = max(s.high, r.ms)
	}
	for _, h := range p.named {
		h.named = true
	}
	s.sitesNamed = len(s.siteNames)
	s.sequence += uint64(parts(len(p.records)))
	s.ordinal += uint64(len(p.records))
	s.pass.logged += len(p.records)
	s.recovered()
	s.stats.LastCommit, s.stats.CommitTook = time.Now(), took
}

// failed notes that a transaction could not be written; it is tried again.
func (s *Store) failed(err error) {
	s.mu.Lock()
	fresh := s.stats.LastError == nil
	if s.stats.LastError = err; fresh {
		s.stats.FailingSince = time.Now()
	}
	s.stats.Failures++
	s.mu.Unlock()
	if fresh {
		waiting, _ := s.queue.waiting()
		s.log.Error("results cannot be stored; probing goes on and they wait in memory", "error", err, "waiting", waiting)
	}
}

// recovered notes that writing works again. The caller holds s.mu.
func (s *Store) recovered() {
	if s.stats.LastError == nil {
		return
	}
	s.stats.LastError = nil
	_, lost := s.queue.waiting()
	s.log.Info("results are stored again", "failing_since", s.stats.FailingSince, "lost", lost)
}
