package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// example is the configuration that beside.md lets its reader type.
var example = regexp.MustCompile(`(?m)(?:^    .*\n|^\n)*^    \[\[service\]\]\n(?:^    .*\n|^\n)*`)

// checkBeside lets slamon judge the example: whoever tries slamon beside another tool
// begins with it.
func checkBeside(t *testing.T, slamon string) {
	t.Helper()
	block := example.FindString(string(read(t, "beside.md")))
	if block == "" {
		t.Fatal("beside.md has no example of a configuration")
	}
	file := filepath.Join(t.TempDir(), "slamon.toml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(block, "\n    ", "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), slamon, "check-config", file).CombinedOutput(); err != nil {
		t.Errorf("the example of beside.md: %v\n%s", err, out)
	}
}
