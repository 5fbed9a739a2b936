package report

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

func instant(t testing.TB, text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func TestReadResults(t *testing.T) {
	file := "\ufeffnote,Outcome , reason,time,site,check,duration_seconds\r\n" +
		"\"a, quoted\",down,timeout,2020-10-01T00:05:00.25Z,tokyo,login,4.5\r\n" +
		"\r\n" +
		",up,,2020-10-01T09:00:00+09:00,tokyo,login,0.125\n" +
		",up,,2020-10-01T09:00:00+09:00,tokyo,login,0.125\n" + // twice
		",unknown,something else,2020-10-01T00:10:00Z,osaka,join,\n" +
		",degraded\n"
	if _, err := ReadResults(strings.NewReader(file), "results.csv"); err == nil || !strings.HasPrefix(err.Error(), "results.csv:7: time \"\"") {
		t.Fatalf("a line without time: %v, want a complaint about line 7", err)
	}
	got, err := ReadResults(strings.NewReader(strings.TrimSuffix(file, ",degraded\n")), "results.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []check.Result{
		{Check: "join", Site: "osaka", Sent: instant(t, "2020-10-01T00:10:00Z"), Base: true},
		{Check: "login", Site: "tokyo", Sent: instant(t, "2020-10-01T00:00:00Z"), Base: true,
			Outcome: check.Outcome{State: check.Up, Took: 125 * time.Millisecond}},
		{Check: "login", Site: "tokyo", Sent: instant(t, "2020-10-01T00:05:00.25Z"), Base: true,
			Outcome: check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: 4500 * time.Millisecond}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestReadResultsComplains(t *testing.T) {
	for name, what := range map[string]struct{ file, want string }{
		"empty":            {"", "r.csv:1: the file is empty\ntry: make the first line a header such as time,outcome"},
		"only a mark":      {"\ufeff", "r.csv:1: the file is empty"},
		"no header":        {"2020-10-01T00:00:00Z,up\n", `r.csv:1: there is no column "time"`},
		"semicolons":       {"time;outcome\n", `r.csv:1: there is no column "time"`},
		"column twice":     {"time,outcome,time\n", `r.csv:1: column "time" stands there twice`},
		"unknown outcome":  {"time,outcome\n2020-10-01T00:00:00Z,up\n2020-10-01T00:05:00Z,OK\n", `r.csv:3: outcome "OK": want up, degraded, down or unknown`},
		"no outcome":       {"time,outcome\n2020-10-01T00:00:00Z\n", `r.csv:2: outcome ""`},
		"local time":       {"time,outcome\n2020-10-01 00:00:00,up\n", `r.csv:2: time "2020-10-01 00:00:00": want an RFC 3339 time`},
		"absurd year":      {"time,outcome\n0001-01-01T00:00:00Z,up\n", "r.csv:2: time"},
		"negative length":  {"time,outcome,duration_seconds\n2020-10-01T00:00:00Z,up,-1\n", "r.csv:2: duration_seconds"},
		"endless length":   {"time,outcome,duration_seconds\n2020-10-01T00:00:00Z,up,Inf\n", "r.csv:2: duration_seconds"},
		"odd base":         {"time,outcome,base\n2020-10-01T00:00:00Z,up,yes\n", `r.csv:2: base "yes": want true or false`},
		"open quote":       {"time,outcome\n2020-10-01T00:00:00Z,\"up\n", "r.csv:2: broken CSV"},
		"quote in a field": {"time,outcome\n2020-10-01T00:00:00Z,u\"p\n", "r.csv:2: broken CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadResults(strings.NewReader(what.file), "r.csv")
			if err == nil || !strings.HasPrefix(err.Error(), what.want) {
				t.Errorf("error %v, want %q", err, what.want)
			}
			if line, ok := errors.AsType[*LineError](err); !ok || line.Remedy == "" {
				t.Errorf("error %v has no line and remedy", err)
			}
			if _, other := ReadSeries(strings.NewReader(what.file), "r.csv", Pacing{Interval: time.Minute}); other == nil || other.Error() != err.Error() {
				t.Errorf("ReadSeries says %v, want the same", other)
			}
		})
	}
}

// broken is a disk that fails in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestReadErrorIsKept(t *testing.T) {
	r := &bytes.Buffer{}
	r.WriteString("time,outcome\n2020-10-01T00:00:00Z,up\n")
	for _, reader := range []interface{ Read([]byte) (int, error) }{broken{}, multi{r, broken{}}} {
		if _, err := ReadResults(reader, "r.csv"); err == nil || !strings.Contains(err.Error(), "input/output error") {
			t.Errorf("error %v, want the cause", err)
		}
	}
}

// multi reads the buffer, then fails.
type multi struct {
	first *bytes.Buffer
	then  broken
}

func (m multi) Read(p []byte) (int, error) {
	if m.first.Len() > 0 {
		return m.first.Read(p)
	}
	return m.then.Read(p)
}

// sequence yields results as the store does.
func sequence(all []check.Result) iter.Seq2[check.Result, error] {
	return func(yield func(check.Result, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func drawResults(t *rapid.T) []check.Result {
	var all []check.Result
	sent := time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC)
	for range rapid.IntRange(0, 50).Draw(t, "results") {
		sent = sent.Add(time.Duration(rapid.SampledFrom([]int64{1, 10e9, 60e9, 60e9, 60e9, 100e9, 200e9}).Draw(t, "pause")))
		all = append(all, check.Result{
			Check: rapid.SampledFrom([]check.ID{"a", "b", `c,"d`}).Draw(t, "check"), Site: "home", Sent: sent,
			Base: rapid.Bool().Draw(t, "base"),
			Outcome: check.Outcome{
				State:  rapid.SampledFrom(check.States[:]).Draw(t, "state"),
				Reason: rapid.SampledFrom(check.Reasons()).Draw(t, "reason"),
				Took:   time.Duration(rapid.Int64Range(0, 1e11).Draw(t, "took")),
			},
		})
	}
	return all
}

// TestResultsRoundTrip writes results and reads them back, whole, in any order of
// lines, in two files that are joined, with lines that stand there twice.
func TestResultsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawResults(t)
		var file bytes.Buffer
		if err := WriteResults(&file, sequence(all)); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(all)
		slices.SortFunc(want, compareResults)
		read := func(text string) []check.Result {
			got, err := ReadResults(strings.NewReader(text), "r.csv")
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		series := func(text string) []timeline.Series {
			got, err := ReadSeries(strings.NewReader(text), "r.csv", Pacing{Interval: time.Minute, Reprobe: 10 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if diff := cmp.Diff(want, append([]check.Result(nil), read(file.String())...)); diff != "" && len(all) > 0 {
			t.Fatalf("read back (-want +got):\n%s", diff)
		}
		whole := series(file.String())
		header, body, _ := strings.Cut(file.String(), "\n")
		lines := slices.Collect(strings.Lines(body))
		cut := rapid.IntRange(0, len(lines)).Draw(t, "cut")
		joined := header + "\n" + strings.Join(lines[cut:], "") + strings.Join(lines[:cut], "")
		if diff := cmp.Diff(whole, series(joined)); diff != "" {
			t.Fatalf("two halves joined (-whole +joined):\n%s", diff)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		shuffled := header + "\n" + strings.Join(lines, "") + strings.Join(lines[:cut], "")
		if diff := cmp.Diff(whole, series(shuffled)); diff != "" {
			t.Fatalf("shuffled, some twice (-whole +shuffled):\n%s", diff)
		}
	})
}

func TestWriteResultsStops(t *testing.T) {
	err := WriteResults(&bytes.Buffer{}, func(yield func(check.Result, error) bool) {
		yield(check.Result{}, errors.New("the store is damaged"))
	})
	if err == nil || !strings.Contains(err.Error(), "the store is damaged") {
		t.Errorf("error %v, want the source's", err)
	}
}

// Without the column base the pacing tells base probes from re-probes.
func TestSeriesGuessesTheGrid(t *testing.T) {
	var file strings.Builder
	file.WriteString("time,outcome\n")
	line := func(second int, outcome string) {
		fmt.Fprintf(&file, "%s,%s\n", time.Date(2020, 10, 1, 0, 0, second, 0, time.UTC).Format(time.RFC3339), outcome)
	}
	line(0, "up")
	line(300, "up")
	for s := 600; s <= 640; s += 10 {
		line(s, "down")
	}
	for s := 650; s <= 670; s += 10 {
		line(s, "up") // three good re-probes
	}
	line(680, "down") // found by fast probing
	line(690, "up")
	line(900, "up") // the base grid goes on
	line(1200, "down")
	for s := 1210; s <= 1510; s += 10 {
		line(s, "down")
	}
	line(1520, "up")
	series, err := ReadSeries(strings.NewReader(file.String()), "r.csv", Pacing{Interval: 300 * time.Second, Reprobe: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	type counts struct{ results, base int }
	var got []counts
	for _, s := range series[0].Stretches {
		got = append(got, counts{s.Results, s.Base})
	}
	want := []counts{{2, 2}, {5, 1}, {3, 0}, {1, 0}, {2, 1}, {32, 2}, {1, 0}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(counts{})); diff != "" {
		t.Errorf("results and base probes of the stretches (-want +got):\n%s", diff)
	}
}

// Gaps that are longer than stated, but shorter than a lost slot, are noted.
func TestSeriesNotesTheLongestGap(t *testing.T) {
	file := "time,outcome\n2020-10-01T00:00:00Z,up\n2020-10-01T00:05:00Z,up\n2020-10-01T00:12:00Z,up\n2020-10-01T00:22:00Z,up\n"
	series, err := ReadSeries(strings.NewReader(file), "r.csv", Pacing{Interval: 300 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if got := series[0].Gap; got != 420*time.Second {
		t.Errorf("the longest gap is %s, want 7m0s: the one of ten minutes is a lost slot", got)
	}
	if got := len(series[0].Stretches); got != 2 {
		t.Errorf("there are %d stretches, want 2, parted at the lost slot", got)
	}
}

func TestSeriesPartsAtBorders(t *testing.T) {
	file := "time,outcome\n2020-10-01T00:00:00Z,up\n2020-10-01T00:05:00Z,up\n2020-10-01T00:10:00Z,up\n2020-10-01T00:15:00Z,up\n"
	series, err := ReadSeries(strings.NewReader(file), "r.csv", Pacing{
		Interval: 300 * time.Second,
		Borders:  []time.Time{instant(t, "2020-10-01T00:12:00Z"), instant(t, "2020-10-01T00:05:00Z")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, s := range series[0].Stretches {
		got = append(got, s.Results)
	}
	if diff := cmp.Diff([]int{1, 2, 1}, got); diff != "" {
		t.Errorf("results of the stretches (-want +got):\n%s", diff)
	}
}

func FuzzReadResults(f *testing.F) {
	for _, seed := range []string{
		"time,outcome\n2020-10-01T00:00:00Z,up\n",
		"\ufefftime,outcome,duration_seconds,reason,site,check,base\n2020-10-01T09:00:00.5+09:00,down,1e-3,timeout,a,b,false\n",
		"time,outcome\n\"2020-10-01T00:00:00Z\",\"up\"\n", "time,outcome\n,\n", "", "\n\n", "a,b\n1", "time,outcome\r\n\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := ReadResults(bytes.NewReader(data), "fuzz")
		series, other := ReadSeries(bytes.NewReader(data), "fuzz", Pacing{Interval: time.Minute, Reprobe: time.Second})
		if (err == nil) != (other == nil) {
			t.Fatalf("ReadResults says %v, ReadSeries %v", err, other)
		}
		if err != nil {
			return
		}
		count := 0
		for _, s := range series {
			for i, st := range s.Stretches {
				count += st.Results
				if i > 0 && st.First.Before(s.Stretches[i-1].Last) {
					t.Fatalf("stretch %d begins before the one before it ends", i)
				}
			}
		}
		if count != len(all) {
			t.Fatalf("%d results, but %d in the stretches", len(all), count)
		}
		var file bytes.Buffer
		if err := WriteResults(&file, sequence(all)); err != nil {
			t.Fatal(err)
		}
		again, err := ReadResults(&file, "again")
		if diff := cmp.Diff(all, again); err != nil || diff != "" {
			t.Fatalf("what was read does not come back: %v\n%s", err, diff)
		}
	})
}

// BenchmarkReadSeries reads a month of 10-s results; a year takes twelve of it.
func BenchmarkReadSeries(b *testing.B) {
	var file bytes.Buffer
	file.WriteString("time,outcome,duration_seconds,reason,site,check\n")
	at := time.Date(2020, 10, 1, 0, 0, 0, 0, time.UTC)
	for range 259_200 {
		file.WriteString(at.Format(time.RFC3339))
		file.WriteString(",up,0.125,none,home,login\n")
		at = at.Add(10 * time.Second)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadSeries(bytes.NewReader(file.Bytes()), "r.csv", Pacing{Interval: 10 * time.Second}); err != nil {
			b.Fatal(err)
		}
	}
}
