package sla

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// TestSitesStory holds what several places saw of several checks against figures that
// were worked out by hand, for each number of places that have to see a failure.
func TestSitesStory(t *testing.T) {
	data, err := os.ReadFile("testdata/sites/two_checks_three_places.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t}
	bySite := map[string][]timeline.Series{}
	needs := 0
	for _, f := range txtar.Parse(data).Files {
		name, what, _ := strings.Cut(f.Name, " ")
		switch name {
		case "claim":
			s.readClaim(f.Data)
		case "results":
			id, site, _ := strings.Cut(what, "@")
			s.series = nil
			s.readResults(id, f.Data)
			bySite[site] = append(bySite[site], s.series...)
		case "expected":
			need, err := strconv.Atoi(what)
			if err != nil {
				t.Fatal(err)
			}
			needs++
			s.together(bySite, need, f.Data)
		}
	}
	if needs != 3 {
		t.Errorf("%d numbers of places are told of, want 3", needs)
	}
}

func (s *story) together(bySite map[string][]timeline.Series, need int, hand []byte) {
	var sites []Site
	for _, name := range slices.Sorted(maps.Keys(bySite)) {
		sites = append(sites, Site{name, bySite[name]})
	}
	v := JudgeSites(s.claim, s.period, s.until, sites, need, nil)
	if v.Together == nil {
		s.t.Fatal("nothing together")
	}
	d := v.Together.Downtime
	got := map[string]string{
		"low": d.HardLow.String(), "point": d.Point.String(), "high": d.HardHigh.String(), "unknown": v.Together.Unknown.String(),
		"failures": fmt.Sprint(v.Together.Failures), "verdict": string(v.Answer()),
	}
	want := map[string]string{}
	lines(hand, func(w []string) { want[w[0]] = w[1] })
	maps.DeleteFunc(got, func(k, _ string) bool { _, asked := want[k]; return !asked })
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%d places needed, by hand and by the code (-hand +code):\n%s", need, diff)
	}
}

// TestSitesOfSeveralChecksCoverTheTruth: two checks seen from three places, each place
// with troubles of its own. The true downtime is that of the checks, and lies within the
// limits at least as often as they say.
func TestSitesOfSeveralChecksCoverTheTruth(t *testing.T) {
	const window, rounds = 30 * day, 150
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.9%")}
	r := rand.New(rand.NewPCG(8, 5))
	below, above := 0, 0
	for range rounds {
		checks := []check.ID{"login", "relay"}
		var down [2]timeline.Set
		sites := []Site{{Name: "far"}, {Name: "inside"}, {Name: "outside"}}
		for k, id := range checks {
			down[k] = asSet(equal(r, 1+r.IntN(12), 20+r.Float64()*600, window.Seconds()), window)
			for i := range sites {
				own := asSet(equal(r, r.IntN(2), 1800, window.Seconds()), window)
				series := designs[3].seen(r, fromSet(down[k].Union(own)), window)
				series.Check = id
				sites[i].Series = append(sites[i].Series, series)
			}
		}
		truth := down[0].Union(down[1]).Length()
		v := JudgeSites(claim, p, p.To, sites, 2, nil)
		if v.Together == nil {
			t.Fatal("nothing together")
		}
		if truth < v.Together.Downtime.Low95 {
			below++
		}
		if truth > v.Together.Downtime.High95+v.Together.Unknown {
			above++
		}
	}
	t.Logf("of %d windows the truth lay %d times below and %d times above the limits", rounds, below, above)
	if below+above > rounds*5/100 {
		t.Errorf("of %d windows the truth lay %d times below and %d times above the limits, want 5 %% at most", rounds, below, above)
	}
}

// TestSitesOfOneCheckAgree: a second check that never fails changes nothing of what is
// certain or possible.
func TestSitesOfOneCheckAgree(t *testing.T) {
	const window = 30 * day
	p := timeline.Period{From: simStart, To: simStart.Add(window)}
	claim := Claim{Availability: figure(t, "99.9%")}
	r := rand.New(rand.NewPCG(9, 5))
	var one, two []Site
	for _, name := range []string{"far", "inside", "outside"} {
		s := seenFrom(name, r, designs[3], window, equal(r, 2, 900, window.Seconds()), []outage{{from: int64(24 * time.Hour), to: int64(24*time.Hour + 30*time.Minute)}})
		one = append(one, s)
		calm := designs[3].seen(r, nil, window)
		calm.Check = "calm"
		two = append(two, Site{name, append(slices.Clone(s.Series), calm)})
	}
	a, b := JudgeSites(claim, p, p.To, one, 2, nil).Together, JudgeSites(claim, p, p.To, two, 2, nil).Together
	if a.Downtime.HardLow != b.Downtime.HardLow || a.Downtime.HardHigh != b.Downtime.HardHigh || a.Downtime.Point != b.Downtime.Point || a.Unknown != b.Unknown || b.Downtime.High95 < a.Downtime.High95 {
		t.Errorf("one check: %+v, with a calm one beside it: %+v", a.Downtime, b.Downtime)
	}
	if a.Downtime.HardLow < 25*time.Minute {
		t.Errorf("the outage that all see is not certain: %+v", a.Downtime)
	}
}
