package daemon

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web"
)

const besideConfig = `
[[snmp_credentials]]
name = "lab"
community = { env = "SLAMON_TEST_COMMUNITY" }
[[device]]
id = "gate"
name = "Meeting gateway"
address = "127.0.0.1:1"
credentials = "lab"
service = "meeting"
[[device]]
id = "other"
address = "127.0.0.1:2"
credentials = "lab"
`

// TestReportShowsReadings: the processor of the service's gateway was busy during the
// hour that the service was down, and another device is none of its business.
func TestReportShowsReadings(t *testing.T) {
	t.Setenv("SLAMON_TEST_COMMUNITY", "x")
	d, _ := monthly(t, besideConfig)
	start := time.Date(2030, 2, 1, 0, 0, 0, 0, time.UTC)
	for n := range 200 {
		at, busy := start.Add(time.Duration(n)*5*time.Minute+time.Second), .12
		if n >= 100 && n <= 112 {
			busy = .96
		}
		for _, id := range []device.ID{"gate", "other"} {
			d.store.AppendReadings(id, []device.Reading{{Series: device.Series{Device: id, Kind: device.CPU}, At: at, Value: busy}})
		}
	}
	if err := d.store.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	trap := status.Event{At: start.Add(100 * 5 * time.Minute).Add(-time.Minute), Kind: "trap_link_down", Text: "gate: linkDown, ifIndex 2"}
	for _, e := range []status.Event{trap, {At: trap.At, Kind: trap.Kind, Text: "other: linkDown"}, {At: start, Kind: trap.Kind, Text: "gate: linkDown, long before"}} {
		if err := d.store.AddEvent(e); err != nil {
			t.Fatal(err)
		}
	}
	march := time.Date(2030, 3, 2, 0, 0, 0, 0, time.UTC)
	text, _, err := site{d.ledger, d.config.Load(), false}.answer(web.ReportRequest{Claim: "month", Month: "2030-02", Format: "text"}, march)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Readings beside the incidents", "Meeting gateway  Processor  mean 12 %, at most 12 %  mean 96 %, at most 96 %", "gate: linkDown, ifIndex 2"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "other") || strings.Contains(string(text), "long before") {
		t.Errorf("the report shows a device of another service, or another time:\n%s", text)
	}
}
