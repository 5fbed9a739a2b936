package snmp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/snmp/snmptest"
)

// The cost of polling is compared with the least a Go program can spend on it: one
// socket, one goroutine, a request whose bytes are fixed but for its id, and an
// answer that is only counted. The agents run in a process of their own, so that
// their cost is nobody's.
//
//	go test -run '^$' -bench BenchmarkPolls -benchtime 1x ./snmp

const (
	benchAgents = 1000
	benchRounds = 10
	benchChild  = "SLAMON_BENCH_AGENTS"
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(benchChild); kind != "" {
		serveAgents(kind)
		return
	}
	os.Exit(m.Run())
}

// serveAgents is the process of the agents: it prints their addresses and runs
// until its input ends.
func serveAgents(kind string) {
	objects := append(linux(), port("2", "eth0", "uplink", 1000, 2000)...)
	for range benchAgents {
		var a *snmptest.Agent
		var err error
		if kind == "v3" {
			a, err = snmptest.NewV3(engineA, v3User(device.SHA256, device.AES), objects...)
		} else {
			a, err = snmptest.New(community, objects...)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(a.Addr())
	}
	fmt.Println()
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}

// startAgents starts the process and returns the addresses.
func startAgents(b *testing.B, kind string) []string {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), benchChild+"="+kind)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	var addrs []string
	for s := bufio.NewScanner(out); s.Scan() && s.Text() != ""; {
		addrs = append(addrs, s.Text())
	}
	if len(addrs) != benchAgents {
		b.Fatalf("%d agents, want %d", len(addrs), benchAgents)
	}
	return addrs
}

// cpuTime returns what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// paced starts n jobs evenly over a time, in small groups as the scheduler does.
func paced(n int, over time.Duration, job func(int)) {
	const tick = 50 * time.Millisecond
	pace := time.NewTicker(tick)
	defer pace.Stop()
	start, next := time.Now(), 0
	for next < n {
		<-pace.C
		for due := int(time.Since(start) * time.Duration(n) / over); next < min(due, n); next++ {
			job(next)
		}
	}
}

// benchDevice wants nine scalars (the processor's) and three columns of one interface.
func benchDevice(addr string, c device.Credentials) device.Device {
	return device.Device{
		ID: device.ID(addr), Address: addr, Credentials: c,
		Wanted: device.Wanted{
			CPU: true, Interfaces: true, InterfaceMatch: regexp.MustCompile(`^eth0$`),
			InterfaceKinds: []device.Kind{device.InBits, device.OutBits, device.InErrors},
		},
	}
}

// BenchmarkPolls runs the floor, v2c and v3 authPriv after one another, at
// a thousand agents in a second and a half.
func BenchmarkPolls(b *testing.B) {
	const over = 1500 * time.Millisecond
	plain, secured := startAgents(b, "v2c"), startAgents(b, "v3")
	for b.Loop() {
		floor := runFloor(b, plain, over)
		v2 := runPollers(b, plain, v2c, over)
		v3 := runPollers(b, secured, boss, over)
		b.ReportMetric(float64(floor.Microseconds()), "floor-µs/poll")
		b.ReportMetric(float64(v2.Microseconds()), "v2c-µs/poll")
		b.ReportMetric(float64(v3.Microseconds()), "v3-µs/poll")
		b.ReportMetric(float64(v2)/float64(floor), "v2c/floor")
		b.ReportMetric(float64(v3)/float64(v2), "v3/v2c")
	}
}

func runPollers(b *testing.B, addrs []string, c device.Credentials, over time.Duration) time.Duration {
	b.Helper()
	env, err := NewEnv(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer env.Close()
	pollers := make([]*Poller, len(addrs))
	for i, addr := range addrs {
		if pollers[i], err = env.Poller(benchDevice(addr, c)); err != nil {
			b.Fatal(err)
		}
	}
	var mu sync.Mutex
	failed := 0
	round := func(over time.Duration) {
		var wg sync.WaitGroup
		paced(len(pollers), over, func(i int) {
			wg.Go(func() {
				if _, o := pollers[i].Poll(context.Background()); o.State != check.Up {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			})
		})
		wg.Wait()
	}
	round(3 * over) // makes the plans and the keys
	before := cpuTime()
	for range benchRounds {
		round(over)
	}
	used := cpuTime() - before
	if failed > 0 {
		b.Errorf("%d polls failed", failed)
	}
	return used / time.Duration(benchRounds*len(pollers))
}

// runFloor asks for thirteen objects: sysUpTime, nine scalars, three columns.
func runFloor(b *testing.B, addrs []string, over time.Duration) time.Duration {
	b.Helper()
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadBuffer(receiveBuffer)
	targets := make([]*net.UDPAddr, len(addrs))
	for i, a := range addrs {
		host, port, _ := strings.Cut(a, ":")
		n, _ := strconv.Atoi(port)
		targets[i] = &net.UDPAddr{IP: net.ParseIP(host), Port: n}
	}
	request := floorRequest(b)
	total := benchRounds * len(addrs)
	done := make(chan int)
	go func() {
		buf := make([]byte, maxDatagram)
		got := 0
		for got < total {
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				break
			}
			got++
		}
		done <- got
	}()
	before := cpuTime()
	for range benchRounds {
		paced(len(addrs), over, func(i int) {
			if _, err := conn.WriteToUDPAddrPort(request, targets[i].AddrPort()); err != nil {
				b.Error(err)
			}
		})
	}
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	if got := <-done; got != total {
		b.Errorf("%d answers, want %d", got, total)
	}
	return (cpuTime() - before) / time.Duration(total)
}

func floorRequest(b *testing.B) []byte {
	b.Helper()
	oids := []string{sysUpTime, ifHCInOctets + ".2", ifHCOutOctets + ".2", ifInErrors + ".2"}
	for _, n := range []string{"50", "51", "52", "53", "54", "55", "56", "61", "64"} {
		oids = append(oids, ucd+"11."+n+".0")
	}
	var objects []gosnmp.SnmpPDU
	for _, oid := range oids {
		objects = append(objects, gosnmp.SnmpPDU{Name: oid, Type: gosnmp.Null})
	}
	codec := &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: community}
	p := codec.MkSnmpPacket(gosnmp.GetRequest, objects, 0, 0)
	p.RequestID = 1
	return snmptest.Encode(p)
}
