package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// sightOf is September as one place saw it: a probe every five minutes at an offset, with
// stretches of other states, each from one time to before another.
func sightOf(id check.ID, offset time.Duration, other ...timeline.Stretch) timeline.Series {
	const interval = 5 * time.Minute
	begin := time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC)
	at, s := begin.Add(offset), timeline.Series{Check: id, Interval: interval}
	add := func(state check.State, reason check.Reason, to time.Time) {
		if n := int((to.Sub(at) + interval - 1) / interval); n > 0 {
			s.Stretches = append(s.Stretches, timeline.Stretch{State: state, Reason: reason, First: at, Last: at.Add(time.Duration(n-1) * interval), Results: n, Base: n, Interval: interval})
			at = at.Add(time.Duration(n) * interval)
		}
	}
	for _, o := range other {
		add(check.Up, check.ReasonNone, o.First)
		add(o.State, o.Reason, o.Last)
	}
	add(check.Up, check.ReasonNone, begin.AddDate(0, 1, 0))
	return s
}

// threePlaces is a claim that asks for two of three places. On the 5th all see an outage of
// an hour, on the 10th ours alone one of ten hours; "far" was off on the 15th.
func threePlaces(t *testing.T, sitesDown int) Input {
	t.Helper()
	f, err := sla.ParseFigure("99.5%")
	if err != nil {
		t.Fatal(err)
	}
	at := func(d, h int) time.Time { return time.Date(2026, time.September, d, h, 0, 0, 0, time.UTC) }
	all := timeline.Stretch{State: check.Down, Reason: check.ReasonTimeout, First: at(5, 10), Last: at(5, 11)}
	own := timeline.Stretch{State: check.Down, Reason: check.ReasonTimeout, First: at(10, 0), Last: at(10, 10)}
	off := timeline.Stretch{State: check.Unknown, Reason: check.ReasonStopped, First: at(15, 0), Last: at(16, 0)}
	return Input{
		Now: at(30, 24+5), Version: "1.2.3", Site: "inside", Period: timeline.Period{From: at(1, 0), To: at(30, 24)},
		Service: check.Service{ID: "meeting", Name: "Meeting"},
		Claim: sla.Claim{ID: "month", Service: "meeting", Kind: sla.Contract, Availability: f, Checks: []check.ID{"login"}, SitesDown: sitesDown,
			Window: sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}},
		Series: []timeline.Series{sightOf("login", 0, all, own)},
		Places: []PlaceInput{
			{Site: "outside", Series: []timeline.Series{sightOf("login", 100*time.Second, all)}},
			{Site: "far", Series: []timeline.Series{sightOf("login", 200*time.Second, all, off)}},
			{Site: "silent", Failed: "cannot be asked: connection refused"},
		},
	}
}

// TestPlacesSideBySide: each place has its figures, and together the outage of our own
// line is none: two see it up, and so it is known although one is silent.
func TestPlacesSideBySide(t *testing.T) {
	d := Make(threePlaces(t, 2))
	p := d.Places
	if p == nil || len(p.Sites) != 4 || p.Together == nil {
		t.Fatalf("places %+v", p)
	}
	// Ours: 11 h of which 5 min at each border of two runs are in doubt. Together, with two
	// of four needed: up is known where three see it up, so all but the 5th is unknown where
	// ours or far does not see it up, for silent may be the second.
	hours := func(x float64) float64 { return x * 3600 }
	if v := p.Sites[0].Verdict; v.Verdict != sla.BreachedCertain || v.Downtime.HardLow != hours(11)-600 || v.Downtime.HardHigh != hours(11)+600 {
		t.Errorf("ours: %s %+v", v.Verdict, v.Downtime)
	}
	if v := p.Sites[1].Verdict; v.Verdict != sla.Met || v.Downtime.HardLow != hours(1)-300 || *p.Sites[1].LastSeen != time.Date(2026, 9, 30, 23, 56, 40, 0, time.UTC) {
		t.Errorf("outside: %s %+v %v", v.Verdict, v.Downtime, p.Sites[1].LastSeen)
	}
	if p.Sites[3].Verdict != nil || p.Sites[3].Failed == "" || p.Sites[3].LastSeen != nil {
		t.Errorf("silent: %+v", p.Sites[3])
	}
	v := p.Together
	if v.Verdict == sla.BreachedCertain || v.Downtime.HardLow < hours(1)-600 || v.Downtime.HardLow > hours(1) || v.Unknown < hours(10+24) || v.Unknown > hours(10+24)+1800 {
		t.Errorf("together: %s %+v unknown %g h", v.Verdict, v.Downtime, v.Unknown/3600)
	}
	in := threePlaces(t, 2)
	in.Places = in.Places[:2]
	if v := Make(in).Places.Together; v.Verdict != sla.Met || v.Unknown != 0 {
		t.Errorf("three places that look, together: %s %+v unknown %g s", v.Verdict, v.Downtime, v.Unknown)
	}
	if d := Make(threePlaces(t, 0)); d.Places.Together != nil || len(d.Places.Sites) != 4 {
		t.Errorf("nobody asked for a figure of all: %+v", d.Places)
	}
}

// TestPlacesAreWritten in all forms and both languages.
func TestPlacesAreWritten(t *testing.T) {
	d := Make(threePlaces(t, 2))
	for _, l := range []*Language{English, Japanese} {
		for _, f := range []Format{Text, HTML} {
			var out bytes.Buffer
			if err := d.Write(&out, f, l); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"inside", "outside", "silent", "connection refused", l.t("place.together"), l.t("place.rule", 2, 4)} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s in %s does not say %q", f, l.Code, want)
				}
			}
		}
	}
	var out bytes.Buffer
	if err := d.Write(&out, CSV, English); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	kinds := map[string]int{}
	for _, r := range rows {
		kinds[r[0]]++
	}
	if err != nil || kinds["place"] != 3 || kinds["places_together"] != 1 {
		t.Errorf("rows %v, %v", kinds, err)
	}
	var back struct{ Places *Places }
	out.Reset()
	if err := d.Write(&out, JSON, English); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || len(back.Places.Sites) != 4 || back.Places.Need != 2 || back.Places.Together == nil {
		t.Errorf("%+v, %v", back.Places, err)
	}
}
