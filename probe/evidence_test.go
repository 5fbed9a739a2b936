package probe

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slamon/slamon/check"
)

func TestText(t *testing.T) {
	long := strings.Repeat("日本", 400)
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "all is well", "all is well"},
		{"lines and tabs", "a\n\tb", "a\n\tb"},
		{"controls", "a\x00\x1b[31m\r\x7f", "a..[31m.."},
		{"not UTF-8", "caf\xe9!", "caf.!"},
		{"Japanese", "メンテナンス", "メンテナンス"},
		{"direction override", "a\u202eb", "a.b"},
		{"exactly full", strings.Repeat("x", check.EvidenceLimit), strings.Repeat("x", check.EvidenceLimit)},
		{"too long", strings.Repeat("x", check.EvidenceLimit+1), strings.Repeat("x", check.EvidenceLimit-3) + "…"},
		{"too long, wide", long, long[:(check.EvidenceLimit-3)/3*3] + "…"},
	} {
		if got := text([]byte(c.in)); got != c.want {
			t.Errorf("%s: text = %q (%d bytes), want %q", c.name, got, len(got), c.want)
		}
	}
	if got := line("  a\r\n b\tc "); got != "a b c" {
		t.Errorf("line = %q, want it on one line", got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\xff", strings.Repeat("é", 300), strings.Repeat("x", 600)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := text(b)
		if len(got) > check.EvidenceLimit || !utf8.ValidString(got) {
			t.Errorf("text(%q) = %q, %d bytes", b, got, len(got))
		}
		if l := line(string(b)); strings.ContainsAny(l, "\r\n") {
			t.Errorf("line(%q) = %q, want no line break", b, l)
		}
	})
}
