package store

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// ReadingSum sums up the known readings of a time.
type ReadingSum struct {
	Start               time.Time
	Length              time.Duration
	Known, Void         int // readings
	Min, Mean, Max, P95 float64
}

const (
	// sumRetention is how long the summaries of days are kept: they need some 300
	// bytes a day and series once their readings are gone.
	sumRetention = 3660
	// sumPatience is how long after midnight the day is summed up: late readings have
	// come by then.
	sumPatience = 10 * time.Minute
	// sumSeries are summed up in one step.
	sumSeries = 200
	hoursOf   = 24
	// hoursFrom readings a day, one in 86 s, the hours are written down with the day: they
	// take at most a twentieth of the room of the readings then, and a month of them would
	// be long in the making when asked for (10 series read every 10 s: 2.6 million).
	hoursFrom = 1000
)

// errFresh means that a summary is to be made from the readings.
var errFresh = errors.New("not in the summary")

// keySummed holds the last day that was summed up for every series.
var keySummed = []byte("summed")

// sumPass is the summing up of one day on its way through all series.
type sumPass struct {
	active bool
	day    int32
	next   int
	read   bool // done is that on disk
	done   int32
}

// stepSums sums up some series of the oldest day that is over and not summed up, and
// reports whether there was one.
func (s *Store) stepSums(now time.Time) (bool, error) {
	p := &s.readings.sums
	if !p.active {
		day, ok, err := s.dueSum(now)
		if err != nil || !ok {
			return false, err
		}
		*p = sumPass{active: true, day: day, read: true, done: p.done}
	}
	list := s.readings.list
	step := list[p.next:min(p.next+sumSeries, len(list))]
	entries, err := s.sumDay(step, p.day)
	if err != nil {
		return true, err
	}
	last := p.next+len(step) >= len(list)
	err = s.update(func(tx *bbolt.Tx) error {
		sums, err := tx.CreateBucketIfNotExists(bucketRSum)
		if err != nil {
			return err
		}
		for _, r := range step {
			if err := sums.Delete(sumKey(r.no, p.day-sumRetention)); err != nil {
				return err
			}
		}
		if err := putAll(sums, entries); err != nil || !last {
			return err
		}
		return tx.Bucket(bucketMeta).Put(keySummed, u32(uint32(p.day)))
	})
	if err != nil {
		return true, err
	}
	if p.next += len(step); last {
		p.active, p.done = false, p.day
		s.readings.mu.Lock()
		s.readings.summed = p.day
		s.readings.mu.Unlock()
	}
	return true, nil
}

// dueSum returns the oldest day that is to be summed up.
func (s *Store) dueSum(now time.Time) (day int32, ok bool, err error) {
	p := &s.readings.sums
	yesterday := today(now.Add(-sumPatience)) - 1
	if p.read && p.done >= yesterday || len(s.readings.list) == 0 {
		return 0, false, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(bucketMeta).Get(keySummed); len(v) == 4 {
			p.done = int32(be32(v))
		}
		day = p.done + 1
		if days := tx.Bucket(bucketRChunk); days != nil {
			// Days without chunks have nothing to sum up.
			if k, _ := days.Cursor().Seek(dayKey(day)); len(k) == 4 {
				day, ok = int32(be32(k)), int32(be32(k)) <= yesterday
			}
		}
		return nil
	})
	if err == nil {
		p.read = ok
		s.readings.mu.Lock()
		s.readings.summed = p.done
		s.readings.mu.Unlock()
	}
	return day, ok, err
}

// sumDay sums up a day of some series.
func (s *Store) sumDay(step []*readingSeries, day int32) ([]entry, error) {
	start := fromMS(int64(day) * dayMS)
	period := timeline.Period{From: start, To: start.AddDate(0, 0, 1)}
	var entries []entry
	for _, r := range step {
		list, err := s.Readings(r.id, period)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			key := sumKey(r.no, day)
			entries = append(entries, entry{key, seal(key, sumValue(start, r.id.Kind, list, len(list) >= hoursFrom))})
		}
	}
	return entries, nil
}

func sumKey(no uint32, day int32) []byte {
	return append(u32(no), dayKey(day)...)
}

// sumOf sums up readings of one series.
func sumOf(start time.Time, length time.Duration, list []device.Reading) ReadingSum {
	sum := ReadingSum{Start: start, Length: length}
	values := make([]float64, 0, len(list))
	for _, r := range list {
		if r.Known() {
			values = append(values, r.Value)
		}
	}
	sum.of(values, len(list))
	return sum
}

// of sums up known values among so many readings.
func (s *ReadingSum) of(values []float64, readings int) {
	s.Known, s.Void = len(values), readings-len(values)
	if len(values) > 0 {
		s.Min, s.Max = slices.Min(values), slices.Max(values)
		s.Mean, s.P95 = device.Mean(values), device.P95(values)
	}
}

// sumValue is the record of a day: the whole of it, and if wished each hour that has
// readings.
func sumValue(start time.Time, kind device.Kind, list []device.Reading, byHour bool) []byte {
	v := appendSum([]byte{readingVersion}, kind, sumOf(start, 24*time.Hour, list))
	if !byHour {
		return binary.AppendUvarint(v, 0)
	}
	var hours [hoursOf][]device.Reading
	present := uint32(0)
	for _, r := range list {
		h := int(r.At.Sub(start) / time.Hour)
		hours[h] = append(hours[h], r)
		present |= 1 << h
	}
	v = binary.AppendUvarint(v, uint64(present))
	for h, readings := range hours {
		if len(readings) > 0 {
			v = appendSum(v, kind, sumOf(start.Add(time.Duration(h)*time.Hour), time.Hour, readings))
		}
	}
	return v
}

func appendSum(v []byte, kind device.Kind, s ReadingSum) []byte {
	v = binary.AppendUvarint(v, uint64(s.Known))
	v = binary.AppendUvarint(v, uint64(s.Void))
	if s.Known == 0 {
		return v
	}
	least := quantum(s.Min, kind)
	v = binary.AppendVarint(v, least)
	for _, value := range []float64{s.Mean, s.P95, s.Max} {
		v = binary.AppendVarint(v, quantum(value, kind)-least)
	}
	return v
}

func (r *reader) sum(start time.Time, length time.Duration, kind device.Kind) ReadingSum {
	s := ReadingSum{Start: start, Length: length, Known: int(min(r.uvarint(), math.MaxInt32)), Void: int(min(r.uvarint(), math.MaxInt32))}
	if s.Known == 0 {
		return s
	}
	least := r.varint()
	s.Min = unquantum(least, kind)
	for _, into := range []*float64{&s.Mean, &s.P95, &s.Max} {
		*into = unquantum(least+r.varint(), kind)
	}
	return s
}

// openDay reads the day alone out of the record of a day: its hours cost ten times as
// much, and the charts of a year do not show them.
func openDay(key, value []byte, kind device.Kind) (ReadingSum, error) {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 8 {
		return ReadingSum{}, errRecord
	}
	r := reader{rest: body}
	day := r.sum(fromMS(int64(int32(be32(key[4:])))*dayMS), 24*time.Hour, kind)
	if r.bad {
		return day, errRecord
	}
	return day, nil
}

// openSum reads the record of a day.
func openSum(key, value []byte, kind device.Kind) (day ReadingSum, hours []ReadingSum, err error) {
	body, err := unseal(key, value, readingVersion)
	if err != nil || len(key) != 8 {
		return day, nil, errRecord
	}
	start := fromMS(int64(int32(be32(key[4:]))) * dayMS)
	r := reader{rest: body}
	day = r.sum(start, 24*time.Hour, kind)
	present := r.uvarint()
	for h := range hoursOf {
		if present&(1<<h) != 0 {
			hours = append(hours, r.sum(start.Add(time.Duration(h)*time.Hour), time.Hour, kind))
		}
	}
	return day, hours, r.end()
}

// ReadingDays returns the summaries of the UTC days that touch the period, and
// ReadingHours those of the hours of these days. Days that are not over, and those
// whose summary is not made yet, are summed up from their readings.
func (s *Store) ReadingDays(id device.Series, p timeline.Period) ([]ReadingSum, error) {
	return s.readingSums(id, p, func(key, value []byte) ([]ReadingSum, error) {
		day, err := openDay(key, value, id.Kind)
		return []ReadingSum{day}, err
	}, s.freshDays)
}

// ReadingHours returns the summaries of the hours that touch the period; see ReadingDays.
// Those of days whose readings are kept are made from the readings, if these are few.
func (s *Store) ReadingHours(id device.Series, p timeline.Period) ([]ReadingSum, error) {
	sums, err := s.readingSums(id, p, func(key, value []byte) ([]ReadingSum, error) {
		day, hours, err := openSum(key, value, id.Kind)
		if err == nil && len(hours) == 0 && day.Known+day.Void > 0 {
			err = errFresh
		}
		return hours, err
	}, s.freshHours)
	return slices.DeleteFunc(sums, func(h ReadingSum) bool {
		return !h.Start.Before(p.To) || !h.Start.Add(h.Length).After(p.From)
	}), err
}

func (s *Store) readingSums(id device.Series, p timeline.Period, open func(key, value []byte) ([]ReadingSum, error), fresh func(device.Series, timeline.Period) ([]ReadingSum, error)) ([]ReadingSum, error) {
	s.readings.mu.RLock()
	state := s.readings.series[id]
	s.readings.mu.RUnlock()
	if state == nil {
		return nil, nil
	}
	var out []ReadingSum
	from, to := dayOf(p.From.UnixMilli()), dayOf(ceilMS(p.To)-1)
	next := from
	err := s.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketRSum)
		if b == nil {
			return nil
		}
		if v := tx.Bucket(bucketMeta).Get(keySummed); len(v) == 4 {
			next = max(from, int32(be32(v))+1)
		}
		c := b.Cursor()
		for k, v := c.Seek(sumKey(state.no, from)); ofCheck(k, state.no) && int32(be32(k[4:])) <= to; k, v = c.Next() {
			sums, err := open(k, v)
			if errors.Is(err, errFresh) {
				next = min(next, int32(be32(k[4:])))
				return nil // those that follow are younger
			}
			if err != nil {
				return recordError(s.path, bucketRSum, k, err)
			}
			if int32(be32(k[4:])) < next {
				out = append(out, sums...)
			}
		}
		return nil
	})
	if err != nil || next > to {
		return out, err
	}
	sums, err := fresh(id, timeline.Period{From: fromMS(int64(next) * dayMS), To: fromMS(int64(to+1) * dayMS)})
	return append(out, sums...), err
}
