package device

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// days makes days out of percentiles, the last one 2026-05-31. NaN is unknown.
func days(p95 ...float64) []Day {
	last := time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
	out := make([]Day, len(p95))
	for i, v := range p95 {
		out[i] = Day{Date: last.AddDate(0, 0, i-len(p95)+1), P95: v, Known: !math.IsNaN(v)}
	}
	return out
}

func ramp(from, step float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		// A weekly rhythm that a line has to see through.
		out[i] = from + step*float64(i) + 0.01*math.Sin(2*math.Pi*float64(i)/7)
	}
	return out
}

func TestCapacityRule(t *testing.T) {
	unknown := math.NaN()
	for _, test := range []struct {
		name    string
		days    []Day
		cause   Cause
		busy    int
		reaches string
	}{
		{"quiet", days(repeat(0.2, 30)...), NoCause, 0, ""},
		{"five of seven", days(0.6, 0.6, 0.6, 0.2, 0.2, 0.6, 0.6), BusyDays, 5, ""},
		{"four of seven", days(0.6, 0.6, 0.6, 0.2, 0.2, 0.2, 0.6), NoCause, 4, ""},
		{"earlier days do not count", days(0.6, 0.6, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.6), NoCause, 2, ""},
		{"the limit itself is not above it", days(repeat(0.5, 7)...), NoCause, 0, ""},
		{"unknown days are not busy", days(0.6, 0.6, 0.6, 0.6, unknown, unknown, unknown), NoCause, 4, ""},
		{"no days", nil, NoCause, 0, ""},
		// 0.3 + 29 · 0.004 = 0.416 on the last day; 0.084 more take 21 days, or 22 with the rhythm.
		{"grows", days(ramp(0.3, 0.004, 30)...), Trend, 0, "2026-06-22"},
		{"grows too slowly", days(ramp(0.1, 0.001, 30)...), NoCause, 0, ""},
		{"falls", days(ramp(0.45, -0.004, 30)...), NoCause, 0, ""},
		{"grows, but two weeks are not known", days(ramp(0.3, 0.01, 13)...), NoCause, 0, ""},
	} {
		f := DefaultCapacity.Judge(test.days)
		reaches := ""
		if !f.Reaches.IsZero() {
			reaches = f.Reaches.Format(time.DateOnly)
		}
		if f.Cause != test.cause || f.Busy != test.busy || reaches != test.reaches || (f.Because == "") != (test.cause == NoCause) {
			t.Errorf("%s: Judge() = %+v, want %q, %d busy, %q", test.name, f, test.cause, test.busy, test.reaches)
		}
	}
}

// A flat series with noise opens few reviews: its slope is not told from flat.
func TestNoiseIsNoTrend(t *testing.T) {
	opened, state := 0, uint64(1)
	const trials = 2000
	for range trials {
		values := make([]float64, 28)
		for i := range values {
			state = state*6364136223846793005 + 1442695040888963407
			values[i] = 0.4 + 0.05*(float64(state>>40)/float64(1<<24)-0.5)
		}
		if DefaultCapacity.Judge(days(values...)).Cause == Trend {
			opened++
		}
	}
	if opened > trials*5/100 {
		t.Errorf("%d of %d flat series open a review, want at most 5 %%", opened, trials)
	}
}

func TestDayOf(t *testing.T) {
	start := time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)
	end := start.Add(23 * time.Hour) // the day that loses an hour
	var readings []Reading
	for at := start; at.Before(end); at = at.Add(time.Minute) {
		r := Reading{Series: cpu, At: at, Value: 0.2}
		if at.Hour() >= 20 {
			r.Value = 0.8
		}
		readings = append(readings, r)
	}
	if d := DayOf(start, end, readings); !d.Known || math.Abs(d.P95-0.8) > 1e-12 {
		t.Errorf("DayOf() = %+v, want 0.8", d)
	}
	for i := range readings {
		if i%2 == 0 || i > len(readings)/2 {
			readings[i].Void, readings[i].Value = VoidSilent, 0
		}
	}
	if d := DayOf(start, end, readings); !d.Known || math.Abs(d.P95-0.2) > 1e-12 {
		t.Errorf("DayOf() of half a day = %+v, want 0.2", d)
	}
	if d := DayOf(start, end, readings[:500]); d.Known {
		t.Errorf("DayOf() of a third of a day = %+v, want unknown", d)
	}
	if d := DayOf(start, end, nil); d.Known {
		t.Errorf("DayOf() of nothing = %+v, want unknown", d)
	}
}

func TestReview(t *testing.T) {
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	finding := DefaultCapacity.Judge(days(repeat(0.7, 7)...))
	r, ok := DefaultCapacity.Opens(cpu, finding, nil, now)
	if !ok || !r.Open() || r.Due != now.Add(DefaultDue) || !strings.Contains(r.Because, "7 of the last 7") {
		t.Fatalf("Opens() = %+v, %v", r, ok)
	}
	if _, ok := DefaultCapacity.Opens(cpu, finding, []Review{r}, now.Add(time.Hour)); ok {
		t.Error("a second review is opened beside an open one")
	}
	if _, ok := DefaultCapacity.Opens(cpu, Finding{}, nil, now); ok {
		t.Error("a review is opened without a cause")
	}
	steps := []func(Review) (Review, error){
		func(r Review) (Review, error) { return r.Assign("ops", now.AddDate(0, 0, 14), "suzuki", now) },
		func(r Review) (Review, error) { return r.Comment("two more cores are ordered", "ops", now) },
		func(r Review) (Review, error) { return r.Decide("four processors from July", "ops", now) },
	}
	opened := r
	for i, step := range steps {
		var err error
		if r, err = step(r); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	if r.Open() || r.Owner != "ops" || r.Decision == "" || len(r.History) != 4 || len(opened.History) != 1 {
		t.Errorf("review = %+v", r)
	}
	for i, step := range steps {
		if _, err := step(r); err == nil {
			t.Errorf("step %d changes a closed review", i)
		}
	}
	if _, ok := DefaultCapacity.Opens(cpu, finding, []Review{r}, now.Add(time.Hour)); !ok {
		t.Error("no review is opened after the last one was closed")
	}
	for name, err := range map[string]error{
		"no owner":    second(opened.Assign("", now, "a", now)),
		"no due date": second(opened.Assign("b", time.Time{}, "a", now)),
		"no decision": second(opened.Decide("", "a", now)),
		"no name":     second(opened.Comment("x", "", now)),
		"no comment":  second(opened.Comment("", "a", now)),
		"too long":    second(opened.Comment(strings.Repeat("x", TextLimit+1), "a", now)),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func second(_ Review, err error) error { return err }

func TestStatistics(t *testing.T) {
	twenty := make([]float64, 20)
	for i := range twenty {
		twenty[i] = float64(20 - i)
	}
	if got := P95(twenty); got != 19 {
		t.Errorf("P95(1…20) = %v, want 19", got)
	}
	if got := P95([]float64{7}); got != 7 {
		t.Errorf("P95(7) = %v, want 7", got)
	}
	if got := Mean([]float64{1, 2, 6}); math.Abs(got-3) > 1e-12 {
		t.Errorf("Mean(1, 2, 6) = %v, want 3", got)
	}
	if !math.IsNaN(P95(nil)) || !math.IsNaN(Mean(nil)) {
		t.Error("the statistics of nothing are not NaN")
	}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e300, 1e300), 1, 200).Draw(t, "values")
		p := P95(values)
		above := 0
		for _, v := range values {
			if v > p {
				above++
			}
		}
		if 20*above > len(values) {
			t.Fatalf("%d of %d values are above P95", above, len(values))
		}
	})
}

func TestWords(t *testing.T) {
	for _, k := range Kinds() {
		if got, err := ParseKind(k.String()); err != nil || got != k || k.Unit() == "" {
			t.Errorf("ParseKind(%q) = %v, %v", k, got, err)
		}
	}
	for v := NotVoid; v < voidCount; v++ {
		if got, err := ParseVoid(v.String()); err != nil || got != v || v != NotVoid && v.Sentence() == "" {
			t.Errorf("ParseVoid(%q) = %v, %v", v, got, err)
		}
	}
	for _, err := range []error{
		errOf(ParseKind("none")), errOf(ParseVoid("nothing")), errOf(ParseStatistic("median")), errOf(ParseSeverity("bad")),
	} {
		if err == nil || errors.Unwrap(err) != nil {
			t.Errorf("an unknown word gives %v", err)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestFormat(t *testing.T) {
	for _, test := range []struct {
		v    float64
		u    Unit
		want string
	}{
		{0.5004, Ratio, "50 %"}, {0.99991, Ratio, "100 %"}, {1234567, BitsPerSecond, "1.23 Mbit/s"}, {512, Bytes, "512 B"},
		{1 << 40, Bytes, "1 TiB"}, {0.004, PerSecond, "0/s"}, {90, Seconds, "1m30s"}, {21.55, Celsius, "21.6 °C"},
		{1, Flag, "yes"}, {0, Flag, "no"}, {2, Flag, "2"}, {0.42, Number, "0.42"}, {1e300, Seconds, trim(1e300, 3)},
	} {
		if got := Format(test.v, test.u); got != test.want {
			t.Errorf("Format(%v, %s) = %q, want %q", test.v, test.u, got, test.want)
		}
	}
}
