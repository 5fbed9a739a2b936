package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// exposureMax is, in tenths, what systemd-analyze security may find of the unit; 1.7 are
// found. What is left are the network, and that commands are told no and not killed.
const exposureMax = "20"

// dropIns are the parts that are added where they are needed, and what the unit is with
// them: Chromium makes namespaces, and compiles while it runs.
var dropIns = map[string]string{
	"":                    exposureMax,
	"slamon-traps.conf":   exposureMax,
	"slamon-browser.conf": "30",
}

// TestUnit lets systemd judge the unit, alone and with each of its parts, with a program
// in slamon's place that is there.
func TestUnit(t *testing.T) {
	need(t, "systemd-analyze")
	unit := strings.ReplaceAll(string(read(t, "systemd/slamon.service")), "/usr/local/bin/slamon", "/bin/true")
	for part, exposure := range dropIns {
		t.Run("with "+part, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "slamon.service")
			if err := os.WriteFile(file, []byte(unit), 0o600); err != nil {
				t.Fatal(err)
			}
			if part != "" {
				dir := file + ".d"
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, part), read(t, "systemd/"+part), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", file).CombinedOutput()
			if said := string(out); err != nil || strings.Contains(said, "slamon.service:") || part != "" && strings.Contains(said, part+":") {
				t.Errorf("systemd-analyze verify: %v\n%s", err, out)
			}
			out, err = exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+exposure, file).CombinedOutput()
			if err != nil {
				t.Errorf("systemd-analyze security: %v, want an exposure of at most %s tenths\n%s", err, exposure, out)
			}
		})
	}
	for _, file := range files(t, "systemd/*.conf") {
		text := string(read(t, file))
		if _, ok := dropIns[filepath.Base(file)]; !ok && strings.Contains(text, "[Service]") {
			t.Errorf("%s is not verified", file)
		}
	}
}
