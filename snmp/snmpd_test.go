package snmp

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
)

// snmpd is Debian's agent, started for one test.
type snmpd struct {
	t     testing.TB
	addr  string
	conf  string
	state string // persistent directory: engine id, boots and users
	cmd   *exec.Cmd
}

func startSnmpd(t testing.TB) *snmpd {
	t.Helper()
	if _, err := os.Stat("/usr/sbin/snmpd"); err != nil {
		if ci() {
			t.Fatal("snmpd is not installed: ", err)
		}
		t.Skip("snmpd is not installed: ", err)
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr().String()
	conn.Close()
	d := &snmpd{t: t, addr: addr, conf: filepath.Join(t.TempDir(), "snmpd.conf")}
	conf := fmt.Sprintf(`agentaddress udp:%s
rocommunity %s 127.0.0.1
createUser boss SHA-256 "auth-password" AES "privacy-password"
createUser weak MD5 "auth-password" DES "privacy-password"
rouser boss priv
rouser weak priv
`, addr, community)
	if err := os.WriteFile(d.conf, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	d.start(t.TempDir())
	t.Cleanup(d.stop)
	return d
}

func (d *snmpd) Addr() string { return d.addr }

func (d *snmpd) start(state string) {
	d.t.Helper()
	d.state = state
	d.cmd = exec.Command("/usr/sbin/snmpd", "-f", "-Ln", "-C", "-c", d.conf, "-p", filepath.Join(state, "pid"))
	d.cmd.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+state, "SNMPCONFPATH="+state, "MIBS=")
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
}

func (d *snmpd) stop() {
	if d.cmd == nil {
		return
	}
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	_ = d.cmd.Wait()
	d.cmd = nil
}

// up polls until the agent answers.
func (d *snmpd) up(p *Poller) []device.Reading {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	var o check.Outcome
	for ctx.Err() == nil {
		var readings []device.Reading
		if readings, o = p.Poll(ctx); o.State == check.Up {
			return readings
		}
	}
	d.t.Fatalf("snmpd does not answer: %s, %s, %+v", o.State, o.Reason, o.Detail)
	return nil
}

func snmpdDevice(d *snmpd, c device.Credentials) device.Device {
	dev := testDevice(d)
	dev.Timeout, dev.Retries = time.Second, 1 // also how long a start is waited for, many times
	dev.Credentials = c
	dev.Wanted.InterfaceMatch = regexp.MustCompile(`^lo$`)
	return dev
}

var (
	v2c  = device.Credentials{Community: secret.New(community)}
	boss = device.Credentials{Version: device.V3, User: "boss", Auth: device.SHA256, AuthPassword: secret.New("auth-password"),
		Privacy: device.AES, PrivacyPassword: secret.New("privacy-password")}
	weak = device.Credentials{Version: device.V3, User: "weak", Auth: device.MD5, AuthPassword: secret.New("auth-password"),
		Privacy: device.DES, PrivacyPassword: secret.New("privacy-password")}
)

func TestSnmpdAgainstProc(t *testing.T) {
	t.Parallel()
	d := startSnmpd(t)
	env := testEnv(t)
	for name, c := range map[string]device.Credentials{"v2c": v2c, "authPriv SHA-256 AES": boss, "authPriv MD5 DES": weak} {
		p := testPoller(t, env, snmpdDevice(d, c))
		readings := d.up(p)
		if p.Profile() != "net-snmp" {
			t.Errorf("%s: Profile() = %q, want net-snmp", name, p.Profile())
		}
		total, available := meminfo(t, "MemTotal"), meminfo(t, "MemAvailable")
		near(t, name, find(t, readings, device.Memory, ""), 1-available/total, 0.02)
		near(t, name, find(t, readings, device.MemoryUsed, ""), (total-available)*1024, 0.02*total*1024)
		var fs syscall.Statfs_t
		if err := syscall.Statfs("/", &fs); err != nil {
			t.Fatal(err)
		}
		root := find(t, readings, device.StorageUsed, "/")
		near(t, name, root, float64(fs.Blocks-fs.Bfree)*float64(fs.Bsize), 0.01*float64(fs.Blocks)*float64(fs.Bsize))
		near(t, name, find(t, readings, device.Uptime, ""), hostUptime(t), 5)
		if r := find(t, readings, device.LinkUp, "lo"); !r.Known() || r.Value != 1 {
			t.Errorf("%s: %s = %v %s, want 1", name, r.Series, r.Value, r.Void)
		}
	}
}

func near(t *testing.T, name string, r device.Reading, value, by float64) {
	t.Helper()
	if !r.Known() || math.Abs(r.Value-value) > by {
		t.Errorf("%s: %s = %v %s, want %v ± %v", name, r.Series, r.Value, r.Void, value, by)
	}
}

// The agent's processor ticks against /proc/stat, while a load runs. The agent
// refreshes its ticks every few seconds, so both are read when they change.
func TestSnmpdProcessorUnderLoad(t *testing.T) {
	t.Parallel()
	d := startSnmpd(t)
	p := testPoller(t, testEnv(t), snmpdDevice(d, boss))
	d.up(p)
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	go func() { // a load of one processor
		for n := 0; ctx.Err() == nil; n++ {
			_ = math.Sqrt(float64(n))
		}
	}()
	var idle, total, ticks [2]float64
	for i := range 2 {
		ticks[i] = nextTicks(ctx, t, p)
		idle[i], total[i] = procStat(t)
		readings := poll(t, p, check.Up, check.ReasonNone)
		if r := find(t, readings, device.CPU, ""); i == 1 {
			near(t, "load", r, 1-(idle[1]-idle[0])/(total[1]-total[0]), 0.03)
			t.Logf("agent says %.4f, /proc/stat %.4f", r.Value, 1-(idle[1]-idle[0])/(total[1]-total[0]))
		}
	}
	if ticks[1] <= ticks[0] {
		t.Errorf("ticks of users went from %v to %v", ticks[0], ticks[1])
	}
}

// nextTicks waits until the agent's ticks change, and returns those of users: the load
// makes them go on even where other work leaves no idle ones.
func nextTicks(ctx context.Context, t *testing.T, p *Poller) float64 {
	t.Helper()
	const ssCpuRawUser = ucd + "11.50.0"
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	first := -1.0
	for ctx.Err() == nil {
		values, _, err := p.session.get(ctx, []string{ssCpuRawUser})
		if err != nil {
			t.Fatal(err)
		}
		now, void := values[0].float()
		if void == device.NotVoid && now > 0 && first > 0 && now != first {
			return now
		}
		first = now
		<-pace.C
	}
	t.Fatal("the agent's ticks do not change")
	return 0
}

func TestSnmpdRestarts(t *testing.T) {
	t.Parallel()
	d := startSnmpd(t)
	env := testEnv(t)
	pollers := map[string]*Poller{
		"v2c": testPoller(t, env, snmpdDevice(d, v2c)),
		"v3":  testPoller(t, env, snmpdDevice(d, boss)),
	}
	d.live(pollers)
	state := d.state
	d.stop()
	for name, p := range pollers {
		readings, o := p.Poll(t.Context())
		if o.State != check.Down || o.Reason != check.ReasonRefused {
			t.Errorf("%s: Poll() of a stopped agent = %s, %s, want down, refused", name, o.State, o.Reason)
		}
		wantVoid(t, readings, device.InBits, "lo", device.VoidRefused)
	}
	// With its state: the same engine, booted once more. Without: another engine.
	for _, dir := range []string{state, t.TempDir()} {
		d.start(dir)
		for name, p := range pollers {
			before := p.last.clock
			r := find(t, d.up(p), device.InBits, "lo")
			if r.Void != device.VoidRestart {
				t.Errorf("%s: %s after a restart = %v %q, want void restart\nbefore %+v\nafter  %+v", name, r.Series, r.Value, r.Void, before, p.last.clock)
			}
			// Its clock counts hundredths, so the next difference needs some time.
			if r := find(t, counting(t, p), device.InBits, "lo"); !r.Known() {
				t.Errorf("%s: %s goes on as %q, want a value", name, r.Series, r.Void)
			}
		}
		d.live(pollers)
		d.stop()
	}
	d.start(t.TempDir())
}

// live polls until the agent is three seconds old. A life that is shorter than
// the time to the next one's first poll cannot be told from it.
func (d *snmpd) live(pollers map[string]*Poller) {
	d.t.Helper()
	for _, p := range pollers {
		d.up(p)
		for pace := time.Tick(50 * time.Millisecond); p.last.clock.Ticks < 300; <-pace {
			d.up(p)
		}
	}
}

// counting polls until the agent's clock has gone on.
func counting(t *testing.T, p *Poller) []device.Reading {
	t.Helper()
	for {
		readings := poll(t, p, check.Up, check.ReasonNone)
		if find(t, readings, device.InBits, "lo").Void != device.VoidStale {
			return readings
		}
	}
}

func TestSnmpdRefusals(t *testing.T) {
	t.Parallel()
	d := startSnmpd(t)
	env := testEnv(t)
	d.up(testPoller(t, env, snmpdDevice(d, boss)))
	password, user, key := boss, boss, boss
	password.AuthPassword = secret.New("another-password")
	user.User = "nobody"
	key.PrivacyPassword = secret.New("another-password")
	for name, c := range map[string]device.Credentials{"password": password, "user": user, "privacy password": key} {
		_, o := testPoller(t, env, snmpdDevice(d, c)).Poll(t.Context())
		if o.State != check.Unknown || o.Reason != check.ReasonAuth {
			t.Errorf("wrong %s: Poll() = %s, %s, %+v, want unknown, auth", name, o.State, o.Reason, o.Detail)
		}
	}
	wrong := v2c
	wrong.Community = secret.New("another")
	_, o := testPoller(t, env, snmpdDevice(d, wrong)).Poll(t.Context())
	if o.State != check.Down || o.Reason != check.ReasonTimeout {
		t.Errorf("wrong community: Poll() = %s, %s, want down, timeout", o.State, o.Reason)
	}
}

func meminfo(t *testing.T, field string) float64 {
	t.Helper()
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), field+":"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("/proc/meminfo has no %s", field)
	return 0
}

func hostUptime(t *testing.T) float64 {
	t.Helper()
	b, err := os.ReadFile("/proc/uptime")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseFloat(strings.Fields(string(b))[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// procStat returns the idle and all ticks of all processors.
func procStat(t *testing.T) (idle, total float64) {
	t.Helper()
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(line)[1:9] { // user … steal; guests are in user
		n, err := strconv.ParseFloat(field, 64)
		if err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			idle = n
		}
		total += n
	}
	return idle, total
}
