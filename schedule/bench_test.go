//go:build unix

package schedule

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/slamon/slamon/check"
)

// manyTasks returns n checks that answer at once.
func manyTasks(n int, interval time.Duration) []Task {
	tasks := make([]Task, n)
	for i := range tasks {
		tasks[i] = Task{plain(fmt.Sprintf("check-%06d", i), interval), up}
	}
	return tasks
}

// BenchmarkHundredThousand is the state of 100,000 checks: what it weighs, and
// what a step of the clock and a turn of the heap cost.
func BenchmarkHundredThousand(b *testing.B) {
	const n = 100_000
	tasks := manyTasks(n, 5*time.Minute)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := New(Options{Emit: func(check.Result, time.Duration) {}})
	s.Set(tasks, nil, 0)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/check")
		b.ReportMetric(0, "ns/op")
	})
	b.Run("set", func(b *testing.B) {
		for b.Loop() {
			s.Set(tasks, nil, 0)
		}
	})
	b.Run("slot", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			st := s.queue[0].st
			st.setSlot(s.grid(st).Next(st.slotWall), s.offset)
			s.queue.fix(st)
		}
	})
	runtime.KeepAlive(tasks)
}

// BenchmarkProbe is all that the scheduler adds to one probe, launch to emission.
func BenchmarkProbe(b *testing.B) {
	done := make(chan struct{})
	s := New(Options{Emit: func(check.Result, time.Duration) { done <- struct{}{} }})
	s.Set(manyTasks(1, time.Minute), nil, 0)
	s.ctx = b.Context()
	b.ReportAllocs()
	for b.Loop() {
		s.Trigger("check-000000")
		<-done
	}
}

// BenchmarkArrangements holds one gocron job for each check against one tick and
// a heap: processor time for each task that ran, and memory for each check, over
// five seconds of 5,000 checks every 10 s. Run it with -benchtime=1x.
func BenchmarkArrangements(b *testing.B) {
	const n, interval, length = 5_000, 10 * time.Second, 5 * time.Second
	var ran atomic.Int64
	measure := func(b *testing.B, start func(ctx context.Context)) {
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start(ctx)
		ran.Store(0)
		cpu := processorTime(b)
		<-time.After(length)
		cpu, tasks := processorTime(b)-cpu, ran.Load()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(cpu.Microseconds())/float64(tasks), "cpu-µs/run")
		b.ReportMetric(float64(tasks), "runs")
		b.ReportMetric((float64(after.HeapAlloc+after.StackInuse)-float64(before.HeapAlloc+before.StackInuse))/n, "bytes/check")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("job-per-check", func(b *testing.B) {
		for b.Loop() {
			cron, err := gocron.NewScheduler()
			if err != nil {
				b.Fatal(err)
			}
			measure(b, func(context.Context) {
				for i := range n {
					at := time.Now().Add(time.Second + interval*time.Duration(i)/n)
					_, err := cron.NewJob(gocron.DurationJob(interval), gocron.NewTask(func() { ran.Add(1) }),
						gocron.WithStartAt(gocron.WithStartDateTime(at)))
					if err != nil {
						b.Fatal(err)
					}
				}
				cron.Start()
			})
			if err := cron.Shutdown(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("tick-and-heap", func(b *testing.B) {
		for b.Loop() {
			s := New(Options{Emit: func(check.Result, time.Duration) { ran.Add(1) }})
			s.Set(manyTasks(n, interval), nil, 0)
			stopped := make(chan error, 1)
			ctx, cancel := context.WithCancel(b.Context())
			measure(b, func(context.Context) { go func() { stopped <- s.Run(ctx) }() })
			cancel()
			<-stopped
		}
	})
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
