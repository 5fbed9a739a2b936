package store

import "github.com/slamon/slamon/device"

// reading decodes a record of readings.
func (v *VerifyReport) reading(name string, key, value []byte) (err error) {
	switch name {
	case string(bucketSeries):
		v.Series++
		_, _, err = openSeries(key, value)
	case string(bucketRLog):
		err = openReadings(key, value, func(uint32, int64, int64, device.Void) { v.Readings++ })
	case string(bucketROpen):
		var chunk readingChunk
		_, _, chunk, err = openSnapshot(key, value)
		v.Readings += chunk.n
	case string(bucketRSum):
		_, _, err = openSum(key, value, device.Custom)
	}
	return err
}

// readingChunk decodes a chunk of readings and checks that it lies in its day.
func (v *VerifyReport) readingChunk(day int32, key, value []byte) error {
	c, err := openReadingChunk(key, value)
	if err != nil {
		return err
	}
	misplaced := false
	err = c.each(func(ms, _ int64, _ device.Void) {
		v.Readings++
		misplaced = misplaced || dayOf(ms) != day
	})
	if misplaced {
		return errRecord
	}
	return err
}
