package config

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// manyChecks is a file of n HTTP checks.
func manyChecks(n int) []byte {
	var b strings.Builder
	b.WriteString("[[service]]\nid = \"web\"\n")
	for i := range n {
		fmt.Fprintf(&b, "[[service.check]]\nid = \"check-%05d\"\nname = \"Check number %d\"\ninterval = \"10s\"\n[service.check.http]\n"+
			"url = \"https://host-%d.example.com/path\"\nbody_match = ['login']\n\n", i, i, i)
	}
	return []byte(b.String())
}

// BenchmarkParse reads 10,000 checks and reports what is kept of each.
func BenchmarkParse(b *testing.B) {
	const n = 10_000
	data := manyChecks(n)
	b.ReportAllocs()
	var before, after runtime.MemStats
	var c *Config
	for b.Loop() {
		c = nil
		runtime.GC()
		runtime.ReadMemStats(&before)
		var err error
		if c, err = Parse("slamon.toml", data); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "kept-B/check")
	runtime.KeepAlive(c)
}
