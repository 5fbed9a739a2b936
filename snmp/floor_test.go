package snmp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
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
	benchRounds = 2
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
	start := time.Now()
	live := func(per time.Duration) func() any {
		return func() any { return uint32(time.Since(start) / per) }
	}
	objects = append(objects, obj(sysUpTime, gosnmp.TimeTicks, live(10*time.Millisecond)),
		obj(snmpEngineTime, gosnmp.Gauge32, live(time.Second)), obj(ucd+"11.50.0", gosnmp.Counter32, live(20*time.Millisecond)),
		obj(ucd+"11.53.0", gosnmp.Counter32, live(6*time.Millisecond)))
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

// BenchmarkPolls takes turns between the floor, v2c and v3 authPriv, so that all
// have the same neighbours: a thousand agents in ten seconds.
func BenchmarkPolls(b *testing.B) {
	const over = 10 * time.Second
	plain, secured := startAgents(b, "v2c"), startAgents(b, "v3")
	contenders := []struct {
		name  string
		round func(time.Duration)
		used  time.Duration
	}{
		{"floor", floorRound(b, plain), 0},
		{"v2c", pollRound(b, plain, v2c), 0},
		{"v3", pollRound(b, secured, boss), 0},
	}
	for _, c := range contenders {
		c.round(over / 2) // makes the plans and the keys
	}
	polls := 0
	for b.Loop() {
		for range benchRounds {
			for i := range contenders {
				before := cpuTime()
				contenders[i].round(over)
				contenders[i].used += cpuTime() - before
			}
			polls += benchAgents
		}
	}
	for _, c := range contenders {
		b.ReportMetric(float64(c.used.Microseconds())/float64(polls), c.name+"-µs/poll")
	}
	b.ReportMetric(float64(contenders[1].used)/float64(contenders[0].used), "v2c/floor")
	b.ReportMetric(float64(contenders[2].used)/float64(contenders[1].used), "v3/v2c")
}

// pollRound polls every agent once.
func pollRound(b *testing.B, addrs []string, c device.Credentials) func(time.Duration) {
	b.Helper()
	env := testEnv(b)
	pollers := make([]*Poller, len(addrs))
	for i, addr := range addrs {
		pollers[i] = testPoller(b, env, benchDevice(addr, c))
	}
	rounds := 0
	return func(over time.Duration) {
		var failed atomic.Int64
		var wg sync.WaitGroup
		paced(len(pollers), over, func(i int) {
			wg.Go(func() {
				// The first round makes the plans; a later one without a value would
				// compare the floor with something that does less.
				readings, o := pollers[i].Poll(context.Background())
				if o.State != check.Up || len(readings) != 4 || rounds > 0 && !readings[0].Known() {
					failed.Add(1)
				}
			})
		})
		wg.Wait()
		rounds++
		if n := failed.Load(); n > 0 {
			b.Errorf("%d polls failed", n)
		}
	}
}

// floorRound asks every agent once for thirteen objects: sysUpTime, nine scalars
// and three columns.
func floorRound(b *testing.B, addrs []string) func(time.Duration) {
	b.Helper()
	conn, err := net.ListenUDP("udp4", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadBuffer(receiveBuffer)
	targets := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		targets[i] = netip.MustParseAddrPort(a)
	}
	request := floorRequest(b)
	return func(over time.Duration) {
		done := make(chan int)
		_ = conn.SetReadDeadline(time.Now().Add(over + 2*time.Second))
		go func() {
			buf := make([]byte, maxDatagram)
			got := 0
			for got < len(targets) {
				if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
					break
				}
				got++
			}
			done <- got
		}()
		paced(len(targets), over, func(i int) {
			if _, err := conn.WriteToUDPAddrPort(request, targets[i]); err != nil {
				b.Error(err)
			}
		})
		if got := <-done; got != len(targets) {
			b.Errorf("%d answers, want %d", got, len(targets))
		}
	}
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

// BenchmarkMemory says what a device costs once its plan is made.
func BenchmarkMemory(b *testing.B) {
	for _, c := range []device.Credentials{v2c, boss} {
		b.Run(c.Level(), func(b *testing.B) {
			kind := "v2c"
			if c.Version == device.V3 {
				kind = "v3"
			}
			addrs := startAgents(b, kind)
			for b.Loop() {
				before := heap()
				round := pollRound(b, addrs, c)
				round(5 * time.Second)
				round(5 * time.Second)
				b.ReportMetric(float64(heap()-before)/benchAgents, "B/device")
				runtime.KeepAlive(round)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
