package config

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// headerList is a table of fields: names with a plain value or a secret.
type headerList []headerItem

type headerItem struct {
	name  string
	at    place // of the name
	value secret.Value
}

// headerName is the token of RFC 9110 section 5.6.2.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// secretHeaders are the fields whose value nobody wants to see on a page.
var secretHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "Private-Token"}

// forbiddenHeaders are made by the probe itself; a second one would break the
// message (RFC 9112).
var forbiddenHeaders = []string{"Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Trailer", "Te", "Keep-Alive"}

func (h *headerList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { Accept = "text/html" }`, "%s: want a table of names and values", key)
		return
	}
	for _, e := range n.inner {
		if !headerName.MatchString(e.name) {
			r.complain(e.at, "use letters, digits and '-'", "%s: %s is not the name of a header field (RFC 9110)", key, quote(e.name))
			continue
		}
		if first, ok := h.find(e.name); ok {
			r.complain(e.at, "keep one of the two", "%s: %s is stated a second time; the first one is on line %d", key, quote(e.name), r.line(first))
			continue
		}
		*h = append(*h, headerItem{name: e.name, at: e.at, value: r.headerValue(key, e)})
	}
}

func (r *reader) headerValue(key string, e entry) secret.Value {
	hide := slices.Contains(secretHeaders, http.CanonicalHeaderKey(e.name))
	switch {
	case e.value.isTable():
		v, _ := r.secret(e.name, e.at, e.value)
		if !validFieldValue(v.Reveal()) {
			r.complain(e.value.at, "a secret for a header is one line of text", "%s: the secret for %s holds a line break or another control character", key, e.name)
		}
		return v
	case hide:
		r.complain(e.value.at, e.name+` = { env = "NAME" } or { file = "path" }`,
			"%s: the value of %s is a secret, which must not stand in this file", key, e.name)
	case e.value.kind != aText:
		r.complain(e.value.at, e.name+` = "`+strings.ReplaceAll(e.value.literal(), `"`, "'")+`"`, "%s: the value of %s: want text in quotation marks", key, e.name)
	case !validFieldValue(e.value.text):
		r.complain(e.value.at, "write it on one line", "%s: the value of %s holds a line break or another control character", key, e.name)
	default:
		return secret.New(e.value.text)
	}
	return secret.Value{}
}

// validFieldValue refuses what would let a value end its line (RFC 9110
// section 5.5).
func validFieldValue(s string) bool {
	for _, c := range []byte(s) {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

func (h headerList) find(name string) (place, bool) {
	for _, item := range h {
		if strings.EqualFold(item.name, name) {
			return item.at, true
		}
	}
	return 0, false
}

// headers hands out the fields and refuses those that the probe makes.
func (h headerList) headers(r *reader, forbidden []string) []check.Header {
	var out []check.Header
	for _, item := range h {
		if slices.Contains(forbidden, http.CanonicalHeaderKey(item.name)) {
			r.complain(item.at, "take it out", "the header %s is made by the probe itself", item.name)
			continue
		}
		out = append(out, check.Header{Name: r.intern(item.name), Value: item.value})
	}
	return out
}

// patternList is a table of header names with the patterns of their values.
type patternList []patternItem

type patternItem struct {
	name    string
	pattern field[string]
}

func (l *patternList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { Content-Type = 'text/html' }`, "%s: want a table of header names and patterns, got %s", key, n.describe())
		return
	}
	for _, e := range n.inner {
		if !headerName.MatchString(e.name) {
			r.complain(e.at, "use letters, digits and '-'", "%s: %s is not the name of a header field (RFC 9110)", key, quote(e.name))
			continue
		}
		item := patternItem{name: e.name}
		item.pattern.decode(r, e.name, e.at, e.value)
		*l = append(*l, item)
	}
}

func (l patternList) matches(r *reader, key string, absent bool) []check.HeaderMatch {
	var out []check.HeaderMatch
	for _, item := range l {
		out = append(out, check.HeaderMatch{
			Name:  r.intern(http.CanonicalHeaderKey(item.name)),
			Match: check.Match{Pattern: r.pattern(item.pattern, key), Absent: absent},
		})
	}
	return out
}
