package daemon

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// TestSignIn goes through files, names and passwords, and takes people out again.
func TestSignIn(t *testing.T) {
	dir := t.TempDir()
	hash, err := bcrypt.GenerateFromPassword([]byte("right"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	named := "basic_auth_users:\n  anna: " + string(hash) + "\n"
	web, users := filepath.Join(dir, "web.yml"), filepath.Join(dir, "users.yml")
	by := func(name, password string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if name != "" {
			r.SetBasicAuth(name, password)
		}
		return r
	}
	write(t, web, "tls_server_config: {}\n")
	write(t, users, named)
	s, open, err := newSignIn(web, users)
	if err != nil || s == nil || !open {
		t.Fatalf("users in a file of their own: %v, open %v, %v", s, open, err)
	}
	check := func(what string, r *http.Request, want bool) {
		t.Helper()
		for range 2 { // the second answer is remembered
			if got := s.is(r); got != want {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	check("nobody", by("", ""), false)
	check("anna", by("anna", "right"), true)
	check("anna with another password", by("anna", "wrong"), false)
	check("bert", by("bert", "right"), false)
	write(t, users, "basic_auth_users: {}\n")
	check("anna, taken out", by("anna", "right"), false)
	write(t, users, named)
	check("anna, back again", by("anna", "right"), true)

	write(t, web, named) // now the web server asks everybody
	if _, open, err = newSignIn(web, users); err != nil || open {
		t.Errorf("users in the web configuration file: open %v, %v", open, err)
	}
	check("whoever the web server let in", by("anna", "right"), true)
	check("nobody, as if the web server had let him in", by("", ""), false)
	write(t, web, "tls_server_config: {}\n")
	check("a stranger, after the users were taken out", by("stranger", "x"), false)

	if s, _, err = newSignIn("", ""); s != nil || err != nil {
		t.Errorf("no files: %v, %v", s, err)
	}
	write(t, users, "basic_auth_users:\n  anna: right\n")
	if _, _, err = newSignIn("", users); err == nil || !strings.Contains(err.Error(), "is not hashed with bcrypt\ntry: htpasswd -nBC 10 anna") {
		t.Errorf("a password in clear: %v", err)
	}
	if _, _, err = newSignIn("", filepath.Join(dir, "none.yml")); err == nil {
		t.Error("a missing file is taken")
	}
}
