package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// language is one catalogue. Both catalogues have the same keys.
type language struct {
	code, name string // "en", "English"
	texts      map[string]string
}

var (
	english  = &language{"en", "English", with(with(textsEnglish, deviceTextsEnglish), with(with(deedTextsEnglish, responseTextsEnglish), countTextsEnglish))}
	japanese = &language{"ja", "日本語", with(with(textsJapanese, deviceTextsJapanese), with(with(deedTextsJapanese, responseTextsJapanese), countTextsJapanese))}
	// languages in the order of preference where a reader has none.
	languages = []*language{english, japanese}
)

// languageOf follows ?lang=, else the browser's wishes (RFC 9110 section 12.5.4).
func languageOf(r *http.Request) *language {
	wish := r.URL.Query().Get("lang")
	for _, l := range languages {
		if l.code == wish {
			return l
		}
	}
	return preferred(r.Header.Get("Accept-Language"))
}

func preferred(header string) *language {
	best, weight := english, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				q = n
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, l := range languages {
			if l.code == primary && q > weight {
				best, weight = l, q
			}
		}
	}
	return best
}

// t returns the text of a key with its arguments put in.
func (l *language) t(key string, args ...any) string {
	text, ok := l.texts[key]
	if !ok {
		return "{" + key + "}" // seen at once by people, and by the test of the catalogues
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// n is t for a number of things: English tells one from many.
func (l *language) n(key string, count int) string {
	if count == 1 {
		return l.t(key + ".one")
	}
	return l.t(key+".many", l.count(count))
}

// count writes a whole number with its thousands apart.
func (l *language) count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// say returns what was said in English, and is kept so, in the language of the reader.
func (l *language) say(text string) string {
	if l.code == "ja" {
		return alert.InJapanese(text)
	}
	return text
}

func (l *language) answer(a sla.Answer) string   { return l.t("answer." + string(a)) }
func (l *language) state(s check.State) string   { return l.t("state." + s.String()) }
func (l *language) kind(k timeline.Kind) string  { return l.t("kind." + k.String()) }
func (l *language) reason(r check.Reason) string { return l.t("reason." + r.String()) }
func (l *language) class(c check.Class) string   { return l.t("class." + string(c)) }
func (l *language) claimKind(k sla.Kind) string  { return l.t("claim." + string(k)) }
func (l *language) window(name string) string    { return l.t("window." + name) }
func (l *language) combine(c sla.Combine) string { return l.t("combine." + string(c)) }
