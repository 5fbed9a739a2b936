package daemon

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/slamon/slamon/store"
)

// lively is a daemon that runs for a test.
type lively struct {
	t    *testing.T
	dir  string
	base string
	http *http.Client
	stop func()
}

// live starts the daemon on a free port with the configuration of the directory.
func live(t *testing.T, dir string, scheme string, web string) *lively {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDaemon(Options{ConfigFile: filepath.Join(dir, "slamon.toml"), WebConfig: web, Listener: listener, Refresh: 50 * time.Millisecond, Log: quiet()})
	if err := load(d); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- runParts(ctx, quiet(), d.parts()) }()
	l := &lively{t: t, dir: dir, base: scheme + "://" + listener.Addr().String(), http: &http.Client{Timeout: 20 * time.Second}}
	stopped := false
	l.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the daemon ended with %v", err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(l.stop)
	return l
}

// ask sends a request and returns status and body.
func (l *lively) ask(method, path string, change func(*http.Request)) (int, string) {
	l.t.Helper()
	request, err := http.NewRequestWithContext(l.t.Context(), method, l.base+path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	if change != nil {
		change(request)
	}
	return l.whole(l.http.Do(request))
}

// until asks again and again until the body holds the text.
func (l *lively) until(path, text string) string {
	l.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		code, body := l.ask("GET", path, nil)
		if code == http.StatusOK && strings.Contains(body, text) {
			return body
		}
		select {
		case <-ticker.C:
		case <-patience.C:
			l.t.Fatalf("%s never showed %q; now it says %d %s", path, text, code, body)
		}
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const liveConfig = `
[site]
name = "test"
[storage]
path = %q
backup_directory = %q
[[service]]
id = "shop"
[[service.check]]
id = "page"
interval = "1s"
timeout = "900ms"
reprobe = "100ms"
http = { url = %q }
[[service.check]]
id = "nightly"
class = "server"
heartbeat = { every = "1h", token = { file = %q } }
[[service.claim]]
id = "shop-day"
kind = "objective"
availability = "99.9%%"
window = { kind = "rolling", days = 1 }
`

func TestDaemon(t *testing.T) {
	var broken atomic.Bool
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer target.Close()
	dir := t.TempDir()
	const token = "open-sesame"
	write(t, filepath.Join(dir, "token"), token+"\n")
	config := fmt.Sprintf(liveConfig, filepath.Join(dir, "slamon.db"), filepath.Join(dir, "backups"), target.URL, filepath.Join(dir, "token"))
	file := filepath.Join(dir, "slamon.toml")
	write(t, file, config)

	l := live(t, dir, "http", "")
	l.until("/-/ready", "ready")
	l.until("/api/v1/checks/page", `"state":"up"`)
	broken.Store(true)
	l.until("/api/v1/incidents", `"reason":"status"`)
	broken.Store(false)
	l.until("/api/v1/incidents", `"ongoing":false`)
	if body := l.until("/metrics", `slamon_incidents_total{`); !strings.Contains(body, `slamon_check_results_total{check="page",outcome="down",reason="status",service="shop"}`) {
		t.Error("the failed probes are not counted")
	}

	write(t, file, strings.Replace(config, `"99.9%"`, `"101%"`, 1))
	if code, body := l.ask("POST", "/-/reload", nil); code != http.StatusBadRequest || !strings.Contains(body, "slamon.toml:") {
		t.Errorf("reload of a wrong file: %d %s", code, body)
	}
	l.until("/metrics", "slamon_config_last_reload_successful 0")
	write(t, file, strings.Replace(config, `id = "shop-day"`, `id = "shop-24h"`, 1))
	if code, body := l.ask("POST", "/-/reload", nil); code != http.StatusOK {
		t.Errorf("reload of a right file: %d %s", code, body)
	}
	l.until("/api/v1/claims", `"shop-24h"`)

	bearer := func(secret string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }
	}
	if code, _ := l.ask("POST", "/api/v1/heartbeat/nightly", bearer("wrong")); code != http.StatusUnauthorized {
		t.Errorf("a heartbeat with a wrong token: %d, want 401", code)
	}
	if code, body := l.ask("POST", "/api/v1/heartbeat/nightly", bearer(token)); code != http.StatusOK {
		t.Errorf("a heartbeat: %d %s", code, body)
	}
	l.until("/api/v1/checks/nightly", `"state":"up"`)
	code, body := l.ask("POST", "/api/v1/backup", nil)
	var made struct{ Path string }
	if err := json.Unmarshal([]byte(body), &made); code != http.StatusOK || err != nil {
		t.Fatalf("backup: %d %s", code, body)
	}
	l.stop()

	for _, path := range []string{made.Path, filepath.Join(dir, "slamon.db")} {
		if report, err := store.Verify(t.Context(), path); err != nil {
			t.Errorf("%s: %v (%+v)", path, err, report)
		}
	}
	again := live(t, dir, "http", "")
	again.until("/api/v1/incidents", `"reason":"status"`)
	again.until("/api/v1/checks/nightly", `"state":"up"`)
	if _, body := again.ask("GET", "/system", nil); strings.Contains(body, token) {
		t.Error("a secret is shown")
	}
}

// certificate makes a key pair for 127.0.0.1 and returns the pool that trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, filepath.Join(dir, "cert.pem"), string(public))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

func TestWebConfigFile(t *testing.T) {
	dir := t.TempDir()
	pool := certificate(t, dir)
	hash, err := bcrypt.GenerateFromPassword([]byte("right"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	web := filepath.Join(dir, "web.yml")
	write(t, web, fmt.Sprintf("tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\nbasic_auth_users:\n  anna: %s\n", hash))
	write(t, filepath.Join(dir, "slamon.toml"), fmt.Sprintf(liveConfig, filepath.Join(dir, "slamon.db"), "", "http://127.0.0.1:1/", web))
	l := live(t, dir, "https", web)
	l.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	sign := func(password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth("anna", password) }
	}
	for password, want := range map[string]int{"right": http.StatusOK, "wrong": http.StatusUnauthorized} {
		if code, _ := l.ask("GET", "/-/healthy", sign(password)); code != want {
			t.Errorf("with the %s password: %d, want %d", password, code, want)
		}
	}
	if code, _ := l.ask("POST", "/-/reload", nil); code != http.StatusUnauthorized {
		t.Errorf("reload without a password: %d, want 401", code)
	}
	if code, _ := l.ask("POST", "/-/reload", func(r *http.Request) {
		sign("right")(r)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}); code != http.StatusForbidden {
		t.Errorf("reload from another site: %d, want 403", code)
	}
}
