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

// TestIncidentsSettle follows incidents over days: each is counted once, under the
// side that a person confirms, or without one a day after its end; and what is
// corrected later moves in the list only.
func TestIncidentsSettle(t *testing.T) {
	b := &status.Board{At: noon, Started: noon.Add(-time.Hour), Services: []status.Service{{Service: check.Service{ID: "meeting"}}}}
	m := New(func() *status.Board { return b }, Options{WithoutRuntime: true})
	list := func(in ...status.Incident) { b.Services[0].Incidents = in }
	counted := func(when string, want ...string) {
		t.Helper()
		for range 2 { // a second scrape counts nothing again
			var got []string
			for line := range strings.Lines(exposition(t, m)) {
				if strings.HasPrefix(line, "slamon_incidents_") {
					line = strings.ReplaceAll(strings.TrimSpace(line), `service="meeting",`, "")
					got = append(got, strings.TrimPrefix(line, "slamon_incidents_"))
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
	}
	first := status.Incident{ID: "join-1", Incident: sla.Incident{Run: timeline.Run{FirstBad: noon, LastBad: noon, Reason: check.ReasonTimeout, Ongoing: true}}}
	list(first)
	counted("while it lasts", `listed{side="unassigned"} 1`, `total{reason="timeout",side="unassigned"} 0`)

	b.At = noon.Add(2 * time.Hour)
	first.Ongoing, first.LastBad, first.FirstGood = false, noon.Add(time.Hour), noon.Add(time.Hour)
	list(first)
	counted("over, and nobody has looked", `listed{side="unassigned"} 1`, `total{reason="timeout",side="unassigned"} 0`)

	second := first
	second.ID, second.FirstBad = "join-2", noon.Add(time.Hour)
	second.Cause = sla.Cause{Side: sla.Vendor, At: b.At}
	list(second, first)
	counted("a second one confirmed", `listed{side="unassigned"} 1`, `listed{side="vendor"} 1`, `total{reason="timeout",side="unassigned"} 0`, `total{reason="timeout",side="vendor"} 1`)

	second.Cause.Side = sla.OwnNetwork
	list(second, first)
	counted("and corrected", `listed{side="own_network"} 1`, `listed{side="unassigned"} 1`, `total{reason="timeout",side="unassigned"} 0`, `total{reason="timeout",side="vendor"} 1`)

	b.At = noon.Add(26 * time.Hour)
	counted("a day later", `listed{side="own_network"} 1`, `listed{side="unassigned"} 1`,
		`total{reason="timeout",side="unassigned"} 1`, `total{reason="timeout",side="vendor"} 1`)

	first.Cause = sla.Cause{Side: sla.Vendor, At: b.At}
	list(first)
	counted("confirmed too late for the counter", `listed{side="unassigned"} 0`, `listed{side="vendor"} 1`,
		`total{reason="timeout",side="unassigned"} 1`, `total{reason="timeout",side="vendor"} 1`)

	b.Started = b.At // the same list after a restart
	m.incidents = incidentCounter{}
	first.Cause.At = b.At.Add(-time.Minute)
	list(first)
	counted("settled before the start", `listed{side="unassigned"} 0`, `listed{side="vendor"} 1`)
}
