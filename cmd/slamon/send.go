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
	"strings"
)

// send makes one request of the daemon, with v as its JSON body unless that is nil,
// and returns the answer's body. What the daemon refuses is the caller's mistake.
func (c *client) send(ctx context.Context, method, path string, query url.Values, v any) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
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
