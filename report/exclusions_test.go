package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

func TestReadExclusions(t *testing.T) {
	file := "note,from,to,announced\n" +
		"later,2021-06-20T02:00:00Z,2021-06-20T03:00:00Z,\n" +
		"\"new release, database\",2021-06-12T02:00:00Z,2021-06-12T06:00:00Z,2021-05-20T09:00:00Z\n"
	got, err := ReadExclusions(strings.NewReader(file), "m.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []sla.Exclusion{
		{
			Period:    timeline.Period{From: instant(t, "2021-06-12T02:00:00Z"), To: instant(t, "2021-06-12T06:00:00Z")},
			Announced: instant(t, "2021-05-20T09:00:00Z"), Note: "new release, database",
		},
		{Period: timeline.Period{From: instant(t, "2021-06-20T02:00:00Z"), To: instant(t, "2021-06-20T03:00:00Z")}, Note: "later"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(sla.Exclusion{})); diff != "" {
		t.Errorf("exclusions (-want +got):\n%s", diff)
	}
}

func TestReadExclusionsComplains(t *testing.T) {
	for file, want := range map[string]string{
		"":                        "m.csv:1: the file is empty",
		"from,note\n":             `m.csv:1: there is no column "to"`,
		"from,to\n2021-06-12,x\n": `m.csv:2: from "2021-06-12": want an RFC 3339 time`,
		"from,to\n2021-06-12T02:00:00Z,2021-06-12T02:00:00Z\n":                "m.csv:2: the maintenance ends before it begins",
		"from,to,announced\n2021-06-12T02:00:00Z,2021-06-12T03:00:00Z,soon\n": `m.csv:2: announced "soon"`,
	} {
		if _, err := ReadExclusions(strings.NewReader(file), "m.csv"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ReadExclusions(%q): %v, want %q", file, err, want)
		}
	}
}

func FuzzReadExclusions(f *testing.F) {
	f.Add("from,to,announced,note\n2021-06-12T02:00:00Z,2021-06-12T03:00:00Z,2021-05-20T09:00:00Z,x\n")
	f.Add("to,from\n,\n")
	f.Fuzz(func(t *testing.T, file string) {
		all, err := ReadExclusions(strings.NewReader(file), "m.csv")
		if err != nil {
			return
		}
		for i, e := range all {
			if !e.From.Before(e.To) || i > 0 && e.From.Before(all[i-1].From) {
				t.Fatalf("exclusion %d is empty or out of order: %v", i, e)
			}
		}
	})
}
