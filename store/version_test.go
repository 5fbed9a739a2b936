package store

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"testing"

	"github.com/slamon/slamon/check"
)

var update = flag.Bool("update", false, "write testdata/v1.db.gz anew; only before the version is released")

const versionOne = "testdata/v1.db.gz"

// TestVersionOne opens a file as version 1 wrote it: whatever changes later, it must
// be read, migrated if need be.
func TestVersionOne(t *testing.T) {
	if *update {
		writeVersionOne(t)
	}
	packed, err := os.Open(versionOne)
	must(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	must(t, err)
	path := testPath(t)
	data, err := io.ReadAll(unpacked)
	must(t, err)
	must(t, os.WriteFile(path, data, 0o600))

	s := openTest(t, path, Options{NoSync: true})
	results := collect(t, s, "b", always)
	series, err := s.Series("b", always)
	must(t, err)
	days, err := s.Days("b", always)
	must(t, err)
	evidence, err := s.Evidence("b", always, 100)
	must(t, err)
	events, err := s.Events(always, 10)
	must(t, err)
	seed, err := s.Get("seed")
	must(t, err)
	if len(results) != 700 || len(series.Stretches) != 16 || len(days) != 2 || len(evidence) != 24 || len(events) != 1 || string(seed) != "12345678" {
		t.Fatalf("%d results, %d stretches, %d days, %d pieces of evidence, %d events, seed %q", len(results), len(series.Stretches), len(days), len(evidence), len(events), seed)
	}
	if r := results[1]; r.State != check.Down || r.Reason != check.ReasonTimeout || r.Site != "tokyo" || !r.Base || !r.Sent.Equal(t0.Add(10e9)) {
		t.Errorf("the second result is %+v", r)
	}
	if d := days[0]; d.Results[check.Up] != 348 || d.Results[check.Down] != 12 || d.Count != 348 || d.Quantile(0.5) < 24e6 || d.Quantile(0.5) > 26e6 {
		t.Errorf("the first day is %+v", d)
	}
	if e := evidence[0]; e.Evidence.Sentence != "no answer" || e.Evidence.Body != "page 0" || e.Took != 2e9 {
		t.Errorf("the first piece of evidence is %+v", e)
	}
}

func writeVersionOne(t *testing.T) {
	t.Helper()
	path := testPath(t)
	s, err := Open(path, Options{})
	must(t, err)
	fillSmall(t, s, 600)
	s.checkpoint(t)
	for i := 600; i < 700; i++ { // these stay in the log
		s.Append(smallResult("b", i), smallInterval)
	}
	mustSync(t, s)
	s.crash(t)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write(readFile(t, path))
	must(t, err)
	must(t, w.Close())
	must(t, os.MkdirAll("testdata", 0o755))
	must(t, os.WriteFile(versionOne, packed.Bytes(), 0o644))
}
