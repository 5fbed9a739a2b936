package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/store"
)

// command runs slamon with the arguments in this process and returns the exit code,
// what it printed, and its complaint.
func command(t *testing.T, args ...string) (code int, out, complaint string) {
	t.Helper()
	var text bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&text)
	root.SetErr(&text)
	err := root.ExecuteContext(t.Context())
	if err == nil {
		return codeFine, text.String(), ""
	}
	var exit exitError
	if !errors.As(err, &exit) {
		return codeUsage, text.String(), err.Error()
	}
	if exit.err == nil {
		return exit.code, text.String(), ""
	}
	return exit.code, text.String(), exit.err.Error()
}

// oneResult opens a store with a single result in it.
func oneResult(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Append(check.Result{Check: "web", Sent: time.Now(), Outcome: check.Outcome{State: check.Up}}, time.Minute)
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStoreCommands goes the way of an operator: a store in use, stopped, copied,
// checked, damaged, put back.
func TestStoreCommands(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "slamon.db"), filepath.Join(dir, "copy.db")
	expect := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, complaint := command(t, args...)
		if code != wantCode || !strings.Contains(out+complaint, want) {
			t.Errorf("slamon %s: exit code %d, %q, %q; want %d and %q", strings.Join(args, " "), code, out, complaint, wantCode, want)
		}
	}
	running := oneResult(t, path)
	expect(codeFailed, "in use by another slamon", "check-store", path)
	expect(codeFailed, "without --storage.path, which asks the running daemon", "backup", "--storage.path", path, copied)
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	expect(codeFine, "1 checks, 1 results", "check-store", path)
	expect(codeFine, "made and verified: "+copied, "backup", "--storage.path", path, copied)
	expect(codeFine, "is sound", "check-store", "--storage.path", copied)
	running = oneResult(t, path)
	expect(codeFailed, "stop that slamon first", "restore", "--storage.path", path, copied)
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 10_000); err != nil {
		t.Fatal(err)
	}
	expect(codeFailed, "the file was cut short", "check-store", path)
	expect(codeFailed, "the file was cut short", "restore", "--storage.path", copied, path)
	expect(codeFine, "is kept: "+path+".before-restore", "restore", "--storage.path", path, copied)
	expect(codeFine, "1 checks, 1 results", "check-store", path)

	expect(codeFailed, "there is no store", "check-store", filepath.Join(dir, "none.db"))
	expect(codeFailed, "there is no store", "backup", "--storage.path", filepath.Join(dir, "none.db"), copied)
	if _, err := os.Stat(filepath.Join(dir, "none.db")); err == nil {
		t.Error("a backup of nothing made a store")
	}
	expect(codeUsage, "needs the file to copy to", "backup", "--storage.path", path)
	expect(codeUsage, "its own backup directory", "backup", copied)
	expect(codeUsage, "both name a store", "check-store", "--storage.path", path, copied)
	expect(codeUsage, "accepts 1 arg", "restore")
	expect(codeUsage, "try: --storage.path", "check-store", "--config.file", filepath.Join(dir, "none.toml"))
	expect(codeUsage, "want the daemon's address", "backup", "--url", "localhost")
}

func TestCheckStoreJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slamon.db")
	if err := oneResult(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	code, out, complaint := command(t, "check-store", "--json", path)
	var report store.VerifyReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != codeFine || report.Stored != 1 || report.Checks != 1 {
		t.Errorf("exit code %d, %s%s, %v", code, out, complaint, err)
	}
}

func TestBackupAsksDaemon(t *testing.T) {
	daemon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); r.Method != http.MethodPost || r.URL.Path != "/api/v1/backup" || name != "ops" || password != "secret" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Write([]byte(`{"path":"/backups/slamon-20260314T230000Z.db"}`))
	}))
	defer daemon.Close()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, complaint := command(t, "backup", "--url", daemon.URL, "--user", "ops", "--password-file", file)
	if code != codeFine || out != "backup made and verified: /backups/slamon-20260314T230000Z.db\n" {
		t.Errorf("exit code %d, %q, %q", code, out, complaint)
	}
	code, _, complaint = command(t, "backup", "--url", daemon.URL)
	if code != codeFailed || !strings.Contains(complaint, "401") {
		t.Errorf("without a password: exit code %d, %q", code, complaint)
	}
}
