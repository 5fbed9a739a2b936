package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/slamon/slamon/secret"
)

// secretKey is a key whose value must not stand in the file: it is a table that
// says where the secret is, { env = "NAME" } or { file = "path" }.
type secretKey struct {
	v   secret.Value
	at  place
	set bool
	ok  bool
}

func (s *secretKey) decode(r *reader, key string, at place, n *node) {
	s.at, s.set = n.at, true
	if n.kind != anInline && n.kind != aTable {
		// Nothing of n may be shown: it is probably the secret.
		r.complain(n.at, key+` = { env = "NAME" } or { file = "path" }`,
			"%s: a secret must not stand in this file; want where to find it", key)
		return
	}
	s.v, s.ok = r.secret(key, at, n)
}

// secretSource is the mirror type of the table.
type secretSource struct {
	table
	Env  field[string] `toml:"env"`
	File field[string] `toml:"file"`
}

// secret fetches a secret and complains when it is not there.
func (r *reader) secret(key string, at place, n *node) (secret.Value, bool) {
	var from secretSource
	remedy := key + ` = { env = "NAME" } or { file = "path" }`
	for _, e := range n.inner {
		into := &from.Env
		switch e.name {
		case "file":
			into = &from.File
		case "env":
		default:
			r.complain(e.at, remedy, "%s: want env or file, got %s", key, quote(e.name))
			return secret.Value{}, false
		}
		into.at, into.set = e.value.at, true
		if into.v, into.ok = e.value.text, e.value.kind == aText; !into.ok {
			r.complain(e.value.at, remedy, "%s: want the name in quotation marks", key)
			return secret.Value{}, false
		}
	}
	if from.Env.set == from.File.set {
		r.complain(at, remedy, "%s: want either env or file", key)
		return secret.Value{}, false
	}
	if from.Env.set {
		return r.fromEnv(key, from.Env)
	}
	return r.fromFile(key, from.File)
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) fromEnv(key string, name field[string]) (secret.Value, bool) {
	if !envName.MatchString(name.v) {
		// It may be the secret itself, so it is not shown.
		r.complain(name.at, key+` = { env = "NAME" }`, "%s: what stands behind env is not the name of an environment variable", key)
		return secret.Value{}, false
	}
	if v, ok := r.secrets["env:"+name.v]; ok {
		return v, true
	}
	text := os.Getenv(name.v)
	if text == "" {
		r.complain(name.at, "set "+name.v+" where slamon is started", "%s: the environment variable %s is not set", key, name.v)
		return secret.Value{}, false
	}
	v := secret.New(strings.Clone(text))
	r.secrets["env:"+name.v] = v
	return v, true
}

// maxSecret bounds a secret file; the longest sensible secret is a signed
// token of some kilobytes.
const maxSecret = 64 << 10

func (r *reader) fromFile(key string, name field[string]) (secret.Value, bool) {
	p := r.file(name.v)
	if v, ok := r.secrets["file:"+p]; ok {
		return v, true
	}
	data, mode, err := readFile(p, maxSecret)
	if err != nil {
		r.complain(name.at, "create the file, readable by slamon's user only", "%s: %s", key, err)
		return secret.Value{}, false
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if text == "" {
		r.complain(name.at, "write the secret into it", "%s: the file %s is empty", key, p)
		return secret.Value{}, false
	}
	if mode&0o007 != 0 {
		r.warn(name.at, "chmod 600 "+p, "%s: everybody on this machine can read the secret file %s", key, p)
	}
	v := secret.New(text)
	r.secrets["file:"+p] = v
	return v, true
}

// readFile reads a regular file of at most limit bytes. A pipe or a device
// would block or never end.
func readFile(path string, limit int64) ([]byte, os.FileMode, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, fileError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fileError(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, 0, fileError(path, err)
	}
	if int64(len(data)) > limit {
		return nil, 0, fmt.Errorf("%s has more than %s", path, FormatSize(limit))
	}
	return data, info.Mode().Perm(), nil
}

// fileError says it shorter than the operating system.
func fileError(path string, err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("no right to read %s", path)
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}
