package alert_test

import (
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// failure is an incident of the check room that began so long after the start.
func failure(after time.Duration, lastGood, firstGood bool) status.Incident {
	in := status.Incident{ID: "room-" + after.String(), Service: "meeting"}
	in.Incident = sla.Incident{Check: "room"}
	in.FirstBad, in.LastBad, in.Failed = start.Add(after), start.Add(after+time.Minute), 3
	if lastGood {
		in.LastGood = in.FirstBad.Add(-10 * time.Second)
	}
	if firstGood {
		in.FirstGood = in.LastBad.Add(10 * time.Second)
	}
	return in
}

// TestIncidentOverUnknownTime: when our own line dies in the middle of an outage, or
// slamon is restarted in it, that is neither a recovery nor another outage.
func TestIncidentOverUnknownTime(t *testing.T) {
	tests := map[string]struct {
		state     check.State
		incidents []status.Incident // newest first
		want      string            // key
		failed    int
	}{
		"down":                          {check.Down, []status.Incident{failure(0, true, false)}, "incident/room-0s", 3},
		"unknown after down":            {check.Unknown, []status.Incident{failure(0, true, false)}, "incident/room-0s", 3},
		"unknown after well":            {check.Unknown, []status.Incident{failure(0, true, true)}, "", 0},
		"well":                          {check.Up, []status.Incident{failure(0, true, true)}, "", 0},
		"well after unknown":            {check.Up, []status.Incident{failure(0, true, false)}, "", 0},
		"down again after unknown":      {check.Down, []status.Incident{failure(5*time.Minute, false, false), failure(0, true, false)}, "incident/room-0s", 6},
		"down again after well":         {check.Down, []status.Incident{failure(5*time.Minute, true, false), failure(0, true, true)}, "incident/room-5m0s", 3},
		"the list is older than result": {check.Down, nil, "incident/room-20261001T120000.000Z", 1},
	}
	for name, test := range tests {
		c := status.Check{Check: check.Check{ID: "room", Service: "meeting", Name: "Room"}, Since: start}
		c.Last.State = test.state
		board := &status.Board{At: start.Add(10 * time.Minute), Own: status.Own{NetworkAlive: true},
			Services: []status.Service{{Service: check.Service{ID: "meeting", Name: "Meeting"}, Checks: []status.Check{c}, Incidents: test.incidents}}}
		found := alert.Conditions(board, alert.Limits{})
		key, failed := "", 0
		if len(found) > 0 {
			key, failed = found[0].Key, found[0].Failed
		}
		if len(found) > 1 || key != test.want || failed != test.failed {
			t.Errorf("%s: %d conditions, %q after %d probes; want %q after %d", name, len(found), key, failed, test.want, test.failed)
		}
	}
}

func TestBurnRate(t *testing.T) {
	claim := func(figure string, hour, day time.Duration) *status.Board {
		f, err := sla.ParseFigure(figure)
		if err != nil {
			t.Fatal(err)
		}
		rolling := func(name string, length, down time.Duration) status.Rolling {
			v := sla.Verdict{Accounted: length}
			v.Downtime.Point = down
			return status.Rolling{Name: name, Verdict: v}
		}
		c := status.Claim{Rolling: []status.Rolling{rolling("1h", time.Hour, hour), rolling("24h", 24*time.Hour, day)}}
		c.Verdict.Claim = sla.Claim{ID: "c", Availability: f}
		c.Verdict.Period = timeline.Period{From: start, To: start.AddDate(1, 0, 0)}
		return &status.Board{At: start.Add(time.Hour), Own: status.Own{NetworkAlive: true},
			Services: []status.Service{{Service: check.Service{ID: "s"}, Claims: []status.Claim{c}}}}
	}
	tests := map[string]struct {
		board *status.Board
		want  alert.Severity
		told  bool
	}{
		"quick":                 {claim("99.9%", time.Minute, time.Minute), alert.Critical, true},
		"slow":                  {claim("99.9%", 10*time.Second, 5*time.Minute), alert.Warning, true},
		"over":                  {claim("99.9%", 0, 5*time.Minute), 0, false},
		"little":                {claim("99.9%", 10*time.Second, time.Minute), 0, false},
		"a claim that high":     {claim("99.991%", time.Minute, time.Minute), 0, false},
		"a claim of everything": {claim("100%", time.Minute, time.Minute), 0, false},
	}
	for name, test := range tests {
		found := alert.Conditions(test.board, alert.Limits{})
		if (len(found) == 1) != test.told || test.told && (found[0].Type != alert.BurnRate || found[0].Severity != test.want) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
