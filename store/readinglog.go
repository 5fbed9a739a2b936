package store

import (
	"encoding/binary"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/device"
)

// readingRecord is a reading on its way to the disk.
type readingRecord struct {
	series *readingSeries
	ms     int64
	value  int64
	void   device.Void
}

// readingPlan is what one commit writes of readings.
type readingPlan struct {
	records []readingRecord
	named   []*readingSeries
}

// planReadings works out what the batch of readings changes. The same batch has the
// same plan when it is tried again.
func (s *Store) planReadings() *readingPlan {
	q := &s.readings
	if q.plan != nil || len(q.batch) == 0 {
		return q.plan
	}
	p := &readingPlan{records: make([]readingRecord, 0, len(q.batch))}
	fresh := map[*readingSeries]bool{}
	for _, r := range q.batch {
		if len(r.Instance) > 2*device.InstanceLimit {
			continue // nobody of ours makes such a name
		}
		state := q.lookup(r.Series)
		if state == nil {
			continue
		}
		if !state.named && !fresh[state] {
			fresh[state] = true
			p.named = append(p.named, state)
		}
		record := readingRecord{series: state, ms: storable(r.At).UnixMilli(), void: r.Void}
		if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
			record.void = device.VoidRange
		}
		if record.void == device.NotVoid {
			record.value = quantum(r.Value, r.Kind)
		}
		p.records = append(p.records, record)
	}
	q.plan = p
	return p
}

// writeReadings puts the batch into the transaction; nothing when there is none.
func (s *Store) writeReadings(tx *bbolt.Tx) error {
	p := s.planReadings()
	if p == nil || len(p.records) == 0 {
		return nil
	}
	for _, name := range readingBucket {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	for _, state := range p.named {
		key := u32(state.no)
		if err := tx.Bucket(bucketSeries).Put(key, seriesValue(key, state.id)); err != nil {
			return err
		}
	}
	return s.logReadings(tx.Bucket(bucketRLog), p.records)
}

// readingPart is how many readings one record of the log holds: some 3 KB, a page.
// writeLog says what longer ones do to the file.
const readingPart = 320

// logReadings puts the batch into the log.
func (s *Store) logReadings(log *bbolt.Bucket, records []readingRecord) error {
	log.FillPercent = 1 // keys only ever grow
	next := s.readings.sequence
	for part := range slices.Chunk(records, readingPart) {
		next++
		key := u64(next)
		if err := log.Put(key, seal(key, readingsValue(part))); err != nil {
			return err
		}
	}
	return nil
}

func readingsValue(records []readingRecord) []byte {
	v := binary.AppendUvarint([]byte{readingVersion}, uint64(len(records)))
	var ms int64
	for _, r := range records {
		v = binary.AppendUvarint(v, uint64(r.series.no))
		v = binary.AppendVarint(v, r.ms-ms)
		ms = r.ms
		v = append(v, byte(r.void))
		if r.void == device.NotVoid {
			v = binary.AppendVarint(v, r.value)
		}
	}
	return v
}

// openReadings yields the readings of one record of the log.
func openReadings(key, value []byte, yield func(no uint32, ms, value int64, void device.Void)) error {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 8 {
		return errRecord
	}
	r := reader{rest: body}
	var ms int64
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		no := r.uvarint()
		ms += r.varint()
		void := device.Void(r.byte())
		var v int64
		if void == device.NotVoid {
			v = r.varint()
		}
		if r.bad || no == 0 || no > math.MaxUint32 {
			return errRecord
		}
		yield(uint32(no), ms, v, void)
	}
	return r.end()
}

// commitReadings shows the durable batch to the readers and the callback.
func (s *Store) commitReadings() {
	q := &s.readings
	if q.plan == nil {
		return
	}
	q.mu.Lock()
	for _, r := range q.plan.records {
		r.series.apply(r.ms, r.value, r.void)
	}
	for _, state := range q.plan.named {
		state.named = true
	}
	q.sequence += uint64((len(q.plan.records) + readingPart - 1) / readingPart)
	q.stored += uint64(len(q.plan.records))
	q.pass.logged += len(q.plan.records)
	q.mu.Unlock()
	batch := q.batch
	q.batch, q.plan = nil, nil
	if s.options.ReadingsCommitted != nil {
		s.options.ReadingsCommitted(batch)
	}
	if cap(batch) <= maxSpare {
		clear(batch)
		q.queueMu.Lock()
		q.spare = batch[:0]
		q.queueMu.Unlock()
	}
}

// apply adds a durable reading. The caller holds the lock.
func (r *readingSeries) apply(ms, value int64, void device.Void) {
	if !r.open.takes(ms) {
		r.closed = append(r.closed, r.open)
		r.open = readingChunk{}
	}
	r.open.add(ms, value, void)
	r.dirty = true
	if at := fromMS(ms); !at.Before(r.latest.At) {
		r.latest = device.Reading{Series: r.id, At: at, Void: void}
		if void == device.NotVoid {
			r.latest.Value = unquantum(value, r.id.Kind)
		}
	}
}

// flushReadings makes readings durable when there are no results to go with.
func (s *Store) flushReadings() error {
	s.takeReadings()
	if len(s.readings.batch) == 0 {
		return nil
	}
	if err := s.update(s.writeReadings); err != nil {
		s.failed(err)
		return err
	}
	s.commitReadings()
	return nil
}

// loadReadings reads the series with their open chunks and replays the log.
func (s *Store) loadReadings(tx *bbolt.Tx) error {
	if tx.Bucket(bucketSeries) == nil || tx.Bucket(bucketRLog) == nil || tx.Bucket(bucketROpen) == nil {
		return nil // written before there were readings
	}
	q := &s.readings
	err := tx.Bucket(bucketSeries).ForEach(func(k, v []byte) error {
		no, id, err := openSeries(k, v)
		if err == nil && no != uint32(len(q.list)+1) {
			err = errRecord
		}
		if err != nil {
			return recordError(s.path, bucketSeries, k, err)
		}
		q.add(id).named = true
		return nil
	})
	if err != nil {
		return err
	}
	covers, err := s.loadOpen(tx)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketRLog).ForEach(func(k, v []byte) error {
		if len(k) != 8 {
			return recordError(s.path, bucketRLog, k, errRecord)
		}
		sequence, stray := binary.BigEndian.Uint64(k), false
		err := openReadings(k, v, func(no uint32, ms, value int64, void device.Void) {
			q.pass.logged++
			if int(no) > len(q.list) {
				stray = true
			} else if sequence > covers[no-1] {
				q.list[no-1].apply(ms, value, void)
			}
		})
		if stray {
			err = errRecord
		}
		q.sequence = max(q.sequence, sequence)
		return recordError(s.path, bucketRLog, k, err)
	})
}

// loadOpen restores the open chunks and returns what of the log each covers.
func (s *Store) loadOpen(tx *bbolt.Tx) ([]uint64, error) {
	q := &s.readings
	covers := make([]uint64, len(q.list))
	err := tx.Bucket(bucketROpen).ForEach(func(k, v []byte) error {
		covered, latest, chunk, err := openSnapshot(k, v)
		if err == nil && int(be32(k)) > len(q.list) {
			err = errRecord
		}
		if err != nil {
			return recordError(s.path, bucketROpen, k, err)
		}
		state := q.list[be32(k)-1]
		covers[state.no-1] = covered
		q.sequence = max(q.sequence, covered)
		state.open = chunk
		state.latest = latest.reading(state.id)
		return nil
	})
	return covers, err
}

// newest is the newest reading of a series in its snapshot.
type newest struct {
	ms, value int64
	void      device.Void
}

func (n newest) reading(id device.Series) device.Reading {
	r := device.Reading{Series: id, At: fromMS(n.ms), Void: n.void}
	if n.void == device.NotVoid {
		r.Value = unquantum(n.value, id.Kind)
	}
	return r
}

func snapshotReading(key []byte, covered uint64, r *readingSeries) []byte {
	v := binary.AppendUvarint([]byte{readingVersion}, covered)
	v = binary.AppendVarint(v, r.latest.At.UnixMilli())
	v = append(v, byte(r.latest.Void))
	v = binary.AppendVarint(v, quantum(r.latest.Value, r.id.Kind))
	return seal(key, r.open.body(v))
}

func openSnapshot(key, value []byte) (covered uint64, last newest, chunk readingChunk, err error) {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 4 || be32(key) == 0 {
		return 0, last, chunk, errRecord
	}
	r := reader{rest: body}
	covered = r.uvarint()
	last = newest{ms: r.varint(), void: device.Void(r.byte())}
	last.value = r.varint()
	n, first := r.uvarint(), r.varint()
	if r.bad || n > maxChunkReadings {
		return 0, last, chunk, errRecord
	}
	data := append([]byte(nil), r.rest...)
	chunk, err = walkReadings(first, int(n), data, nil)
	if n == 0 {
		chunk = readingChunk{}
	}
	return covered, last, chunk, err
}
