package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected complaints")

// TestBadFiles reads every file of testdata/bad: its complaints, all of them,
// stand beside it in a file that ends in .txt.
func TestBadFiles(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	t.Setenv("TZ", "UTC")
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/bad: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			_, err := Load(file)
			var complaints Complaints
			if !errors.As(err, &complaints) {
				t.Fatalf("Load(%s) = %v, want Complaints", file, err)
			}
			got := err.Error() + "\n"
			beside := strings.TrimSuffix(file, ".toml") + ".txt"
			if *update {
				if err := os.WriteFile(beside, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(beside)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("complaints differ (-want +got):\n%s", diff)
			}
			for _, hidden := range []string{"hunter2", "12345678", "ter2"} {
				if strings.Contains(got, hidden) {
					t.Errorf("a complaint shows a secret:\n%s", got)
				}
			}
		})
	}
}

// TestFiftyMistakes holds the complaints against the marks in the file: exactly
// one for each, in the order of the lines.
func TestFiftyMistakes(t *testing.T) {
	const file = "testdata/bad/fifty_mistakes.toml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []int
	mark := regexp.MustCompile(` # [0-9]+$`)
	for i, line := range strings.Split(string(data), "\n") {
		if mark.MatchString(line) {
			want = append(want, i+1)
		}
	}
	var complaints Complaints
	if _, err := Load(file); !errors.As(err, &complaints) {
		t.Fatalf("Load(%s) = %v, want Complaints", file, err)
	}
	for _, c := range complaints {
		got = append(got, c.Line)
		if c.Remedy == "" {
			t.Errorf("no remedy: %s", c)
		}
	}
	if len(want) != 50 {
		t.Errorf("the file has %d marks, want 50", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines with complaints (-want +got):\n%s", diff)
	}
}
