package daemon

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/timeline"
)

// trapConfig listens for traps of a community. The device is configured by its name, and
// nobody answers as it.
func trapConfig(t *testing.T, dir, listen string) string {
	t.Helper()
	file := filepath.Join(dir, "slamon.toml")
	text := `
[storage]
path = "s.db"
[web]
listen_address = "127.0.0.1:0"
[[snmp_credentials]]
name = "traps"
community = { file = "community" }
[snmp_traps]
listen_address = "` + listen + `"
[[device]]
id = "gate"
address = "localhost:1"
credentials = "traps"
`
	for name, content := range map[string]string{file: text, filepath.Join(dir, "community"): "hunter2"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

// TestTraps sends linkDown twice and a trap of a stranger: one event and no more, and an
// engine that has booted once more at each start.
func TestTraps(t *testing.T) {
	dir := t.TempDir()
	free, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.LocalAddr().String()
	free.Close()
	file := trapConfig(t, dir, listen)
	for boots := uint32(1); boots <= 2; boots++ {
		d := loaded(t, file)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- runParts(ctx, d.log, []Part{{"store", d.store.Run}, {"traps", d.runTraps}}) }()
		events := awaitTrap(t, d, listen)
		if events != int(boots) {
			t.Errorf("start %d: %d events of traps, want %d", boots, events, boots)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		own, err := d.trapEngine()
		if err != nil || own.Boots != 2*boots || len(own.ID) != 26 {
			t.Errorf("engine %+v, %v; want boots %d", own, err, 2*boots)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

// awaitTrap sends traps until one has become an event, and returns how many have.
func awaitTrap(t *testing.T, d *Daemon, listen string) int {
	t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	begun := time.Now()
	for {
		sendTrap(t, listen, "stranger")
		sendTrap(t, listen, "hunter2")
		sendTrap(t, listen, "hunter2")
		noted := 0
		for _, trap := range d.devices.Board(d.config.Load())[0].Traps {
			if !trap.At.Before(begun) {
				noted++
			}
		}
		list, err := d.store.Events(timeline.Period{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}, 100)
		if err != nil {
			t.Fatal(err)
		}
		events := 0
		for _, e := range list {
			if e.Kind == "trap_link_down" && strings.HasPrefix(e.Text, "gate: linkDown") {
				events++
			}
		}
		if noted > 2 && events > 0 {
			return events
		}
		select {
		case <-deadline:
			t.Fatal("no trap came through")
		case <-tick.C:
		}
	}
}

func sendTrap(t *testing.T, to, community string) {
	t.Helper()
	host, port, _ := net.SplitHostPort(to)
	number, err := net.LookupPort("udp", port)
	if err != nil {
		t.Fatal(err)
	}
	g := &gosnmp.GoSNMP{Target: host, Port: uint16(number), Version: gosnmp.Version2c, Community: community, Timeout: time.Second}
	if err := g.Connect(); err != nil {
		t.Fatal(err)
	}
	defer g.Conn.Close()
	_, err = g.SendTrap(gosnmp.SnmpTrap{Variables: []gosnmp.SnmpPDU{
		{Name: ".1.3.6.1.6.3.1.1.4.1.0", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.6.3.1.1.5.3"},
		{Name: ".1.3.6.1.2.1.2.2.1.1.2", Type: gosnmp.Integer, Value: 2},
	}})
	_ = err // nobody may listen yet: an ICMP error
}
