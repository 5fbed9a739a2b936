package main

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/snmp/snmptest"
)

// getterConfig is what the floor of SNMP is told at its start.
type getterConfig struct {
	File     string // with an address on each line: too many for an argument
	Interval time.Duration
	Groups   bool // send in groups of 50 ms, as slamon's scheduler does
}

// runGetter is the least that a Go program can spend on the polls: one socket, one
// request whose bytes are fixed, sent to each agent at its slot, and answers that are
// only counted. Waking up for each slot is most of its cost; in groups it does so 20
// times a second.
func runGetter(args []string, w *wire) error {
	var c getterConfig
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	targets, err := readAddresses(c.File)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return err
	}
	_ = conn.SetReadBuffer(4 << 20) // of an agent each, many at once
	var answers atomic.Int64
	var work sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	work.Go(func() { sendGets(ctx, conn, targets, c) })
	work.Go(func() {
		buf := make([]byte, 2048)
		for {
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				return
			}
			answers.Add(1)
		}
	})
	defer work.Wait()
	defer conn.Close()
	defer cancel()
	if err := w.out.Encode(struct{}{}); err != nil {
		return err
	}
	return w.serve(func(request) (any, error) { return window{Probes: int(answers.Swap(0))}, nil })
}

func readAddresses(file string) ([]netip.AddrPort, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var targets []netip.AddrPort
	for _, line := range strings.Fields(string(text)) {
		a, err := netip.ParseAddrPort(line)
		if err != nil {
			return nil, err
		}
		targets = append(targets, a)
	}
	return targets, nil
}

func sendGets(ctx context.Context, conn *net.UDPConn, targets []netip.AddrPort, c getterConfig) {
	get := plainGet()
	apart := c.Interval / time.Duration(len(targets))
	if c.Groups {
		apart = 50 * time.Millisecond
	}
	timer := time.NewTimer(apart)
	defer timer.Stop()
	begin, next := time.Now(), 0
	for wake := begin.Add(apart); ; wake = wake.Add(apart) {
		timer.Reset(time.Until(wake))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		for due := int(time.Since(begin) * time.Duration(len(targets)) / c.Interval); next < due; next++ {
			_, _ = conn.WriteToUDPAddrPort(get, targets[next%len(targets)]) // what is lost is not counted
		}
	}
}

// plainGet asks for what slamon asks for: the agent's clock, nine scalars and three
// columns of an interface.
func plainGet() []byte {
	oids := []string{uptimeOID, inOctets, outOctets, inErrors}
	for _, n := range scalars {
		oids = append(oids, ticksRoot+n+".0")
	}
	objects := make([]gosnmp.SnmpPDU, 0, len(oids))
	for _, oid := range oids {
		objects = append(objects, gosnmp.SnmpPDU{Name: oid, Type: gosnmp.Null})
	}
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: agentCommunity}
	return snmptest.Encode(codec.MkSnmpPacket(gosnmp.GetRequest, objects, 0, 0))
}
