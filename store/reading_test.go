package store

import (
	"context"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

var busy = device.Series{Device: "switch", Kind: device.CPU}

// morning is long ago, so that its days are over.
var morning = time.Date(2026, time.March, 3, 6, 0, 0, 0, time.UTC)

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func syncNow(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// minutes makes readings a minute apart; every tenth is void.
func minutes(id device.Series, from time.Time, n int, value func(int) float64) []device.Reading {
	list := make([]device.Reading, n)
	for i := range list {
		at := from.Add(time.Duration(i)*time.Minute + time.Duration(i%7)*time.Millisecond)
		list[i] = device.Reading{Series: id, At: at, Value: value(i)}
		if i%10 == 9 {
			list[i].Value, list[i].Void = 0, device.VoidSilent
		}
	}
	return list
}

func ratio(i int) float64 { return float64(i*37%1000) / 1000 }

func allReadings(t *testing.T, s *Store, id device.Series) []device.Reading {
	t.Helper()
	list, err := s.Readings(id, timeline.Period{From: morning.AddDate(0, 0, -1), To: morning.AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReadingsSurvive writes over days, crashes, closes and opens in between, and
// wants every reading back, the void ones as void.
func TestReadingsSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := openAt(t, path)
	want := minutes(busy, morning, 3000, ratio)
	for i, end := range []int{100, 1100, 1101, 2500, 3000} {
		from := []int{0, 100, 1100, 1101, 2500}[i]
		s.AppendReadings("switch", want[from:end])
		syncNow(t, s)
		switch i {
		case 0, 3: // a crash: nothing but what Sync made durable is there
			if err := s.db.Close(); err != nil {
				t.Fatal(err)
			}
			s = openAt(t, path)
		case 1:
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openAt(t, path)
		}
		if diff := cmp.Diff(want[:end], allReadings(t, s, busy)); diff != "" {
			t.Fatalf("after %d (-want +got):\n%s", end, diff)
		}
	}
	if got, want := s.LatestReadings("switch"), want[2999:]; !cmp.Equal(got, want) {
		t.Errorf("latest %v, want %v", got, want)
	}
	if got := s.SeriesOf("switch"); !cmp.Equal(got, []device.Series{busy}) {
		t.Errorf("series %v", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Verify(context.Background(), path)
	if err != nil || report.Series != 1 || report.Readings < 3000 {
		t.Errorf("Verify = %+v, %v", report, err)
	}
}

// TestReadingsWithResults commits both in one transaction.
func TestReadingsWithResults(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "s.db"))
	defer s.Close()
	s.AppendReadings("switch", minutes(busy, morning, 5, ratio))
	s.Append(check.Result{Check: "switch", Sent: morning, Base: true, Outcome: check.Outcome{State: check.Up}}, time.Minute)
	var told []device.Reading
	s.options.ReadingsCommitted = func(list []device.Reading) { told = append(told, list...) }
	syncNow(t, s)
	if len(told) != 5 || s.sequence != 1 || s.readings.sequence != 1 {
		t.Errorf("told %d readings, sequences %d and %d", len(told), s.sequence, s.readings.sequence)
	}
}

// TestReadingLogRecords cuts a large commit into records that fit a page: rows of pages
// are soon not to be found any more between the single pages of the chunks.
func TestReadingLogRecords(t *testing.T) {
	const commit, parts = 2000, 7
	s := openAt(t, filepath.Join(t.TempDir(), "s.db"))
	defer s.Close()
	s.AppendReadings("switch", minutes(busy, morning, commit, ratio))
	syncNow(t, s)
	records, readings := 0, 0
	err := s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketRLog).ForEach(func(k, v []byte) error {
			records++
			if len(v) > tx.DB().Info().PageSize-100 {
				t.Errorf("record %d has %d bytes, more than a page", records, len(v))
			}
			return openReadings(k, v, func(uint32, int64, int64, device.Void) { readings++ })
		})
	})
	if err != nil || records != parts || readings != commit || s.readings.sequence != parts {
		t.Errorf("%d readings in %d records up to %d, %v; want %d in %d", readings, records, s.readings.sequence, err, commit, parts)
	}
}

// TestReadingSums wants the same summaries before and after they are written down.
func TestReadingSums(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := openAt(t, path)
	s.AppendReadings("switch", minutes(busy, morning, 3000, ratio))
	syncNow(t, s)
	period := timeline.Period{From: morning, To: morning.AddDate(0, 0, 3)}
	days, err := s.ReadingDays(busy, period)
	if err != nil || len(days) != 3 || days[1].Known+days[1].Void != 1440 {
		t.Fatalf("days %+v, %v", days, err)
	}
	hours, err := s.ReadingHours(busy, period)
	if err != nil || len(hours) != 50 || hours[0].Known != 54 || hours[0].Max > 1 || hours[0].P95 < hours[0].Mean {
		t.Fatalf("%d hours, %+v, %v", len(hours), hours, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	defer func() { s.Close() }()
	for range 10 {
		if _, err := s.stepSums(time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if s.readings.sums.done != dayOf(morning.UnixMilli())+2 {
		t.Errorf("summed up to day %d, want %d", s.readings.sums.done, dayOf(morning.UnixMilli())+2)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	if _, err := s.stepSums(time.Now()); err != nil {
		t.Fatal(err)
	}
	if got, want := s.ReadingStats().Summed, morning.Truncate(24*time.Hour).AddDate(0, 0, 2); !got.Equal(want) {
		t.Errorf("opened again, the store says it is summed up to %s, want %s", got, want)
	}
	again, err := s.ReadingDays(busy, period)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(days, again); diff != "" {
		t.Errorf("days differ once they are written down:\n%s", diff)
	}
	byHour := func(when string) {
		t.Helper()
		again, err := s.ReadingHours(busy, period)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(hours, again); diff != "" {
			t.Errorf("hours differ %s:\n%s", when, diff)
		}
	}
	byHour("once days are written down")
	for day, want := range map[int]bool{1: true, 2: false} { // of which 1,440 and 486 minutes are read
		err := s.view(func(tx *bbolt.Tx) error {
			key := sumKey(s.readings.series[busy].no, dayOf(morning.UnixMilli())+int32(day))
			if _, hours, err := openSum(key, tx.Bucket(bucketRSum).Get(key), busy.Kind); err != nil || len(hours) > 0 != want {
				t.Errorf("day %d has %d hours written down, %v", day, len(hours), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.options.Retention = leastRetention
	s.sweep = sweep{active: true, cutoff: morning.AddDate(0, 0, 9).UnixMilli(), stage: len(dayBuckets) - 1}
	for s.sweep.stage < len(dayBuckets) {
		if err := s.sweepDays(bucketRChunk); err != nil {
			t.Fatal(err)
		}
		byHour("while readings go")
	}
	if left := allReadings(t, s, busy); len(left) > maxChunkReadings {
		t.Errorf("%d readings left after the retention", len(left))
	}
	if again, err = s.ReadingDays(busy, period); err != nil || !cmp.Equal(days, again) {
		t.Errorf("the summaries went with the readings: %v", err)
	}
}

// TestReadingSize holds what a reading takes against its goal.
func TestReadingSize(t *testing.T) {
	bytes, n := 0, 0
	for _, k := range []device.Kind{device.CPU, device.InBits, device.Storage, device.Uptime, device.Temperature} {
		id := device.Series{Device: "switch", Kind: k}
		r := readingSeries{no: 70_000, id: id}
		x := uint64(k)
		for i, reading := range minutes(id, morning, 1440, func(int) float64 { return 0 }) {
			x = x*6364136223846793005 + 1442695040888963407
			noise := float64(x>>40) / (1 << 24)
			value := map[device.Kind]float64{device.CPU: .2 + .2*noise, device.InBits: 1e8 * (1 + noise), device.Storage: .731,
				device.Uptime: float64(i * 60), device.Temperature: 40 + 2*noise}[k]
			r.apply(reading.At.Add(time.Duration(60*noise)*time.Millisecond).UnixMilli(), quantum(value, k), reading.Void)
		}
		for _, c := range append(r.closed, r.open) {
			if c.n == 0 {
				continue
			}
			const leaf = 16 // what bbolt takes for an element
			bytes += leaf + 13 + len(seal(nil, c.body([]byte{readingVersion})))
			n += c.n
		}
	}
	each := float64(bytes) / float64(n)
	t.Logf("%.2f bytes a reading", each)
	if each > 4 {
		t.Errorf("%.2f bytes a reading, want at most 4", each)
	}
}

// TestQuantum wants values back with the accuracy that is promised.
func TestQuantum(t *testing.T) {
	for _, k := range device.Kinds() {
		for _, v := range []float64{0, 0.5, 1, 0.1234, 1e-3, 3, 100, 12345, 1e9, 1.234e12, -4} {
			if k.Unit() == device.Ratio && math.Abs(v) > 1e6 {
				continue // a share is never so large
			}
			got := unquantum(quantum(v, k), k)
			within := map[device.Unit]float64{device.Ratio: 0.5e-4, device.Seconds: .5, device.Flag: .5, device.Celsius: .05}[k.Unit()]
			if within == 0 {
				within = 9e-4 * math.Abs(v)
			}
			if math.Abs(got-v) > within*1.0001 {
				t.Errorf("%s %g comes back as %g", k, v, got)
			}
			if again := unquantum(quantum(got, k), k); again != got {
				t.Errorf("%s %g wanders to %g", k, got, again)
			}
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.MaxFloat64, math.SmallestNonzeroFloat64} {
		quantum(v, device.InBits) // must not panic
	}
}

// FuzzReadingRecords decodes whatever lies on the disk.
func FuzzReadingRecords(f *testing.F) {
	s := readingSeries{no: 1, id: busy}
	for i, r := range minutes(busy, morning, 20, ratio) {
		s.apply(r.At.UnixMilli(), int64(i), r.Void)
	}
	f.Add(s.open.body(nil))
	f.Add(readingsValue([]readingRecord{{&s, 5, 7, device.NotVoid}, {&s, 4, 0, device.VoidSilent}})[1:])
	f.Add(sumValue(morning.Truncate(24*time.Hour), device.CPU, minutes(busy, morning, 90, ratio), true)[1:])
	f.Add(snapshotReading(u32(1), 9, &s)[1:])
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, key := range [][]byte{u32(1), u64(1), readingKey(1, 5, 0)} {
			value := seal(key, append([]byte{readingVersion}, body...))
			if c, err := openReadingChunk(key, value); err == nil {
				_ = c.each(func(int64, int64, device.Void) {})
			}
			_ = openReadings(key, value, func(uint32, int64, int64, device.Void) {})
			_, _, _, _ = openSnapshot(key, value)
			_, _, _ = openSum(key, value, device.CPU)
			_, _, _ = openSeries(key, value)
		}
	})
}
