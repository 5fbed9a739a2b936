package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slamon/slamon/check"
)

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"plain": "hunter2", "line": "hunter2\n", "dos": "hunter2\r\n", "space": " hunter2 \n\n"} {
		writeFile(t, dir, name, text)
	}
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	for _, c := range []struct{ source, want string }{
		{`{ env = "SLAMON_TEST_PASSWORD" }`, "hunter2"},
		{`{ file = "plain" }`, "hunter2"},
		{`{ file = "line" }`, "hunter2"},
		{`{ file = "dos" }`, "hunter2"},
		{`{ file = "space" }`, " hunter2 \n"}, // only one line break is cut
		{`{ file = "` + filepath.Join(dir, "plain") + `" }`, "hunter2"},
	} {
		k := mustParse(t, filepath.Join(dir, "slamon.toml"), withCheck("")+"user = \"ops\"\npassword = "+c.source+"\n").Services[0].Checks[0]
		if got := k.Params.(check.HTTP).Password.Reveal(); got != c.want {
			t.Errorf("password = %s gives %q, want %q", c.source, got, c.want)
		}
	}
}

// TestSecretFileForEverybody: it works, with a warning.
func TestSecretFileForEverybody(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "password", "hunter2")
	if err := os.Chmod(filepath.Join(dir, "password"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := mustParse(t, filepath.Join(dir, "slamon.toml"), withCheck("")+"user = \"ops\"\npassword = { file = \"password\" }\n")
	if len(c.Warnings) != 2 {
		t.Fatalf("%d warnings, want 2: %v", len(c.Warnings), c.Warnings)
	}
	// The one about missing anchors is of the whole file and comes first.
	if w := c.Warnings[1]; !strings.Contains(w.Text, "everybody") || !strings.HasPrefix(w.Remedy, "chmod 600 ") || w.Line != 9 {
		t.Errorf("warning = %s, want one about the secret file", w)
	}
}

// TestSecretInsideAHeader: a line break in it would let it write further
// fields.
func TestSecretInsideAHeader(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2\r\nHost: other")
	_, err := Parse("x", []byte(withCheck("")+"headers = { X-Key = { env = \"SLAMON_TEST_PASSWORD\" } }\n"))
	if err == nil || !strings.Contains(err.Error(), "control character") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("complaint = %v, want one about a control character that does not show the secret", err)
	}
}

// TestNoSecretInAnyMessage puts a password wherever somebody may put one.
func TestNoSecretInAnyMessage(t *testing.T) {
	const password = "hunter2"
	for _, extra := range []string{
		`password = "hunter2"`,
		`password = ["hunter2"]`,
		`password = { value = "hunter2" }`,
		`password = { env = ["hunter2"] }`,
		`password = { env = "hunter2!" }`,
		`bearer = "hunter2"`,
		`headers = { Authorization = "hunter2" }`,
		`headers = { authorization = "Basic hunter2" }`,
		`headers = { Cookie = 'hunter2' }`,
		`headers = { Cookie = ['hunter2'] }`,
		`proxy = "http://ops:hunter2@proxy.example.net"`,
		`proxy = "http://ops:hunter2@[proxy"`,
		`proxy_password = "hunter2"`,
		`headers = "Authorization: hunter2"`,
	} {
		_, err := Parse("x", []byte(withCheck("")+extra+"\n"))
		if err == nil {
			t.Errorf("%s: no complaint", extra)
			continue
		}
		if strings.Contains(err.Error(), password) {
			t.Errorf("%s: the complaint shows the secret:\n%s", extra, err)
		}
	}
	for _, url := range []string{"http://ops:hunter2@www.example.com/", "http://ops:hunter2@www example", "ops:hunter2@www.example.com", "https://ops:hunter2/x@h:y"} {
		_, err := Parse("x", []byte(strings.Replace(withCheck(""), "https://www.example.com/", url, 1)))
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("url %s: complaint = %v, want one without the secret", url, err)
		}
	}
	for _, address := range []string{"https://ops:hunter2@www.example.com", "ops:hunter2@www.example.com:443"} {
		_, err := Parse("x", []byte("[[service]]\nid = \"s\"\n[[service.check]]\nid = \"c\"\ntcp = { address = \""+address+"\" }"))
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("address %s: complaint = %v, want one without the secret", address, err)
		}
	}
}
