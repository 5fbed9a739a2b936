package daemon

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v2"
	"golang.org/x/crypto/bcrypt"

	"github.com/slamon/slamon/config"
)

// signIn knows who has signed in to make a request. Both files are read again for
// every request that brings a name, as the web server does with its own: who is taken
// out of them is out.
type signIn struct {
	webConfig string // whose users the web server asks for, of everybody
	users     string // of who may act while anybody reads

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

// newSignIn finds out who may sign in: those of the web configuration file, without whom
// nobody reads anything, or else those of the file of users, who sign in to act while
// anybody may read. Nil when neither names anybody; open when anybody may read.
func newSignIn(webConfig, users string) (s *signIn, open bool, err error) {
	s = &signIn{webConfig: webConfig, users: users, known: map[[sha256.Size]byte]bool{}}
	named, err := readUsers("web configuration file", webConfig)
	if err != nil || len(named) > 0 {
		return s, false, err
	}
	if named, err = readUsers("users_file", users); err != nil || len(named) == 0 {
		return nil, false, err
	}
	return s, true, nil
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
	name, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	if named, err := readUsers("", s.webConfig); err != nil || len(named) > 0 {
		return err == nil // the web server has compared the password
	}
	users, err := readUsers("", s.users)
	hash, there := users[name]
	if !there {
		hash = noUser
	}
	return s.right(name, hash, password) && there && err == nil
}

// right compares a password, or remembers how that ended.
func (s *signIn) right(name, hash, password string) bool {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", name, hash, password))
	s.mu.Lock()
	defer s.mu.Unlock()
	right, known := s.known[sum]
	if !known {
		right = bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
		if len(s.known) >= maxKnown {
			clear(s.known)
		}
		s.known[sum] = right
	}
	return right
}

// admits reads the files of names, passwords and TLS as the daemon does at its start.
func admits(cfg *config.Config) error {
	var complaints config.Complaints
	add := func(key string, err error) {
		if err != nil {
			text, remedy, _ := strings.Cut(err.Error(), "\ntry: ")
			complaints = append(complaints, config.Complaint{File: cfg.File, Text: key + ": " + text, Remedy: cmp.Or(remedy, "correct the file that "+key+" names")})
		}
	}
	add("config_file", toolkit.Validate(cfg.Web.ConfigFile))
	add("public_config_file", toolkit.Validate(cfg.Web.PublicConfigFile))
	if _, _, err := newSignIn("", cfg.Web.UsersFile); err != nil {
		add("users_file", err)
	}
	if complaints == nil {
		return nil
	}
	return complaints
}
