package daemon

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/schedule"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// outage is a time during which the month's target is down.
type outage struct{ from, to time.Time }

// month is the real scheduler and the real store in a bubble of fake time.
type month struct {
	t       *testing.T
	path    string
	target  check.Check
	outages []outage
}

func (m *month) ask(context.Context) check.Outcome {
	now := time.Now()
	for _, o := range m.outages {
		if !now.Before(o.from) && now.Before(o.to) {
			return check.Outcome{State: check.Down, Reason: check.ReasonRefused, Took: time.Millisecond,
				Detail: &check.Evidence{Sentence: "connection refused"}}
		}
	}
	return check.Outcome{State: check.Up, Took: 20 * time.Millisecond}
}

// life runs scheduler and store until the moment, and stops them as the daemon does.
func (m *month) life(until time.Time) {
	m.lifeBy(until, func(kept *store.Store) func(check.Result, time.Duration) { return kept.Append })
}

// lifeBy hands results to the store in the way that emit says.
func (m *month) lifeBy(until time.Time, emit func(*store.Store) func(check.Result, time.Duration)) {
	kept, err := store.Open(m.path, store.Options{Site: "bubble", NoSync: true, FlushEvery: 10 * time.Minute})
	if err != nil {
		m.t.Fatal(err)
	}
	sched := schedule.New(schedule.Options{Site: "bubble", Seed: 7, Tick: 30 * time.Second, Emit: emit(kept)})
	sched.Set([]schedule.Task{{Check: m.target, Probe: m.ask}}, nil, 0)
	ctx, cancel := context.WithDeadline(m.t.Context(), until)
	defer cancel()
	err = runParts(ctx, quiet(), []Part{{"store", kept.Run}, {"schedule", sched.Run}})
	if err != nil {
		m.t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// TestMonth lives through a month with a change to daylight saving, two outages, a
// blip and a monitor that was off for two hours, and holds the verdict against one
// computed by hand.
func TestMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		// The last Sunday of March 2000 has 23 hours in Berlin.
		begin := time.Date(2000, time.March, 10, 0, 0, 0, 0, berlin)
		end := time.Date(2000, time.April, 9, 0, 0, 0, 0, berlin)
		time.Sleep(time.Until(begin.Add(-time.Hour)))
		m := &month{t: t, path: filepath.Join(t.TempDir(), "slamon.db"),
			target: check.Check{ID: "target", Service: "s", Class: check.Platform, Interval: 5 * time.Minute,
				Timeout: 10 * time.Second, Reprobe: 30 * time.Second, ReprobeGood: 3},
			outages: []outage{
				{begin.Add(50*time.Hour + 7*time.Second), begin.Add(50*time.Hour + 23*time.Minute)},
				{time.Date(2000, time.March, 26, 1, 55, 0, 0, berlin), time.Date(2000, time.March, 26, 3, 10, 0, 0, berlin)},
			}}
		m.life(begin.Add(20 * 24 * time.Hour))
		const off = 2 * time.Hour
		time.Sleep(off)
		m.life(end.Add(time.Hour))
		m.judge(begin, end, off)
	})
}

func (m *month) judge(begin, end time.Time, off time.Duration) {
	claim := sla.Claim{ID: "month", Service: "s", Kind: sla.Contract, Combine: sla.AnyDown, Checks: []check.ID{"target"},
		Availability: sla.Figure{PPB: 999_100_000, Digits: 2}, Window: sla.Window{Kind: sla.Fixed, Begin: begin, End: end, Zone: begin.Location()}}
	p := claim.Window.Period(end)
	if got, want := p.Length(), (30*24-1)*time.Hour; got != want {
		m.t.Errorf("the window is %s long, want %s: it holds a day of 23 hours", got, want)
	}
	kept, err := store.Open(m.path, store.Options{NoSync: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer kept.Close()
	series, err := kept.Series("target", p)
	if err != nil {
		m.t.Fatal(err)
	}
	v := sla.Judge(claim, p, p.To, []timeline.Series{series}, nil)
	m.checkVerdict(v, off)
	m.checkSpans(series, p, off)
	m.recompute(kept, claim, p, v)
}

// checkVerdict compares with figures computed by hand: 22 min 53 s and, since an
// hour of that night did not exist, 15 min.
func (m *month) checkVerdict(v sla.Verdict, off time.Duration) {
	truth := 22*time.Minute + 53*time.Second + 15*time.Minute
	if d := v.Downtime; truth < d.HardLow || truth > d.HardHigh || truth < d.Low95 || truth > d.High95 {
		m.t.Errorf("true downtime %s lies outside %+v", truth, d)
	}
	if len(v.Incidents) != 2 {
		m.t.Errorf("%d incidents, want 2", len(v.Incidents))
	}
	if v.Unknown < off || v.Unknown > off+2*m.target.Interval {
		m.t.Errorf("unknown for %s, want two hours and the pauses around them", v.Unknown)
	}
	// 0.09 % of 719 hours are 38 min 49.56 s: less than the downtime at 95 %, more
	// than what is proved.
	if want := 38*time.Minute + 49*time.Second + 560*time.Millisecond; v.Allowance != want || v.Answer != sla.CannotTell {
		m.t.Errorf("allowance %s, %s; want %s, cannot_tell", v.Allowance, v.Answer, want)
	}
}

func (m *month) checkSpans(s timeline.Series, p timeline.Period, off time.Duration) {
	var sum, unknown time.Duration
	at := p.From
	for _, span := range timeline.Spans(s, p, nil, false) {
		if !span.From.Equal(at) || !span.To.After(span.From) {
			m.t.Fatalf("span %v does not touch the one before", span)
		}
		at = span.To
		sum += span.To.Sub(span.From)
		if span.Kind == timeline.Unknown {
			unknown += span.To.Sub(span.From)
		}
	}
	if sum != p.Length() || unknown < off {
		m.t.Errorf("spans sum to %s of %s, unknown for %s", sum, p.Length(), unknown)
	}
}

// recompute exports the raw results and judges them as slamon judge does.
func (m *month) recompute(kept *store.Store, claim sla.Claim, p timeline.Period, want sla.Verdict) {
	var csv bytes.Buffer
	wide := timeline.Period{From: p.From.Add(-time.Hour), To: p.To.Add(time.Hour)}
	if err := report.WriteResults(&csv, kept.Results("target", wide)); err != nil {
		m.t.Fatal(err)
	}
	pacing := report.Pacing{Interval: m.target.Interval, Reprobe: m.target.Reprobe}
	series, err := report.ReadSeries(&csv, "export", pacing)
	if err != nil {
		m.t.Fatal(err)
	}
	got := sla.Judge(claim, p, p.To, series, nil)
	if diff := cmp.Diff(want.JSON(), got.JSON()); diff != "" {
		m.t.Errorf("the exported results give another verdict (-store +export):\n%s", diff)
	}
}
