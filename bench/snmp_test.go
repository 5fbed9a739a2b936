package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// TestPolling runs the loops of GETs against agents, one of which falls silent, and
// wants what the agents saw.
func TestPolling(t *testing.T) {
	linux(t)
	if _, err := parse([]string{"-mode", "snmp"}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s := settings{checks: 20, interval: 100 * time.Millisecond, length: 3 * time.Second, out: &out}
	if err := polling(t.Context(), s); err == nil || !strings.Contains(err.Error(), "want -daemon PATH") {
		t.Errorf("without a daemon: %v", err)
	}
	r := &snmpRun{settings: s}
	r.dir = t.TempDir()
	defer func() {
		if err := r.end(); err != nil {
			t.Error(err)
		}
	}()
	for _, groups := range []bool{false, true} {
		if err := r.addFloor(t.Context(), groups); err != nil {
			t.Fatal(err)
		}
	}
	for title, silent := range map[string]int{"all answer": 0, "1 silent": 1} {
		if err := r.measure(t.Context(), &out, title, silent); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range r.pollers {
		if p.seen.Polls == 0 || p.seen.Fewest == 0 {
			t.Errorf("%s: %+v", p.name, p.seen)
		}
	}
	if rows := strings.Count(out.String(), "\n"); rows != 4 {
		t.Errorf("%d rows:\n%s", rows, out.String())
	}
}

// TestDevicesFile writes a configuration that has a device for each agent.
func TestDevicesFile(t *testing.T) {
	file := t.TempDir() + "/slamon.toml"
	for version, want := range map[string]string{"2c": "community = { env", "3": `privacy = "aes"`} {
		if err := writeDevices(file, version, time.Minute, []string{"127.1.0.0:161", "127.1.0.1:161"}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), want) || strings.Count(string(text), "[[device]]") != 2 {
			t.Errorf("version %s, %v:\n%s", version, err, text)
		}
	}
}
