package snmp

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
)

var long = flag.Bool("long", false, "wait a minute for what a young snmpd does not have")

// exporterModules are two modules of prometheus-snmp-exporter: the same objects by
// version 2c and by version 3 with authentication and encryption.
const exporterModules = `v2c: &objects
  get: [1.3.6.1.2.1.1.3.0, 1.3.6.1.2.1.25.1.1.0, 1.3.6.1.4.1.2021.11.50.0, 1.3.6.1.4.1.2021.11.51.0, 1.3.6.1.4.1.2021.11.52.0,
    1.3.6.1.4.1.2021.11.53.0, 1.3.6.1.4.1.2021.11.54.0, 1.3.6.1.4.1.2021.11.55.0, 1.3.6.1.4.1.2021.11.56.0, 1.3.6.1.4.1.2021.11.61.0,
    1.3.6.1.4.1.2021.11.64.0]
  walk: [1.3.6.1.2.1.31.1.1.1.1, 1.3.6.1.2.1.31.1.1.1.6, 1.3.6.1.2.1.25.2.3.1, 1.3.6.1.2.1.25.3.3.1.2]
  metrics:
  - {name: sysUpTime, oid: 1.3.6.1.2.1.1.3, type: gauge, help: "-"}
  - {name: hrSystemUptime, oid: 1.3.6.1.2.1.25.1.1, type: gauge, help: "-"}
  - {name: ssCpuRawUser, oid: 1.3.6.1.4.1.2021.11.50, type: counter, help: "-"}
  - {name: ssCpuRawNice, oid: 1.3.6.1.4.1.2021.11.51, type: counter, help: "-"}
  - {name: ssCpuRawSystem, oid: 1.3.6.1.4.1.2021.11.52, type: counter, help: "-"}
  - {name: ssCpuRawIdle, oid: 1.3.6.1.4.1.2021.11.53, type: counter, help: "-"}
  - {name: ssCpuRawWait, oid: 1.3.6.1.4.1.2021.11.54, type: counter, help: "-"}
  - {name: ssCpuRawKernel, oid: 1.3.6.1.4.1.2021.11.55, type: counter, help: "-"}
  - {name: ssCpuRawInterrupt, oid: 1.3.6.1.4.1.2021.11.56, type: counter, help: "-"}
  - {name: ssCpuRawSoftIRQ, oid: 1.3.6.1.4.1.2021.11.61, type: counter, help: "-"}
  - {name: ssCpuRawSteal, oid: 1.3.6.1.4.1.2021.11.64, type: counter, help: "-"}
  - name: ifHCInOctets
    oid: 1.3.6.1.2.1.31.1.1.1.6
    type: counter
    help: "-"
    indexes: &port [{labelname: index, type: gauge}]
    lookups: [{labels: [index], labelname: name, oid: 1.3.6.1.2.1.31.1.1.1.1, type: DisplayString}, {labels: [], labelname: index}]
  - {name: hrProcessorLoad, oid: 1.3.6.1.2.1.25.3.3.1.2, type: gauge, help: "-", indexes: *port}
  - &volume
    name: hrStorageUsed
    oid: 1.3.6.1.2.1.25.2.3.1.6
    type: gauge
    help: "-"
    indexes: *port
    lookups: [{labels: [index], labelname: name, oid: 1.3.6.1.2.1.25.2.3.1.3, type: DisplayString}, {labels: [], labelname: index}]
  - {<<: *volume, name: hrStorageAllocationUnits, oid: 1.3.6.1.2.1.25.2.3.1.4}
  version: 2
  auth: {community: watch-me}
v3:
  <<: *objects
  version: 3
  auth: {security_level: authPriv, username: boss, auth_protocol: SHA256, password: auth-password, priv_protocol: AES, priv_password: privacy-password}
`

// exporter is Debian's prometheus-snmp-exporter, started for one test.
type exporter struct {
	t    *testing.T
	base string
}

func startExporter(t *testing.T) *exporter {
	t.Helper()
	const name = "prometheus-snmp-exporter"
	path, err := exec.LookPath(name)
	if err != nil {
		if ci() {
			t.Fatal(name, " is not installed: ", err)
		}
		t.Skip(name, " is not installed: ", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	file := filepath.Join(t.TempDir(), "snmp.yml")
	if err := os.WriteFile(file, []byte(exporterModules), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--config.file="+file, "--web.listen-address="+addr, "--log.level=error")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	e := &exporter{t: t, base: "http://" + addr}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for pace := time.Tick(20 * time.Millisecond); ; <-pace {
		if _, err := e.get(ctx, "/"); err == nil {
			return e
		}
		if ctx.Err() != nil {
			t.Fatal(name, " does not answer")
		}
	}
}

func (e *exporter) get(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.base+path, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", answer.StatusCode, body)
	}
	return string(body), err
}

// scrape returns the samples by name and labels.
func (e *exporter) scrape(module, target string) map[string]float64 {
	e.t.Helper()
	body, err := e.get(e.t.Context(), "/snmp?"+url.Values{"module": {module}, "target": {target}}.Encode())
	if err != nil {
		e.t.Fatal(err)
	}
	samples := map[string]float64{}
	for s := bufio.NewScanner(strings.NewReader(body)); s.Scan(); {
		at := strings.LastIndexByte(s.Text(), ' ')
		if strings.HasPrefix(s.Text(), "#") || at < 0 {
			continue
		}
		if samples[s.Text()[:at]], err = strconv.ParseFloat(s.Text()[at+1:], 64); err != nil {
			e.t.Fatal(err)
		}
	}
	return samples
}

// beside is a poll between two scrapes: what it read lies between theirs.
type beside struct {
	before, after map[string]float64
	read          []device.Reading
}

// bracket polls between two scrapes, again until the agent refreshed nothing that it
// caches in between: then both have seen the same.
func (e *exporter) bracket(module string, d *snmpd, p *Poller) beside {
	e.t.Helper()
	pace := time.Tick(200 * time.Millisecond)
	for range 100 { // the agent has no ticks in its first seconds
		<-pace
		b := beside{before: e.scrape(module, d.addr)}
		b.read = poll(e.t, p, check.Up, check.ReasonNone)
		b.after = e.scrape(module, d.addr)
		rows := busyRows(b.after)
		if b.before["ssCpuRawIdle"] > 0 && b.before["ssCpuRawIdle"] == b.after["ssCpuRawIdle"] && (busyRows(b.before) == rows || math.IsNaN(rows)) {
			return b
		}
	}
	e.t.Fatal("the agent's ticks change between any two requests")
	return beside{}
}

// busyRows is the mean of hrProcessorLoad, as a share; NaN in the first minute of an
// agent, which has no such rows yet.
func busyRows(samples map[string]float64) float64 {
	var rows []float64
	for name, v := range samples {
		if strings.HasPrefix(name, "hrProcessorLoad") {
			rows = append(rows, v/100)
		}
	}
	return device.Mean(rows)
}

// ticksOf sums up the processor's ticks.
func ticksOf(samples map[string]float64) (idle, total float64) {
	for name, v := range samples {
		if strings.HasPrefix(name, "ssCpuRaw") {
			total += v
		}
	}
	return samples["ssCpuRawIdle"], total
}

// TestExporterReadsTheSame polls one snmpd beside prometheus-snmp-exporter, with
// traffic on the loopback in between, and wants the same values within rounding.
func TestExporterReadsTheSame(t *testing.T) {
	t.Parallel()
	d := startSnmpd(t)
	e := startExporter(t)
	env := testEnv(t)
	for module, c := range map[string]device.Credentials{"v2c": v2c, "v3": boss} {
		p := testPoller(t, env, snmpdDevice(d, c))
		d.up(p)
		first := e.bracket(module, d, p)
		_, then := ticksOf(first.after)
		// The next pair of values is worth comparing once the agent has new ones.
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		for pace := time.Tick(200 * time.Millisecond); ctx.Err() == nil; <-pace {
			if _, now := ticksOf(e.scrape(module, d.addr)); now > then {
				break
			}
		}
		cancel()
		second := e.bracket(module, d, p)
		e.compare(module, first, second)

		plain := snmpdDevice(d, c)
		plain.Profile, plain.Wanted = "generic", device.Wanted{CPU: true}
		e.compareRows(module, d, testPoller(t, env, plain))
	}
}

// compareRows compares the agent's own figure of the last minute. A young agent has
// none, and then neither of us may have one; with -long it is waited for.
func (e *exporter) compareRows(module string, d *snmpd, p *Poller) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 90*time.Second)
	defer cancel()
	for pace := time.Tick(time.Second); *long && ctx.Err() == nil; <-pace {
		if !math.IsNaN(busyRows(e.scrape(module, d.addr))) {
			break
		}
	}
	b := e.bracket(module, d, p)
	if share := busyRows(b.after); !math.IsNaN(share) {
		e.same(module, "processor by hrProcessorLoad", find(e.t, b.read, device.CPU, ""), share, share, 1e-9)
	} else if len(b.read) > 0 || *long {
		e.t.Errorf("%s: slamon reads %v where the exporter finds no processor", module, b.read)
	}
}

// compare holds the second poll against the scrapes around both.
func (e *exporter) compare(module string, first, second beside) {
	e.t.Helper()
	idle1, total1 := ticksOf(first.after)
	idle2, total2 := ticksOf(second.before)
	busy := 1 - (idle2-idle1)/(total2-total1)
	e.same(module, "processor by ssCpuRaw", find(e.t, second.read, device.CPU, ""), busy, busy, 1e-9)

	uptime := "hrSystemUptime"
	e.same(module, "uptime", find(e.t, second.read, device.Uptime, ""), second.before[uptime]/100, second.after[uptime]/100, 1e-6)

	octets, clock := `ifHCInOctets{name="lo"}`, "sysUpTime"
	least := (second.before[octets] - first.after[octets]) / (second.after[clock] - first.before[clock])
	most := (second.after[octets] - first.before[octets]) / (second.before[clock] - first.after[clock])
	e.same(module, "received on lo", find(e.t, second.read, device.InBits, "lo"), least*8*100, most*8*100, 1e-9*most*800)

	used, unit := `hrStorageUsed{name="/"}`, `hrStorageAllocationUnits{name="/"}`
	a, b := second.before[used]*second.before[unit], second.after[used]*second.after[unit]
	e.same(module, "used on /", find(e.t, second.read, device.StorageUsed, "/"), min(a, b), max(a, b), 0.001*max(a, b))
}

// same wants a reading between two values of the exporter, but for rounding.
func (e *exporter) same(module, what string, r device.Reading, low, high, rounding float64) {
	e.t.Helper()
	e.t.Logf("%s %s: exporter %v to %v, slamon %v %s", module, what, low, high, r.Value, r.Void)
	if !r.Known() || math.IsNaN(low) || !(r.Value >= low-rounding && r.Value <= high+rounding) || high == 0 {
		e.t.Errorf("%s %s: slamon reads %v %s, the exporter %v to %v", module, what, r.Value, r.Void, low, high)
	}
}
