package store

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
)

// anyRecord draws a record near ms, most of them plain.
func anyRecord(t *rapid.T, ms int64, interval time.Duration, site uint32) record {
	r := record{ms: ms, interval: interval, site: site, outcome: check.Up, base: true}
	r.code = uint16(rapid.IntRange(0, maxCode).Draw(t, "code"))
	if rapid.IntRange(0, 3).Draw(t, "plain") == 0 {
		r.outcome = check.States[rapid.IntRange(0, len(check.States)-1).Draw(t, "state")]
		r.reason = check.Reasons()[rapid.IntRange(0, len(check.Reasons())-1).Draw(t, "reason")]
		r.base = rapid.Bool().Draw(t, "base")
	}
	return r
}

func TestChunkRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := time.Duration(rapid.Int64Range(1, int64(2*time.Hour)).Draw(t, "interval"))
		site := rapid.Uint32().Draw(t, "site")
		ms := rapid.Int64Range(0, 1<<42).Draw(t, "start")
		first := anyRecord(t, ms, interval, site)
		c := startChunk(first, 7)
		var want []record
		add := func(r record) { c.add(r); want = append(want, r) }
		add(first)
		for range rapid.IntRange(0, 300).Draw(t, "results") {
			next := rapid.Int64Range(c.block, c.end()-1).Draw(t, "sent") // backwards, too
			r := anyRecord(t, next, interval, site)
			if !c.takes(r) {
				break
			}
			add(r)
		}
		key := chunkKey(c.block, 9, c.ordinal)
		var got []record
		if err := openChunk(key, c.value(key), func(r record) { got = append(got, r) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(record{})); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
		if len(c.data) > maxOpenChunk {
			t.Fatalf("chunk has %d bytes, want at most %d", len(c.data), maxOpenChunk)
		}
	})
}

func TestChunkTakes(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 30, 0, 0, time.UTC).UnixMilli()
	base := record{ms: at, interval: 10 * time.Second, outcome: check.Up, base: true, code: 1}
	c := startChunk(base, 1)
	c.add(base)
	for _, test := range []struct {
		name   string
		change func(*record)
		want   bool
	}{
		{"the next one", func(r *record) { r.ms += 10_000 }, true},
		{"an older one of the same block", func(r *record) { r.ms -= 29 * 60_000 }, true},
		{"one of the next block", func(r *record) { r.ms += 30 * 60_000 }, false},
		{"one of the block before", func(r *record) { r.ms -= 31 * 60_000 }, false},
		{"another interval", func(r *record) { r.interval = time.Minute }, false},
		{"another site", func(r *record) { r.site = 1 }, false},
	} {
		r := base
		test.change(&r)
		if got := c.takes(r); got != test.want {
			t.Errorf("%s: takes = %v, want %v", test.name, got, test.want)
		}
	}
}

func TestChunkNoticesDamage(t *testing.T) {
	r := record{ms: t0.UnixMilli(), interval: time.Minute, outcome: check.Up, base: true, code: 1200}
	c := startChunk(r, 1)
	c.add(r)
	key := chunkKey(c.block, 1, 1)
	value := c.value(key)
	for i := range value {
		for bit := range 8 {
			value[i] ^= 1 << bit
			if openChunk(key, value, func(record) {}) == nil {
				t.Errorf("bit %d of byte %d flipped: not noticed", bit, i)
			}
			value[i] ^= 1 << bit
		}
	}
	if openChunk(chunkKey(c.block, 2, 1), value, func(record) {}) == nil {
		t.Error("a chunk of another check: not noticed")
	}
}

func TestBlockOf(t *testing.T) {
	for _, ms := range []int64{0, 1, dayMS - 1, dayMS, t0.UnixMilli(), -1, -dayMS} {
		for length := range blockLengths {
			b, n := blockOf(ms, uint8(length)), blockLengths[length].Milliseconds()
			if b > ms || ms-b >= n || b%n != 0 || dayOf(b) != dayOf(ms) {
				t.Errorf("blockOf(%d, %d) = %d", ms, length, b)
			}
		}
	}
}

func TestLatencyCode(t *testing.T) {
	for us := 20.0; us < 8e10; us *= 1.0007 {
		d := time.Duration(us * float64(time.Microsecond))
		code := latencyCode(d)
		got := codeLatency(code)
		if off := math.Abs(float64(got)/float64(d) - 1); off > 0.0041 {
			t.Fatalf("%s is kept as %s, off by %.4f", d, got, off)
		}
		if again := latencyCode(got); again != code {
			t.Fatalf("latencyCode(codeLatency(%d)) = %d", code, again)
		}
	}
	for _, d := range []time.Duration{0, -time.Second, 100} {
		if code := latencyCode(d); code != 0 {
			t.Errorf("latencyCode(%d ns) = %d, want 0", d, code)
		}
	}
	if got := latencyCode(1000 * time.Hour); got != maxCode {
		t.Errorf("latencyCode(1000 h) = %d, want %d", got, maxCode)
	}
}

// FuzzRecords feeds damaged records with a right checksum to every decoder: none may
// panic, none may ask for more memory than a record can need.
func FuzzRecords(f *testing.F) {
	r := record{ms: t0.UnixMilli(), interval: time.Minute, outcome: check.Up, base: true, code: 1200, state: &history{no: 1}, changed: true}
	c := startChunk(r, 1)
	c.add(r)
	f.Add(c.appendTo(nil))
	f.Add(appendStretch(nil, build([]check.Result{up("web", t0)}, time.Minute)[0]))
	f.Add(batchValue(nil, u64(1), 1, []record{r, r})[1:])
	h := &history{id: "web"}
	h.apply(r, 1)
	h.latest = r.result("web", "")
	f.Add(h.snapshotValue(u32(1), 3)[1:])
	f.Add(h.day.appendTo(nil))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, body []byte) {
		key := make([]byte, 20)
		sealed := func(n int) ([]byte, []byte) {
			return key[:n], seal(key[:n], append([]byte{1}, body...))
		}
		results := 0
		k, v := sealed(16)
		_ = openChunk(k, v, func(record) { results++ })
		k, v = sealed(8)
		_ = openBatch(k, v, func(uint32, uint64, record) { results++ })
		k, v = sealed(12)
		_, _ = openStretch(k, v)
		k, v = sealed(4)
		_, _ = openCounts(k, v, 1)
		_, _, _ = openName(k, v)
		var h history
		_, _ = h.restore(k, v, func(uint32) string { return "" })
		k, v = sealed(20)
		_, _ = openEvidence(k, v)
		_, _ = openEvent(k, v)
		if results > 2*len(body) {
			t.Errorf("%d results out of %d bytes", results, len(body))
		}
	})
}
