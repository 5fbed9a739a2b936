package daemon

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
)

// setBack is a clock that is set back at a moment: what is sent after it carries times
// that came before, as the scheduler stamps it.
type setBack struct {
	at  time.Time
	by  time.Duration
	out func(check.Result, time.Duration)

	told bool
}

func (s *setBack) emit(r check.Result, interval time.Duration) {
	if r.Sent.Before(s.at) {
		s.out(r, interval)
		return
	}
	if !s.told {
		s.told = true
		s.out(check.Result{Check: r.Check, Site: r.Site, Sent: s.at.UTC(), Outcome: check.Outcome{Reason: check.ReasonClock, Took: s.by}}, interval)
	}
	r.Sent = r.Sent.Add(-s.by)
	s.out(r, interval)
}

// TestMonthClockSetBack lives through a month in which the clock is set back by an hour,
// and the service is down for 20 minutes while that hour comes for the second time. A
// monitor that takes the first coming for the whole truth would call the month perfect.
func TestMonthClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Date(2000, time.June, 1, 0, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(begin.Add(-time.Hour)))
		step := &setBack{at: begin.Add(10*24*time.Hour + 12*time.Hour), by: time.Hour}
		m := &month{t: t, path: filepath.Join(t.TempDir(), "slamon.db"),
			target: check.Check{ID: "target", Service: "s", Class: check.Platform, Interval: 5 * time.Minute,
				Timeout: 10 * time.Second, Reprobe: 30 * time.Second, ReprobeGood: 3},
			outages: []outage{{step.at.Add(15 * time.Minute), step.at.Add(35 * time.Minute)}}}
		end := begin.Add(30 * 24 * time.Hour)
		m.livesWith(step, step.at.Add(20*time.Minute)) // stopped amid the outage,
		m.livesWith(step, end.Add(2*time.Hour))        // and started again at once
		m.judgeRepeated(begin, end)
	})
}

// livesWith is life with a clock that is set back.
func (m *month) livesWith(s *setBack, until time.Time) {
	m.lifeBy(until, func(kept *store.Store) func(check.Result, time.Duration) {
		s.out = kept.Append
		return s.emit
	})
}

func (m *month) judgeRepeated(begin, end time.Time) {
	claim := sla.Claim{ID: "month", Service: "s", Kind: sla.Contract, Combine: sla.AnyDown, Checks: []check.ID{"target"},
		Availability: sla.Figure{PPB: 999_000_000, Digits: 1}, Window: sla.Window{Kind: sla.Fixed, Begin: begin, End: end, Zone: time.UTC}}
	p := claim.Window.Period(end)
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
	if most := time.Hour + time.Minute + 3*m.target.Interval; v.Unknown < time.Hour || v.Unknown > most {
		m.t.Errorf("unknown for %s, want the hour that came twice and the pauses beside it, at most %s", v.Unknown, most)
	}
	// 43 min 12 s are allowed; without the hour nothing failed.
	if v.Answer != sla.MetIfUnknownAlike || v.Downtime.HardLow != 0 {
		m.t.Errorf("%s with %s down for certain, want met only if unknown time was like the rest, and nothing", v.Answer, v.Downtime.HardLow)
	}
	hour := timeline.Period{From: begin.Add(10*24*time.Hour + 11*time.Hour), To: begin.Add(10*24*time.Hour + 12*time.Hour)}
	inside, err := kept.Series("target", timeline.Period{From: hour.From.Add(30 * time.Minute), To: hour.To})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, span := range timeline.Spans(inside, timeline.Period{From: hour.From.Add(30 * time.Minute), To: hour.To}, nil, false) {
		if span.Kind != timeline.Unknown || span.Reason != check.ReasonClock {
			m.t.Errorf("a period amid the hour has %v, want unknown, clock", span)
		}
	}
	m.recompute(kept, claim, p, v)
}
