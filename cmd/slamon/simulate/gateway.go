package simulate

import (
	"sync"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/snmp/snmptest"
)

// Load is a piece of time in which the gateway's processor is busy.
type Load struct {
	After, For time.Duration // from the start
	Percent    int
}

// Community is what the gateway wants to see.
const Community = "demo-community"

const (
	// idlePercent is how busy the gateway is between the loads.
	idlePercent = 22
	// gatewayRate is what its line receives, in bytes a second.
	gatewayRate = 5_000_000
	// errorEvery is how often a packet comes in error.
	errorEvery = 5 * time.Second
	// memoryKiB and volumeBlocks, of 4 KiB, are 2 GiB and 16 GiB.
	memoryKiB    = 2 << 20
	volumeBlocks = 4 << 20
)

// Gateway is a device that speaks SNMP, with one processor, one line and one volume.
type Gateway struct {
	agent *snmptest.Agent
	began time.Time

	mu    sync.Mutex // guards what follows
	start time.Time
	every time.Duration // the loads begin anew after this; 0 for never
	loads []Load
}

// NewGateway opens a gateway on a free port of the host.
func NewGateway(host string) (*Gateway, error) {
	g := &Gateway{began: time.Now()}
	up := func() time.Duration { return time.Since(g.began) }
	octets := func(share float64) func() any {
		return func() any { return uint64(share * gatewayRate * up().Seconds()) }
	}
	agent, err := snmptest.Listen(host+":0", Community,
		snmptest.Object{OID: ".1.3.6.1.2.1.1.1.0", Type: gosnmp.OctetString, Value: "gateway of the demo"},
		snmptest.Object{OID: ".1.3.6.1.2.1.1.2.0", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.4.1.8072.9999"},
		snmptest.Object{OID: ".1.3.6.1.2.1.1.3.0", Type: gosnmp.TimeTicks, Value: func() any { return snmptest.Ticks(up()) }},
		snmptest.Object{OID: ".1.3.6.1.2.1.1.5.0", Type: gosnmp.OctetString, Value: "gateway"},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.1.0", Type: gosnmp.Integer, Value: 1},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.2.1", Type: gosnmp.OctetString, Value: "uplink"},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.3.1", Type: gosnmp.Integer, Value: 6},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.7.1", Type: gosnmp.Integer, Value: 1},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.8.1", Type: gosnmp.Integer, Value: 1},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.13.1", Type: gosnmp.Counter32, Value: uint32(0)},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.14.1", Type: gosnmp.Counter32, Value: func() any { return uint32(up() / errorEvery) }},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.19.1", Type: gosnmp.Counter32, Value: uint32(0)},
		snmptest.Object{OID: ".1.3.6.1.2.1.2.2.1.20.1", Type: gosnmp.Counter32, Value: uint32(0)},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.1.1.0", Type: gosnmp.TimeTicks, Value: func() any { return snmptest.Ticks(up()) }},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.2.3.1.2.1", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.2.1.25.2.1.4"},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.2.3.1.3.1", Type: gosnmp.OctetString, Value: "/var"},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.2.3.1.4.1", Type: gosnmp.Integer, Value: 4096},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.2.3.1.5.1", Type: gosnmp.Integer, Value: volumeBlocks},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.2.3.1.6.1", Type: gosnmp.Integer, Value: volumeBlocks * 6 / 10},
		snmptest.Object{OID: ".1.3.6.1.2.1.25.3.3.1.2.1", Type: gosnmp.Integer, Value: func() any { return g.percent(time.Now()) }},
		snmptest.Object{OID: ".1.3.6.1.2.1.31.1.1.1.1.1", Type: gosnmp.OctetString, Value: "uplink"},
		snmptest.Object{OID: ".1.3.6.1.2.1.31.1.1.1.6.1", Type: gosnmp.Counter64, Value: octets(1)},
		snmptest.Object{OID: ".1.3.6.1.2.1.31.1.1.1.10.1", Type: gosnmp.Counter64, Value: octets(.2)},
		snmptest.Object{OID: ".1.3.6.1.2.1.31.1.1.1.15.1", Type: gosnmp.Gauge32, Value: uint32(100)},
		snmptest.Object{OID: ".1.3.6.1.4.1.2021.4.20.0", Type: gosnmp.Counter64, Value: uint64(memoryKiB)},
		snmptest.Object{OID: ".1.3.6.1.4.1.2021.4.27.0", Type: gosnmp.Counter64, Value: uint64(memoryKiB * 55 / 100)},
	)
	if err != nil {
		return nil, err
	}
	g.agent = agent
	return g, nil
}

// Address returns where the gateway is asked.
func (g *Gateway) Address() string { return g.agent.Addr() }

// Close stops the gateway.
func (g *Gateway) Close() { g.agent.Close() }

// Work gives the gateway its loads, which count from start, and anew after every.
func (g *Gateway) Work(start time.Time, every time.Duration, loads []Load) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.start, g.every, g.loads = start, every, loads
}

func (g *Gateway) percent(now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	passed := now.Sub(g.start)
	if g.every > 0 {
		passed %= g.every
	}
	for _, l := range g.loads {
		if since := passed - l.After; since >= 0 && since < l.For {
			return l.Percent
		}
	}
	return idlePercent
}
