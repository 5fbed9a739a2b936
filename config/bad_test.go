package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
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
