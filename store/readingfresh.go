package store

import (
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

const hourMS = dayMS / hoursOf

// freshDays sums up days from their readings.
func (s *Store) freshDays(id device.Series, p timeline.Period) ([]ReadingSum, error) {
	return s.freshSums(id, p, dayMS)
}

// freshHours sums up hours from their readings.
func (s *Store) freshHours(id device.Series, p timeline.Period) ([]ReadingSum, error) {
	return s.freshSums(id, p, hourMS)
}

// freshSums sums up readings in lengths of milliseconds that begin with the epoch. The
// charts of a month are 86,000 readings of a device with ten series, which is why they
// neither become Readings on the way nor are written down and read again.
func (s *Store) freshSums(id device.Series, p timeline.Period, length int64) ([]ReadingSum, error) {
	list, err := s.rawReadings(id, p)
	if err != nil {
		return nil, err
	}
	var out []ReadingSum
	var values []float64 // of one sum, room that is used again
	for len(list) > 0 {
		begin := floor(list[0].ms, length)
		values = values[:0]
		n := 0
		for ; n < len(list) && list[n].ms < begin+length; n++ {
			if list[n].void == device.NotVoid {
				values = append(values, unquantum(list[n].value, id.Kind))
			}
		}
		sum := ReadingSum{Start: fromMS(begin), Length: time.Duration(length) * time.Millisecond}
		sum.of(values, n)
		out = append(out, sum.kept(id.Kind))
		list = list[n:]
	}
	return out, nil
}

// kept returns the sum as it will be read once it is written down, so that a chart does
// not change when the readings are gone.
func (s ReadingSum) kept(k device.Kind) ReadingSum {
	if s.Known > 0 {
		for _, v := range []*float64{&s.Min, &s.Mean, &s.P95, &s.Max} {
			*v = unquantum(quantum(*v, k), k)
		}
	}
	return s
}

// floor rounds down to a multiple of length, also before the epoch.
func floor(ms, length int64) int64 {
	begin := ms / length * length
	if begin > ms {
		begin -= length
	}
	return begin
}
