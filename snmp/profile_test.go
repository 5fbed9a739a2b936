package snmp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBuiltinProfiles(t *testing.T) {
	all, err := LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"alaxala", "cisco", "f5", "fortinet", "generic", "juniper", "nec-ix", "net-snmp", "ups", "vmware", "windows", "yamaha"}
	if got := all.Names(); !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	for _, name := range all.Names() {
		p := all.Named(name)
		if name != Generic && len(p.System) == 0 {
			t.Errorf("%s fits no device by itself", name)
		}
		for _, r := range slices.Concat(p.CPU, p.Memory, p.Readings) {
			if r.Source == "" {
				t.Errorf("%s: a rule of %s names no source", name, r.How)
			}
		}
	}
	for object, want := range map[string]string{
		".1.3.6.1.4.1.8072.3.2.10": "net-snmp", ".1.3.6.1.4.1.9.1.1": "cisco", ".1.3.6.1.4.1.99.1": Generic, "": Generic,
		".1.3.6.1.4.1.90.1": Generic, ".1.3.6.1.4.1.12356.101.1.5": "fortinet", ".1.3.6.1.4.1.12356.103": Generic,
	} {
		if got := all.For(object); got.Name != want {
			t.Errorf("For(%q) = %s, want %s", object, got.Name, want)
		}
	}
}

func TestOwnProfiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("cisco.toml", "title = \"ours\"\nsystem = [\"1.3.6.1.4.1.9.1.2134\"]\n")
	write("printer.toml", "title = \"printer\"\nsystem = [\"1.3.6.1.4.1.1347\"]\n")
	all, err := LoadProfiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	for object, want := range map[string]string{
		".1.3.6.1.4.1.9.1.2134": "ours", ".1.3.6.1.4.1.9.1.1": "anything with IF-MIB and HOST-RESOURCES-MIB", ".1.3.6.1.4.1.1347.43": "printer",
	} {
		if got := all.For(object); got.Title != want {
			t.Errorf("For(%s) = %q, want %q", object, got.Title, want)
		}
	}
	write("bad.toml", "title = 5\n")
	write("worse.toml", "titel = \"x\"\n")
	_, err = LoadProfiles(dir)
	if err == nil || !strings.Contains(err.Error(), "profile bad: line 1") || !strings.Contains(err.Error(), "profile worse: line 1") {
		t.Errorf("LoadProfiles() = %v, want both mistakes with their lines", err)
	}
	if _, err := LoadProfiles(filepath.Join(dir, "none")); err == nil {
		t.Error("LoadProfiles() of no directory succeeds")
	}
}

func TestBadProfiles(t *testing.T) {
	for text, want := range map[string]string{
		``:                                   "needs a title",
		"title = 'x'\nsystem = ['cisco']":    "system: object",
		"title = 'x'\n[[cpu]]\nhow = 'gues'": `cpu 1: how = "gues"`,
		"title = 'x'\n[[cpu]]\nhow = 'percent'\noid = '1.3.6'":                                      "mark",
		"title = 'x'\n[[cpu]]\nhow = 'percent'\nmark = 'S'":                                         "object",
		"title = 'x'\n[[cpu]]\nhow = 'ticks'\nmark = 'S'\n[cpu.oids]\nuser = '1.3.6'":               `"system" is missing`,
		"title = 'x'\n[[cpu]]\nhow = 'ticks'\nmark = 'S'\n[cpu.oids]\nusr = '1.3.6'":                "no part of it",
		"title = 'x'\n[[cpu]]\nhow = 'column'\nmark = 'S'\noid = '1.3.6'\ncombine = 'sum'":          "combine",
		"title = 'x'\n[[memory]]\nhow = 'storage'\nmark = 'S'":                                      "row must name",
		"title = 'x'\n[[reading]]\nhow = 'value'\nmark = 'S'\noid = '1.3.6'\nkind = 'mood'":         `reading "mood"`,
		"title = 'x'\n" + strings.Repeat("[[cpu]]\nhow = 'percent'\nmark = 'S'\noid = '1.3'\n", 65): "more than",
		"title = '" + strings.Repeat("x", maxProfile) + "'":                                         "longer than",
	} {
		_, err := ParseProfile("test", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseProfile(%.80q) = %v, want %q", text, err, want)
		}
	}
}

func FuzzProfile(f *testing.F) {
	files, err := builtin.ReadDir("profiles")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := builtin.ReadFile("profiles/" + file.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParseProfile("x", b); err == nil && (p.Title == "" || len(p.CPU)+len(p.Memory)+len(p.Readings) > maxRules) {
			t.Errorf("ParseProfile takes %+v", p)
		}
	})
}
