package snmp

import (
	"sync/atomic"
	"testing"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

// An agent that was silent since the start is asked for its whole plan once it answers:
// a datagram of that which is lost is asked for again, as ever.
func TestReturnOverALossyLine(t *testing.T) {
	agent := testAgent(t, linux()...)
	agent.Behave(silent)
	p := testPoller(t, testEnv(t), testDevice(agent))
	hurry(p)
	for range silentAfter {
		poll(t, p, check.Down, check.ReasonTimeout)
	}
	var asked atomic.Int32
	agent.Behave(func(_, answer *gosnmp.SnmpPacket, encode func(*gosnmp.SnmpPacket) []byte) [][]byte {
		if asked.Add(1) == 3 {
			return nil
		}
		return [][]byte{encode(answer)}
	})
	relax(p)
	want(t, poll(t, p, check.Up, check.ReasonNone), device.Memory, "", 0.25)
	if n := asked.Load(); n < 4 {
		t.Errorf("%d requests came, want one of them lost and asked again", n)
	}
}
