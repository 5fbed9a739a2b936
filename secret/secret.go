// Package secret holds a value that must not be seen.
//
// A Value prints as a placeholder everywhere: in fmt, in slog, in JSON and in
// text. Only Reveal returns what it holds, so every use can be found by name.
package secret

// Placeholder is what a Value prints as.
const Placeholder = "[hidden]"

// Value is a password, token or key. The zero value is empty.
type Value struct{ hidden string }

// New hides s.
func New(s string) Value { return Value{s} }

// Reveal returns what is hidden.
func (v Value) Reveal() string { return v.hidden }

// Empty reports whether nothing is hidden.
func (v Value) Empty() bool { return v.hidden == "" }

// String returns the placeholder, or nothing for an empty value.
func (v Value) String() string {
	if v.hidden == "" {
		return ""
	}
	return Placeholder
}

// GoString keeps %#v from showing the value.
func (v Value) GoString() string { return "secret.Value{" + v.String() + "}" }

// MarshalText keeps encoders, slog's handlers among them, from showing the value.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }
