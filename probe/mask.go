package probe

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// masks hides secrets in what is shown, in all the forms in which a request carries
// them: as they are, escaped for a URL or a JSON string, or in base64.
//
// The forms are made when something is first shown: most runs show nothing.
type masks struct {
	secrets []string
	forms   []string // of the secrets before made; longest first
	made    int
}

// add hides s from now on.
func (m *masks) add(s string) {
	if s != "" {
		m.secrets = append(m.secrets, s)
	}
}

func (m *masks) make() {
	if m.made == len(m.secrets) {
		return
	}
	for _, s := range m.secrets[m.made:] {
		m.addForms(s)
	}
	m.made = len(m.secrets)
	slices.SortFunc(m.forms, func(a, b string) int { return len(b) - len(a) })
}

func (m *masks) addForms(s string) {
	quoted, _ := json.Marshal(s) // a string always can be
	for _, f := range []string{
		s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`), base64.StdEncoding.EncodeToString([]byte(s)),
	} {
		if !slices.Contains(m.forms, f) {
			m.forms = append(m.forms, f)
		}
	}
}

// leastPart is how much of a secret must stand at the end of a text to be taken for
// one that was cut off there.
const leastPart = 3

// hide returns s without secrets. A text that was cut may end in the middle of one.
func (m *masks) hide(s string) string {
	m.make()
	for _, f := range m.forms {
		s = strings.ReplaceAll(s, f, secret.Placeholder)
	}
	bare := strings.TrimSuffix(s, "…")
	for _, f := range m.forms {
		for n := min(len(f)-1, len(bare)); n >= leastPart; n-- {
			if strings.HasSuffix(bare, f[:n]) {
				return bare[:len(bare)-n] + secret.Placeholder + s[len(bare):]
			}
		}
	}
	return s
}

// evidence hides secrets in all of e, and keeps it within its limit.
func (m *masks) evidence(e *check.Evidence) {
	if e == nil || len(m.secrets) == 0 {
		return
	}
	for _, s := range []*string{&e.Sentence, &e.Status, &e.Body, &e.Want, &e.Got, &e.Steps, &e.Certificate} {
		if hidden := m.hide(*s); hidden != *s {
			*s = text([]byte(hidden))
		}
	}
}
