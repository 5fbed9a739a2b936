package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/snmp/snmptest"
)

// agentsConfig is what an agents child is told at its start.
type agentsConfig struct {
	Agents int
	V3     bool
}

// agentsHello is what it says then.
type agentsHello struct{ Addresses []string }

// The one user of version 3.
const (
	agentCommunity = "bench-community"
	agentUser      = "bench"
	agentPassword  = "bench-password"
)

// agents are SNMP agents on loopback addresses of their own. They note when they are
// polled: the truth about what a poller does.
type agents struct {
	all []*snmptest.Agent

	mu    sync.Mutex // guards what follows
	polls [][]time.Time
	mute  int // so many, from the first, do not answer
}

func serveAgents(args []string, w *wire) error {
	var c agentsConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	as := &agents{polls: make([][]time.Time, c.Agents)}
	var hello agentsHello
	for i := range c.Agents {
		a, err := as.open(i, c.V3)
		if err != nil {
			return err
		}
		as.all = append(as.all, a)
		hello.Addresses = append(hello.Addresses, a.Addr())
	}
	if err := w.out.Encode(hello); err != nil {
		return err
	}
	return w.serve(func(r request) (any, error) {
		if r.Mute > 0 {
			as.silence(r.Mute)
		}
		return as.take(time.Duration(r.Interval)), nil
	})
}

func (as *agents) open(i int, v3 bool) (*snmptest.Agent, error) {
	a, err := snmptest.Listen(addressOf(i).String()+":0", agentCommunity, as.objects(i)...)
	if err != nil || !v3 {
		return a, err
	}
	return a, a.Reboot(fmt.Sprintf("\x80\x00\x1f\x88\x04agent-%05d", i), 1, snmptest.User{
		Name: agentUser, Auth: gosnmp.SHA256, AuthPassword: agentPassword, Privacy: gosnmp.AES, PrivacyPassword: agentPassword,
	})
}

// scalars are the processor's ticks (UCD-SNMP-MIB ssCpuRaw*), nine of them.
var scalars = [...]string{"50", "51", "52", "53", "54", "55", "56", "61", "64"}

const (
	ticksRoot = ".1.3.6.1.4.1.2021.11."
	uptimeOID = ".1.3.6.1.2.1.1.3.0"
	inOctets  = ".1.3.6.1.2.1.31.1.1.1.6.2"
	outOctets = ".1.3.6.1.2.1.31.1.1.1.10.2"
	inErrors  = ".1.3.6.1.2.1.2.2.1.14.2"
)

// objects are what a small net-snmp agent has: enough for a profile, the processor and
// one interface.
func (as *agents) objects(i int) []snmptest.Object {
	// Of agents that have just started slamon soon makes another plan.
	began := time.Now().Add(-time.Hour)
	live := func(per time.Duration, t gosnmp.Asn1BER, oid string) snmptest.Object {
		return snmptest.Object{OID: oid, Type: t, Value: func() any {
			n := uint64(time.Since(began) / per)
			if t == gosnmp.Counter64 {
				return n
			}
			return uint32(n)
		}}
	}
	text := func(oid, v string) snmptest.Object {
		return snmptest.Object{OID: oid, Type: gosnmp.OctetString, Value: v}
	}
	number := func(oid string, v int) snmptest.Object {
		return snmptest.Object{OID: oid, Type: gosnmp.Integer, Value: v}
	}
	list := []snmptest.Object{
		text(".1.3.6.1.2.1.1.1.0", "Linux bench"), text(".1.3.6.1.2.1.1.5.0", "bench"),
		{OID: ".1.3.6.1.2.1.1.2.0", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.4.1.8072.3.2.10"},
		// Each poll asks for it once.
		{OID: uptimeOID, Type: gosnmp.TimeTicks, Value: func() any { as.note(i); return snmptest.Ticks(time.Since(began)) }},
		number(".1.3.6.1.2.1.2.1.0", 2), text(".1.3.6.1.2.1.2.2.1.2.2", "eth0"), number(".1.3.6.1.2.1.2.2.1.3.2", 6),
		number(".1.3.6.1.2.1.2.2.1.7.2", 1), number(".1.3.6.1.2.1.2.2.1.8.2", 1), text(".1.3.6.1.2.1.31.1.1.1.1.2", "eth0"),
		live(time.Microsecond, gosnmp.Counter64, inOctets), live(2*time.Microsecond, gosnmp.Counter64, outOctets),
		live(time.Minute, gosnmp.Counter32, inErrors),
	}
	for n, last := range scalars {
		list = append(list, live(10*time.Millisecond*time.Duration(n+2), gosnmp.Counter32, ticksRoot+last+".0"))
	}
	return list
}

func (as *agents) note(i int) {
	as.mu.Lock()
	defer as.mu.Unlock()
	as.polls[i] = append(as.polls[i], time.Now())
}

// silence mutes the first agents.
func (as *agents) silence(n int) {
	for _, a := range as.all[:n] {
		a.Mute(true)
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	as.mute = n
}

// polled is what the agents that answer saw since they were last asked.
type polled struct {
	Polls, Fewest int
	// By how much two polls of one agent were closer or further apart than the interval.
	OffP50, OffP99, OffMax time.Duration
}

func (as *agents) take(interval time.Duration) polled {
	as.mu.Lock()
	defer as.mu.Unlock()
	out := polled{Fewest: 1 << 30}
	var off []time.Duration
	for i := range as.polls {
		if list := as.polls[i]; i >= as.mute {
			out.Polls += len(list)
			out.Fewest = min(out.Fewest, len(list))
			for k := 1; k < len(list); k++ {
				off = append(off, (list[k].Sub(list[k-1]) - interval).Abs())
			}
		}
		as.polls[i] = as.polls[i][:0]
	}
	slices.Sort(off)
	out.OffP50, out.OffP99, out.OffMax = quantile(off, .5), quantile(off, .99), quantile(off, 1)
	return out
}
