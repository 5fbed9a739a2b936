package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/slamon/slamon/check"
)

// asInit makes us the parent of what loses its own, as the first process of a system
// is, which we are in a container.
func asInit(t *testing.T) {
	t.Helper()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) })
}

func TestBrowserLeavesNoZombies(t *testing.T) {
	needChromium(t)
	asInit(t)
	o := outcomeOf(t, Browser(inBrowser(check.BrowserStep{Open: check.Text(pages(t))})), browserPatience)
	want(t, o, check.Up, check.ReasonNone)
	noZombies(t)
}

func TestCommandLeavesNoZombies(t *testing.T) {
	asInit(t)
	for _, line := range []string{"sleep 1000 & sleep 1000 & echo OK", `setsid sh -c 'echo >x; exec sleep 1000' & while ! [ -e x ]; do :; done; exit 2`} {
		outcomeOf(t, Command(check.Command{Program: line, Shell: true, Directory: t.TempDir()}), patience)
		noZombies(t)
	}
}

func noZombies(t *testing.T) {
	t.Helper()
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		stat, err := os.ReadFile(name)
		_, rest, _ := strings.Cut(string(stat), ") ")
		if err == nil && strings.HasPrefix(rest, fmt.Sprintf("Z %d ", os.Getpid())) {
			t.Errorf("a zombie is left: %s", stat)
		}
	}
}
