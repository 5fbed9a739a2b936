package notify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/secret"
)

const (
	// maxRead bounds what is read of an answer. Every service above answers with less
	// than a kilobyte; one that sends a gigabyte is cut off here.
	maxRead = 16 << 10
	// maxHeader bounds the header of an answer.
	maxHeader = 64 << 10
	// longestAfter bounds Retry-After: a service that asks for a day would take its
	// notice past every window.
	longestAfter = 10 * time.Minute
)

// browser is what all web channels send with. It follows no redirect: the body and
// the token are for the place that the file names, and for no other.
var browser = &http.Client{
	Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    maxAtOnce,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// request is one call of a web channel.
type request struct {
	Method  string // POST when empty
	URL     string
	Header  http.Header
	Body    []byte
	Secrets []secret.Value // hidden in what is told of the call, beside the URL's path
	Taken   []int          // statuses that mean taken, beside 2xx
}

// do makes the call and classifies its answer: 2xx is taken, 408, 425, 429 and 5xx
// may pass, all else (redirects too) will not.
func (c request) do(ctx context.Context) (answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, cmp.Or(c.Method, http.MethodPost), c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return "", permanent("the URL cannot be used") // the error would show it
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("User-Agent", "slamon")
	tell(ctx, "> %s %s://%s/…\n> Content-Type: %s\n>\n> %s", r.Method, r.URL.Scheme, r.URL.Host, r.Header.Get("Content-Type"), c.hide(string(c.Body)))
	got, err := browser.Do(r)
	if err != nil {
		var wrapped *url.Error // its text holds the URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		if isCertificate(err) {
			return "", permanent("%s: %s", r.URL.Host, c.hide(err.Error()))
		}
		return "", fmt.Errorf("%s: %s", r.URL.Host, c.hide(err.Error()))
	}
	defer got.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(got.Body, maxRead)) // the status has decided already
	text := clip(c.hide(got.Status + " " + string(body)))
	tell(ctx, "< %s", text)
	return text, c.judge(got, text)
}

func isCertificate(err error) bool { return lasting(err) }

func (c request) judge(got *http.Response, text string) error {
	code := got.StatusCode
	if code/100 == 2 {
		return nil
	}
	for _, taken := range c.Taken {
		if code == taken {
			return nil
		}
	}
	f := &Failure{Err: errors.New(text)}
	switch {
	case code == http.StatusRequestTimeout || code == http.StatusTooEarly || code == http.StatusTooManyRequests || code >= 500:
		f.After = retryAfter(got.Header.Get("Retry-After"), time.Now())
	default:
		f.Permanent = true
	}
	return f
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	after := time.Duration(0)
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		after = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(now)
	}
	return min(max(after, 0), longestAfter)
}

// hide replaces secrets, and the URL, which holds one more often than not.
func (c request) hide(text string) string {
	hidden := []string{c.URL}
	if u, err := url.Parse(c.URL); err == nil && len(u.Path) > 1 {
		hidden = append(hidden, u.RequestURI(), u.Path)
	}
	for _, s := range c.Secrets {
		hidden = append(hidden, s.Reveal(), url.PathEscape(s.Reveal()), url.QueryEscape(s.Reveal()))
	}
	for _, h := range hidden {
		if h != "" {
			text = strings.ReplaceAll(text, h, secret.Placeholder)
		}
	}
	return text
}
