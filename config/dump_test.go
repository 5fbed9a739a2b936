package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// everything uses every key that is not a secret.
const everything = `
[site]
name = "tokyo"
timezone = "Asia/Tokyo"
[[peer]]
site = "osaka"
url = "https://slamon.example.net:9780"
every = "2m"
[storage]
path = "h.db"
retention = "100d"
max_size = "1GiB"
backup_directory = ""
backup_every = "12h"
backups_kept = 9
[web]
listen_address = ":9999"
public_listen_address = ":9998"
external_url = "https://slamon.example.com/x/"
[own_network]
need = 2
[[own_network.anchor]]
id = "gateway"
interval = "5s"
timeout = "1s"
icmp = { host = "192.0.2.1", family = "ipv4", count = 2, gap = "100ms", size = 0, max_loss = "50%" }
[[own_network.anchor]]
id = "resolver"
dns = { name = "www.example.net", server = "192.0.2.53", type = "MX", tcp = true, rcode = "NXDOMAIN", expect = ["a \"b\""], exact = true }
[[service]]
id = "web"
name = "会議 \"A\"\t\\"
vendor = "v"
note = "n"
public = true
[[service.check]]
id = "http"
class = "security"
interval = "1m"
timeout = "2s"
reprobe = "0s"
reprobe_good = 0
degraded_after = "1s"
paused = true
[service.check.http]
url = "https://www.example.com/a?b=c%20d"
method = "POST"
body = "x\ny"
status = [200, "3xx", "404-405"]
body_match = ['a"b', 'c']
body_not_match = ['\d']
header_match = { content-type = '^text' }
header_not_match = { Server = 'old' }
max_redirects = 0
proxy = "socks5://proxy.example.net:1080"
family = "ipv6"
http2 = true
max_body = "2MB"
tls = { server_name = "other.example.com", ca_file = "vendor-ca.pem", certificate_file = "client.pem", key_file = "client.key", min_days_left = 7 }
[[service.check]]
id = "tcp"
tcp = { address = "[2001:db8::1]:25", starttls = "smtp", dialogue = [{ expect = '^220' }, { send = "QUIT\r\n" }, { send_hex = "ff 00" }] }
[[service.check]]
id = "tcp-tls"
depends_on = ["http", "ntp"]
tcp = { address = "www.example.com:443", tls = {} }
[[service.check]]
id = "tls"
tls = { address = "www.example.com", skip_verify = true, min_days_left = 3 }
[[service.check]]
id = "ntp"
ntp = { address = "ntp.example.net", max_offset = "1500us", max_stratum = 3, own_clock = true }
[[service.check]]
id = "smtp"
smtp = { address = "mail.example.com", security = "tls", hello = "me.example.net", tls = { skip_verify = true } }
[[service.check]]
id = "imap"
imap = { address = "mail.example.com" }
[[service.check]]
id = "ssh"
ssh = { address = "git.example.com", expect = 'OpenSSH' }
[[service.check]]
id = "grpc"
grpc = { address = "api.example.com:443", service = "a.B", authority = "c", plaintext = true }
[[service.check]]
id = "stun"
stun = { address = "stun.example.com", network = "tls", expect = "192.0.2.0/24", tls = { min_days_left = 3 } }
[[service.check]]
id = "udp"
udp = { address = "game.example.com:27015", send_hex = "ffff", expect = 'x' }
[[service.claim]]
id = "fixed"
name = "f"
kind = "contract"
availability = "99.9910%"
text = "t"
as_of = 2021-10-26
checks = ["tcp", "tls"]
combine = "all_down"
max_incidents = 0
sites_down = 2
degraded_is_down = true
exclude_maintenance = true
min_notice = "0s"
window = { kind = "fixed", from = 2020-10-01, to = 2021-09-30, timezone = "Europe/Berlin" }
[[service.claim]]
id = "noon"
kind = "contract"
availability = "99%"
checks = ["tcp", "tls", "ntp"]
combine = "mean"
weights = { tcp = 3, ntp = 2 }
window = { kind = "fixed", from = 2020-10-01T12:00:00, to = 2021-10-01T12:00:00.25Z, timezone = "Europe/Berlin" }
[[service.claim]]
id = "rolling"
kind = "objective"
availability = "95%"
checks = ["tcp", "tls", "ntp"]
combine = "2 of 3 up"
window = { kind = "rolling", days = 30 }
[[service.claim]]
id = "month"
kind = "disclosure"
availability = "100%"
window = { kind = "calendar_month" }
[[maintenance]]
service = "web"
from = 2026-12-06 01:00:00
to = 2026-12-06T05:00:00.5+09:00
announced = 2026-11-20
note = "n"
[notify]
window = "30m"
language = "ja"
certificate_days = [7, 60]
allowance_shares = ["33.3%", "12%"]
coverage = "99.5%"
clock_offset = "0s"
[[notify.channel]]
id = "mail"
timeout = "10s"
language = "en"
[notify.channel.mail]
from = "監視 <slamon@example.com>"
to = ["ops@example.com"]
hello = "monitor.example.com"
[[notify.channel.mail.server]]
address = "mail.example.com"
security = "tls"
ca_file = "vendor-ca.pem"
[[notify.channel.mail.server]]
address = "relay.example.com"
security = "none"
[[notify.channel]]
id = "am"
alertmanager = { urls = ["http://am.example.com:9093/x"], labels = { team = "a \"b\"", x = "y" } }
[[notify.channel]]
id = "log"
syslog = { address = "log.example.com", network = "tcp" }
[[notify.channel]]
id = "run"
command = { run = ["/bin/sh", "-c", "exit 0"], env = ["A=b c"] }
[notify.channel.template]
subject = "{{.Subject}}\n\"x\""
text = '''
a {{.Text}}'''
[[notify.rota]]
id = "on-call"
start = 2026-10-05T09:00:00
every = "1d"
members = ["mail", "log"]
[[notify.rota]]
id = "nights"
start = 2026-10-05T22:00:00
every = "12h"
timezone = "Europe/Berlin"
members = ["mail"]
calendar = "duty.ics"
people = { "佐藤 花子" = "mail", Suzuki = "log" }
[[notify.policy]]
id = "urgent"
services = ["web"]
classes = ["security", "application"]
types = ["incident", "refuted"]
severity = "warning"
confirm = 3
wait = "10s"
remind = "0s"
escalate_after = "5m"
group = "0s"
window = "45m"
maintenance = true
channels = ["duty:on-call"]
escalation = ["am"]
fallback = ["mail", "run"]
quiet = { from = "22:30", to = "07:05", timezone = "Europe/Berlin", days = ["sun", "fri"] }
[[notify.report]]
id = "weekly"
every = "week"
weekday = "sat"
at = "07:05"
claims = ["fixed", "month"]
formats = []
only_when_breached = true
window = "3h"
channels = ["log"]
fallback = ["mail"]
[[notify.report]]
id = "monthly"
channels = ["mail"]
`

// TestRedactedReadsBack: the dump of a configuration is a file that means the
// same.
func TestRedactedReadsBack(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	for name, text := range map[string]string{
		"everything": everything,
		"example":    strings.Join(exampleLines(t), "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c := mustParse(t, filepath.Join(dir, "slamon.toml"), text)
			again := mustParse(t, "dump.toml", c.Redacted())
			same(t, c, again)
			if got := again.Redacted(); got != c.Redacted() {
				t.Errorf("the dump of a dump differs:\n%s", got)
			}
		})
	}
}

func TestRedactedHidesSecrets(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "password", "hunter2\n")
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	c := mustParse(t, filepath.Join(dir, "slamon.toml"), `
[[service]]
id = "web"
[[service.check]]
id = "a"
[service.check.http]
url = "https://www.example.com/"
user = "ops"
password = { file = "password" }
headers = { X-Key = { env = "SLAMON_TEST_PASSWORD" } }
proxy = "http://proxy.example.net:3128"
proxy_user = "proxy-ops"
proxy_password = { env = "SLAMON_TEST_PASSWORD" }
[[service.check]]
id = "b"
http = { url = "https://www.example.com/", bearer = { env = "SLAMON_TEST_PASSWORD" } }
[[service.check]]
id = "c"
imap = { address = "mail.example.com", security = "tls", user = "ops", password = { env = "SLAMON_TEST_PASSWORD" } }
[[service.check]]
id = "d"
grpc = { address = "api.example.com:443", metadata = { x-key = { env = "SLAMON_TEST_PASSWORD" } } }
[[service.check]]
id = "e"
heartbeat = { every = "1d", token = { env = "SLAMON_TEST_PASSWORD" } }
`)
	got := c.Redacted()
	if strings.Contains(got, "hunter2") {
		t.Errorf("the dump shows a secret:\n%s", got)
	}
	if n := strings.Count(got, "[hidden]"); n != 7 {
		t.Errorf("the dump has %d placeholders, want 7:\n%s", n, got)
	}
}
