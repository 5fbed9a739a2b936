package sla

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/slamon/slamon/check"
)

var driftRule = UsualRule{Weeks: 4, After: 15 * time.Minute, Margin: .25}

// monday is a Monday at midnight.
var monday = time.Date(2026, time.October, 5, 0, 0, 0, 0, time.UTC)

// learned returns the usual range of a service that is busy from nine to five.
func learned(t testing.TB) *Usual {
	t.Helper()
	l := NewUsualLearner(time.UTC)
	for at := monday.AddDate(0, 0, -28); at.Before(monday); at = at.Add(time.Minute) {
		l.Add(at, check.Up, habit(at))
	}
	u := l.Usual()
	if u == nil {
		t.Fatal("nothing was learned of four weeks")
	}
	return u
}

func habit(at time.Time) time.Duration {
	if h := at.Hour(); h >= 9 && h < 17 {
		return 400*time.Millisecond + time.Duration(at.Minute())*time.Millisecond
	}
	return 100*time.Millisecond + time.Duration(at.Minute())*time.Millisecond
}

func TestUsualLearner(t *testing.T) {
	u := learned(t)
	if u.Known() != hoursOfWeek {
		t.Errorf("%d hours of the week are known, want all", u.Known())
	}
	for _, c := range []struct {
		hour         int
		median, high time.Duration
	}{{3, 129 * time.Millisecond, 157 * time.Millisecond}, {10, 429 * time.Millisecond, 457 * time.Millisecond}} {
		median, high, ok := u.At(monday.Add(time.Duration(c.hour) * time.Hour))
		if !ok || near(median, c.median) || near(high, c.high) {
			t.Errorf("at %d o'clock: %v, %v, %v, want %v and %v", c.hour, median, high, ok, c.median, c.high)
		}
	}
}

func near(a, b time.Duration) bool { return (a - b).Abs() > b/100 }

func TestUsualNeedsHistory(t *testing.T) {
	learn := func(weeks int, every time.Duration, s check.State) *Usual {
		l := NewUsualLearner(time.UTC)
		for at := monday.AddDate(0, 0, -7*weeks); at.Before(monday); at = at.Add(every) {
			l.Add(at, s, time.Second)
		}
		return l.Usual()
	}
	for name, c := range map[string]struct {
		got  *Usual
		want bool
	}{
		"three weeks":         {learn(3, time.Minute, check.Up), true},
		"two weeks":           {learn(2, time.Minute, check.Up), false},
		"six answers an hour": {learn(3, 10*time.Minute, check.Degraded), true},
		"two answers an hour": {learn(4, 30*time.Minute, check.Up), false},
		"only failures":       {learn(4, time.Minute, check.Down), false},
		"nothing":             {learn(0, time.Minute, check.Up), false},
	} {
		if (c.got != nil) != c.want {
			t.Errorf("%s: learned %v, want %v", name, c.got != nil, c.want)
		}
	}
	if _, _, ok := (*Usual)(nil).At(monday); ok {
		t.Error("nothing learned has a range")
	}
}

// TestUsualForgivesOneWeek: a week in which everything was ten times slower changes
// nothing.
func TestUsualForgivesOneWeek(t *testing.T) {
	l := NewUsualLearner(time.UTC)
	for at := monday.AddDate(0, 0, -28); at.Before(monday); at = at.Add(time.Minute) {
		took := habit(at)
		if at.Before(monday.AddDate(0, 0, -21)) {
			took *= 10
		}
		l.Add(at, check.Up, took)
	}
	if _, high, _ := l.Usual().At(monday.Add(3 * time.Hour)); high > 170*time.Millisecond {
		t.Errorf("one bad week moved the usual high to %v", high)
	}
}

// TestUsualKeepsToLocalHours: over a change of the clock the hour of the week is that
// of the people, not of the sun.
func TestUsualKeepsToLocalHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := NewUsualLearner(berlin)
	from, to := driftRule.UsualPeriod(time.Date(2026, 11, 4, 12, 0, 0, 0, berlin), berlin)
	for at := from; at.Before(to); at = at.Add(time.Minute) { // summer time ends on 25 October
		l.Add(at, check.Up, habit(at.In(berlin)))
	}
	u := l.Usual()
	for hour, want := range map[int]time.Duration{8: 157 * time.Millisecond, 9: 457 * time.Millisecond, 17: 157 * time.Millisecond} {
		if _, high, ok := u.At(time.Date(2026, 11, 4, hour, 30, 0, 0, berlin)); !ok || near(high, want) {
			t.Errorf("at %d o'clock the usual high is %v, %v, want %v", hour, high, ok, want)
		}
	}
	if from != time.Date(2026, 10, 7, 0, 0, 0, 0, berlin) || to != time.Date(2026, 11, 4, 0, 0, 0, 0, berlin) {
		t.Errorf("learned from %v to %v", from, to)
	}
}

// TestDrift runs a day of answers and notes when the warning comes and goes.
func TestDrift(t *testing.T) {
	u := learned(t)
	slow := func(from, to, factor float64) func(time.Time) time.Duration {
		return func(at time.Time) time.Duration {
			if h := at.Sub(monday).Hours(); h >= from && h < to {
				return time.Duration(float64(habit(at)) * factor)
			}
			return habit(at)
		}
	}
	for name, c := range map[string]struct {
		took       func(time.Time) time.Duration
		every      time.Duration
		rise, fall time.Duration // after midnight; 0 for never
	}{
		"as ever":                      {habit, 10 * time.Second, 0, 0},
		"twice as slow for two hours":  {slow(12, 14, 2), 10 * time.Second, 12*time.Hour + 8*time.Minute, 14*time.Hour + 8*time.Minute},
		"twice as slow, every 5 min":   {slow(12, 14, 2), 5 * time.Minute, 12*time.Hour + 15*time.Minute, 14*time.Hour + 10*time.Minute},
		"twice as slow for 5 minutes":  {slow(12, 12+1./12, 2), 10 * time.Second, 0, 0},
		"a tenth slower":               {slow(12, 14, 1.1), 10 * time.Second, 0, 0},
		"as slow as at noon, but at 3": {slow(3, 5, 4), 10 * time.Second, 3*time.Hour + 8*time.Minute, 5*time.Hour + 8*time.Minute},
		"slower every second":          {slow(12, 14, 2), time.Second, 12*time.Hour + 8*time.Minute, 14*time.Hour + 8*time.Minute},
		"slower every two seconds":     {slow(12, 14, 2), 2 * time.Second, 12*time.Hour + 450*time.Second, 14*time.Hour + 450*time.Second},
		"slow for half an hour":        {slow(12, 12.5, 2), 10 * time.Second, 12*time.Hour + 8*time.Minute, 12*time.Hour + 38*time.Minute},
	} {
		var d Drift
		var rise, fall time.Duration
		for at := monday; at.Before(monday.Add(24 * time.Hour)); at = at.Add(c.every) {
			d.Add(driftRule, u, c.every, at, c.took(at))
			if d.Judge(driftRule, at) {
				if d.Raised {
					rise = at.Sub(monday)
				} else {
					fall = at.Sub(monday)
				}
			}
		}
		if (rise-c.rise).Abs() > time.Minute || (fall-c.fall).Abs() > time.Minute {
			t.Errorf("%s: raised after %v, cleared after %v, want %v and %v", name, rise, fall, c.rise, c.fall)
		}
	}
}

// TestDriftNeverSwings: around the border of the range the warning does not come and go.
func TestDriftNeverSwings(t *testing.T) {
	u := learned(t)
	random := rand.New(rand.NewPCG(3, 4))
	_, high, _ := u.At(monday.Add(12 * time.Hour))
	var d Drift
	changes := 0
	for at := monday.Add(10 * time.Hour); at.Before(monday.Add(16 * time.Hour)); at = at.Add(10 * time.Second) {
		d.Add(driftRule, u, 10*time.Second, at, time.Duration(float64(high)*(1+.3*random.Float64())))
		if d.Judge(driftRule, at) {
			changes++
		}
	}
	if changes > 1 {
		t.Errorf("%d changes around the border", changes)
	}
}

// TestDriftResumes: a restart neither forgets nor repeats a warning, and silence ends it.
func TestDriftResumes(t *testing.T) {
	u := learned(t)
	var d Drift
	since, now := monday.Add(11*time.Hour), monday.Add(12*time.Hour)
	d.Resume(since, now)
	for i := range 90 {
		at := now.Add(time.Duration(i) * 10 * time.Second)
		d.Add(driftRule, u, 10*time.Second, at, 2*time.Second)
		if d.Judge(driftRule, at) || !d.Raised || !d.Since.Equal(since) {
			t.Fatalf("after %d answers: %v since %v", i, d.Raised, d.Since)
		}
	}
	if d.Judge(driftRule, now.Add(40*time.Minute)) || !d.Raised {
		t.Error("cleared after 25 minutes of silence")
	}
	if !d.Judge(driftRule, now.Add(46*time.Minute)) || d.Raised {
		t.Error("still raised after 31 minutes of silence")
	}
	var alone Drift
	alone.Resume(since, now)
	if alone.Judge(driftRule, now.Add(time.Minute)) || !alone.Judge(driftRule, now.Add(31*time.Minute)) {
		t.Error("a warning that nothing follows must end after a while, and not at once")
	}
}

// TestDriftIgnoresWithoutRange: without a usual range, and with the warning off,
// nothing is ever unusual.
func TestDriftIgnoresWithoutRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var without, off Drift
		rule := driftRule
		rule.After = 0
		for i := range rapid.IntRange(0, 200).Draw(t, "answers") {
			at := monday.Add(time.Duration(i) * time.Minute)
			took := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took"))
			without.Add(driftRule, nil, time.Minute, at, took)
			off.Add(rule, nil, time.Minute, at, took)
			without.Judge(driftRule, at)
			off.Judge(rule, at)
			if without.Raised || off.Raised {
				t.Fatal("raised")
			}
		}
	})
}

// TestDriftKeepsTimes: after months of answers, and over a clock that is set back a
// little, the moment since when answers are unusual is told to the millisecond.
func TestDriftKeepsTimes(t *testing.T) {
	u := learned(t)
	var d Drift
	const every = 5 * time.Minute
	at := monday.Add(3 * time.Millisecond)
	for ; at.Before(monday.AddDate(0, 0, 80)); at = at.Add(every) {
		d.Add(driftRule, u, every, at, 100*time.Millisecond)
	}
	back := at.Add(-time.Minute)
	d.Add(driftRule, u, every, back, 100*time.Millisecond)
	if d.Judge(driftRule, at); d.Raised {
		t.Error("unusual while all is usual")
	}
	first := at.Add(every)
	for i := range 2 * minDriftAnswers {
		d.Add(driftRule, u, every, first.Add(time.Duration(i)*every), 3*time.Second)
		d.Judge(driftRule, first.Add(time.Duration(i)*every))
	}
	if !d.Raised || !d.Since.Equal(first) {
		t.Errorf("unusual %v since %v, want since %v", d.Raised, d.Since, first)
	}
}
