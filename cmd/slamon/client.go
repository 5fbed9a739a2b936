package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// connection are the flags of commands that ask a daemon.
type connection struct{ base, user, passwordFile string }

func (c *connection) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.base, "url", "http://127.0.0.1:9780", "address of the daemon")
	cmd.Flags().StringVar(&c.user, "user", "", "name to sign in with")
	cmd.Flags().StringVar(&c.passwordFile, "password-file", "", "file that holds the password")
}

func (c *connection) client() (*client, error) {
	out, err := newClient(c.base, c.user, c.passwordFile)
	if err != nil {
		return nil, exitError{codeUsage, err}
	}
	return out, nil
}

// post states something and says that it was taken.
func (r *connection) post(ctx context.Context, out io.Writer, path string, v any, done string) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	if _, err := c.send(ctx, http.MethodPost, path, nil, v); err != nil {
		return err
	}
	say(out, "%s\n", done)
	return nil
}

// client asks a running daemon.
type client struct {
	base           *url.URL
	user, password string
}

func newClient(base, user, passwordFile string) (*client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("--url %q: want the daemon's address\ntry: --url http://127.0.0.1:9780", base)
	}
	c := &client{base: u, user: user}
	if passwordFile != "" {
		secret, err := os.ReadFile(passwordFile)
		if err != nil {
			return nil, fmt.Errorf("--password-file: %w", err)
		}
		c.password = strings.TrimRight(string(secret), "\r\n")
	}
	return c, nil
}

const (
	// askTimeout bounds a request to the daemon; a board is never far away.
	askTimeout = 15 * time.Second
	// maxAnswer bounds what is read of an answer: 10,000 claims with incidents.
	maxAnswer = 256 << 20
)

// get takes the JSON of an answer apart.
func (c *client) get(ctx context.Context, path string, out any) error {
	body, err := c.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return exitError{codeFailed, fmt.Errorf("%s: slamon answered with something else: %w", path, err)}
	}
	return nil
}

// send makes one request of the daemon, with v as its JSON body unless that is nil,
// and returns the answer's body. What the daemon refuses is the caller's mistake.
func (c *client) send(ctx context.Context, method, path string, query url.Values, v any) ([]byte, error) {
	return c.within(ctx, askTimeout, method, path, query, v)
}

// within is send with a time of its own.
func (c *client) within(ctx context.Context, timeout time.Duration, method, path string, query url.Values, v any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var body io.Reader
	if v != nil {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, exitError{codeFailed, err}
		}
		body = bytes.NewReader(text)
	}
	u := *c.base.JoinPath(path)
	u.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, exitError{codeUsage, err}
	}
	if v != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.user != "" {
		request.SetBasicAuth(c.user, c.password)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, exitError{codeFailed, fmt.Errorf("the daemon cannot be asked: %w\ntry: slamon run, or --url with its address", err)}
	}
	defer answer.Body.Close()
	out, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, exitError{codeFailed, err}
	}
	if answer.StatusCode == http.StatusOK {
		return out, nil
	}
	code := codeFailed
	if answer.StatusCode == http.StatusBadRequest {
		code = codeUsage
	}
	return nil, exitError{code, errors.New(refusalText(answer.Status, out))}
}

// refusalText is the daemon's own sentence where it gave one.
func refusalText(status string, body []byte) string {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) == nil && said.Error != "" {
		return said.Error
	}
	text := strings.TrimSpace(string(body))
	if len(text) > 500 {
		text = text[:500]
	}
	return fmt.Sprintf("the daemon answered %s: %s", status, text)
}

// userName is who makes a statement, unless they say otherwise.
func userName() string {
	for _, key := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if name := os.Getenv(key); name != "" {
			return name
		}
	}
	if u, err := user.Current(); err == nil { // where a timer runs it, nothing is set
		return u.Username
	}
	return ""
}
