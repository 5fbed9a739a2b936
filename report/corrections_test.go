package report

import (
	"strings"
	"testing"
)

const correctionsSaid = `{"at": "2026-10-03T00:00:00Z", "corrections": [
{"id": "quick-000001", "claim": "quick", "from": "2026-10-01T00:00:00Z", "to": "2026-10-02T00:00:00Z", "counts_as": "excluded",
 "why": "agreed", "by": "ops", "at": "2026-10-02T09:00:00Z", "availability_before": 0.5, "availability_after": 0.6}]}`

func TestReadCorrections(t *testing.T) {
	all, err := ReadCorrections(strings.NewReader(correctionsSaid), "file")
	if err != nil || len(all) != 1 || all[0].As != "excluded" || all[0].Claim != "quick" {
		t.Errorf("%+v, %v", all, err)
	}
	for name, c := range map[string][2]string{
		"no JSON":       {"from,to", "no corrections as the API gives them"},
		"another thing": {"{}", "want a list named corrections"},
		"reversed":      {strings.Replace(correctionsSaid, "2026-10-02T00", "2026-09-02T00", 1), "not after it begins"},
		"another word":  {strings.Replace(correctionsSaid, "excluded", "fine", 1), "want up, down, unknown or excluded"},
		"two claims":    {strings.Replace(correctionsSaid, "]}", `, {"claim": "year", "from": "2026-10-01T00:00:00Z", "to": "2026-10-02T00:00:00Z", "counts_as": "up", "why": "x", "by": "y"}]}`, 1), "quick and year"},
	} {
		if _, err := ReadCorrections(strings.NewReader(c[0]), "file"); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v, want it to say %q", name, err, c[1])
		}
	}
}

func FuzzReadCorrections(f *testing.F) {
	f.Add(correctionsSaid)
	f.Add(`{"corrections": []}`)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ReadCorrections(strings.NewReader(text), "file")
		for _, c := range all {
			if err == nil && !c.From.Before(c.To) {
				t.Errorf("took %+v", c)
			}
		}
	})
}
