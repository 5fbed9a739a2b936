package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// year is the case of the sheet: a contract year in Tokyo, probed every 5 minutes,
// with two incidents, maintenance announced early, late and moved, and a week in
// which the monitor did not run.
func year(t testing.TB) Input {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	const interval = 5 * time.Minute
	w := sla.Window{Kind: sla.ContractYear, Starts: sla.MonthDay{Month: time.October, Day: 1}, Zone: tokyo}
	p := w.Period(time.Date(2020, 12, 1, 0, 0, 0, 0, tokyo))
	date := func(m time.Month, d, h, min int) time.Time {
		y := 2021
		if m >= time.October {
			y = 2020
		}
		return time.Date(y, m, d, h, min, 0, 0, tokyo)
	}
	var stretches []timeline.Stretch
	at := p.From
	add := func(state check.State, reason check.Reason, to time.Time) {
		n := int(to.Sub(at) / interval)
		last := at.Add(time.Duration(n-1) * interval)
		stretches = append(stretches, timeline.Stretch{State: state, Reason: reason, First: at.UTC(), Last: last.UTC(), Results: n, Base: n, Interval: interval})
		at = last.Add(interval)
	}
	add(check.Up, check.ReasonNone, date(time.November, 12, 10, 0))
	add(check.Down, check.ReasonTimeout, date(time.November, 12, 10, 25))
	add(check.Up, check.ReasonNone, date(time.January, 17, 1, 0))
	add(check.Down, check.ReasonStatus, date(time.January, 17, 5, 30))
	add(check.Up, check.ReasonNone, date(time.March, 3, 9, 0))
	add(check.Unknown, check.ReasonOwnNetwork, date(time.March, 3, 15, 0))
	add(check.Up, check.ReasonNone, date(time.May, 20, 14, 0))
	add(check.Down, check.ReasonRefused, date(time.May, 20, 14, 20))
	add(check.Up, check.ReasonNone, date(time.June, 1, 0, 0))
	at = date(time.June, 2, 0, 0)
	add(check.Up, check.ReasonNone, date(time.July, 15, 0, 0))
	add(check.Degraded, check.ReasonSlow, date(time.July, 16, 0, 0))
	add(check.Up, check.ReasonNone, p.To)
	id := check.ID("web-meeting-login")
	first := date(time.November, 12, 10, 0)
	return Input{
		Now: date(time.September, 30, 23, 0).AddDate(0, 0, 2), Version: "1.0.0", Site: "tokyo-office",
		Service: check.Service{ID: "web-meeting", Name: "Web meeting", Vendor: "Example Conferencing K.K."},
		Claim: sla.Claim{
			ID: "web-meeting-2020", Name: "Availability as disclosed, contract year 2020", Service: "web-meeting", Kind: sla.Disclosure,
			Availability: sla.Figure{PPB: 999_910_000, Digits: 3}, Text: "Sheet of 2021-10-26, row 39: 99.991 % reached", AsOf: date(time.September, 30, 0, 0),
			Checks: []check.ID{id}, Combine: sla.AnyDown, Window: w, ExcludeMaintenance: true, MinNotice: 14 * 24 * time.Hour, Reference: "mic-2008/6",
		},
		Period: p,
		Series: []timeline.Series{{Check: id, Interval: interval, Stretches: stretches}},
		Maintenance: []sla.Exclusion{
			{Period: timeline.Period{From: date(time.January, 17, 1, 0), To: date(time.January, 17, 5, 0)}, Announced: date(time.December, 20, 10, 0), Note: "Renewal of the relays"},
			{Period: timeline.Period{From: date(time.April, 4, 1, 0), To: date(time.April, 4, 2, 0)}, Announced: date(time.March, 1, 10, 0), ID: "a", Note: "Database"},
			{Period: timeline.Period{From: date(time.April, 11, 1, 0), To: date(time.April, 11, 2, 0)}, Announced: date(time.April, 3, 10, 0), Replaces: "a", Note: "Database, moved"},
		},
		Causes:  map[string]sla.Cause{status.IncidentID(id, first): {Side: sla.Vendor, By: "Sato", At: date(time.November, 13, 9, 0), Note: "confirmed by mail"}},
		Notices: told(date(time.November, 12, 10, 0)), Deeds: []Deed{{At: date(time.November, 12, 10, 20), Kind: "acknowledged", About: "Web meeting is down", By: "Sato", Note: "called the vendor"}},
		Evidence: func(_ check.ID, p timeline.Period, _ int) []Evidence {
			return []Evidence{{Sent: p.From, Evidence: check.Evidence{Sentence: "no answer within 10 s <script>alert(1)</script>", Address: "192.0.2.10:443"}}}
		},
	}
}

func TestDocumentFigures(t *testing.T) {
	d := Make(year(t))
	if len(d.Months) != 12 || len(d.Incidents) != 3 {
		t.Fatalf("%d months and %d incidents, want 12 and 3", len(d.Months), len(d.Incidents))
	}
	if d.Verdict.Excluded != 4*3600 || d.Other.Excluded != 0 {
		t.Errorf("left out: %g s, the other way %g s, want 4 h and none", d.Verdict.Excluded, d.Other.Excluded)
	}
	if d.Other.Downtime.Point-d.Verdict.Downtime.Point < 3.9*3600 {
		t.Errorf("with maintenance %g s down, without %g s, want some 4 h between them", d.Other.Downtime.Point, d.Verdict.Downtime.Point)
	}
	var down, unknown float64
	for _, m := range d.Months {
		down += m.Down.Point
		unknown += m.verdict.Unknown.Seconds()
	}
	if diff := down - d.Verdict.Downtime.Point; diff < -1 || diff > 1 {
		t.Errorf("the months sum to %g s down, the period has %g s", down, d.Verdict.Downtime.Point)
	}
	var sum float64
	for _, c := range d.Coverage {
		sum += c.Seconds
	}
	if sum != d.Verdict.Unknown || unknown != d.Verdict.Unknown {
		t.Errorf("unknown: %g s by reason, %g s by month, want %g s", sum, unknown, d.Verdict.Unknown)
	}
	var classes []string
	for _, w := range d.Maintenance {
		classes = append(classes, fmt.Sprintf("%s %.0f", w.Class, w.Overrun))
	}
	// Last failure at 5:25, end announced for 5:00.
	if got, want := strings.Join(classes, ", "), "planned 1500, moved 0, emergency 0"; got != want {
		t.Errorf("maintenance is %s, want %s", got, want)
	}
	if d.Incidents[0].Cause.Side != sla.Vendor || d.Incidents[1].Cause.Side != "" {
		t.Errorf("causes: %+v, %+v", d.Incidents[0].Cause, d.Incidents[1].Cause)
	}
}

func TestDocumentForms(t *testing.T) {
	d := Make(year(t))
	write := func(f Format, l *Language) string {
		t.Helper()
		var b bytes.Buffer
		if err := d.Write(&b, f, l); err != nil {
			t.Fatalf("Write(%s, %s): %v", f, l.Code, err)
		}
		return b.String()
	}
	var back Document
	if err := json.Unmarshal([]byte(write(JSON, English)), &back); err != nil || back.Verdict.Verdict != d.Verdict.Verdict {
		t.Errorf("JSON reads back as %q, %v", back.Verdict.Verdict, err)
	}
	rows, err := csv.NewReader(strings.NewReader(write(CSV, English))).ReadAll()
	if err != nil || len(rows) != 1+1+12+3+3 {
		t.Errorf("CSV has %d rows, %v, want 20", len(rows), err)
	}
	for _, l := range []*Language{English, Japanese} {
		for _, f := range []Format{Text, HTML} {
			out := write(f, l)
			for _, want := range []string{"99.991", "Example Conferencing K.K.", "Sato", "Renewal of the relays", "2020-11-12 10:00:00"} {
				if !strings.Contains(out, want) {
					t.Errorf("%s in %s does not show %q", f, l.Code, want)
				}
			}
			for _, bad := range []string{"{answer", "{reason", "{side", "{kind", "%!", "<nil>", "ZgotmplZ"} {
				if strings.Contains(out, bad) {
					t.Errorf("%s in %s shows %q", f, l.Code, bad)
				}
			}
		}
	}
	page := write(HTML, Japanese)
	if strings.Contains(page, "<script") || regexp.MustCompile(`(src|href)=`).MatchString(page) {
		t.Error("the page holds a script or asks for other files")
	}
}

// TestNeverRoundedUp: 99.9909 is not 99.991.
func TestNeverRoundedUp(t *testing.T) {
	d := Make(year(t))
	if got := d.share(0.99990999); got != "99.9909 %" {
		t.Errorf("share = %s, want 99.9909 %%", got)
	}
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z.0-9]+`)

// TestCatalogues: both have the same keys, and the same number of arguments.
func TestCatalogues(t *testing.T) {
	for key, en := range English.texts {
		ja, ok := Japanese.texts[key]
		if !ok || ja == "" {
			t.Errorf("%s is missing in Japanese", key)
			continue
		}
		if strings.HasPrefix(key, "explain.") || en == "" {
			continue // the estimator's own words are English, and those of rules
		}
		count := func(s string) int { return len(verb.FindAllString(strings.ReplaceAll(s, "%%", ""), -1)) }
		if key != "made" && count(en) != count(ja) {
			t.Errorf("%s: %q and %q take different arguments", key, en, ja)
		}
	}
	for key := range Japanese.texts {
		if _, ok := English.texts[key]; !ok {
			t.Errorf("%s is missing in English", key)
		}
	}
	for r := range int(check.ReasonStorage) + 1 {
		if _, ok := wordsEnglish["reason."+check.Reason(r).String()]; !ok {
			t.Errorf("no words for the reason %s", check.Reason(r))
		}
	}
}

func TestEmptyHistory(t *testing.T) {
	in := year(t)
	in.Series, in.Maintenance, in.Evidence = nil, nil, nil
	d := Make(in)
	for _, l := range []*Language{English, Japanese} {
		var b bytes.Buffer
		if err := d.Write(&b, Text, l); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "100.0") {
			t.Errorf("a report without history shows 100 %%:\n%s", b.String())
		}
	}
	if d.Answer() != sla.CannotTell {
		t.Errorf("the answer is %s, want cannot_tell", d.Answer())
	}
}

func TestReferences(t *testing.T) {
	for _, c := range []struct{ address, text, complaint string }{
		{"mic-2008/6", "≥ 95 %", ""},
		{"mic-2008/2#liveness_interval", "≤ 10 min", ""},
		{"mic-2008/7", "", "has the patterns"},
		{"mic-2009/1", "", "no such guideline"},
		{"mic-2008/1#tea", "", "no value for tea"},
	} {
		r, err := FindReference(c.address)
		switch {
		case c.complaint == "" && (err != nil || r.Text != c.text):
			t.Errorf("FindReference(%s) = %v, %v, want %s", c.address, r, err, c.text)
		case c.complaint != "" && (err == nil || !strings.Contains(err.Error(), c.complaint)):
			t.Errorf("FindReference(%s) = %v, want %s", c.address, err, c.complaint)
		}
	}
	if !slices.Contains(referenceNames(), "meti-saas-2008/sample") {
		t.Errorf("the guidelines are %v", referenceNames())
	}
}
