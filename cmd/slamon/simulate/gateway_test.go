package simulate

import (
	"context"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/snmp"
)

// TestGateway reads the processor before, under and after its load.
func TestGateway(t *testing.T) {
	g, err := NewGateway("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	env, err := snmp.NewEnv(snmp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	p, err := env.Poller(device.Device{
		ID: "gateway", Address: g.Address(), Profile: "generic", Wanted: device.Everything,
		Credentials: device.Credentials{Community: secret.New(Community)},
	})
	if err != nil {
		t.Fatal(err)
	}
	loads := []Load{{After: time.Hour, For: time.Hour, Percent: 96}}
	for passed, want := range map[time.Duration]float64{0: idlePercent, 90 * time.Minute: 96, 2*time.Hour + time.Minute: idlePercent, 5*time.Hour + 30*time.Minute: 96} {
		g.Work(time.Now().Add(-passed), 4*time.Hour, loads)
		readings, outcome := p.Poll(context.Background())
		if outcome.State != check.Up {
			t.Fatalf("the agent is %s: %+v", outcome.State, outcome.Detail)
		}
		found := false
		for _, r := range readings {
			if r.Kind == device.CPU {
				if found = true; r.Value*100 < want-.01 || r.Value*100 > want+.01 {
					t.Errorf("after %s the processor is %.1f %% busy, want %.0f %%", passed, r.Value*100, want)
				}
			}
		}
		if !found {
			t.Error("no processor was read")
		}
	}
}
