package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// within returns the number, or missing when it was not stated, and complains
// when it lies outside from..to.
func (r *reader) within(f field[int64], key string, from, to, missing int64) int64 {
	if f.ok && (f.v < from || f.v > to) {
		r.complain(f.at, key+" = "+strconv.FormatInt(min(max(f.v, from), to), 10),
			"%s %d: want a number between %d and %d", key, f.v, from, to)
		return missing
	}
	return f.or(missing)
}

// between does the same for a length of time.
func (r *reader) between(f field[time.Duration], key string, from, to, missing time.Duration) time.Duration {
	if f.ok && (f.v < from || f.v > to) {
		r.complain(f.at, key+" = "+strconv.Quote(FormatDuration(min(max(f.v, from), to))),
			"%s %q: want a length of time between %s and %s", key, FormatDuration(f.v), FormatDuration(from), FormatDuration(to))
		return missing
	}
	return f.or(missing)
}

// sized does the same for a number of bytes.
func (r *reader) sized(f field[bytes], key string, from, to, missing int64) int64 {
	if f.ok && (int64(f.v) < from || int64(f.v) > to) {
		r.complain(f.at, key+" = "+strconv.Quote(FormatSize(min(max(int64(f.v), from), to))),
			"%s %q: want a number of bytes between %s and %s", key, FormatSize(int64(f.v)), FormatSize(from), FormatSize(to))
		return missing
	}
	return int64(f.or(bytes(missing)))
}

// oneOf returns the word, or missing when it was not stated, and complains when
// it is not one of words.
func (r *reader) oneOf(f field[string], key, missing string, words ...string) string {
	if !f.ok {
		return missing
	}
	if slices.Contains(words, f.v) {
		return f.v
	}
	remedy, ok := closest(f.v, words)
	if w := usual[strings.ToLower(f.v)]; slices.Contains(words, w) {
		remedy, ok = w, true
	}
	if !ok {
		remedy = words[0]
		if missing != "" {
			remedy = missing
		}
	}
	r.complain(f.at, key+" = "+strconv.Quote(remedy), "%s %s: want %s", key, quote(f.v), orList(words))
	return missing
}

// usual are words that people bring from elsewhere.
var usual = map[string]string{
	"ssl": "tls", "https": "tls", "plain": "none", "v4": "ipv4", "v6": "ipv6", "4": "ipv4", "6": "ipv6", "both": "any",
	"app": "application", "month": "calendar_month", "monthly": "calendar_month", "all": "all_down", "any": "any_down",
	"slo": "objective", "sla": "contract", "web": "application", "switch": "network", "router": "network", "firewall": "security",
}

// orList writes "a, b or c". An empty word is not shown.
func orList(words []string) string {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// required complains about a key that is not in its table, unless it is there
// with a slip of the pen.
func (r *reader) required(set bool, t *table, key, remedy, format string, args ...any) bool {
	if !set && !slices.Contains(t.meant, key) {
		r.complain(t.at, remedy, format, args...)
	}
	return set
}

// idSyntax is the syntax of check.ID.
var idSyntax = regexp.MustCompile(`^[a-z0-9][A-Za-z0-9._-]{0,63}$`)

// id reads a stable name and complains if it is missing, malformed or taken.
func (r *reader) id(f field[string], thing string, t *table) string {
	if !r.required(f.set, t, "id", `id = "`+example(thing)+`"`, "this %s has no id", thing) || !f.ok {
		return ""
	}
	if !idSyntax.MatchString(f.v) {
		r.complain(f.at, "id = "+strconv.Quote(slug(f.v, thing)),
			"%s id %s: want a lower-case letter or digit, then letters, digits, '-', '_' or '.', 64 characters at most", thing, quote(f.v))
		return ""
	}
	family := thing
	if thing == "anchor" { // anchors are checks: one history for each id
		family = "check"
	}
	if first, ok := r.seen[stated{family, f.v}]; ok {
		r.complain(f.at, "id = "+strconv.Quote(f.v+"-2")+", or another one that is free",
			"%s id %q is taken: the first one is on line %d", thing, f.v, r.line(first))
		return ""
	}
	r.seen[stated{family, f.v}] = f.at
	return f.v
}

func example(thing string) string {
	switch thing {
	case "service":
		return "web-meeting"
	case "claim":
		return "web-meeting-2026"
	case "anchor":
		return "gateway"
	case "channel":
		return "mail"
	case "policy":
		return "urgent"
	case "rota":
		return "on-call"
	}
	return "web-meeting-login"
}

// slug makes an id out of a name.
func slug(name, thing string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == ' ' && b.Len() > 0:
			b.WriteByte('-')
		case (c == '_' || c == '.' || c == '-') && b.Len() > 0:
			b.WriteRune(c)
		}
	}
	s := strings.TrimRight(b.String(), "-_. ")
	if s = s[:min(len(s), 64)]; s == "" {
		return example(thing)
	}
	return s
}

// pattern compiles a regular expression (RE2). The same text gives the same
// value, whatever check it stands in.
func (r *reader) pattern(f field[string], key string) *regexp.Regexp {
	if !f.ok {
		return nil
	}
	if re, ok := r.patterns[f.v]; ok {
		return re
	}
	re, err := regexp.Compile(f.v)
	if err != nil {
		r.complain(f.at, "in TOML write patterns between single quotes, and \\Q…\\E around what is meant literally",
			"%s %s is not a pattern: %s", key, quote(f.v), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil
	}
	r.patterns[f.v] = re
	return re
}
