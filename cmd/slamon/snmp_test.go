package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/snmp/snmptest"
)

// runSNMP runs "slamon snmp args" and returns what it printed and its exit code.
func runSNMP(t *testing.T, args ...string) (stdout string, code int, err error) {
	t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"snmp"}, args...))
	err = root.ExecuteContext(t.Context())
	var exit exitError
	switch {
	case err == nil:
		return out.String(), codeFine, nil
	case errors.As(err, &exit):
		return out.String(), exit.code, err
	}
	return out.String(), codeUsage, err
}

func snmpAgent(t *testing.T) *snmptest.Agent {
	t.Helper()
	a, err := snmptest.New("a-community",
		snmptest.Object{OID: ".1.3.6.1.2.1.1.1.0", Type: gosnmp.OctetString, Value: "Yamaha\r\nRTX1210 \x1b[31m"},
		snmptest.Object{OID: ".1.3.6.1.2.1.1.2.0", Type: gosnmp.ObjectIdentifier, Value: ".1.3.6.1.4.1.1182.1.40"},
		snmptest.Object{OID: ".1.3.6.1.4.1.1182.2.1.4.0", Type: gosnmp.Gauge32, Value: uint32(33)},
		snmptest.Object{OID: ".1.3.6.1.4.1.1182.2.1.6.0", Type: gosnmp.Gauge32, Value: uint32(9)},
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	t.Setenv("COMMUNITY", "a-community")
	return a
}

func TestSNMPProbe(t *testing.T) {
	agent := snmpAgent(t)
	out, code, err := runSNMP(t, "probe", agent.Addr(), "--community-env", "COMMUNITY")
	if code != codeFine || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	for _, want := range []string{"yamaha (Yamaha RT and RTX routers)", "READING", "9 %", "33 %"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table has no %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") || strings.Contains(out, "a-community") {
		t.Errorf("the table shows what it must not:\n%q", out)
	}
}

func TestSNMPWalk(t *testing.T) {
	agent := snmpAgent(t)
	out, code, err := runSNMP(t, "walk", agent.Addr(), "1.3.6.1.4.1.1182", "--community-env", "COMMUNITY")
	want := ".1.3.6.1.4.1.1182.2.1.4.0 = Gauge32: 33\n.1.3.6.1.4.1.1182.2.1.6.0 = Gauge32: 9\n"
	if code != codeFine || out != want {
		t.Errorf("walk prints %q (%d, %v), want %q", out, code, err, want)
	}
	if out, code, _ := runSNMP(t, "walk", agent.Addr(), "--max-rows", "2", "--community-env", "COMMUNITY"); code != codeFailed || strings.Count(out, "\n") != 2 {
		t.Errorf("a cut walk prints %q with code %d", out, code)
	}
}

func TestSNMPExitCodes(t *testing.T) {
	agent := snmpAgent(t)
	short := []string{"--timeout", "100ms", "--retries", "0"}
	t.Setenv("SNMP_AUTH_PASSWORD", "a-long-password")
	for _, test := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"probe", agent.Addr()}, codeBreached, "also silent when the community is wrong"},
		{[]string{"walk", agent.Addr()}, codeBreached, "no answer"},
		{[]string{"probe", agent.Addr(), "--user", "u", "--auth", "sha256"}, codeBreached, "did not answer"},
		{[]string{"probe", "host:port"}, codeUsage, "port from 1 to 65535"},
		{[]string{"probe", agent.Addr(), "--profile", "abacus"}, codeUsage, "there is none of that name"},
		{[]string{"probe", agent.Addr(), "--community-env", "NOT_SET_AT_ALL"}, codeUsage, "which is not set"},
		{[]string{"probe", agent.Addr(), "--auth", "sha"}, codeUsage, "needs --user"},
		{[]string{"probe", agent.Addr(), "--user", "u", "--auth", "sha3"}, codeUsage, "sha3"},
		{[]string{"probe", agent.Addr(), "--user", "u", "--auth", "sha", "--privacy", "aes"}, codeUsage, "SNMP_PRIVACY_PASSWORD"},
		{[]string{"walk", agent.Addr(), "system.sysUpTime"}, codeUsage, "not a number"},
		{[]string{"walk", agent.Addr(), "1.3.6", "--max-repetitions", "0"}, codeUsage, "above 0"},
	} {
		out, code, err := runSNMP(t, append(test.args, short...)...)
		if code != test.code || err == nil || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%q: code %d, %v (%q), want %d with %q", test.args, code, err, out, test.code, test.text)
		}
	}
}

// TestSNMPProfiles lists the profiles and prints one that can be taken as it is.
func TestSNMPProfiles(t *testing.T) {
	out, code, err := runSNMP(t, "profiles")
	if code != codeFine || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	for _, want := range []string{"cisco     Cisco IOS, IOS XE and NX-OS", "1.3.6.1.4.1.9 ", "all others", "S, M"} {
		if !strings.Contains(out, want) {
			t.Errorf("the list has no %q:\n%s", want, out)
		}
	}
	own := t.TempDir()
	text, code, err := runSNMP(t, "profiles", "yamaha")
	if code != codeFine || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	text = strings.Replace(text, "Yamaha RT and RTX routers", "our routers", 1)
	if err := os.WriteFile(filepath.Join(own, "yamaha.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, err = runSNMP(t, "probe", snmpAgent(t).Addr(), "--community-env", "COMMUNITY", "--profiles", own)
	if err != nil || !strings.Contains(out, "yamaha (our routers)") || !strings.Contains(out, "33 %") {
		t.Errorf("by the copy: %v\n%s", err, out)
	}
	if _, code, err = runSNMP(t, "profiles", "abacus"); code != codeUsage || !strings.Contains(err.Error(), "there are alaxala, cisco") {
		t.Errorf("no such profile: exit code %d, %v", code, err)
	}
}
