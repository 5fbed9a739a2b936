package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

var update = flag.Bool("update", false, "rewrite the reports in testdata")

// fullResponses is September with all that can belong to a report on response times: an
// hour of failures somebody is responsible for, maintenance, a corrected afternoon, an
// hour of our own network, frozen versions, and two other places of which one is silent.
func fullResponses(t testing.TB) *ResponseDocument {
	t.Helper()
	p := timeline.Period{From: time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC)}
	p.To = p.From.AddDate(0, 1, 0)
	day := func(d, h int) time.Time { return p.From.AddDate(0, 0, d-1).Add(time.Duration(h) * time.Hour) }
	const interval = 10 * time.Minute
	var results []check.Result
	for at := p.From; at.Before(p.To); at = at.Add(interval) {
		r := check.Result{Check: "join", Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: 250 * time.Millisecond}}
		switch {
		case !at.Before(day(5, 10)) && at.Before(day(5, 11)):
			r.Outcome = check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: 5 * time.Second}
		case !at.Before(day(8, 13)) && at.Before(day(8, 17)), !at.Before(day(12, 2)) && at.Before(day(12, 4)):
			r.Took = 4 * time.Second
		case !at.Before(day(20, 6)) && at.Before(day(20, 7)):
			r.Outcome = check.Outcome{State: check.Unknown, Reason: check.ReasonOwnNetwork}
		}
		results = append(results, r)
	}
	var b timeline.Builder
	series := timeline.Series{Check: "join", Interval: interval}
	for _, r := range results {
		if closed, ok, _ := b.Add(r, interval); ok {
			series.Stretches = append(series.Stretches, closed)
		}
	}
	series.Stretches = append(series.Stretches, b.Open())
	claim := sla.ResponseClaim{
		Claim: sla.Claim{ID: "quick", Name: "Row 46", Service: "meeting", Kind: sla.Contract, Text: "3 s for 99 %", Checks: []check.ID{"join"},
			Window: sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}, ExcludeMaintenance: true, MinNotice: 14 * 24 * time.Hour},
		Promise: sla.Promise{Limit: 3 * time.Second, Share: sla.Figure{PPB: 990_000_000}},
	}
	share, after := 4272./4302, .99581589958159
	last := day(30, 23)
	other := sla.JudgeResponses(claim, sla.Responses{Buckets: []sla.ResponseBucket{{From: 0, UpTo: time.Second, Count: 4300}}, Failed: 20})
	said := other.JSON()
	d, err := MakeResponses(ResponseInput{
		Now: p.To.Add(36 * time.Hour), Version: "1.2.3", Site: "tokyo", Claim: claim, Period: p, Series: []timeline.Series{series},
		Service:     check.Service{ID: "meeting", Name: "Meeting", Vendor: "Example", Checks: []check.Check{{ID: "join", Name: "Join page"}}},
		Maintenance: []sla.Exclusion{{Period: timeline.Period{From: day(12, 2), To: day(12, 4)}, Announced: day(1, 0).AddDate(0, 0, -10), Note: "new disks", ID: "disks"}},
		Corrections: []sla.Correction{{ID: "quick-000001", Claim: "quick", From: day(8, 13), To: day(8, 15), As: sla.AsUp, Why: "our proxy was slow", By: "ops", At: day(9, 9), Before: share, After: after}},
		Causes:      map[string]sla.Cause{status.IncidentID("join", day(5, 10)): {Side: sla.OwnNetwork, By: "ops", At: day(6, 9), Note: "switch"}},
		Versions:    []FrozenResponse{{Version: 1, At: p.To.Add(time.Hour), Share: &share, Answer: sla.Met}, {Version: 2, At: p.To.Add(24 * time.Hour), Why: "our proxy was slow", Share: &after, Answer: sla.Met}},
		Places:      []ResponsePlace{{Site: "outside", LastSeen: &last, Verdict: &said}, {Site: "far", Failed: "cannot be asked: connection refused"}},
		Count: func(_ check.ID, set timeline.Set) (sla.Responses, error) {
			var c sla.ResponseCounter
			for _, r := range results {
				if set.Holds(r.Sent) {
					c.Count(r.State, r.Took)
				}
			}
			return c.Take().Responses(), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestResponseReportWhole holds the report in each form against testdata.
func TestResponseReportWhole(t *testing.T) {
	d := fullResponses(t)
	if o := d.Verdict.Operations; o.Total != 4320-12-6 || o.Failed != 6 || o.Excused != 12 || o.Least != o.Total-6-12 {
		t.Errorf("by hand 4302 operations, 6 failed, 12 excused, 4284 in time; got %+v", o)
	}
	for _, c := range []struct {
		file   string
		format Format
		l      *Language
	}{{"response.en.txt", Text, English}, {"response.ja.txt", Text, Japanese}, {"response.csv", CSV, English}, {"response.json", JSON, English}} {
		var out bytes.Buffer
		if err := d.Write(&out, c.format, c.l); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", c.file)
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s (-file +now); go test ./report -update rewrites it:\n%s", c.file, diff)
		}
	}
	for _, l := range []*Language{English, Japanese} {
		var out bytes.Buffer
		if err := d.Write(&out, HTML, l); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"new disks", "our proxy was slow", "switch", "outside", "connection refused", `class="versions"`, `class="coverage"`} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the page in %s does not say %q", l.Code, want)
			}
		}
	}
}

// TestResponseBrief: the lines of a mail say verdict, figure, times and failures.
func TestResponseBrief(t *testing.T) {
	d := fullResponses(t)
	b := d.Brief(English)
	text := ""
	for _, l := range b.Lines {
		text += l.Name + ": " + l.Value + "\n"
	}
	for _, want := range []string{"Verdict: Met", "Measured: 99.58 % (95 % interval: 99.", "50 % took at most: 250 ms", "Failed: 6", "Unknown slots: 7", "2026-09-05 10:00:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the brief does not say %q:\n%s", want, text)
		}
	}
	if b.Title != "Meeting: Row 46 (99 % of all operations within 3 s)" || b.Period != "2026-09-01 – 2026-09-30" {
		t.Errorf("%+v", b)
	}
}
