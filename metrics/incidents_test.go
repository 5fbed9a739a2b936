package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// TestIncidentsCounted follows incidents over days: each is counted once, when it is
// first seen, and what people say later moves in the list only.
func TestIncidentsCounted(t *testing.T) {
	b := &status.Board{At: noon, Started: noon.Add(-time.Hour), Services: []status.Service{{Service: check.Service{ID: "meeting"}}}}
	m := New(func() *status.Board { return b }, Options{WithoutRuntime: true})
	list := func(in ...status.Incident) { b.Services[0].Incidents = in }
	zeros := 0
	counted := func(when string, want ...string) {
		t.Helper()
		for range 2 { // a second scrape counts nothing again
			var got []string
			for line := range strings.Lines(exposition(t, m)) {
				line = strings.TrimSpace(line)
				zero := strings.HasPrefix(line, "slamon_incidents_total") && strings.HasSuffix(line, " 0")
				if zero {
					zeros++
				} else if strings.HasPrefix(line, "slamon_incidents_") {
					line = strings.ReplaceAll(line, `service="meeting",`, "")
					got = append(got, strings.TrimPrefix(line, "slamon_incidents_"))
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
	}
	counted("before anything happened", `listed{side="unassigned"} 0`)
	if want := 2 * int(check.ReasonInternal-check.ReasonTimeout); zeros != want {
		t.Errorf("%d counts begin at zero, want %d", zeros, want)
	}

	first := status.Incident{ID: "join-1", Incident: sla.Incident{Run: timeline.Run{FirstBad: noon, LastBad: noon, Reason: check.ReasonTimeout, Ongoing: true}}}
	list(first)
	counted("while it lasts", `listed{side="unassigned"} 1`, `total{reason="timeout",side="unassigned"} 1`)

	b.At = noon.Add(2 * time.Hour)
	first.Ongoing, first.LastBad, first.FirstGood = false, noon.Add(time.Hour), noon.Add(time.Hour)
	second := first
	second.ID, second.FirstBad = "join-2", noon.Add(time.Hour)
	second.Cause = sla.Cause{Side: sla.Vendor, At: b.At}
	list(second, first)
	counted("a second one, confirmed before it was seen", `listed{side="unassigned"} 1`, `listed{side="vendor"} 1`,
		`total{reason="timeout",side="unassigned"} 1`, `total{reason="timeout",side="vendor"} 1`)

	second.Cause.Side = sla.OwnNetwork
	list(second, first)
	counted("and corrected", `listed{side="own_network"} 1`, `listed{side="unassigned"} 1`,
		`total{reason="timeout",side="unassigned"} 1`, `total{reason="timeout",side="vendor"} 1`)

	third := first
	third.ID, third.FirstBad, third.Planned = "join-3", noon.Add(2*time.Hour), true
	list(third, second)
	counted("within maintenance", `listed{side="own_network"} 1`, `listed{side="planned"} 1`, `listed{side="unassigned"} 0`,
		`total{reason="timeout",side="planned"} 1`, `total{reason="timeout",side="unassigned"} 1`, `total{reason="timeout",side="vendor"} 1`)

	b.Started = b.At.Add(time.Hour) // the same list after a restart
	m.incidents = incidentCounter{}
	counted("of before the start", `listed{side="own_network"} 1`, `listed{side="planned"} 1`, `listed{side="unassigned"} 0`)
}
