package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"sync"

	"go.yaml.in/yaml/v2"
	"golang.org/x/crypto/bcrypt"
)

// signIn knows who has signed in to make a request.
type signIn struct {
	everybody bool // no request comes through without a password: the web server asks
	users     map[string]string

	mu    sync.Mutex // guards known; held while a password is compared: one at a time
	known map[[sha256.Size]byte]bool
}

const (
	// maxUsersFile bounds a file of names.
	maxUsersFile = 1 << 20
	// maxKnown bounds the answers that are remembered. To compare a password takes some
	// 50 ms of a processor, on purpose, and a browser sends it with every request.
	maxKnown = 100
)

// noUser is compared with where nobody has the name, so that an answer takes as long
// and tells no names.
const noUser = "$2a$10$wEQs/ehN9XySwuNp4ZwTW.9yxNkXwxRJlYdjPyIQAtguwME4FMiA."

// newSignIn reads who may sign in: those of the web configuration file, without whom
// nobody reads anything, or else those of the file of users, who sign in to act while
// anybody may read. Nil when neither names anybody.
func newSignIn(webConfig, users string) (*signIn, error) {
	named, err := readUsers("web configuration file", webConfig)
	if err != nil {
		return nil, err
	}
	if len(named) > 0 {
		return &signIn{everybody: true}, nil
	}
	if named, err = readUsers("users_file", users); err != nil || len(named) == 0 {
		return nil, err
	}
	return &signIn{users: named, known: map[[sha256.Size]byte]bool{}}, nil
}

// readUsers reads names and hashed passwords in the form of the Prometheus family.
func readUsers(what, path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if info.Size() > maxUsersFile {
		return nil, fmt.Errorf("%s %s: more than 1 MiB", what, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	var file struct {
		Users map[string]string `yaml:"basic_auth_users"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s %s: %w", what, path, err)
	}
	for name, hash := range file.Users {
		if _, err := bcrypt.Cost([]byte(hash)); err != nil {
			return nil, fmt.Errorf("%s %s: the password of %s is not hashed with bcrypt\ntry: htpasswd -nBC 10 %s", what, path, name, name)
		}
	}
	return file.Users, nil
}

// is reports whether somebody has signed in to make the request.
func (s *signIn) is(r *http.Request) bool {
	if s.everybody {
		return true
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	hash, there := s.users[name]
	if !there {
		hash = noUser
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", name, hash, password))
	s.mu.Lock()
	defer s.mu.Unlock()
	right, known := s.known[sum]
	if !known {
		right = bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil && there
		if len(s.known) >= maxKnown {
			clear(s.known)
		}
		s.known[sum] = right
	}
	return right
}
