package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

func TestEvidenceKept(t *testing.T) {
	second := func(i int) time.Time { return t0.Add(time.Duration(i) * time.Second) }
	for _, test := range []struct {
		name    string
		seconds int
		result  func(i int) check.Result
		want    int
	}{
		{"the same all the time", 3600, func(i int) check.Result { return down("web", second(i)) }, 1},
		{"the same, in two runs", 3600, func(i int) check.Result {
			if i == 1800 {
				return up("web", second(i))
			}
			return down("web", second(i))
		}, 2},
		{"another one every second", 3600, func(i int) check.Result {
			return result("web", second(i), check.Down, check.ReasonStatus, time.Second, fmt.Sprint("page ", i))
		}, evidenceBurst + 59},
		{"flapping, always another", 3600, func(i int) check.Result {
			if i%2 == 0 {
				return up("web", second(i))
			}
			return result("web", second(i), check.Down, check.ReasonStatus, time.Second, fmt.Sprint("page ", i))
		}, evidenceBurst + 59},
		{"degraded", 10, func(i int) check.Result {
			return result("web", second(i), check.Degraded, check.ReasonSlow, time.Second, "slow")
		}, 1},
		{"up with a detail", 10, func(i int) check.Result {
			return result("web", second(i), check.Up, check.ReasonNone, time.Second, "remark")
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openTest(t, testPath(t), Options{NoSync: true})
			for i := range test.seconds {
				s.Append(test.result(i), time.Second)
				if i%50 == 0 {
					mustSync(t, s)
				}
			}
			mustSync(t, s)
			got, err := s.Evidence("web", always, 1<<20)
			if err != nil || len(got) != test.want {
				t.Errorf("%d pieces kept, %v; want %d", len(got), err, test.want)
			}
		})
	}
}

// TestEvidenceBounded stores what a hostile target filled, by a probe that forgot to
// cut it.
func TestEvidenceBounded(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	r := down("web", t0.Add(1234567*time.Nanosecond))
	r.Phases = check.Phases{Resolve: 1, Connect: 2, TLS: 3, Wait: 4, Transfer: 5}
	r.Took = 1234567891
	r.Detail = &check.Evidence{
		Sentence: "ends in half a character: " + strings.Repeat("é", 1000),
		Address:  "192.0.2.1:443", Phase: check.PhaseWait, Status: strings.Repeat("a", 1<<20),
		Certificate: "CN=x", Body: strings.Repeat("\x00\"<\xff", 5000), Want: "200", Got: strings.Repeat("9", 600),
	}
	s.Append(r, time.Minute)
	mustSync(t, s)
	got, err := s.Evidence("web", timeline.Period{From: t0, To: t0.Add(time.Minute)}, 5)
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v; want one piece", got, err)
	}
	e := got[0].Evidence
	for _, text := range []string{e.Sentence, e.Status, e.Got} {
		if len(text) > check.EvidenceLimit || !strings.Contains(text, text[:1]) || strings.ContainsRune(text, '\uFFFD') {
			t.Errorf("text of %d bytes: %q", len(text), text)
		}
	}
	got[0].Evidence = check.Evidence{Address: e.Address, Phase: e.Phase, Certificate: e.Certificate, Want: e.Want}
	want := StoredEvidence{
		Check: "web", Site: "tokyo", Sent: t0.Add(time.Millisecond), State: check.Down, Reason: check.ReasonTimeout,
		Took: r.Took, Phases: r.Phases,
		Evidence: check.Evidence{Address: "192.0.2.1:443", Phase: check.PhaseWait, Certificate: "CN=x", Want: "200"},
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEvidencePeriod(t *testing.T) {
	s := openTest(t, testPath(t), Options{NoSync: true})
	for day := range 5 {
		for _, id := range []check.ID{"a", "b", "c"} {
			sent := t0.Add(time.Duration(day) * 24 * time.Hour)
			s.Append(result(id, sent, check.Down, check.ReasonStatus, 0, fmt.Sprint(id, day)), time.Hour)
		}
	}
	mustSync(t, s)
	for _, test := range []struct {
		name     string
		from, to time.Duration
		limit    int
		want     string
	}{
		{"all", -time.Hour, 1000 * time.Hour, 10, "b0 b1 b2 b3 b4"},
		{"limited", -time.Hour, 1000 * time.Hour, 2, "b0 b1"},
		{"the end is not part of it", 0, 48 * time.Hour, 10, "b0 b1"},
		{"the beginning is", 48 * time.Hour, 49 * time.Hour, 10, "b2"},
		{"nothing", 49 * time.Hour, 50 * time.Hour, 10, ""},
		{"none asked for", 0, 48 * time.Hour, 0, ""},
	} {
		got, err := s.Evidence("b", timeline.Period{From: t0.Add(test.from), To: t0.Add(test.to)}, test.limit)
		var words []string
		for _, e := range got {
			words = append(words, e.Evidence.Sentence)
		}
		if text := strings.Join(words, " "); text != test.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", test.name, text, err, test.want)
		}
	}
}
