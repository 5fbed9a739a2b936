package daemon

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// TestBoardsThatShareAreTheSame: a board that takes over lists from the one before shows
// what one does that is made of nothing but the store, to the last bit, whatever happened
// meanwhile.
func TestBoardsThatShareAreTheSame(t *testing.T) {
	const claims = 4
	d := turning(t, claims)
	d.boards.turns.budget = time.Hour // all are judged at every board
	random := rand.New(rand.NewPCG(7, 7))
	cfg, now := d.config.Load(), time.Now().Truncate(time.Second).Add(-10*time.Hour)
	own := status.Own{NetworkAlive: true}
	for n := range 60 {
		now = now.Add(time.Minute)
		for c := range claims {
			state := check.Up
			if random.IntN(6) == 0 {
				state = check.Down
			}
			id := fmt.Sprintf("c%d", c)
			if m, _ := d.latest.get(check.ID(id)); m.last.State == check.Down || random.IntN(5) > 0 { // else nothing is new of it
				d.result(t, id, now.Add(-time.Second), state)
			}
		}
		before := d.boards.current.Load()
		switch random.IntN(6) {
		case 0:
			if before != nil && len(before.Services[0].Incidents) > 0 {
				cause := sla.Cause{Side: sla.Vendor, By: "Sato", At: now, Note: fmt.Sprint(n)}
				if err := d.ledger.Confirm(before.Services[0].Incidents[0].ID, cause); err != nil {
					t.Fatal(err)
				}
			}
		case 1:
			_, err := d.ledger.Correct(sla.Correction{Claim: "m1", From: now.Add(-5 * time.Minute), To: now.Add(-4 * time.Minute), As: sla.AsUnknown, Why: "a test", By: "Sato", At: now})
			if err != nil {
				t.Fatal(err)
			}
		}
		held, was := before, copyOf(before)
		fast := d.boards.refresh(now, cfg, own, d.boards.judge(now, cfg))
		alone := &boards{history: d.boards.history, latest: &d.latest, ledger: d.boards.ledger, devices: d.boards.devices, peers: d.boards.peers,
			replies: d.boards.replies, usuals: d.boards.usuals, log: d.boards.log, version: d.boards.version, started: d.boards.started, incidents: map[check.ID][]status.Incident{}}
		if full := alone.refresh(now, cfg, own, nil); !reflect.DeepEqual(fast, full) {
			for i := range full.Services {
				f, w := fast.Services[i], full.Services[i]
				t.Logf("incidents: %s", cmp.Diff(w.Incidents, f.Incidents))
				t.Logf("claims the same: %t, checks: %t", reflect.DeepEqual(f.Claims, w.Claims), reflect.DeepEqual(f.Checks, w.Checks))
			}
			t.Fatalf("board %d differs from the full one", n)
		}
		if !reflect.DeepEqual(held, was) {
			t.Fatalf("board %d changed the one before", n)
		}
	}
}

// copyOf copies what boards share.
func copyOf(b *status.Board) *status.Board {
	if b == nil {
		return nil
	}
	c := *b
	c.Services = append([]status.Service(nil), b.Services...)
	for i := range c.Services {
		s := &c.Services[i]
		s.Claims = append([]status.Claim(nil), s.Claims...)
		s.Incidents = append([]status.Incident(nil), s.Incidents...)
		s.Checks = append([]status.Check(nil), s.Checks...)
	}
	return &c
}
