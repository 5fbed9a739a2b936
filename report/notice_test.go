package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// told is a notice that its mail server put off, and one that missed its window.
func told(detected time.Time) []Notice {
	accepted, late := detected.Add(8*time.Minute), detected.Add(70*time.Minute)
	attempts := []Attempt{{At: detected.Add(time.Second), Took: .1, Error: "451 come back later"}, {At: accepted, Took: .1}}
	var many []Attempt
	for i := range 9 {
		many = append(many, Attempt{At: detected.Add(time.Duration(i) * time.Minute), Error: "no answer in time"})
	}
	return []Notice{
		{Detected: detected, Due: detected.Add(time.Hour), Kind: "opened", Title: "Web meeting is down", Accepted: &accepted,
			Deliveries: []Delivery{{Channel: "mail", Accepted: &accepted, Answer: "250 OK", Tries: 2, Attempts: attempts}}},
		{Detected: detected, Due: detected.Add(time.Hour), Kind: "reminder", Title: "Web meeting is down", Accepted: &late, Missed: true,
			Deliveries: []Delivery{{Channel: "chat", Tries: 30, Attempts: many}, {Channel: "mail", Accepted: &late, Tries: 1, Attempts: []Attempt{{At: late}}}}},
	}
}

// TestNoticesInReport: detection, each attempt, acceptance, what was missed, and what
// people did about it.
func TestNoticesInReport(t *testing.T) {
	d := Make(year(t))
	for _, want := range []struct {
		language *Language
		lines    []string
	}{
		{English, []string{
			"2 notices, of which 1 missed their window.",
			"2020-11-12 10:00:01 451 come back later; 2020-11-12 10:08:00 accepted", "2020-11-12 10:08:00 (8 min after detection) 250 OK",
			"Reminder: Web meeting is down — missed its window, which ended at 2020-11-12 11:00:00",
			"2020-11-12 10:02:00 no answer in time; …; 2020-11-12 10:08:00 no answer in time; 30 attempts in all", "no longer needed",
			"acknowledged", "called the vendor",
		}},
		{Japanese, []string{"通知 2 件、うち期限超過 1 件。", "期限 2020-11-12 11:00:00 を超過", "対応開始", "Sato"}},
	} {
		var b bytes.Buffer
		if err := d.Write(&b, HTML, want.language); err != nil {
			t.Fatal(err)
		}
		for _, line := range want.lines {
			if !strings.Contains(b.String(), line) {
				t.Errorf("%s: the report lacks %q", want.language.Code, line)
			}
		}
	}
	var b bytes.Buffer
	if err := d.Write(&b, JSON, English); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"notices_missed": 1`, `"error": "451 come back later"`, `"kind": "acknowledged"`} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("the JSON lacks %s", part)
		}
	}
}
