package config

import (
	"strings"
	"testing"
)

const conversations = `
[[service]]
id = "web"
[[service.check]]
id = "a"
command = { program = "/bin/true", args = ["a b", "c"], env = { A = "b" }, directory = "/tmp", user = "nobody", max_memory = "64MiB", max_output = "1KiB", convention = "plain" }
[[service.check]]
id = "b"
command = { program = "echo OK", shell = true }
[[service.check]]
id = "c"
websocket = { url = "wss://www.example.com/x", subprotocols = ["chat"], dialogue = [{ send = "a", expect = 'b' }], ping = true, family = "ipv4" }
[[service.check]]
id = "d"
throughput = { down_url = "https://www.example.com/x", up_url = "https://www.example.com/y", reference_url = "https://www.example.net/z", up_kbit_min = 0 }
`

func TestConversationsReadBack(t *testing.T) {
	c := mustParse(t, "x.toml", conversations)
	same(t, c, mustParse(t, "dump.toml", c.Redacted()))
}

func TestConversationsHideSecrets(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	c := mustParse(t, "x.toml", `
[[service]]
id = "web"
[[service.check]]
id = "a"
command = { program = "/bin/true", env = { A = { env = "SLAMON_TEST_PASSWORD" } } }
[[service.check]]
id = "b"
turn = { address = "turn.example.com", user = "u", password = { env = "SLAMON_TEST_PASSWORD" } }
[[service.check]]
id = "c"
[service.check.mailbox]
from = "a@example.com"
to = "b@example.com"
smtp = { address = "mail.example.com" }
imap = { address = "mail.example.com", security = "tls", user = "u", password = { env = "SLAMON_TEST_PASSWORD" } }
`)
	got := c.Redacted()
	if strings.Contains(got, "hunter2") || strings.Count(got, "[hidden]") != 3 {
		t.Errorf("the dump:\n%s", got)
	}
}
