package probe

import (
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// nginxConfig is a small conference: a login with a password that sets a cookie, a room
// to join with it, and one to leave. What stands behind fault= breaks.
const nginxConfig = `daemon off; worker_processes 1; pid DIR/pid; error_log DIR/error.log; USER
events {}
http {
  access_log off; client_body_temp_path DIR/a; proxy_temp_path DIR/b; fastcgi_temp_path DIR/c; uwsgi_temp_path DIR/d; scgi_temp_path DIR/e;
  server {
    listen ADDRESS:PLAIN; listen ADDRESS:SECURE ssl http2;
    ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem;
    location = /login {
      auth_basic "conference"; auth_basic_user_file DIR/users;
      add_header Set-Cookie "sid=s-0123456789; Path=/; HttpOnly";
      try_files /none @home;
    }
    location @home { add_header Set-Cookie "sid=s-0123456789; Path=/; HttpOnly"; return 302 /home; }
    location = /home { return 200 "Welcome, csrf=c-42;"; }
    location = /rooms {
      if ($cookie_sid != "s-0123456789") { return 401; }
      if ($arg_fault = "down") { return 503; }
      if ($arg_fault = "wrong") { return 200 '{"room":{"id":"r-1","open":false,"members":0}}'; }
      if ($arg_fault = "gone") { return 200 '{"room":{"open":true,"members":3}}'; }
      if ($arg_fault = "page") { return 200 '<h1>Sorry</h1>'; }
      if ($arg_fault = "reset") { return 444; }
      if ($arg_fault = "circle") { return 302 /rooms?fault=circle; }
      default_type application/json;
      return 200 '{"room":{"id":"r-1","open":true,"members":3}}';
    }
    location = /slow { limit_rate 1; return 200 "this is one byte a second at most"; }
    location /rooms/ { if ($request_method = "DELETE") { return 204; } return 405; }
  }
}
`

// conferenceNginx starts it and returns the errand of a user there.
func conferenceNginx(t *testing.T) (plain, secure check.Transaction) {
	t.Helper()
	nginx := program(t, "nginx")
	dir, address := t.TempDir(), ownAddress(80)
	ca := newAuthority(t)
	pemFiles(t, dir, ca.issue(t, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP(address)} }))
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // the directory of the test is root's
	}
	one, two := freePort(t), freePort(t)
	config := strings.NewReplacer("DIR", dir, "USER", user, "ADDRESS", address, "PLAIN", one, "SECURE", two).Replace(nginxConfig)
	for name, text := range map[string]string{"nginx.conf": config, "users": "monitor:{PLAIN}" + goodPassword + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(nginx, "-t", "-c", filepath.Join(dir, "nginx.conf")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start(t, nginx, "-c", filepath.Join(dir, "nginx.conf"))
	errand := func(base string) check.Transaction {
		three := 1.0
		url := check.Text(base)
		return check.Transaction{
			TLS:       check.TLSOptions{Roots: ca.pool},
			Variables: []check.Variable{{Name: "password", Value: secret.New(goodPassword)}},
			Steps: []check.TransactionStep{
				{Name: "login", URL: url + "/login", User: "monitor", Pass: "${password}", MaxRedirects: 3, BodyMatch: like("^Welcome"),
					Capture: []check.Capture{{Name: "sid", Cookie: "sid", Secret: true}, {Name: "csrf", Body: like(`csrf=([^;]+)`)[0].Pattern}}},
				{Name: "join", URL: url + "/rooms?csrf=${csrf}", JSONMatch: []check.JSONMatch{{Path: "room.open", Equal: "true"}, {Path: "room.members", Min: &three}},
					Capture: []check.Capture{{Name: "room", JSON: "room.id"}}},
			},
			Cleanup: []check.TransactionStep{{Name: "leave", URL: url + "/rooms/${room}", Method: "DELETE", Status: []check.StatusRange{{From: 204, To: 204}}}},
		}
	}
	plain, secure = errand("http://"+address+":"+one), errand("https://"+address+":"+two)
	return plain, secure
}

// TestTransactionNginx logs in, joins and leaves at Debian's nginx, and breaks one thing
// at a time.
func TestTransactionNginx(t *testing.T) {
	plain, secure := conferenceNginx(t)
	eventually(t, plain)
	want(t, outcomeOf(t, newProbe(t, secure), patience), check.Up, check.ReasonNone)
	secure.HTTP2 = true
	want(t, outcomeOf(t, newProbe(t, secure), patience), check.Up, check.ReasonNone)
	fault := func(name string) func(*check.Transaction) {
		return func(p *check.Transaction) { p.Steps[1].URL += check.Text("&fault=" + name) }
	}
	for name, tt := range map[string]struct {
		change func(*check.Transaction)
		state  check.State
		reason check.Reason
		says   string
	}{
		"wrong password":               {func(p *check.Transaction) { p.Variables[0].Value = secret.New("expired") }, check.Down, check.ReasonAuth, "step login (1 of 2): our credentials were not accepted: status 401 Unauthorized"},
		"login works, join fails":      {fault("down"), check.Down, check.ReasonStatus, "step join (2 of 2): answered with status 503 Service Temporarily Unavailable"},
		"wrong answer with status 200": {fault("wrong"), check.Down, check.ReasonContent, "step join (2 of 2): the JSON value room.open is false, and not true"},
		"captured value is missing":    {fault("gone"), check.Down, check.ReasonContent, "step join (2 of 2): nothing to capture as ${room}: the JSON value room.id"},
		"an error page":                {fault("page"), check.Down, check.ReasonContent, "step join (2 of 2): the body is not JSON, or nested too deeply"},
		"connection closed":            {fault("reset"), check.Down, check.ReasonReset, "step join (2 of 2): connected, but got no answer: the connection was closed too early"},
		"redirects in a circle":        {func(p *check.Transaction) { fault("circle")(p); p.Steps[1].MaxRedirects = 5 }, check.Down, check.ReasonStatus, "step join (2 of 2): still redirected after 5 redirects"},
		"slow but right":               {func(p *check.Transaction) { p.Steps[1].DegradedAfter = 1 }, check.Degraded, check.ReasonSlow, "step join (2 of 2): answered after"},
		"too slow": {func(p *check.Transaction) {
			p.Steps[1] = check.TransactionStep{Name: "join", URL: p.Steps[0].URL[:len(p.Steps[0].URL)-len("login")] + "slow", Timeout: time.Second}
		}, check.Down, check.ReasonTimeout, "step join (2 of 2): the answer began, and did not end within 1"},
		"clean-up fails": {func(p *check.Transaction) { p.Cleanup[0].Method = "PUT" }, check.Degraded, check.ReasonStatus, "the clean-up failed: step leave of the clean-up: answered with status 405"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := plain
			ask.Steps = append([]check.TransactionStep{}, plain.Steps...)
			ask.Cleanup = append([]check.TransactionStep{}, plain.Cleanup...)
			ask.Variables = append([]check.Variable{}, plain.Variables...)
			tt.change(&ask)
			o := outcomeOf(t, newProbe(t, ask), patience)
			want(t, o, tt.state, tt.reason)
			mentions(t, o, tt.says)
			t.Log(o.Detail.Sentence)
			if s := describe(o); strings.Contains(s, goodPassword) || strings.Contains(s, "s-0123456789") {
				t.Errorf("a secret is shown: %s", s)
			}
		})
	}
}
