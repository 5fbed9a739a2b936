package daemon

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPublicView checks that the view for anybody is on its own address, shows what
// is marked public and nothing else, and takes no orders.
func TestPublicView(t *testing.T) {
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	dir := t.TempDir()
	text := fmt.Sprintf(`
[web]
public_listen_address = %q
[[service]]
id = "open"
name = "Open house"
public = true
[[service.check]]
id = "open-door"
tcp = { address = %[2]q }
[[service]]
id = "closed"
name = "Closed house"
[[service.check]]
id = "closed-door"
tcp = { address = %[2]q }
`, address, target.Addr())
	if err := os.WriteFile(filepath.Join(dir, "slamon.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l := live(t, dir, "http", "")
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var page string
	for page == "" {
		select {
		case <-t.Context().Done():
			t.Fatal("the public view never answered")
		case <-tick.C:
		}
		if answer, err := l.http.Get("http://" + address + "/"); err == nil {
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			page = string(body)
		}
	}
	if !strings.Contains(page, "Open house") || strings.Contains(page, "Closed house") {
		t.Errorf("the page shows\n%s\nwant the open house only", page)
	}
	for _, path := range []string{"/metrics", "/system", "/services/closed"} {
		answer, err := l.http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s, want 404", path, answer.Status)
		}
	}
	answer, err := l.http.Post("http://"+address+"/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode < 400 {
		t.Errorf("POST /-/reload: %s, want a refusal", answer.Status)
	}
}

// TestPublicTLS gives the public view a certificate of its own, while the other
// address has none.
func TestPublicTLS(t *testing.T) {
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	pool := certificate(t, dir)
	write(t, filepath.Join(dir, "public.yml"), "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n")
	write(t, filepath.Join(dir, "slamon.toml"), fmt.Sprintf("[web]\npublic_listen_address = %q\npublic_config_file = \"public.yml\"\n[[service]]\nid = \"open\"\nname = \"Open house\"\npublic = true\n[[service.check]]\nid = \"door\"\npaused = true\ntcp = { address = \"192.0.2.1:1\" }\n", address))
	l := live(t, dir, "http", "")
	if code, _ := l.ask(http.MethodGet, "/-/ready", nil); code != http.StatusOK {
		t.Errorf("the other address: %d", code)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	until(t, "the public view", func() bool {
		answer, err := client.Get("https://" + address + "/")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.TLS != nil && strings.Contains(string(body), "Open house")
	})
}
