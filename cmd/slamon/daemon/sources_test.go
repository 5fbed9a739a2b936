package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sourceConfig = `[storage]
backup_directory = ""
[[service]]
id = "meeting"
[[service.check]]
id = "login"
tcp = { address = "127.0.0.1:9" }
paused = true
[[service.claim]]
id = "month"
kind = "contract"
availability = "99.9%"
window = { kind = "calendar_month" }
[[maintenance_file]]
service = "meeting"
path = "vendor.csv"
`

// replace puts a file in the place of another, as editors and scripts do.
func replace(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// TestMaintenanceFileIsWatched replaces the file twice: a watch on the file itself
// would miss the second time.
func TestMaintenanceFileIsWatched(t *testing.T) {
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "slamon.toml"), sourceConfig)
	file := filepath.Join(dir, "vendor.csv")
	const head = "from,to,note\n"
	l := live(t, dir, "http", "")
	for _, note := range []string{"first", "second", "third"} {
		replace(t, file, head+"2030-01-01T00:00:00Z,2030-01-01T01:00:00Z,"+note+"\n")
		l.until("/api/v1/maintenance", note)
	}
	replace(t, file, head+"2030-01-01T01:00:00Z,2030-01-01T00:00:00Z,wrong\n")
	l.until("/api/v1/status", "the maintenance ends before it begins")
	if body := l.until("/api/v1/maintenance", "third"); strings.Contains(body, "wrong") {
		t.Errorf("the wrong file was taken:\n%s", body)
	}
}
