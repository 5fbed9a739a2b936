package deploy_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

type composed struct {
	Services map[string]struct{ Command, Volumes []string }
	Volumes  map[string]any
}

func compose(t *testing.T) (c composed) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, "compose.yml"), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCompose checks that what is mounted is there.
func TestCompose(t *testing.T) {
	c := compose(t)
	mounted := 0
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, ok := c.Volumes[from]; ok {
				continue
			}
			mounted++
			if _, err := os.Stat(from); err != nil {
				t.Errorf("%s mounts %v", name, err)
			}
		}
	}
	if mounted == 0 {
		t.Error("nothing of this directory is mounted")
	}
}

// TestComposeFlags checks that the programs in the containers know what they are told, by
// those of the same name from Debian.
func TestComposeFlags(t *testing.T) {
	for name, program := range map[string]string{"prometheus": "prometheus", "alertmanager": "prometheus-alertmanager"} {
		t.Run(name, func(t *testing.T) {
			need(t, program)
			help, err := exec.CommandContext(t.Context(), program, "--help").CombinedOutput()
			if err != nil {
				t.Fatal(err)
			}
			flags := compose(t).Services[name].Command
			if len(flags) == 0 {
				t.Error("no flags")
			}
			for _, f := range flags {
				if key, _, _ := strings.Cut(f, "="); !strings.Contains(string(help), key) {
					t.Errorf("%s does not know %s", program, key)
				}
			}
		})
	}
}
