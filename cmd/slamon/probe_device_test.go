package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// probeNamed runs "slamon probe" on a file with one device.
func probeNamed(t *testing.T, address string, args ...string) (string, int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "slamon.toml")
	text := `[[service]]
id = "meeting"
[[service.check]]
id = "login"
tcp = { address = "127.0.0.1:9" }
[[snmp_credentials]]
name = "lab"
community = { env = "COMMUNITY" }
[[device]]
id = "router"
address = "` + address + `"
credentials = "lab"
timeout = "100ms"
retries = 0
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	root := rootCommand()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"probe", "--config.file", file}, args...))
	err := root.ExecuteContext(t.Context())
	var exit exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			out.WriteString(exit.Error())
		}
		return out.String(), exit.code
	}
	return out.String(), codeFine
}

// TestProbeDevice reads a device of the file once, and says why a silent one is down.
func TestProbeDevice(t *testing.T) {
	agent := snmpAgent(t)
	out, code := probeNamed(t, agent.Addr(), "router")
	for _, want := range []string{"UP: it answered", "snmp " + agent.Addr(), "yamaha (Yamaha RT and RTX routers)", "READING", "9 %", "33 %"} {
		if !strings.Contains(out, want) || code != codeFine {
			t.Errorf("exit code %d, and no %q:\n%s", code, want, out)
		}
	}
	out, code = probeNamed(t, agent.Addr(), "router", "--json", "--rates", "10ms")
	var got struct {
		Check, Kind, State, Profile string
		Readings                    []struct {
			Kind  string
			Value *float64
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != codeFine {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if got.Check != "router" || got.Kind != "snmp" || got.State != "up" || got.Profile != "yamaha" || len(got.Readings) != 2 || *got.Readings[0].Value != .09 {
		t.Errorf("%+v", got)
	}
	if out, code = probeNamed(t, agent.Addr(), "login", "--rates", "1s"); code != codeUsage || !strings.Contains(out, "--rates is for devices") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	agent.Mute(true)
	if out, code = probeNamed(t, agent.Addr(), "router"); code != codeBreached || !strings.Contains(out, "did not answer a request within") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
