package device

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDelta(t *testing.T) {
	const gigabit = 1e9 / 8
	c := func(v uint64, bits uint8) Counter { return Counter{v, bits} }
	for _, test := range []struct {
		name        string
		before, now Counter
		elapsed     time.Duration
		most        float64
		delta       uint64
		void        Void
	}{
		{"plain", c(100, 64), c(350, 64), time.Second, gigabit, 250, NotVoid},
		{"no movement", c(100, 64), c(100, 64), time.Second, gigabit, 0, NotVoid},
		{"64 bits fell", c(100, 64), c(99, 64), time.Second, gigabit, 0, VoidWrap},
		{"64 bits through a hole of 32", c(1<<32+5, 64), c(5, 64), time.Second, gigabit, 0, VoidWrap},
		{"64 bits near their end", c(math.MaxUint64-5, 64), c(math.MaxUint64, 64), time.Second, 0, 5, NotVoid},
		{"32 bits wrap", c(4294967290, 32), c(4, 32), time.Second, gigabit, 10, NotVoid},
		{"32 bits wrap at 100 Mbit/s within five minutes", c(4294967290, 32), c(4, 32), 5 * time.Minute, gigabit / 10, 10, NotVoid},
		{"32 bits wrap at an unknown speed", c(4294967290, 32), c(4, 32), time.Second, 0, 0, VoidWrap},
		{"32 bits may have wrapped twice", c(10, 32), c(4, 32), time.Minute, gigabit, 0, VoidWrap},
		{"32 bits may have wrapped unseen", c(10, 32), c(400, 32), time.Minute, gigabit, 0, VoidWrap},
		{"32 bits at an unknown speed", c(10, 32), c(400, 32), time.Minute, 0, 390, NotVoid},
		{"a reset of 32 bits looks like too much", c(3_000_000_000, 32), c(5, 32), time.Second, gigabit, 0, VoidSpeed},
		{"a little above line speed", c(0, 64), c(131_000_000, 64), time.Second, gigabit, 131_000_000, NotVoid},
		{"above line speed", c(0, 64), c(132_000_000, 64), time.Second, gigabit, 0, VoidSpeed},
		{"another width", c(1, 32), c(2, 64), time.Second, 0, 0, VoidType},
		{"more than 32 bits hold", c(1<<32, 32), c(1<<32+1, 32), time.Second, 0, 0, VoidRange},
		{"no time", c(1, 64), c(2, 64), 0, 0, 0, VoidStale},
	} {
		delta, void := Delta(test.before, test.now, test.elapsed, test.most)
		if delta != test.delta || void != test.void {
			t.Errorf("%s: Delta() = %d, %q, want %d, %q", test.name, delta, void, test.delta, test.void)
		}
	}
}

// A counter that really went on by some amount is either void or that amount:
// never something else.
func TestDeltaIsTrueOrVoid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SampledFrom([]uint8{32, 64}).Draw(t, "bits")
		most := rapid.Float64Range(1, 1e10).Draw(t, "most")
		elapsed := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "elapsed"))
		went := uint64(rapid.Float64Range(0, 1).Draw(t, "load") * most * elapsed.Seconds())
		start := rapid.Uint64().Draw(t, "start")
		before, now := Counter{start, bits}, Counter{start + went, bits}
		if bits == 32 {
			before.Value, now.Value = before.Value&0xffffffff, (before.Value+went)&0xffffffff
		} else if now.Value < before.Value {
			t.Skip("64 bits do not wrap in practice")
		}
		delta, void := Delta(before, now, elapsed, most)
		if void == NotVoid && delta != went {
			t.Fatalf("Delta() = %d, went %d", delta, went)
		}
		if void != NotVoid && bits == 64 {
			t.Fatalf("Delta() = void %q for a true step of 64 bits", void)
		}
	})
}

func TestBusy(t *testing.T) {
	for _, test := range []struct {
		name    string
		ticks   Ticks
		cpus    int
		elapsed time.Duration
		busy    float64
		void    Void
	}{
		{"a quarter", Ticks{User: 150, System: 100, Idle: 750}, 1, 10 * time.Second, 0.25, NotVoid},
		{"waiting is not idle", Ticks{Wait: 500, Idle: 500}, 1, 10 * time.Second, 0.5, NotVoid},
		{"stolen time is not idle", Ticks{Steal: 900, Idle: 100}, 1, 10 * time.Second, 0.9, NotVoid},
		{"all idle", Ticks{Idle: 1000}, 1, 10 * time.Second, 0, NotVoid},
		{"not refreshed", Ticks{}, 1, 10 * time.Second, 0, VoidStale},
		{"refreshed late: more ticks than time", Ticks{User: 750, Idle: 750}, 1, 10 * time.Second, 0.5, NotVoid},
		{"the agent began to count in between", Ticks{User: 1e6, Idle: 9e6}, 2, 10 * time.Second, 0, VoidRange},
		// Five minutes of two processors are 60,000 ticks. 6,000 of waiting are also in System.
		{"waiting counted twice", Ticks{User: 6000, System: 12000, Wait: 6000, Idle: 42000}, 2, 5 * time.Minute, 0.3, NotVoid},
		{"waiting counted once", Ticks{User: 6000, System: 6000, Wait: 6000, Idle: 42000}, 2, 5 * time.Minute, 0.3, NotVoid},
		{"number of processors unknown", Ticks{User: 1, Idle: 3}, 0, time.Second, 0.25, NotVoid},
	} {
		busy, void := Busy(test.ticks, test.cpus, test.elapsed)
		if math.Abs(busy-test.busy) > 1e-12 || void != test.void {
			t.Errorf("%s: Busy() = %v, %q, want %v, %q", test.name, busy, void, test.busy, test.void)
		}
	}
}

func TestMemory(t *testing.T) {
	for _, test := range []struct {
		name string
		got  func() (float64, Void)
		want float64
		void Void
	}{
		{"available", func() (float64, Void) { return InUseAvailable(1000, 700) }, 0.3, NotVoid},
		{"more available than there is", func() (float64, Void) { return InUseAvailable(1000, 1001) }, 0, VoidRange},
		{"cache is not use", func() (float64, Void) { return InUseCached(1000, 100, 50, 600) }, 0.25, NotVoid},
		{"more cache than there is", func() (float64, Void) { return InUseCached(1000, 500, 100, 600) }, 0, VoidRange},
		{"sizes that overflow", func() (float64, Void) { return InUseCached(1000, math.MaxUint64, 2, 0) }, 0, VoidRange},
		{"none", func() (float64, Void) { return InUseAvailable(0, 0) }, 0, VoidRange},
		{"share", func() (float64, Void) { return Share(1, 4) }, 0.25, NotVoid},
		{"nothing of nothing", func() (float64, Void) { return Share(0, 0) }, 0, VoidRange},
		{"percent", func() (float64, Void) { return Percent(37) }, 0.37, NotVoid},
		{"percent above", func() (float64, Void) { return Percent(101) }, 0, VoidRange},
		{"percent below", func() (float64, Void) { return Percent(-1) }, 0, VoidRange},
		{"percent of no number", func() (float64, Void) { return Percent(math.NaN()) }, 0, VoidRange},
	} {
		if got, void := test.got(); got != test.want || void != test.void {
			t.Errorf("%s = %v, %q, want %v, %q", test.name, got, void, test.want, test.void)
		}
	}
}

func TestUnsigned32(t *testing.T) {
	for in, want := range map[int64]uint64{0: 0, 5: 5, -1: 4294967295, -2147483648: 2147483648, 4294967295: 4294967295} {
		if got := Unsigned32(in); got != want {
			t.Errorf("Unsigned32(%d) = %d, want %d", in, got, want)
		}
	}
}

func FuzzRatios(f *testing.F) {
	f.Add(uint64(1000), uint64(700), uint64(10), uint64(20))
	f.Fuzz(func(t *testing.T, a, b, c, d uint64) {
		for name, got := range map[string]func() (float64, Void){
			"InUseAvailable": func() (float64, Void) { return InUseAvailable(a, b) },
			"InUseCached":    func() (float64, Void) { return InUseCached(a, b, c, d) },
			"Share":          func() (float64, Void) { return Share(a, b) },
			"Busy": func() (float64, Void) {
				return Busy(Ticks{User: a >> 8, Idle: b >> 8, Wait: c >> 8, Kernel: d >> 8}, int(a&0xff), time.Duration(b>>1))
			},
		} {
			if v, void := got(); !(v >= 0 && v <= 1) || void != NotVoid && v != 0 {
				t.Errorf("%s(%d, %d, %d, %d) = %v, %q", name, a, b, c, d, v, void)
			}
		}
	})
}
