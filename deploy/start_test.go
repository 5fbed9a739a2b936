package deploy_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

var address = regexp.MustCompile(`metrics +http://([^/]+)/metrics`)

// buildDemo builds slamon, which takes minutes where nothing was built before.
func buildDemo(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "slamon")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/slamon").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// startDemo starts the demo, and returns where it listens.
func startDemo(t *testing.T, binary string) string {
	t.Helper()
	demo := command(t, binary, "demo", "--for", demoLife, "--web.listen-address", "127.0.0.1:0")
	said, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, demo)
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			return m[1]
		}
	}
	t.Fatal("the demo did not say where its metrics are")
	return ""
}

// startPrometheus lets a Prometheus with our rules scrape the target every second.
func startPrometheus(t *testing.T, target string) string {
	t.Helper()
	rules, err := filepath.Abs("prometheus")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs: [{job_name: slamon, static_configs: [{targets: [%q]}]}]
`, rules+"/*.rules.yml", target)
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// Prometheus does not say which port it took, so that one is looked for here.
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	free.Close()
	start(t, command(t, "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+listen, "--log.level=error", "--enable-feature=exemplar-storage"))
	return "http://" + listen
}

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Stderr = t.Output()
	return c
}

// start runs the child until the test ends.
func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
		defer late.Stop()
		_ = c.Wait() // the demo ends with a code of its own
	})
}
