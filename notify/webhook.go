package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"text/template"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
)

// maxBody bounds what a template may write.
const maxBody = 1 << 20

// webhook posts to a URL.
type webhook struct {
	alert.Webhook
	body *template.Template // nil for JSON
}

// newWebhook tries the template on a notice, so that a wrong one is found when the
// file is read and not in the night.
func newWebhook(w alert.Webhook) (*webhook, error) {
	s := &webhook{Webhook: w}
	if w.Template == "" {
		return s, nil
	}
	var err error
	if s.body, err = template.New("body").Funcs(functionsIn(nil)).Option("missingkey=error").Parse(w.Template); err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	for _, m := range Samples() {
		if _, err := s.render(m); err != nil {
			return nil, fmt.Errorf("webhook: %w", err)
		}
	}
	return s, nil
}

// Send posts the message.
func (s *webhook) Send(ctx context.Context, m Message) (string, error) {
	contentType := cmp.Or(s.ContentType, "application/json")
	body, err := s.render(m)
	if err != nil { // the built-in form may be refused, but silence would be certain
		tell(ctx, "the template failed, the notice is sent as JSON: %s", err)
		body, contentType = m.failed(err).JSON(), "application/json"
	}
	c := request{Method: s.Method, URL: s.URL.Reveal(), Body: body, Secrets: []secret.Value{s.Key}, Header: http.Header{}}
	c.Header.Set("Content-Type", contentType)
	c.Header.Set("Idempotency-Key", Short(m.ID))
	for _, h := range s.Headers {
		c.Header.Set(h.Name, h.Value.Reveal())
		c.Secrets = append(c.Secrets, h.Value)
	}
	if !s.Key.Empty() {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		c.Header.Set("X-Slamon-Timestamp", at)
		c.Header.Set("X-Slamon-Signature", "sha256="+Signature(s.Key, at, body))
	}
	return c.do(ctx)
}

// Signature returns the hexadecimal HMAC-SHA-256 (RFC 2104) of timestamp, a point
// and the body.
func Signature(key secret.Value, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *webhook) render(m Message) ([]byte, error) {
	if s.body == nil {
		return m.JSON(), nil
	}
	out := limited{left: maxBody}
	err := s.body.Execute(&out, m)
	return out.Bytes(), err
}

// limited is a buffer that refuses to grow without end.
type limited struct {
	bytes.Buffer
	left int
}

var errTooLong = errors.New("more is written than a message can hold")

// Write keeps p or nothing of it.
func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errTooLong
	}
	l.left -= len(p)
	return l.Buffer.Write(p)
}
