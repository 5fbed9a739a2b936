package web

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// TestStepCount: a contract that counts failures of five minutes and more, and what
// it gives back, in both languages.
func TestStepCount(t *testing.T) {
	month := timeline.Period{From: epoch, To: epoch.AddDate(0, 1, 0)}
	rule := &sla.Rule{MinRun: 5 * time.Minute, Credits: sla.Credits{
		Tiers: []sla.Tier{{Below: sla.Figure{PPB: 999_000_000, Digits: 1}, Credit: sla.Credit{Form: sla.CreditShare, N: 100_000_000}}}, Deadline: sla.Deadline{Days: 30}}}
	stretch := func(from, to time.Duration, state check.State) timeline.Stretch {
		s := timeline.Stretch{State: state, First: epoch.Add(from), Last: epoch.Add(to), Interval: time.Minute}
		s.Results = int((to-from)/time.Minute) + 1
		s.Base = s.Results
		return s
	}
	down, end := 240*time.Hour, month.Length()
	series := timeline.Series{Interval: time.Minute, Stretches: []timeline.Stretch{
		stretch(0, down-time.Minute, check.Up), stretch(down, down+time.Hour, check.Down), stretch(down+time.Hour+time.Minute, end-time.Minute, check.Up)}}
	claim := sla.Claim{Availability: sla.Figure{PPB: 999_000_000, Digits: 1}, Rule: rule, Window: sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}}
	c := &status.Claim{Verdict: sla.Judge(claim, month, month.To, []timeline.Series{series}, nil)}
	for _, l := range []struct {
		of   *language
		want []string
	}{
		{english, []string{"By the contract's rule", "failures under 5 min do not count", "without the rule", "Credit: about 10.00 % of the fee", "claimed by 2026-11-30"}},
		{japanese, []string{"契約の数え方", "5分未満の停止は数えません", "規則によらない値", "返金：料金の約 10.00 %", "2026-11-30"}},
	} {
		v := &visit{formatter: &formatter{l.of, time.UTC}}
		st := v.stepCount(c, nil)
		text := st.Title + " " + st.Text
		for _, row := range st.Rows {
			text += " " + strings.Join(row, " ")
		}
		for _, want := range l.want {
			if !strings.Contains(text, want) {
				t.Errorf("in %s the step lacks %q: %s", l.of.code, want, text)
			}
		}
	}
	if st := (&visit{formatter: &formatter{english, time.UTC}}).stepCount(&status.Claim{}, nil); st.Title != "" {
		t.Errorf("without a rule there is a step: %+v", st)
	}
}

// TestStepService: two of three checks are down together twice, close enough for the
// rule to take as one, and once too short to count.
func TestStepService(t *testing.T) {
	day := timeline.Period{From: epoch, To: epoch.AddDate(0, 0, 1)}
	var series []timeline.Series
	for n, down := range [][2]int{{60, 90}, {70, 95}, {600, 603}} {
		s := timeline.Series{Check: check.ID("c" + string(rune('1'+n))), Interval: time.Minute}
		again := [2]int{100, 130}
		if n == 2 {
			again = [2]int{700, 701}
		}
		var b timeline.Builder
		for m := range 24 * 60 {
			r := check.Result{Check: s.Check, Sent: epoch.Add(time.Duration(m) * time.Minute), Base: true, Outcome: check.Outcome{State: check.Up}}
			if m >= down[0] && m < down[1] || m >= again[0] && m < again[1] || n == 0 && m >= 600 && m < 603 {
				r.State, r.Reason = check.Down, check.ReasonTimeout
			}
			if closed, ok, _ := b.Add(r, time.Minute); ok {
				s.Stretches = append(s.Stretches, closed)
			}
		}
		s.Stretches = append(s.Stretches, b.Open())
		series = append(series, s)
	}
	two := 2
	claim := sla.Claim{Availability: sla.Figure{PPB: 999_000_000, Digits: 1}, Checks: []check.ID{"c1", "c2", "c3"}, Combine: "2 of 3 down", MaxIncidents: &two,
		Rule: &sla.Rule{MinRun: 5 * time.Minute, MergeGap: time.Hour}}
	c := &status.Claim{Verdict: sla.Judge(claim, day, day.To, series, nil)}
	first := c.Incidents[0]
	x := &status.Service{Incidents: []status.Incident{{Incident: first, ID: status.IncidentID(first.Check, first.FirstBad), Cause: sla.Cause{Side: sla.Vendor, By: "Sato"}}}}
	for _, l := range []struct {
		of   *language
		want []string
	}{
		{english, []string{"The incidents of the service", "at most 2 are claimed", "does not count · shorter than 5 min", "2 runs taken as one", "c1, c2 · no answer in time", "the vendor"}},
		{japanese, []string{"サービスの障害", "公表は 2 件以下", "算入せず · 5分未満のため", "2 回を 1 件として集計", "提供者"}},
	} {
		v := &visit{formatter: &formatter{l.of, time.UTC}, board: &status.Board{}}
		st := v.stepService(c, x)
		text := st.Title + " " + st.Text
		for _, row := range st.Rows {
			text += "\n" + strings.Join(row, " | ")
		}
		if len(st.Rows) != 2 {
			t.Errorf("%d rows, want the one that counts and the one that does not:\n%s", len(st.Rows), text)
		}
		for _, want := range l.want {
			if !strings.Contains(text, want) {
				t.Errorf("in %s the step lacks %q:\n%s", l.of.code, want, text)
			}
		}
	}
	if st := (&visit{formatter: &formatter{english, time.UTC}}).stepService(&status.Claim{}, nil); st.Title != "" {
		t.Errorf("of a single check there is a step: %+v", st)
	}
}

// TestBesides: the command on the page says what the claim says.
func TestBesides(t *testing.T) {
	hours, err := sla.ParseHours("Mo-Fr 08:00-18:00", time.UTC, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &sla.Claim{Checks: []check.ID{"a", "b"}, Combine: sla.Mean, Weights: map[check.ID]int{"b": 3}, Hours: hours, Rule: &sla.Rule{}}
	if got, want := besides(c), " \\\n  --combine \"mean\" --weights b=3 \\\n  --service-hours \"Mo-Fr 08:00-18:00\" --rule rule.toml"; got != want {
		t.Errorf("besides = %q, want %q", got, want)
	}
}
