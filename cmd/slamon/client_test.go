package main

import "testing"

// TestUserName: whoever called sudo states something, and not root.
func TestUserName(t *testing.T) {
	for _, c := range []struct{ sudo, user, want string }{
		{"sato", "root", "sato"},
		{"", "suzuki", "suzuki"},
	} {
		t.Setenv("SUDO_USER", c.sudo)
		t.Setenv("USER", c.user)
		if got := userName(); got != c.want {
			t.Errorf("SUDO_USER %q, USER %q: %q, want %q", c.sudo, c.user, got, c.want)
		}
	}
	t.Setenv("USER", "")
	t.Setenv("LOGNAME", "")
	if userName() == "" {
		t.Error("without an environment nobody is named")
	}
}
