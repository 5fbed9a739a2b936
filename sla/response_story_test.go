package sla

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

// responseStory is a file in testdata/response: a claim on response time, what was
// asked, and what follows from it, worked out by hand and never rewritten. Sections:
// claim, exclusions (from, to, announced), corrections (from, to, as), "results NAME"
// (from, to, every, state, took), expected.
type responseStory struct {
	story
	ResponseClaim
	corrections []Correction
	results     map[check.ID][]check.Result
}

func TestResponseStories(t *testing.T) {
	files, err := filepath.Glob("testdata/response/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no story in testdata/response: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tellResponses(t, txtar.Parse(data))
		})
	}
}

func tellResponses(t *testing.T, archive *txtar.Archive) {
	s := &responseStory{story: story{t: t}, results: map[check.ID][]check.Result{}}
	want := map[string]string{}
	for _, f := range archive.Files {
		var name, id string
		_, _ = fmt.Sscan(f.Name, &name, &id) // most have no second word
		switch name {
		case "claim":
			s.readPromise(f.Data)
		case "exclusions":
			s.readExclusions(f.Data)
		case "corrections":
			lines(f.Data, func(w []string) {
				s.corrections = append(s.corrections, Correction{From: s.at(w[0]), To: s.at(w[1]), As: CountsAs(w[2])})
			})
		case "results":
			s.readTimes(check.ID(id), f.Data)
		case "expected":
			lines(f.Data, func(w []string) { want[w[0]] = w[1] })
		default:
			t.Fatalf("section %q", f.Name)
		}
	}
	v := s.judged()
	got := map[string]string{
		"operations": fmt.Sprint(v.Operations), "failed": fmt.Sprint(v.Failed), "excused": fmt.Sprint(v.Excused), "unknown": fmt.Sprint(v.Unknown),
		"within": fmt.Sprint(v.Least), "excluded": v.Excluded.String(), "verdict": string(v.Answer),
	}
	maps.DeleteFunc(got, func(k, _ string) bool { _, asked := want[k]; return !asked })
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("by hand and by the code (-hand +code):\n%s%s", diff, v.Explanation)
	}
}

func (s *responseStory) readPromise(data []byte) {
	var rest []byte
	lines(data, func(w []string) {
		line := fmt.Sprintln(w)
		line = line[1 : len(line)-2]
		if w[0] != "response" {
			rest = append(rest, line+"\n"...)
			return
		}
		var err error
		if s.Promise, err = ParsePromise(line[len("response "):]); err != nil {
			s.t.Fatal(err)
		}
	})
	s.readClaim(rest)
}

func (s *responseStory) readTimes(id check.ID, data []byte) {
	lines(data, func(w []string) {
		state, err := check.ParseState(w[3])
		if err != nil {
			s.t.Fatal(err)
		}
		for at := s.at(w[0]); !at.After(s.at(w[1])); at = at.Add(s.duration(w[2])) {
			r := check.Result{Check: id, Sent: at.UTC(), Base: true, Outcome: check.Outcome{State: state, Took: s.duration(w[4])}}
			s.results[id] = append(s.results[id], r)
		}
	})
}

// judged holds what was asked to the claim as a daemon would.
func (s *responseStory) judged() ResponseVerdict {
	s.Claim = s.claim
	h := ResponseHistory{Exclusions: s.exclusions, Corrections: s.corrections, Count: func(id check.ID, set timeline.Set) (Responses, error) {
		return countedIn(s.results[id], set), nil
	}}
	for id, results := range s.results {
		s.Checks = append(s.Checks, id)
		h.Series = append(h.Series, asSeries(id, s.interval, results))
	}
	v, err := s.ResponseClaim.Hold(s.period, s.until, h)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func countedIn(results []check.Result, set timeline.Set) Responses {
	var c ResponseCounter
	for _, r := range results {
		if set.Holds(r.Sent) {
			c.Count(r.State, r.Took)
		}
	}
	return c.Take().Responses()
}

func asSeries(id check.ID, interval time.Duration, results []check.Result) timeline.Series {
	var b timeline.Builder
	s := timeline.Series{Check: id, Interval: interval}
	for _, r := range results {
		if closed, ok, _ := b.Add(r, interval); ok {
			s.Stretches = append(s.Stretches, closed)
		}
	}
	s.Stretches = append(s.Stretches, b.Open())
	return s
}

// TestCorrectionsAddUp: whatever is corrected, each slot of the day is in time, late,
// unknown or left out, and a correction to up never makes a share worse, nor one to down
// better.
func TestCorrectionsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := timeline.Period{From: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
		day.To = day.From.AddDate(0, 0, 1)
		var results []check.Result
		for at := day.From; at.Before(day.To); at = at.Add(10 * time.Minute) {
			r := check.Result{Check: "join", Sent: at, Base: true}
			r.State = rapid.SampledFrom([]check.State{check.Up, check.Up, check.Up, check.Degraded, check.Down, check.Unknown}).Draw(t, "state")
			r.Took = rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Second}).Draw(t, "took")
			results = append(results, r)
		}
		claim := ResponseClaim{Promise: Promise{Limit: 3 * time.Second, Share: Figure{PPB: 900_000_000}}}
		claim.Checks = []check.ID{"join"}
		var corrections []Correction
		for range rapid.IntRange(0, 4).Draw(t, "corrections") {
			from := day.From.Add(time.Duration(rapid.IntRange(0, 1400).Draw(t, "from")) * time.Minute)
			as := rapid.SampledFrom([]CountsAs{AsUp, AsDown, AsUnknown, AsExcluded}).Draw(t, "as")
			corrections = append(corrections, Correction{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "length")) * time.Minute), As: as})
		}
		hold := func(all []Correction) ResponseVerdict {
			v, err := claim.Hold(day, day.To, ResponseHistory{Corrections: all, Series: []timeline.Series{asSeries("join", 10*time.Minute, results)},
				Count: func(_ check.ID, set timeline.Set) (Responses, error) { return countedIn(results, set), nil }})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		v := hold(corrections)
		left, unknown := 0, 0
		for _, r := range results {
			as := CountsAs("")
			excluded := false
			for _, k := range corrections {
				if !r.Sent.Before(k.From) && r.Sent.Before(k.To) {
					if k.As == AsExcluded {
						excluded = true
					} else {
						as = k.As
					}
				}
			}
			switch {
			case excluded:
				left++
			case as == AsUnknown || as == "" && r.State == check.Unknown:
				unknown++
			}
		}
		if want := len(results) - left - unknown; v.Operations != want {
			t.Fatalf("%d operations, want %d: %d left out, %d unknown", v.Operations, want, left, unknown)
		}
		if v.Least+v.Failed > v.Operations || v.Unknown < unknown {
			t.Fatalf("%+v", v.ResponseFigures)
		}
		if len(corrections) == 0 {
			return
		}
		last := &corrections[len(corrections)-1]
		if last.As = AsUp; v.Operations > 0 {
			better := hold(corrections)
			last.As = AsDown
			if worse := hold(corrections); better.Operations != worse.Operations || better.Least < worse.Least {
				t.Fatalf("in time %d of %d as up, %d of %d as down", better.Least, better.Operations, worse.Least, worse.Operations)
			}
		}
	})
}
