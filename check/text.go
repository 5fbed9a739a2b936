package check

import (
	"fmt"
	"strings"
)

// Text is text with variables: ${name} stands for the value of a variable, and
// $${ for the characters ${ themselves. A name is a letter or '_', then letters,
// digits and '_'.
type Text string

// Variables returns the names of the variables of t in the order of their use,
// or an error for a ${ that no name and } follow.
func (t Text) Variables() ([]string, error) {
	var names []string
	_, err := t.expand(func(name string, _ int) (string, error) {
		names = append(names, name)
		return "", nil
	})
	return names, err
}

// Expand puts the values in. Value is called for each variable with its name and
// the offset in t at which it stands, and may refuse.
func (t Text) Expand(value func(name string, at int) (string, error)) (string, error) {
	if !strings.Contains(string(t), "${") {
		return string(t), nil
	}
	return t.expand(value)
}

func (t Text) expand(value func(name string, at int) (string, error)) (string, error) {
	var b strings.Builder
	rest, at := string(t), 0
	for {
		i := strings.Index(rest, "${")
		if i < 0 {
			b.WriteString(rest)
			return b.String(), nil
		}
		if i > 0 && rest[i-1] == '$' { // $${
			b.WriteString(rest[:i-1] + "${")
			rest, at = rest[i+2:], at+i+2
			continue
		}
		end := strings.IndexByte(rest[i:], '}')
		if end < 0 || !VariableName(rest[i+2:i+end]) {
			return "", fmt.Errorf("${ without a name and }; for the characters themselves write $${")
		}
		v, err := value(rest[i+2:i+end], at+i)
		if err != nil {
			return "", err
		}
		b.WriteString(rest[:i] + v)
		rest, at = rest[i+end+1:], at+i+end+1
	}
}

// VariableName reports whether s can be the name of a variable.
func VariableName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
