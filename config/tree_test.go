package config

import (
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// FuzzTree holds our tree against go-toml's own decoder: both take the same
// files.
func FuzzTree(f *testing.F) {
	for _, s := range []string{
		everything,
		"a.b = 1\na.c = 2\n[d]\ne.f = 1\n[d.g]\n",
		"[a]\n[a]\n",
		"[a.b]\n[a]\n[a.b.c]\n",
		"[a.b]\n[a]\nb.c = 1\n",
		"a = 1\na.b = 2\n",
		"a = {b = 1}\n[a.c]\n",
		"a = {b.c = 1, b.d = 2}\na.b.e = 3\n",
		"[[a]]\n[[a]]\n[a.b]\n[[a.c]]\n[a.c.d]\n",
		"[[a]]\n[a]\n",
		"[a]\n[[a]]\n",
		"a = [{b = 1}]\n[[a]]\n",
		"a = [{b = 1}]\n[a.c]\n",
		"[[a]]\nb = 1\n[[a]]\nb = 2\nb = 3\n",
		"a.b = 1\n[a]\n",
		"a.b.c = 1\n[a.b.d]\n",
		"[a]\nb.c = 1\n[a.b.d]\n",
		"[a.b.c]\n[a]\nb.d = 1\n",
		"[[a.b]]\n[a]\nb.c = 1\n",
		"'a' = 1\n\"a\" = 2\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := newReader("x", []byte(text))
		r.grow()
		err := toml.Unmarshal([]byte(text), &map[string]any{})
		if err != nil && len(r.complaints) == 0 && !scalarError(err.Error()) {
			t.Errorf("taken by us, refused by go-toml: %v\n%s", err, text)
		}
		if err == nil && len(r.complaints) > 0 {
			t.Errorf("refused by us, taken by go-toml: %v\n%s", r.complaints, text)
		}
	})
}

// scalarError reports whether go-toml's decoder refuses a number or a date,
// which we look at when a key asks for one.
func scalarError(text string) bool {
	for _, word := range []string{"integer", "float", "date", "time", "day", "month", "year", "hour", "minute", "second", "number", "digit", "range", "underscore", "timezone", "offset"} {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}
