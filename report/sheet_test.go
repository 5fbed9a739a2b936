package report

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
)

// TestExampleSheet reads the example beside the configuration's, and holds it against
// the year of the sheet.
func TestExampleSheet(t *testing.T) {
	data, err := os.ReadFile("../sheet.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	statements, err := ReadStatements("sheet.example.toml", data)
	if err != nil {
		t.Fatal(err)
	}
	in := year(t)
	doc := Make(in)
	s := MakeSheet(statements, map[sla.ClaimID]Measurable{"web-meeting-2026": doc, "web-seminar-2026": doc}, in.Now, time.UTC, "1", "here")
	states := map[string]State{}
	findings := map[string]string{}
	for _, r := range s.Rows {
		states[r.Row], findings[r.Row+" "+r.Claimed] = r.State, r.Finding
	}
	for row, want := range map[string]State{"39a": Measured, "42": OnFile, "58": NotVerifiable, "65": NotDisclosed, "87": NotDisclosed} {
		if states[row] != want {
			t.Errorf("row %s is %s, want %s", row, states[row], want)
		}
	}
	for row, want := range map[string]string{"39a 99.991%": "refuted", "39a 100%": "refuted", "91a 2 weeks": "refuted"} {
		if findings[row] != want {
			t.Errorf("row %s: %q, want %q", row, findings[row], want)
		}
	}
	for _, l := range []*Language{English, Japanese} {
		for _, f := range []Format{HTML, Text, CSV, JSON} {
			var b bytes.Buffer
			if err := s.Write(&b, f, l); err != nil || !strings.Contains(b.String(), "99.991") {
				t.Errorf("Write(%s, %s): %v", f, l.Code, err)
			}
			if strings.Contains(b.String(), "%!") || strings.Contains(b.String(), "{s") && f == Text {
				t.Errorf("%s in %s has holes:\n%s", f, l.Code, b.String())
			}
		}
	}
}

func TestStatementsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"[[statement]]\nrow = \"1\"\nsayz = \"x\"\n":                                                         `x.toml:3: unknown key "statement.sayz"`,
		"[[statement]]\nrow = 1\n":                                                                           "x.toml:2:",
		"[[statement]]\nrow = \"1\"\n":                                                                       "needs row and says",
		"[[statement]]\nrow = \"1\"\nsays = \"x\"\nmeasure = \"incidents\"\n":                                "measure needs a claim",
		"[[statement]]\nrow = \"1\"\nsays = \"x\"\nclaim = \"c\"\nclaimed = \"99,9\"\n":                      "percentage",
		"[[statement]]\nrow = \"1\"\nsays = \"x\"\nclaim = \"c\"\nmeasure = \"incidents\"\nclaimed=\"no\"\n": "want a number of incidents",
		"[[statement]]\nrow = \"1\"\nsays = \"x\"\nclaim = \"c\"\nmeasure = \"taste\"\n":                     `measure "taste"`,
		"[[statement]]\nrow = \"1\"\nsays = \"x\"\nreference = \"mic-2008/9\"\n":                             "has the patterns",
	} {
		if _, err := ReadStatements("x.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadStatements(%q) = %v, want %s", text, err, want)
		}
	}
}

func FuzzReadStatements(f *testing.F) {
	f.Add([]byte("vendor = \"x\"\nas_of = 2021-10-26\n[[statement]]\nrow = \"1\"\nsays = \"x\"\nclaimed = \"99.9%\"\nclaim = \"c\"\n"))
	f.Add([]byte("[[statement]]\nrow = \"1\"\nsays = \"x\"\ndocument = \"d\"\nexpires = 2020-01-01\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadStatements("x.toml", data)
		if err != nil {
			return
		}
		sheet := MakeSheet(s, nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC, "1", "here")
		if err := sheet.Write(new(bytes.Buffer), HTML, Japanese); err != nil {
			t.Error(err)
		}
	})
}
