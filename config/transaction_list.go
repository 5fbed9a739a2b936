package config

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/slamon/slamon/check"
)

// textList is a table of names and texts that may have variables.
type textList []textItem

type textItem struct {
	name string
	at   place
	text field[string]
}

func (l *textList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { user = "monitor" }`, "%s: want a table of names and texts, got %s", key, n.describe())
		return
	}
	*l = textList{} // stated, even when it is empty
	for _, e := range n.inner {
		item := textItem{name: e.name, at: e.at}
		if e.value.isTable() {
			r.complain(e.value.at, `variables = { `+slug(e.name, "check")+` = { env = "NAME" } } and here "${`+slug(e.name, "check")+`}"`,
				"%s: %s wants text; a secret comes in by a variable", key, e.name)
			continue
		}
		item.text.decode(r, e.name, e.at, e.value)
		*l = append(*l, item)
	}
}

// pairs hands out the fields of a form.
func (s *scope) pairs(r *reader, l textList, key string) []check.TextPair {
	var out []check.TextPair
	for _, item := range l {
		if item.text.ok && secretWord(item.name) && item.text.v != "" && !onlyVariables(item.text.v) {
			r.complain(item.text.at, item.name+` = "${password}", with variables = { password = { env = "NAME" } }`,
				"%s: %s is a secret, which must not stand in this file", key, item.name)
			continue
		}
		out = append(out, check.TextPair{Name: item.name, Value: s.text(r, item.text, item.name)})
	}
	return out
}

func (r *reader) textHeader(s *scope, item textItem) check.TextHeader {
	name := http.CanonicalHeaderKey(item.name)
	h := check.TextHeader{Name: r.intern(item.name), Value: s.text(r, item.text, item.name)}
	switch {
	case !headerName.MatchString(item.name):
		r.complain(item.at, "use letters, digits and '-'", "headers: %s is not the name of a header field (RFC 9110)", quote(item.name))
	case slices.Contains(forbiddenHeaders, name):
		r.complain(item.at, "take it out", "the header %s is made by the probe itself", item.name)
	case !validFieldValue(item.text.v):
		r.complain(item.text.at, "write it on one line", "headers: the value of %s holds a line break or another control character", item.name)
	case slices.Contains(secretHeaders, name) && !holdsVariable(h.Value):
		r.complain(item.text.at, item.name+` = "${token}", with variables = { token = { env = "NAME" } }`,
			"headers: the value of %s is a secret, which must not stand in this file", item.name)
	}
	return h
}

func holdsVariable(t check.Text) bool {
	names, err := t.Variables()
	return err == nil && len(names) > 0
}

// valueList is a table of paths into JSON and what their values should be.
type valueList []valueItem

type valueItem struct {
	path string
	at   place
	n    *node
}

func (l *valueList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { "room.open" = true }`, "%s: want a table of JSON paths and values, got %s", key, n.describe())
		return
	}
	for _, e := range n.inner {
		if e.value.kind == aTable { // room.open = … without quotation marks
			r.complain(e.at, key+` = { "`+e.name+`.…" = … }, with the path in quotation marks`, "%s: %s is a table", key, quote(e.name))
			continue
		}
		if e.name == "" {
			r.complain(e.at, key+` = { "room.open" = true }`, "%s: a path is empty", key)
			continue
		}
		if !check.JSONPath(e.name) {
			r.complain(e.at, `write \@ for the character itself`, "%s: the path %s has a modifier (@): want the way to a value only", key, quote(e.name))
			continue
		}
		*l = append(*l, valueItem{path: e.name, at: e.at, n: e.value})
	}
}

// jsonMatches hands out the expectations on JSON values.
func (r *reader) jsonMatches(f *jsonKeys, s *scope) []check.JSONMatch {
	var out []check.JSONMatch
	for _, v := range f.JSONEqual {
		out = append(out, check.JSONMatch{Path: v.path, Equal: r.jsonEqual(v, s)})
	}
	for _, v := range f.JSONMatch {
		out = append(out, check.JSONMatch{Path: v.path, Match: check.Match{Pattern: r.jsonPattern(v, "json_match")}})
	}
	for _, v := range f.JSONNotMatch {
		out = append(out, check.JSONMatch{Path: v.path, Match: check.Match{Pattern: r.jsonPattern(v, "json_not_match"), Absent: true}})
	}
	for _, v := range f.JSONMin {
		out = append(out, check.JSONMatch{Path: v.path, Min: r.jsonNumber(v, "json_min")})
	}
	for _, v := range f.JSONMax {
		out = append(out, check.JSONMatch{Path: v.path, Max: r.jsonNumber(v, "json_max")})
	}
	return out
}

func (r *reader) jsonEqual(v valueItem, s *scope) check.Text {
	switch v.n.kind {
	case aText:
		return s.text(r, field[string]{v: v.n.text, at: v.n.at, set: true, ok: true}, v.path)
	case aBool, anInteger, aFloat:
		return check.Text(v.n.text)
	}
	r.complain(v.n.at, `json_equal = { "room.open" = true }`, "json_equal: want text, a number, true or false for %s, got %s", quote(v.path), v.n.describe())
	return ""
}

func (r *reader) jsonPattern(v valueItem, key string) *regexp.Regexp {
	if v.n.kind == aText {
		return r.pattern(field[string]{v: v.n.text, at: v.n.at, set: true, ok: true}, key)
	}
	r.complain(v.n.at, key+` = { "room.id" = '^r-' }`, "%s: want a pattern in quotation marks for %s, got %s", key, quote(v.path), v.n.describe())
	return nil
}

func (r *reader) jsonNumber(v valueItem, key string) *float64 {
	number, err := strconv.ParseFloat(v.n.text, 64)
	if v.n.kind != anInteger && v.n.kind != aFloat || err != nil {
		r.complain(v.n.at, key+` = { "room.members" = 1 }`, "%s: want a number for %s, got %s", key, quote(v.path), v.n.describe())
		return nil
	}
	return &number
}
