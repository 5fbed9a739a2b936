package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// measurement is one slamon with its targets and its mail server.
type measurement struct {
	settings
	dir, file string
	box       *simulate.Mailbox
	targets   *targets
	web       string
	child     *exec.Cmd
}

// configure writes the file. What fails within group of a notice goes into the next.
func (m *measurement) configure(group string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "[storage]\npath = %q\nbackup_directory = \"\"\n", filepath.Join(m.dir, "slamon.db"))
	fmt.Fprintf(&b, "[[notify.channel]]\nid = \"mail\"\n[notify.channel.mail]\nfrom = \"slamon@example.com\"\nto = [\"ops@example.com\"]\nserver = [{ address = %q, security = \"none\" }]\n", m.box.Address())
	fmt.Fprintf(&b, "[[notify.policy]]\nid = \"all\"\ngroup = %q\nchannels = [\"mail\"]\n[[service]]\nid = \"s\"\n", group)
	for n := range m.checks {
		fmt.Fprintf(&b, "[[service.check]]\nid = %q\ninterval = %q\ntimeout = \"5s\"\nhttp = { url = \"http://%s/\" }\n", id(n), m.interval, m.targets.url(n))
	}
	fmt.Fprint(&b, "[[service.claim]]\nid = \"month\"\nkind = \"objective\"\navailability = \"99.99%\"\nwindow = { kind = \"calendar_month\" }\n")
	return os.WriteFile(m.file, []byte(b.String()), 0o600)
}

func id(n int) string { return fmt.Sprintf("c%05d", n) }

func (m *measurement) start(ctx context.Context) error {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	m.web = free.Addr().String()
	free.Close()
	if err := m.configure("0s"); err != nil {
		return err
	}
	m.child = exec.Command(m.daemon, "run", "--config.file", m.file, "--web.listen-address", m.web, "--log.level", "error")
	m.child.Stderr = os.Stderr
	if err := m.child.Start(); err != nil {
		return err
	}
	return m.await(ctx, time.Minute, time.Second, func() bool { return m.figure("slamon_build_info") == 1 })
}

func (m *measurement) stop() {
	_ = m.child.Process.Signal(syscall.SIGTERM)
	_ = m.child.Wait()
}

// reload gives the running slamon another file.
func (m *measurement) reload(group string) error {
	if err := m.configure(group); err != nil {
		return err
	}
	return m.child.Process.Signal(syscall.SIGHUP)
}

// await asks until it is so.
func (m *measurement) await(ctx context.Context, patience, pause time.Duration, so func() bool) error {
	for begun := time.Now(); !so(); {
		if time.Since(begun) > patience {
			return errors.New("not within " + patience.String())
		}
		if err := rest(ctx, pause); err != nil {
			return err
		}
	}
	return nil
}

// figure sums a metric of slamon; -1 when it cannot be asked.
func (m *measurement) figure(name string) float64 {
	answer, err := http.Get("http://" + m.web + "/metrics")
	if err != nil {
		return -1
	}
	defer answer.Body.Close()
	sum, found := 0.0, false
	lines := bufio.NewScanner(io.LimitReader(answer.Body, 1<<28))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if series, value, ok := strings.Cut(lines.Text(), " "); ok && strings.HasPrefix(series+"{", name+"{") {
			f, err := strconv.ParseFloat(value, 64)
			if err == nil {
				sum, found = sum+f, true
			}
		}
	}
	if !found {
		return -1
	}
	return sum
}

// memory is what slamon has resident, in MiB: of its own, and of the store's file, which
// is mapped and which the system takes back when it needs the room.
func (m *measurement) memory() (own, file float64) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.child.Process.Pid))
	if err != nil {
		return 0, 0
	}
	mib := func(name string) float64 {
		_, rest, _ := strings.Cut(string(data), name)
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			return 0
		}
		kib, _ := strconv.ParseFloat(fields[0], 64)
		return kib / 1024
	}
	return mib("RssAnon:"), mib("RssFile:")
}

// arrival returns when the mail about a check was accepted.
func (m *measurement) arrival(n int) (time.Time, bool) {
	for _, l := range m.box.Letters() {
		// What fails together is one mail, whose text names all.
		if strings.Contains(subject(l), "DOWN") && bytes.Contains(l.Data, []byte("s: "+id(n)+" is down")) {
			return l.At, true
		}
	}
	return time.Time{}, false
}

func subject(l simulate.Letter) string {
	m, err := mail.ReadMessage(strings.NewReader(string(l.Data)))
	if err != nil {
		return ""
	}
	text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return ""
	}
	return text
}
