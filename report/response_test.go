package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// madeResponses is two months of a check that asks every ten minutes; each thousandth
// operation is late, and the second month fails half of the time.
func madeResponses(t *testing.T) *ResponseDocument {
	t.Helper()
	from := time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC)
	p := timeline.Period{From: from, To: from.AddDate(0, 2, 0)}
	n := int(p.Length() / (10 * time.Minute))
	claim := sla.ResponseClaim{
		Claim:   sla.Claim{ID: "quick", Name: "Row 46", Service: "meeting", Kind: sla.Disclosure, Text: "3 s", Checks: []check.ID{"join"}, Window: sla.Window{Kind: sla.CalendarMonth, Zone: time.UTC}},
		Promise: sla.Promise{Limit: 3 * time.Second, Share: sla.Figure{PPB: 990_000_000}},
	}
	d, err := MakeResponses(ResponseInput{
		Now: p.To.Add(time.Hour), Version: "1.2.3", Site: "tokyo", Claim: claim, Period: p,
		Service: check.Service{ID: "meeting", Name: "Meeting", Vendor: "Example", Checks: []check.Check{{ID: "join", Name: "Join page"}}},
		Series:  []timeline.Series{{Check: "join", Interval: 10 * time.Minute, Stretches: []timeline.Stretch{{State: check.Up, First: p.From, Last: p.To.Add(-10 * time.Minute), Results: n, Base: n, Interval: 10 * time.Minute}}}},
		Count: func(_ check.ID, set timeline.Set) (sla.Responses, error) {
			var c sla.ResponseCounter
			i := 0
			for at := p.From; at.Before(p.To); at = at.Add(10 * time.Minute) {
				i++
				switch {
				case !set.Holds(at):
				case at.Month() == time.October && i%2 == 0:
					c.Count(check.Down, 0)
				case i%1000 == 0:
					c.Count(check.Up, 4*time.Second)
				default:
					c.Count(check.Up, 250*time.Millisecond)
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

// TestResponseReport: all forms and languages say the same verdict, by the month too.
func TestResponseReport(t *testing.T) {
	d := madeResponses(t)
	if d.Answer() != sla.Breached || len(d.Months) != 2 || d.Months[0].Verdict != sla.Met || d.Months[1].Verdict != sla.Breached {
		t.Fatalf("%s, months %+v", d.Answer(), d.Months)
	}
	for _, c := range []struct {
		format   Format
		language *Language
		want     []string
	}{
		{Text, English, []string{"Response time report: Row 46", "Breached (95 %): Of 8784 operations 74.", "Join page", "250 ms", "2026-09  4320", "99.90 %"}},
		{Text, Japanese, []string{"応答時間報告書", "8784回の操作のうち", "250 ms"}},
		{HTML, English, []string{"<h1>Row 46</h1>", `class="verdict bad"`, "Clopper and Pearson", "<td>2026-10</td>"}},
		{HTML, Japanese, []string{`lang="ja"`, "制限時間内"}},
	} {
		var out bytes.Buffer
		if err := d.Write(&out, c.format, c.language); err != nil {
			t.Fatal(err)
		}
		for _, text := range c.want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s in %s does not say %q:\n%.1500s", c.format, c.language.Code, text, out.String())
			}
		}
	}
	var out bytes.Buffer
	if err := d.Write(&out, CSV, English); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 1+1+2+1 || rows[1][4] != "breached" || rows[2][4] != "met" || rows[4][3] != "join" || rows[4][10] != "8784" {
		t.Errorf("%v, %v", rows, err)
	}
	if err := d.Write(&out, JSON, English); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Verdict sla.ResponseJSON
		Months  []sla.ResponseJSON
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Verdict.Verdict != sla.Breached || back.Months[0].Operations.Total != 4320 {
		t.Errorf("%+v, %v", back, err)
	}
}

// TestResponseReportFails: what cannot be counted is no report.
func TestResponseReportFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	in := madeResponses(t).input
	in.Count = func(check.ID, timeline.Set) (sla.Responses, error) { return sla.Responses{}, broken }
	if _, err := MakeResponses(in); !errors.Is(err, broken) {
		t.Errorf("MakeResponses = %v", err)
	}
}

// TestSheetOfResponses: a statement about response times is held against the claim that
// states the same, and against no other.
func TestSheetOfResponses(t *testing.T) {
	for claimed, want := range map[string]string{"3s for 99%": "refuted", "3s for 99.00%": "refuted", "2s for 99%": "", "": ""} {
		s, err := ReadStatements("sheet.toml", []byte(fmt.Sprintf("[[statement]]\nrow = \"46\"\nsays = \"quick\"\nclaimed = %q\nclaim = \"quick\"\nmeasure = \"response\"\n", claimed)))
		if err != nil {
			t.Fatal(err)
		}
		sheet := MakeSheet(s, map[sla.ClaimID]Measurable{"quick": madeResponses(t)}, time.Now(), time.UTC, "1", "here")
		if row := sheet.Rows[0]; row.State != Measured || row.Finding != want || !strings.HasPrefix(row.Measured, "74.") {
			t.Errorf("claimed %q: %+v, want %q", claimed, row, want)
		}
	}
	if _, err := ReadStatements("sheet.toml", []byte("[[statement]]\nrow = \"46\"\nsays = \"quick\"\nclaimed = \"3s\"\nclaim = \"quick\"\nmeasure = \"response\"\n")); err == nil {
		t.Error("a statement that is no promise was taken")
	}
}
