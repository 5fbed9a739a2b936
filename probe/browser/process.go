package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// saidMost is what is kept of Chromium's own output: the reason why it does not
	// start stands in its last lines.
	saidMost = 4 << 10

	// killGrace is how long the end of the processes is waited for once they were
	// killed. One in the middle of a disk access ends after it.
	killGrace = 3 * time.Second

	// endNotice is how much later than its pipe the end of a program is seen.
	endNotice = 200 * time.Millisecond

	// staleAfter is the age at which a profile is left over from a monitor that was
	// killed: no probe lasts a day.
	staleAfter = 24 * time.Hour

	profilePrefix = "slamon-browser-"
)

// programs are the names under which distributions install it.
var programs = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "headless_shell"}

// ErrAbsent means that there is no Chromium.
//
//lint:ignore ST1005 a name keeps its capital
var ErrAbsent = errors.New("Chromium is not installed")

// Find returns the path of the program, or looks for one when it is empty.
func Find(program string) (string, error) {
	if program != "" {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("%w at %s", ErrAbsent, program)
		}
		return program, nil
	}
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: none of %s is in the path", ErrAbsent, strings.Join(programs, ", "))
}

// flags keep Chromium from talking to anybody but the pages that it is sent to, and
// from keeping anything. Pages behave as in a window: nothing is throttled.
var flags = []string{
	"--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
	"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
	"--disable-domain-reliability", "--disable-client-side-phishing-detection", "--disable-breakpad",
	"--disable-crash-reporter", "--disable-extensions", "--disable-popup-blocking", "--disable-prompt-on-repost",
	"--disable-dev-shm-usage", "--disable-hang-monitor", "--disable-notifications", "--disable-quic", "--no-pings",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
	"--metrics-recording-only", "--password-store=basic", "--use-mock-keychain", "--mute-audio", "--hide-scrollbars",
	"--disk-cache-size=1", "--dns-prefetch-disable", "--lang=en-US", "--enable-automation",
	"--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication," +
		"CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,DnsOverHttps,AsyncDns,SafeBrowsing,NetworkTimeServiceQuerying",
	// Who is signed in and what is new it asks all the same, so it asks a port that it
	// does not connect to. Pages are not concerned.
	"--gaia-url=http://127.0.0.1:9", "--component-updater=url-source=http://127.0.0.1:9/",
}

// process is a running Chromium. It is chromedp's allocator of the only browser
// there is: chromedp's own reads messages of any length.
type process struct {
	cmd     *exec.Cmd
	dir     string
	said    *tail
	ended   chan struct{} // closed when the program has ended
	parent  [2]*os.File   // our ends: what it says, what we say
	sieve   *sieve        // of what it says
	browser *chromedp.Browser
}

// launch starts Chromium.
func launch(o Options) (*process, error) {
	program, err := Find(o.Program)
	if err != nil {
		return nil, err
	}
	dir, err := profile(o.As)
	if err != nil {
		return nil, err
	}
	p := &process{dir: dir, said: &tail{}, ended: make(chan struct{})}
	err = p.trust(o.Authorities, o.As)
	if err == nil {
		err = p.start(program, o)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return p, nil
}

var sweepOnce sync.Once

// profile makes the directory of everything that Chromium writes.
func profile(as *Identity) (string, error) {
	sweepOnce.Do(sweep)
	dir, err := os.MkdirTemp("", profilePrefix)
	if err != nil {
		return "", err
	}
	if as != nil {
		if err := os.Chown(dir, int(as.UID), int(as.GID)); err != nil {
			os.RemoveAll(dir)
			return "", err
		}
	}
	return dir, nil
}

// sweep removes profiles that a killed monitor has left behind.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), profilePrefix+"*")) // the pattern is well-formed
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() && time.Since(info.ModTime()) > staleAfter {
			os.RemoveAll(dir)
		}
	}
}

func (p *process) start(program string, o Options) error {
	commands, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	answers, theirs, err := os.Pipe()
	if err != nil {
		commands.Close()
		ours.Close()
		return err
	}
	defer commands.Close()
	defer theirs.Close()
	p.parent = [2]*os.File{answers, ours}
	p.cmd = exec.Command(program, p.arguments(o)...)
	// Nothing of the daemon's own environment goes into it: there are secrets in it.
	p.cmd.Env = []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + p.dir, "TMPDIR=" + p.dir,
		"XDG_CONFIG_HOME=" + p.dir, "XDG_CACHE_HOME=" + p.dir, "XDG_RUNTIME_DIR=" + p.dir,
	}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr, p.cmd.WaitDelay = p.dir, p.said, p.said, killGrace
	p.cmd.ExtraFiles = []*os.File{commands, theirs} // descriptors 3 and 4
	isolate(p.cmd, o.As)
	if err := p.cmd.Start(); err != nil {
		answers.Close()
		ours.Close()
		return err
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // how it ended stands in ProcessState
	}()
	return nil
}

func (p *process) arguments(o Options) []string {
	args := append([]string{}, flags...)
	args = append(args, "--user-data-dir="+p.dir, "--window-size="+strconv.Itoa(o.Width)+","+strconv.Itoa(o.Height))
	if o.NoSandbox {
		args = append(args, "--no-sandbox")
	}
	if o.Proxy != "" { // for this host as well, which Chromium would ask directly
		args = append(args, "--proxy-server="+o.Proxy, "--proxy-bypass-list=<-loopback>")
	} else {
		args = append(args, "--no-proxy-server")
	}
	if o.SkipVerify {
		args = append(args, "--ignore-certificate-errors")
	}
	return append(args, "about:blank")
}

// Allocate implements chromedp.Allocator.
func (p *process) Allocate(ctx context.Context, opts ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	var err error
	p.browser, err = chromedp.NewBrowserTransport(ctx, chromedp.NewPipeConn(p.sieve, p.parent[1]), opts...)
	return p.browser, err
}

// Wait implements chromedp.Allocator: close does what there is to wait for.
func (p *process) Wait() {}

// close kills what is left of the processes and removes the profile. Some have left
// the group: they are known by the profile that they were given, while they live.
func (p *process) close() {
	all := users(p.dir)
	killGroup(p.cmd.Process.Pid)
	select {
	case <-p.ended:
	case <-time.After(killGrace):
	}
	left := users(p.dir)
	for _, pid := range left {
		kill(pid)
	}
	if _, ended := p.gone(); ended { // else it is still to be waited for as our child
		reap(-p.cmd.Process.Pid)
		for _, pid := range append(all, left...) {
			reap(pid)
		}
	}
	for _, f := range p.parent {
		f.Close()
	}
	for range 20 { // what was just killed may still be writing
		if os.RemoveAll(p.dir) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// gone reports whether the program has ended, and how. The end of its pipe is
// noticed a moment before.
func (p *process) gone() (string, bool) {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.String(), true
	case <-time.After(endNotice):
		return "", false
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b[max(0, len(b)-saidMost):]...)
	t.text = t.text[max(0, len(t.text)-saidMost):]
	return len(b), nil
}

// last returns the last line that says why it did not start.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.text), []byte("\n"))
	for i := len(lines) - 1; i >= 0; i-- {
		if bytes.Contains(lines[i], []byte("sandbox")) || bytes.Contains(lines[i], []byte("FATAL")) || bytes.Contains(lines[i], []byte("ERROR")) {
			return string(bytes.TrimSpace(lines[i]))
		}
	}
	return string(bytes.TrimSpace(lines[len(lines)-1]))
}

var _ io.Writer = (*tail)(nil)
