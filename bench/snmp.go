package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// poller is a process that polls agents, with what it used.
type poller struct {
	*process
	agents        *process
	metrics       string // address of its metrics; empty for the floor
	before, after usage
	missed        float64
	seen          polled
}

// snmpRun is everything that takes part in one measurement of polling.
type snmpRun struct {
	settings
	dir     string
	pollers []*poller
	agents  []*process
}

// polling measures whole daemons that poll simulated agents by version 2c and by
// version 3 with encryption, beside a bare loop of GETs; and once more while some of the
// agents are silent.
func polling(ctx context.Context, s settings) (err error) {
	if s.daemon == "" {
		return errors.New("mode snmp measures a whole slamon: want -daemon PATH\ntry: go build -o /tmp/slamon ./cmd/slamon")
	}
	r := &snmpRun{settings: s}
	if r.dir, err = os.MkdirTemp("", "slamon-bench-"); err != nil {
		return err
	}
	defer func() { err = firstOf(err, r.end()) }()
	if err := r.start(ctx); err != nil {
		return err
	}
	// The first poll of an agent makes its plan, and the keys of version 3. Where polls
	// are minutes apart, the second ones lie in what is measured.
	warm := min(2*s.interval, s.interval+time.Minute) + 2*time.Second
	fmt.Fprintf(s.out, "%d agents every %s, nine scalars and three columns of an interface each; warming up for %s\n\n", s.checks, s.interval, warm)
	if err := wait(ctx, warm); err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintf(w, "\tpoller\tpolls (of %.0f)\tfewest of an agent\tmissed\tCPU s/1,000\tx loop\tx groups\tRSS MiB\toff its slot, ms p50\tp99\tmax\n",
		float64(s.checks)*s.length.Seconds()/s.interval.Seconds())
	if err := r.measure(ctx, w, "all answer", 0); err != nil || s.silent == 0 {
		return err
	}
	return r.measure(ctx, w, fmt.Sprintf("%d silent", s.silent), s.silent)
}

func (r *snmpRun) start(ctx context.Context) error {
	for _, version := range []string{"2c", "3"} {
		if !strings.Contains(r.with, version) {
			continue
		}
		if version == "2c" {
			for _, groups := range []bool{false, true} {
				if err := r.addFloor(ctx, groups); err != nil {
					return err
				}
			}
		}
		for _, daemon := range strings.Split(r.daemon, ",") {
			if err := r.addDaemon(ctx, daemon, version); err != nil {
				return err
			}
		}
	}
	if len(r.pollers) == 0 {
		return fmt.Errorf("-with %q: want 2c, 3 or both", r.with)
	}
	return nil
}

// addFloor starts a loop of GETs, with agents of its own.
func (r *snmpRun) addFloor(ctx context.Context, groups bool) error {
	var hello agentsHello
	agents, err := spawn(ctx, "agents", agentsConfig{r.checks, false}, &hello)
	if err != nil {
		return err
	}
	r.agents = append(r.agents, agents)
	file := filepath.Join(r.dir, fmt.Sprintf("addresses-%d", len(r.agents)))
	if err := os.WriteFile(file, []byte(strings.Join(hello.Addresses, "\n")), 0o600); err != nil {
		return err
	}
	floor, err := spawn(ctx, "getter", getterConfig{file, r.interval, groups}, &struct{}{})
	if err != nil {
		return err
	}
	floor.name = "loop of GETs"
	if groups {
		floor.name = "the same, in groups"
	}
	r.pollers = append(r.pollers, &poller{process: floor, agents: agents})
	return nil
}

// addDaemon starts a whole slamon with a device for each agent of its own.
func (r *snmpRun) addDaemon(ctx context.Context, daemon, version string) error {
	var hello agentsHello
	agents, err := spawn(ctx, "agents", agentsConfig{r.checks, version == "3"}, &hello)
	if err != nil {
		return err
	}
	r.agents = append(r.agents, agents)
	p, err := r.daemonFor(ctx, daemon, version, hello.Addresses)
	if err != nil {
		return err
	}
	p.agents = agents
	r.pollers = append(r.pollers, p)
	return nil
}

// daemonFor starts a whole slamon with a device for each address.
func (r *snmpRun) daemonFor(ctx context.Context, daemon, version string, addresses []string) (*poller, error) {
	dir := filepath.Join(r.dir, strconv.Itoa(len(r.agents)))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "slamon.toml")
	if err := writeDevices(file, version, r.interval, addresses); err != nil {
		return nil, err
	}
	web, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, daemon, "run", "--config.file", file, "--web.listen-address", web)
	cmd.Env = append(os.Environ(), "BENCH_COMMUNITY="+agentCommunity, "BENCH_PASSWORD="+agentPassword)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTime
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &poller{process: &process{name: filepath.Base(daemon) + " run, version " + version, cmd: cmd, foreign: true}, metrics: web}, nil
}

// freePort returns an address that was free a moment ago.
func freePort() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func writeDevices(file, version string, interval time.Duration, addresses []string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "[storage]\npath = %q\nbackup_directory = \"\"\n", filepath.Join(filepath.Dir(file), "slamon.db"))
	fmt.Fprint(w, "[[threshold]]\nid = \"busy\"\nkind = \"cpu\"\nraise_above = \"90%\"\n[[snmp_credentials]]\nname = \"bench\"\n")
	if version == "2c" {
		fmt.Fprint(w, "community = { env = \"BENCH_COMMUNITY\" }\n")
	} else {
		fmt.Fprintf(w, "version = \"3\"\nuser = %q\nauth = \"sha256\"\nauth_password = { env = \"BENCH_PASSWORD\" }\n"+
			"privacy = \"aes\"\nprivacy_password = { env = \"BENCH_PASSWORD\" }\n", agentUser)
	}
	for i, a := range addresses {
		fmt.Fprintf(w, "[[device]]\nid = \"agent-%05d\"\naddress = %q\ncredentials = \"bench\"\ninterval = %q\ntimeout = \"1s\"\nretries = 1\n"+
			"read = [\"cpu\", \"interfaces\"]\ninterface_kinds = [\"in_bits\", \"out_bits\", \"in_errors\"]\n", i, a, interval)
	}
	return w.Flush()
}

// measure lets everything run for a time and prints a row for each poller.
func (r *snmpRun) measure(ctx context.Context, w io.Writer, title string, silent int) error {
	for _, a := range r.agents {
		if err := a.ask(request{Mute: silent, Interval: int64(r.interval)}, &polled{}); err != nil {
			return err
		}
	}
	for _, p := range r.pollers {
		if err := p.look(&p.before, -1); err != nil {
			return err
		}
	}
	if err := wait(ctx, r.length); err != nil {
		return err
	}
	var floors []float64 // the loop of GETs, and the same in groups
	for _, p := range r.pollers {
		if err := p.look(&p.after, 1); err != nil {
			return err
		}
		if err := p.agents.ask(request{Interval: int64(r.interval)}, &p.seen); err != nil {
			return err
		}
		each := (p.after.cpu - p.before.cpu).Seconds() * 1000 / float64(max(1, p.seen.Polls))
		if p.metrics == "" {
			floors = append(floors, each)
		}
		ratios := "-\t-"
		if len(floors) == 2 {
			ratios = fmt.Sprintf("%.2f\t%.2f", each/floors[0], each/floors[1])
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.0f\t%.3f\t%s\t%.1f\t%.1f\t%.1f\t%.1f\n", title, p.name, p.seen.Polls, p.seen.Fewest, p.missed,
			each, ratios, mebi(p.after.rss), milli(p.seen.OffP50), milli(p.seen.OffP99), milli(p.seen.OffMax))
	}
	return nil
}

// look takes the usage of the process, and counts its missed slots from or up to now.
func (p *poller) look(into *usage, sign float64) (err error) {
	if *into, err = usageOf(p.cmd.Process.Pid); err != nil || p.metrics == "" {
		return err
	}
	if sign < 0 {
		p.missed = 0
	}
	answer, err := http.Get("http://" + p.metrics + "/metrics")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "slamon_schedule_missed_total") {
			n, err := strconv.ParseFloat(lines.Text()[strings.LastIndexByte(lines.Text(), ' ')+1:], 64)
			if err != nil {
				return err
			}
			p.missed += sign * n
		}
	}
	return lines.Err()
}

// end stops everything and removes the stores.
func (r *snmpRun) end() error {
	defer os.RemoveAll(r.dir)
	var first error
	for _, p := range r.pollers {
		first = firstOf(first, p.stop())
	}
	for _, a := range r.agents {
		first = firstOf(first, a.stop())
	}
	return first
}
