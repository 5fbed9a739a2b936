package sla

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
)

var update = flag.Bool("update", false, "rewrite the spans and verdicts of the stories in testdata")

// story is a file in testdata: a claim, what was probed, and what follows from it.
// Sections: claim (settings, one a line), exclusions (from, to, announced), results
// or "results NAME" (from, to, every, state, reason), spans, verdict. Instants are
// local in the claim's zone unless they carry an offset. A story of counting rules
// has besides: rule, or "rule NAME" for several side by side (TOML as for slamon
// judge --rule), and for each expected, worked out by hand, which is never rewritten.
type story struct {
	t          *testing.T
	claim      Claim
	period     timeline.Period
	until      time.Time
	interval   time.Duration
	recheck    time.Duration
	exclusions []Exclusion
	series     []timeline.Series
	rules      []namedRule
	expected   map[string][]byte // by the rule's name
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no story in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(data)
			told := tell(t, archive)
			if *update {
				if err := os.WriteFile(file, txtar.Format(told), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(told))); diff != "" {
				t.Errorf("the story ends otherwise (-file +now); go test ./sla -update rewrites it:\n%s", diff)
			}
		})
	}
}

// tell returns the archive with its spans and verdict written anew.
func tell(t *testing.T, archive *txtar.Archive) *txtar.Archive {
	s := &story{t: t, expected: map[string][]byte{}}
	told := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		name, check, _ := strings.Cut(f.Name, " ")
		switch name {
		case "claim":
			s.readClaim(f.Data)
		case "exclusions":
			s.readExclusions(f.Data)
		case "results":
			s.readResults(check, f.Data)
		case "rule":
			s.readRule(check, f.Data)
		case "expected":
			s.expected[check] = f.Data
		case "spans", "verdict":
			continue
		default:
			t.Fatalf("section %q: want claim, exclusions, results, rule, expected, spans or verdict", f.Name)
		}
		told.Files = append(told.Files, f)
	}
	if len(s.rules) > 0 {
		told.Files = append(told.Files, s.ruleVerdicts()...)
		return told
	}
	told.Files = append(told.Files, s.spans()...)
	told.Files = append(told.Files, txtar.File{Name: "verdict", Data: s.verdict()})
	return told
}

func (s *story) at(text string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, s.claim.Window.Zone)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

func (s *story) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *story) date(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// lines yields the fields of each line that is neither empty nor a comment.
func lines(data []byte, take func(fields []string)) {
	for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
		line, _, _ := strings.Cut(scanner.Text(), "#")
		if fields := strings.Fields(line); len(fields) > 0 {
			take(fields)
		}
	}
}

func (s *story) readClaim(data []byte) {
	s.claim = Claim{Combine: AnyDown, Window: Window{Kind: Fixed}}
	lines(data, func(f []string) {
		key, value := f[0], strings.Join(f[1:], " ")
		switch key {
		case "availability":
			s.claim.Availability = figure(s.t, value)
		case "zone":
			s.claim.Window.Zone = zone(s.t, value)
		case "from":
			s.claim.Window.From = s.date(value)
		case "to":
			s.claim.Window.To = s.date(value)
		case "until":
			s.until = s.at(value)
		case "interval":
			s.interval = s.duration(value)
		case "recheck":
			s.recheck = s.duration(value)
		case "degraded_is_down":
			s.claim.DegradedDown = value == "yes"
		case "combine":
			s.claim.Combine = Combine(value)
		case "weight":
			if s.claim.Weights == nil {
				s.claim.Weights = map[check.ID]int{}
			}
			weight, err := strconv.Atoi(f[2])
			if err != nil {
				s.t.Fatal(err)
			}
			s.claim.Weights[check.ID(f[1])] = weight
		case "max_per_month":
			s.claim.Work.MaxPerMonth = s.duration(value)
		case "min_notice":
			s.claim.MinNotice = s.duration(value)
		default:
			s.t.Fatalf("claim: unknown setting %q", key)
		}
	})
	s.period = s.claim.Window.Period(time.Time{})
	if s.until.IsZero() {
		s.until = s.period.To
	}
}

func (s *story) readExclusions(data []byte) {
	s.claim.ExcludeMaintenance = true
	lines(data, func(f []string) {
		e := Exclusion{Period: timeline.Period{From: s.at(f[0]), To: s.at(f[1])}}
		if len(f) > 2 {
			e.Announced = s.at(f[2])
		}
		s.exclusions = append(s.exclusions, e)
	})
}

func (s *story) readResults(name string, data []byte) {
	series := timeline.Series{Check: check.ID(name), Interval: s.interval, Reprobe: s.recheck}
	var b timeline.Builder
	var slot time.Time
	lines(data, func(f []string) {
		state, err := check.ParseState(f[3])
		if err != nil {
			s.t.Fatal(err)
		}
		reason := check.ReasonNone
		if len(f) > 4 {
			if reason, err = check.ParseReason(f[4]); err != nil {
				s.t.Fatal(err)
			}
		}
		every := s.duration(f[2])
		n := 0
		for at := s.at(f[0]); !at.After(s.at(f[1])); at = at.Add(every) {
			base := at.Sub(slot) >= s.interval || s.recheck == 0
			if base {
				slot = at
			}
			r := check.Result{Sent: at.UTC(), Base: base, Outcome: check.Outcome{State: state, Reason: reason}}
			closed, ok, late := b.Add(r, s.interval)
			if late {
				s.t.Fatalf("results: %s comes after later results", f[0])
			}
			if ok {
				series.Stretches = append(series.Stretches, closed)
			}
			if n++; n == 2 && base { // a month of results is one stretch
				at, slot = s.extend(&b, at, s.at(f[1]), every, slot)
			}
		}
	})
	series.Stretches = append(series.Stretches, b.Open())
	s.series = append(s.series, series)
}

// extend lets the open stretch go on evenly up to the last result but one or more,
// as the builder would one by one, where all results are of the base grid.
func (s *story) extend(b *timeline.Builder, at, last time.Time, every time.Duration, slot time.Time) (time.Time, time.Time) {
	open := b.Open()
	n := int(last.Sub(at) / every)
	if s.recheck != 0 && every < s.interval || every > s.interval || n == 0 || open.Results < 2 {
		return at, slot
	}
	open.Results += n
	open.Base += n
	open.Last = open.Last.Add(time.Duration(n) * every)
	b.Resume(open)
	return at.Add(time.Duration(n) * every), open.Last
}

// spans tells what each moment counts as, one section for each check.
func (s *story) spans() []txtar.File {
	var files []txtar.File
	var excluded []timeline.Period
	for _, e := range s.exclusions {
		if e.Planned(s.claim.MinNotice) {
			excluded = append(excluded, e.Period)
		}
	}
	p := timeline.Period{From: s.period.From, To: s.until}
	for _, series := range s.series {
		var out bytes.Buffer
		table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
		for _, span := range timeline.Spans(series, p, excluded, s.claim.DegradedDown) {
			line := fmt.Sprintf("%s\t%s\t%s\t%s", s.local(span.From), s.local(span.To), clock(span.To.Sub(span.From)), span.Kind)
			if span.Reason != check.ReasonNone {
				line += "\t" + span.Reason.String()
			}
			fmt.Fprintln(table, line)
		}
		table.Flush()
		files = append(files, txtar.File{Name: strings.TrimSpace("spans " + string(series.Check)), Data: out.Bytes()})
	}
	return files
}

func (s *story) local(t time.Time) string {
	if t.IsZero() {
		return "not known"
	}
	return t.In(s.claim.Window.Zone).Format("2006-01-02T15:04:05.999-07:00")
}

func (s *story) verdict() []byte {
	v := Judge(s.claim, s.period, s.until, s.series, s.exclusions)
	percent := func(share float64) string { return Percent(share, v.Claim.Availability.Digits+1) }
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n%s\n\n", v.Answer, v.Explanation)
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	say := func(name, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	d, a := v.Downtime, v.Availability
	say("window", "%s", clock(v.Period.Length()))
	say("accounted", "%s", clock(v.Accounted))
	say("excluded", "%s", clock(v.Excluded))
	say("unknown", "%s", clock(v.Unknown))
	say("coverage", "%s", Percent(v.Coverage, 3))
	say("allowance", "%s", clock(v.Allowance))
	say("downtime", "%s", clock(d.Point))
	say("downtime by the probes", "%s to %s", clock(d.HardLow), clock(d.HardHigh))
	say("downtime at 95 %", "%s to %s", AtLeast(d.Low95), AtMost(d.High95))
	if v.Coverage > 0 {
		say("availability", "%s", percent(a.Point))
		say("availability at 95 %", "%s to %s", percent(a.Low95), percent(a.High95))
	}
	say("deciding interval", "%s", AtLeast(v.Deciding))
	say("probes", "%d, %d failed, %d unknown", v.Probes.Total, v.Probes.Failed, v.Probes.Unknown)
	table.Flush()
	for _, i := range v.Incidents {
		fmt.Fprintf(&out, "\nincident %s\n", i.Check)
		say("  last good", "%s", s.local(i.LastGood))
		say("  first bad", "%s", s.local(i.FirstBad))
		say("  last bad", "%s", s.local(i.LastBad))
		say("  first good", "%s", s.local(i.FirstGood))
		say("  length", "%s, between %s and %s", clock(i.Point), clock(i.Low), clock(i.High))
		say("  failed probes", "%d, %s, planned %t, confirmed %t, ongoing %t", i.Failed, i.Reason, i.Planned, i.Confirmed(), i.Ongoing)
		table.Flush()
	}
	// Trailing blanks of the table and empty names are no part of the story.
	var clean bytes.Buffer
	for line := range strings.Lines(out.String()) {
		clean.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return clean.Bytes()
}
