package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
)

// program finds a program of Debian, or skips by name.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if path = "/usr/sbin/" + name; fileMissing(path) {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not installed", name)
			}
			t.Skipf("%s is not installed", name)
		}
	}
	return path
}

func fileMissing(path string) bool {
	_, err := os.Stat(path)
	return err != nil
}

// open is a directory that a daemon under another name may write into.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "slamon-notify-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// daemonOf runs a program until the test ends, and waits until it listens.
func daemonOf(t *testing.T, address string, path string, args ...string) {
	t.Helper()
	run := exec.Command(path, args...)
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out head
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-run.Process.Pid, syscall.SIGKILL)
		_ = run.Wait()
	})
	eventually(t, func() error {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// eventually asks until there is no error; a stuck peer fails the test at its end.
func eventually(t *testing.T, ask func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-ticker.C:
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

const eximConfig = `primary_hostname = mail.example.com
spool_directory = DIR/spool
log_file_path = DIR/%%slog
pid_file_path = DIR/exim.pid
domainlist local_domains = example.com
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
host_lookup =
rfc1413_query_timeout = 0s
disable_ipv6 = true
begin acl
rcpt:
  defer local_parts = later
        message = come back later
  deny  local_parts = nobody
        message = no such user here
  accept domains = +local_domains
  deny message = relay not permitted
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = DIR/mail
  maildir_format
  user = USER
`

// TestExim mails through a real server: the mails as it stored them, in both
// languages, one thread; a recipient that it refuses and one that it puts off.
func TestExim(t *testing.T) {
	exim, dir := program(t, "exim4"), open(t)
	name := "Debian-exim" // root gives its rights up when it is told which file to read
	if os.Getuid() != 0 {
		u, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		name = u.Username
	}
	config := filepath.Join(dir, "exim.conf")
	text := strings.NewReplacer("DIR", dir, "USER", name, "%%", "%").Replace(eximConfig)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	host, port, _ := net.SplitHostPort(address)
	daemonOf(t, address, exim, "-C", config, "-bdf", "-oX", host+"."+port, "-oP", filepath.Join(dir, "exim.pid"))

	w := mailTo("ops@example.com")
	w.Servers = []alert.MailServer{{Address: address, Security: "none"}}
	sender := newMail(w)
	for _, m := range []Message{outage(alert.Opened, "ja"), outage(alert.Recovered, "en")} {
		answer, err := sender.Send(within(t, 30*time.Second), m)
		if err != nil || !strings.Contains(answer, "OK id=") {
			t.Fatalf("Send() = %q, %v; want exim's answer", answer, err)
		}
	}
	var stored []received
	eventually(t, func() error {
		files, err := filepath.Glob(filepath.Join(dir, "mail", "new", "*"))
		if err != nil || len(files) != 2 {
			log, _ := os.ReadFile(filepath.Join(dir, "mainlog"))
			return fmt.Errorf("%d mails are stored, want 2: %v\n%s", len(files), err, log)
		}
		stored = nil
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			stored = append(stored, parse(t, string(data)))
		}
		return nil
	})
	first, second := stored[0], stored[1]
	if first.header("In-Reply-To") != "" {
		first, second = second, first
	}
	if first.header("Subject") != "[slamon] 障害: Web会議: 入室 の停止" || second.header("Subject") != "[slamon] OVER: Web会議: 入室 is up again" {
		t.Errorf("subjects %q and %q", first.header("Subject"), second.header("Subject"))
	}
	if second.header("References") != first.header("Message-Id") || first.header("Message-Id") == "" {
		t.Errorf("the recovery refers to %q, the failure is %q", second.header("References"), first.header("Message-Id"))
	}
	if !strings.Contains(first.parts["text/plain"], "検知") || !strings.Contains(second.parts["text/plain"], "Over at") {
		t.Errorf("texts:\n%s\n%s", first.parts["text/plain"], second.parts["text/plain"])
	}

	w.To = []string{"a@example.com", "nobody@example.com", "later@example.com"}
	_, err := newMail(w).Send(within(t, 30*time.Second), outage(alert.Opened, "en"))
	if f := failure(err); err == nil || f.Permanent || f.Reached == "" || !strings.Contains(err.Error(), "no such user here") {
		t.Errorf("Send() = %v, reached %q; want one of three to be reached", err, failure(err).Reached)
	}
}

// TestRealAlertmanager reads an alert back from Alertmanager's own API: firing after
// the failure, kept alive, resolved after the recovery.
func TestRealAlertmanager(t *testing.T) {
	path, dir := program(t, "prometheus-alertmanager"), open(t)
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, []byte("route:\n  receiver: none\nreceivers:\n  - name: none\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	daemonOf(t, address, path, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--cluster.listen-address=")
	u, err := url.Parse("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	sender := newAlertmanager(alert.Alertmanager{URLs: []*url.URL{u}, Labels: map[string]string{"team": "web"}}, "ja")
	eventually(t, func() error {
		_, err := sender.Send(within(t, 10*time.Second), outage(alert.Opened, "ja"))
		return err
	})
	firing := func(want int) func() error {
		return func() error {
			var list []struct {
				Labels, Annotations map[string]string
				GeneratorURL        string
				EndsAt              time.Time
				Status              struct{ State string }
			}
			answer, err := http.Get("http://" + address + "/api/v2/alerts?active=true")
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
				return err
			}
			if len(list) != want {
				return fmt.Errorf("%d alerts are active, want %d", len(list), want)
			}
			for _, a := range list {
				if a.Annotations["summary"] != "Web会議: 入室 の停止" || a.GeneratorURL != "https://slamon.example.com/incidents/room-1" {
					return fmt.Errorf("alert %+v, want it in the channel's language and with the link to its page", a)
				}
				if a.Labels["alertname"] != "SlamonIncident" || a.Labels["check"] != "room" || a.Labels["team"] != "web" || !a.EndsAt.After(time.Now()) {
					return fmt.Errorf("alert %+v", a)
				}
			}
			return nil
		}
	}
	eventually(t, firing(1))
	if err := sender.Keep(within(t, 10*time.Second), time.Now(), outage(alert.Opened, "en").Notice.Conditions, "https://slamon.example.com"); err != nil {
		t.Fatal(err)
	}
	eventually(t, firing(1))
	if _, err := sender.Send(within(t, 10*time.Second), outage(alert.Recovered, "ja")); err != nil {
		t.Fatal(err)
	}
	eventually(t, firing(0))
}
