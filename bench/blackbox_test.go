package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestScrape lets Prometheus's own tool judge what its server is given.
func TestScrape(t *testing.T) {
	if _, err := exec.LookPath("promtool"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("promtool is not installed")
	}
	file := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := writeScrape(file, "127.0.0.1:9115", proberConfig{Port: 8080, Checks: 3, Interval: 10 * time.Second, Timeout: 5 * time.Second}); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("promtool", "check", "config", file).CombinedOutput(); err != nil {
		t.Errorf("promtool check config: %v\n%s", err, out)
	}
}
