package probe

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// BenchmarkSensors keeps 1,000 connections open to a server in another process and
// reports what each of them holds: heap and stack after a collection.
func BenchmarkSensors(b *testing.B) {
	const many = 1000
	for _, scheme := range []string{"http", "https"} {
		b.Run(scheme, func(b *testing.B) {
			u, err := url.Parse(otherProcess(b, scheme))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				before := inUse()
				s := NewSensors(SensorOptions{Trigger: func(check.ID) bool { return true }})
				checks := make([]check.Check, many)
				for i := range checks {
					checks[i] = check.Check{ID: check.ID(fmt.Sprint("check-", i)), Sensor: true, Interval: time.Minute, Timeout: patience,
						Params: check.HTTP{URL: u, TLS: check.TLSOptions{SkipVerify: true}}}
				}
				if err := s.Set(checks); err != nil {
					b.Fatal(err)
				}
				all := make(chan struct{}, many)
				for _, one := range s.all {
					state := one.state
					one.state = func(n int) {
						state(n)
						if n > 0 {
							all <- struct{}{}
						}
					}
				}
				ctx, cancel := context.WithCancel(b.Context())
				ended := make(chan error)
				go func() { ended <- s.Run(ctx) }()
				for _, c := range checks {
					s.Saw(c.ID, check.Up)
				}
				for range many {
					<-all
				}
				b.ReportMetric(float64(inUse()-before)/many, "bytes/sensor")
				cancel()
				<-ended
			}
		})
	}
}

// inUse returns the bytes of heap and stacks in use once garbage is gone and stacks
// have shrunk, which takes some collections.
func inUse() int64 {
	var m runtime.MemStats
	for range 4 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
