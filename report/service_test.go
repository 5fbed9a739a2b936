package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
)

// TestServiceIncidents: a year with three failures under a rule that leaves the shortest
// out, in all forms and both languages. One incident is more than was claimed.
func TestServiceIncidents(t *testing.T) {
	in := year(t)
	one := 1
	in.Claim.MaxIncidents = &one
	in.Claim.Rule = &sla.Rule{MinRun: 22 * time.Minute}
	d := Make(in)
	if n := d.verdict.Failures; n != 2 {
		t.Fatalf("%d failures count, want 2", n)
	}
	for _, c := range []struct {
		form Format
		of   *Language
		want []string
	}{
		{Text, English, []string{"Incidents of the service", "2020-11-12 09:55:00 – 10:00:00", "does not count · shorter than 22 min", "left out in part", "vendor", "That count: 2, and at most 1 are claimed.", "Failures of the checks", "25 min to 35 min", "time that is left out is not in their lengths"}},
		{HTML, Japanese, []string{"サービスの障害", "算入せず · 22分未満のため", "一部を除外", "提供者", "2 件（公表は 1 件以下）", "チェックごとの障害"}},
		{JSON, English, []string{`"service_incidents"`, `"less": "too_short"`, `"less": "left_out_in_part"`}},
		{CSV, English, []string{"service_incident,2020-11-12T09:57:30+09:00", "web-meeting-login: too_short"}},
	} {
		var b bytes.Buffer
		if err := d.Write(&b, c.form, c.of); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s in %s does not show %q", c.form, c.of.Code, want)
			}
		}
	}
}

// TestDecidedNeedsNoInterval: a claim that is broken for certain does not tell that no
// interval would have decided it.
func TestDecidedNeedsNoInterval(t *testing.T) {
	d := Make(year(t))
	if d.verdict.Answer != sla.BreachedCertain {
		t.Fatalf("the verdict is %s", d.verdict.Answer)
	}
	for _, f := range d.facts(English) {
		if f.Name == English.t("deciding") && f.Value != "not needed: it is decided" {
			t.Errorf("the interval that would decide: %s", f.Value)
		}
	}
}
