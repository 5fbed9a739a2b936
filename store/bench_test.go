package store

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

var benchChecks = flag.Int("checks", 1000, "checks with a year of history in BenchmarkOpenYear")

func benchID(n int) check.ID { return check.ID(fmt.Sprintf("service-%d.check-%d", n/10, n)) }

// realistic returns a result like those of a live check: sent up to 5 ms after its
// slot, with a log-normal latency around 40 ms.
func realistic(random *rand.Rand, id check.ID, slot time.Time) check.Result {
	took := time.Duration(40e6 * math.Exp(0.3*random.NormFloat64()))
	return result(id, slot.Add(time.Duration(random.Int64N(5000))*time.Microsecond), check.Up, check.ReasonNone, took, "")
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCommit is the cost of storing: half a second of results in one durable
// commit. At 100 results a second 1 % of a core is 100 µs a result.
func BenchmarkCommit(b *testing.B) {
	for _, perSecond := range []int{20, 100, 1000} {
		b.Run(fmt.Sprintf("%d-a-second", perSecond), func(b *testing.B) {
			s := openTest(b, testPath(b), Options{})
			random := rand.New(rand.NewPCG(1, 2))
			at, commits := t0, 0
			used := processor()
			for b.Loop() {
				for i := range perSecond / 2 {
					s.Append(realistic(random, benchID((commits*perSecond/2+i)%(perSecond*10)), at), 10*time.Second)
				}
				at = at.Add(500 * time.Millisecond)
				commits++
				mustFlush(b, s, at)
			}
			used = processor() - used
			results := float64(commits * (perSecond / 2))
			b.ReportMetric(float64(used.Microseconds())/results, "cpu-µs/result")
			b.ReportMetric(100*used.Seconds()/(float64(commits)/2), "%-of-a-core")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// mustFlush does what a turn of the writer does, by a clock of its own.
func mustFlush(b *testing.B, s *Store, now time.Time) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.flush(); err != nil {
		b.Fatal(err)
	}
	if err := s.housekeep(now); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBytesPerResult writes histories the usual way, with commits and
// checkpoints by the clock of the results, and looks how large the file gets.
func BenchmarkBytesPerResult(b *testing.B) {
	for _, test := range []struct {
		checks   int
		interval time.Duration
		days     int
	}{{50, 10 * time.Second, 6}, {500, time.Minute, 3}, {500, 5 * time.Minute, 15}} {
		b.Run(fmt.Sprintf("%s-%d-checks-%d-days", test.interval, test.checks, test.days), func(b *testing.B) {
			for b.Loop() {
				s := openTest(b, testPath(b), Options{NoSync: true})
				random := rand.New(rand.NewPCG(1, 2))
				end := t0.Add(time.Duration(test.days) * 24 * time.Hour)
				for at := t0; at.Before(end); at = at.Add(test.interval) {
					for i := range test.checks {
						spread := test.interval * time.Duration(i) / time.Duration(test.checks)
						s.Append(realistic(random, benchID(i), at.Add(spread.Truncate(50*time.Millisecond))), test.interval)
					}
					mustFlush(b, s, at)
				}
				stats := s.Stats()
				var pages int64 // less the room to grow, 2 MiB at most
				must(b, s.view(func(tx *bbolt.Tx) error { pages = tx.Size(); return nil }))
				b.ReportMetric(float64(stats.Bytes)/float64(stats.Stored), "file-bytes/result")
				b.ReportMetric(float64(pages)/float64(stats.Stored), "page-bytes/result")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// BenchmarkMemory is what a check costs in memory, with its open chunk half full.
func BenchmarkMemory(b *testing.B) {
	for _, interval := range []time.Duration{10 * time.Second, 5 * time.Minute} {
		b.Run(interval.String(), func(b *testing.B) {
			for b.Loop() {
				const checks = 10_000
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				s := openTest(b, testPath(b), Options{NoSync: true})
				random := rand.New(rand.NewPCG(1, 2))
				half := int(blockLengths[blockLength(interval)] / interval / 2)
				for slot := range half {
					at := t0.Truncate(24 * time.Hour).Add(time.Duration(slot) * interval)
					for i := range checks {
						s.Append(realistic(random, benchID(i), at), interval)
					}
					mustFlush(b, s, at)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/checks, "bytes/check")
				b.ReportMetric(0, "ns/op")
				must(b, s.Close())
			}
		})
	}
}

// fillYear writes a year of results every 5 minutes for the checks, without probing
// them one by one: the chunks of a day are those of the day before, moved.
func fillYear(b *testing.B, s *Store, checks int) {
	b.Helper()
	const interval, days, outages = 5 * time.Minute, 365, 24
	random := rand.New(rand.NewPCG(1, 2))
	midnight := t0.Truncate(24 * time.Hour)
	s.ordinal = days // the chunks of the year come first
	for slot := range 287 {
		for i := range checks {
			s.Append(realistic(random, benchID(i), midnight.Add(time.Duration(slot)*interval)), interval)
		}
		if _, err := s.flush(); err != nil {
			b.Fatal(err)
		}
	}
	for d := range days {
		day := dayOf(midnight.UnixMilli()) - int32(days) + int32(d)
		must(b, s.db.Update(func(tx *bbolt.Tx) error { return s.copyDay(tx, day, uint64(d)) }))
	}
	must(b, s.db.Update(func(tx *bbolt.Tx) error {
		for _, h := range s.histories {
			for n := range outages {
				first := midnight.Add(-time.Duration(n+1) * days * 24 * time.Hour / (outages + 1))
				good := timeline.Stretch{State: check.Up, First: first, Last: first.Add(13 * 24 * time.Hour), Results: 3744, Base: 3744, Interval: interval}
				bad := timeline.Stretch{State: check.Down, Reason: check.ReasonTimeout, First: first.Add(-3 * time.Minute), Last: first.Add(-10 * time.Second), Results: 18, Base: 1, Interval: interval}
				for _, st := range []timeline.Stretch{good, bad} {
					key := stretchKey(h.no, st.First.UnixMilli())
					if err := tx.Bucket(bucketStretch).Put(key, stretchValue(key, st)); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}))
}

// copyDay writes the open chunks as those of an earlier day.
func (s *Store) copyDay(tx *bbolt.Tx, day int32, ordinal uint64) error {
	for _, h := range s.histories {
		moved := *h
		shift := int64(day)*dayMS - h.chunk.block
		c := h.chunk
		c.block, c.first, c.ordinal = c.block+shift, c.first+shift, ordinal
		moved.chunks, moved.days = []chunk{c}, []counts{h.day}
		moved.days[0].day = day
		if err := writeChunks(tx.Bucket(bucketRaw), &moved); err != nil {
			return err
		}
		if err := writeDays(tx.Bucket(bucketDay), &moved); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkOpenYear opens a store with a year of history in it: after a clean stop,
// and after a crash with a checkpoint's worth of log to replay.
func BenchmarkOpenYear(b *testing.B) {
	path := testPath(b)
	s, err := Open(path, Options{NoSync: true})
	must(b, err)
	fillYear(b, s, *benchChecks)
	must(b, s.Close())
	b.Run(fmt.Sprintf("clean-%d-checks", *benchChecks), func(b *testing.B) {
		for b.Loop() {
			s, err := Open(path, Options{NoSync: true})
			must(b, err)
			b.ReportMetric(float64(s.Stats().Bytes)/(1<<20), "MiB")
			b.StopTimer()
			s.crash(b)
			b.StartTimer()
		}
	})
	s, err = Open(path, Options{NoSync: true})
	must(b, err)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300_000 {
		s.Append(realistic(random, benchID(i%*benchChecks), t0.Add(time.Duration(i)*20*time.Millisecond)), 5*time.Minute)
		if i%5000 == 0 {
			must(b, s.Sync(b.Context()))
		}
	}
	must(b, s.Sync(b.Context()))
	s.crash(b)
	b.Run(fmt.Sprintf("crashed-%d-checks", *benchChecks), func(b *testing.B) {
		for b.Loop() {
			s, err := Open(path, Options{NoSync: true})
			must(b, err)
			b.StopTimer()
			s.crash(b)
			b.StartTimer()
		}
	})
	b.Run("series", func(b *testing.B) { benchSeries(b, path) })
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			report, err := Verify(b.Context(), path)
			must(b, err)
			b.ReportMetric(float64(report.Results)/report.Took.Seconds()/1e6, "M-results/s")
		}
	})
	b.Run("check-after-crash", func(b *testing.B) {
		s, err := Open(path, Options{NoSync: true})
		must(b, err)
		defer s.crash(b)
		for b.Loop() {
			must(b, s.checkLive(b.Context()))
		}
	})
}

func benchSeries(b *testing.B, path string) {
	s, err := Open(path, Options{NoSync: true})
	must(b, err)
	defer s.crash(b)
	year := timeline.Period{From: t0.Add(-365 * 24 * time.Hour), To: t0}
	b.Run("year", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			series, err := s.Series(benchID(i%*benchChecks), year)
			if err != nil || len(series.Stretches) < 40 {
				b.Fatal(len(series.Stretches), err)
			}
		}
	})
	b.Run("day", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := s.Series(benchID(i%*benchChecks), timeline.Period{From: t0.Add(-24 * time.Hour), To: t0})
			must(b, err)
		}
	})
	b.Run("days-of-a-year", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			days, err := s.Days(benchID(i%*benchChecks), year)
			if err != nil || len(days) < 365 {
				b.Fatal(len(days), err)
			}
		}
	})
	b.Run("raw-results-of-a-year", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			n := 0
			for _, err := range s.Results(benchID(i%*benchChecks), year) {
				must(b, err)
				n++
			}
			if n < 100_000 {
				b.Fatal(n)
			}
		}
	})
}
