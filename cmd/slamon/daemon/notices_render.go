package daemon

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/notify"
)

// render writes the message of a notice by the configuration in force.
func (t *teller) render(n alert.Notice, language string) notify.Message {
	cfg := t.d.config.Load()
	r := notify.Renderer{Site: cfg.Site, Zone: cfg.Zone, URL: cfg.Web.ExternalURL}
	if r.URL != "" {
		r.Act = func(key string) string {
			return r.URL + "/acknowledge?" + url.Values{"key": {key}, "sig": {t.Sign(key)}}.Encode()
		}
	}
	if n.Dispatch != nil {
		return t.renderReport(r, cfg, n, language)
	}
	return r.Render(n, language)
}

// Sign returns what makes a link to acknowledge a condition valid.
func (t *teller) Sign(key string) string {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte("acknowledge\x00" + key))
	return hex.EncodeToString(mac.Sum(nil))
}

// Signed compares a signature in constant time.
func (t *teller) Signed(key, signature string) bool {
	return hmac.Equal([]byte(t.Sign(key)), []byte(signature))
}
