package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/slamon/slamon/secret"
)

// maxComplaints bounds the answer to a file that is not meant for slamon at
// all; nobody corrects more than that in one go.
const maxComplaints = 1000

// reader is one reading of one file. What many checks share (a pattern, a
// certificate pool, a secret) is made once and handed out again: 10,000 checks
// with the same pattern hold one compiled regular expression.
type reader struct {
	name  string // of the file, for complaints
	dir   string // relative paths in the file start here
	data  []byte
	lines *lines // nil until the first complaint

	complaints Complaints
	warnings   Complaints
	trail      []string // the keys that lead to what is being decoded
	steps      []step   // see path

	patterns map[string]*regexp.Regexp
	pools    map[string]*x509.CertPool
	pairs    map[[2]string][]tls.Certificate
	secrets  map[string]secret.Value
	words    map[string]string
	zones    map[string]*time.Location
	seen     map[stated]place // where each id was stated first
	parts    map[part]place   // where the texts of channels stand
	tables   map[stated]place // where the tables of what is asked begin
}

// stated is an id with the kind of thing that it names.
type stated struct{ thing, id string }

func newReader(name string, data []byte) *reader {
	return &reader{
		name:     name,
		dir:      filepath.Dir(name),
		data:     data,
		patterns: map[string]*regexp.Regexp{},
		pools:    map[string]*x509.CertPool{},
		pairs:    map[[2]string][]tls.Certificate{},
		secrets:  map[string]secret.Value{},
		words:    map[string]string{},
		zones:    map[string]*time.Location{},
		seen:     map[stated]place{},
		parts:    map[part]place{},
		tables:   map[stated]place{},
	}
}

func (r *reader) line(at place) int {
	line, _ := r.position(at)
	return line
}

// position returns line and column. Most files are without mistakes and never
// need the table of lines.
func (r *reader) position(at place) (line, column int) {
	if r.lines == nil {
		r.lines = newLines(r.data)
	}
	return r.lines.at(at)
}

func (r *reader) note(at place, remedy, text string) Complaint {
	line, column := r.position(at)
	return Complaint{File: r.name, Line: line, Column: column, Text: text, Remedy: remedy}
}

// complain notes a mistake. The text must not hold a secret.
func (r *reader) complain(at place, remedy, format string, args ...any) {
	if len(r.complaints) < maxComplaints {
		r.complaints = append(r.complaints, r.note(at, remedy, fmt.Sprintf(format, args...)))
	}
}

// warn notes something that is allowed but probably not meant.
func (r *reader) warn(at place, remedy, format string, args ...any) {
	if len(r.warnings) < maxComplaints {
		r.warnings = append(r.warnings, r.note(at, remedy, fmt.Sprintf(format, args...)))
	}
}

// file makes a path of the file absolute or relative to the working directory:
// relative ones start at the directory of the configuration file.
func (r *reader) file(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.dir, p)
}

// maxQuoted bounds how much of a wrong value is shown.
const maxQuoted = 80

// quote shows a value of the file in a complaint.
func quote(s string) string {
	if len([]rune(s)) > maxQuoted {
		s = string([]rune(s)[:maxQuoted]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// intern returns one copy of a word that many checks use.
func (r *reader) intern(word string) string {
	if w, ok := r.words[word]; ok {
		return w
	}
	r.words[word] = word
	return word
}

// origins remember the files that were read, for the dump: a pool of
// certificates does not know where it came from.
type origins struct {
	pools  map[*x509.CertPool]string
	pairs  map[*byte][2]string  // by the first byte of the leaf
	parts  map[part]Complaint   // with the place alone
	tables map[stated]Complaint // likewise
}

// used reports whether any file was read.
func (o origins) used() bool { return len(o.pools)+len(o.pairs) > 0 }

func (r *reader) origins() origins {
	o := origins{pools: map[*x509.CertPool]string{}, pairs: map[*byte][2]string{}, parts: map[part]Complaint{}, tables: map[stated]Complaint{}}
	for of, at := range r.tables {
		o.tables[of] = r.note(at, "", "")
	}
	for p, at := range r.parts {
		o.parts[p] = r.note(at, "", "")
	}
	for p, pool := range r.pools {
		o.pools[pool] = p
	}
	for names, pair := range r.pairs {
		if len(pair) > 0 {
			o.pairs[&pair[0].Certificate[0][0]] = names
		}
	}
	return o
}
