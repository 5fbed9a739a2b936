package alert

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
)

// TestDeviceConditions wants a condition for what is raised or unstable, for open
// reviews, and for nothing else.
func TestDeviceConditions(t *testing.T) {
	now := time.Date(2026, time.March, 3, 6, 0, 0, 0, time.UTC)
	busy := device.Series{Device: "gate", Kind: device.CPU}
	full := device.Series{Device: "gate", Kind: device.Storage, Instance: "/var"}
	limit := device.Threshold{ID: "busy", Kind: device.CPU, Severity: device.Critical, Limit: .9, RaiseAfter: 5 * time.Minute}
	b := &status.Board{At: now, Own: status.Own{NetworkAlive: true}}
	b.Devices = []status.Device{{
		Device: device.Device{ID: "gate", Name: "Gateway", Class: check.Network},
		Watched: []status.Watched{
			{Threshold: limit, Series: busy, Watch: device.Watch{Raised: true, Since: now.Add(-time.Hour), Value: .95}},
			{Threshold: device.Threshold{ID: "full", Kind: device.Storage}, Series: full, Watch: device.Watch{Unstable: true, Since: now}},
			{Threshold: limit, Series: device.Series{Device: "gate", Kind: device.CPU, Instance: "2"}},
		},
	}}
	b.Reviews = []device.Review{
		{ID: "late", Series: busy, Because: "it grows", Opened: now.AddDate(0, 0, -9), Due: now.AddDate(0, 0, -1)},
		{ID: "fresh", Series: busy, Because: "it grows", Opened: now},
		{ID: "done", Series: busy, Opened: now, Closed: now},
	}
	type row struct {
		Key      string
		Type     Type
		Severity Severity
	}
	var got []row
	for _, c := range Conditions(b, Limits{}) {
		got = append(got, row{c.Key, c.Type, c.Severity})
		if c.Title == "" || c.Sentence == "" || c.Path == "" {
			t.Errorf("%s has no words: %+v", c.Key, c)
		}
	}
	want := []row{
		{"crossing/busy/gate cpu", Crossing, Critical}, {"crossing/full/gate storage /var", Crossing, Info},
		{"review/late", Review, Warning}, {"review/fresh", Review, Info},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	if c := Conditions(b, Limits{})[0]; c.Title != "Gateway: cpu (limit 90 %) passed its threshold" ||
		c.OverTitleIn("ja") != "Gateway: プロセッサー（設定値 90 %）がしきい値内に回復" {
		t.Errorf("titles %q and %q", c.Title, c.OverTitleIn("ja"))
	}
}
