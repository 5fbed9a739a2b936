package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse: nothing makes Parse panic, a refusal always says why and where, and
// what is taken is printed as a file that is taken again.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, exampleFile) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add(strings.ReplaceAll(everything, "ca_file", "#"))
	f.Add("a.b.c = 1\n[a.b]\n[[a]]\n[a.b.c]\n")
	f.Add("service = [[], {}, 1, [{}]]\n[[service.check]]\n")
	f.Add("service = [{check = [{http = {tls = {a.b = 1}, headers = []}}], claim = {}}]")
	f.Add("[[service]]\n[[maintenance]]\nservice = \"x\"\n") // ids that are all wrong
	f.Add("x = " + strings.Repeat("[", 200))
	f.Add("\xef\xbb\xbf[site]\n\xff")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("fuzz.toml", []byte(text))
		if err != nil {
			var complaints Complaints
			if !errors.As(err, &complaints) || len(complaints) == 0 {
				t.Fatalf("Parse = %v, want Complaints", err)
			}
			for _, complaint := range complaints {
				if complaint.Text == "" || complaint.Line < 0 || complaint.Line > strings.Count(text, "\n")+1 {
					t.Fatalf("complaint %+v of a file of %d lines", complaint, strings.Count(text, "\n")+1)
				}
			}
			return
		}
		c.Needs()
		dump := c.Redacted()
		if strings.Contains(dump, "[hidden]") || c.origins.used() {
			return // secrets and files do not read back
		}
		again, err := Parse("dump.toml", []byte(dump))
		if err != nil {
			t.Fatalf("the dump is refused:\n%s\n%s", err, dump)
		}
		if got := again.Redacted(); got != dump {
			t.Fatalf("the dump of the dump differs:\n%s\n%s", dump, got)
		}
	})
}

// FuzzParseDuration: what is read is printed, and read back as the same.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"10s", "1h30m", "400d", "2w", "1.5h", "-5s", "9223372036854775807ns", "1w1w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		durationRemedy(text)
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if back, err := ParseDuration(FormatDuration(d)); err != nil || back != d || d < 0 {
			t.Errorf("ParseDuration(%q) = %s, printed %q, read back %s, %v", text, d, FormatDuration(d), back, err)
		}
	})
}

// FuzzParseSize does the same for sizes.
func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"2GiB", "500MB", "0B", "10KB", "9223372036854775807B", "-1B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sizeRemedy(text)
		n, err := ParseSize(text)
		if err != nil {
			return
		}
		if back, err := ParseSize(FormatSize(n)); err != nil || back != n || n < 0 {
			t.Errorf("ParseSize(%q) = %d, printed %q, read back %d, %v", text, n, FormatSize(n), back, err)
		}
	})
}
