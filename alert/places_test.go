package alert_test

import (
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// TestPlaces counts from where a failure is seen now.
func TestPlaces(t *testing.T) {
	down := func(ids ...check.ID) status.Site {
		s := status.Site{Down: map[check.ID]bool{}}
		for _, id := range ids {
			s.Down[id] = true
		}
		return s
	}
	for name, test := range map[string]struct {
		state check.State
		sites []status.Site
		want  int
	}{
		"nobody else watches":          {check.Down, nil, 0},
		"another sees it up":           {check.Down, []status.Site{down("relay")}, 0},
		"another said nothing of late": {check.Down, []status.Site{{Name: "old"}}, 0},
		"one of two sees it too":       {check.Down, []status.Site{down("room", "relay"), down()}, 2},
		"both see it too":              {check.Down, []status.Site{down("room"), down("room")}, 3},
		"nobody knows here":            {check.Unknown, []status.Site{down("room")}, 0},
	} {
		c := status.Check{Check: check.Check{ID: "room", Service: "meeting", Name: "Room"}, Since: start}
		c.Last.State = test.state
		board := &status.Board{At: start.Add(time.Minute), Own: status.Own{NetworkAlive: true}, Sites: test.sites,
			Services: []status.Service{{Service: check.Service{ID: "meeting"}, Checks: []status.Check{c}, Incidents: []status.Incident{failure(0, true, false)}}}}
		found := alert.Conditions(board, alert.Limits{})
		if len(found) != 1 || found[0].Sites != test.want {
			t.Errorf("%s: %d conditions, from %d places; want 1 from %d", name, len(found), found[0].Sites, test.want)
		}
	}
}
