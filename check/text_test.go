package check

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextExpand(t *testing.T) {
	values := map[string]string{"a": "1", "b_2": "two"}
	for in, want := range map[Text]string{
		"":                    "",
		"plain $ and } and {": "plain $ and } and {",
		"${a}":                "1",
		"x${a}y${b_2}z${a}":   "x1ytwoz1",
		"$${a} and ${a}":      "${a} and 1",
		"$$${a}":              "$${a}",
	} {
		got, err := in.Expand(func(name string, at int) (string, error) {
			if in[at:at+2] != "${" {
				t.Errorf("%q: offset %d is not that of %s", in, at, name)
			}
			return values[name], nil
		})
		if err != nil || got != want {
			t.Errorf("Text(%q).Expand = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestTextMalformed(t *testing.T) {
	for _, in := range []Text{"${", "${a", "${}", "${1a}", "${a b}", "x${a}${"} {
		if names, err := in.Variables(); err == nil {
			t.Errorf("Text(%q).Variables() = %q, want an error", in, names)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a${b}c$${d}")
	f.Add("${")
	f.Fuzz(func(t *testing.T, in string) {
		names, err := Text(in).Variables()
		var used []string
		_, again := Text(in).Expand(func(name string, _ int) (string, error) {
			used = append(used, name)
			return "", nil
		})
		if fmt.Sprint(err) != fmt.Sprint(again) {
			t.Fatalf("Variables says %v, Expand says %v", err, again)
		}
		if diff := cmp.Diff(names, used); diff != "" && err == nil {
			t.Fatalf("Variables and Expand differ:\n%s", diff)
		}
	})
}

func TestJSONPath(t *testing.T) {
	for path, want := range map[string]bool{
		"room.id": true, "room.#.id": true, `\@id`: true, `a.\@id`: true,
		"": false, "@dig:x": false, "room|@reverse": false, "room.@this": false, "{@dig:x}": false, `\@a.@b`: false,
	} {
		if got := JSONPath(path); got != want {
			t.Errorf("JSONPath(%q) = %v, want %v", path, got, want)
		}
	}
}
