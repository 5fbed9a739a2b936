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
