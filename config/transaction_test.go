package config

import (
	"strings"
	"testing"
)

const anErrand = `
[[service]]
id = "web"
[[service.check]]
id = "user"
[service.check.transaction]
cleanup_time = "1s"
http2 = true
variables = { user = "monitor" }
[[service.check.transaction.step]]
name = "login"
url = "https://www.example.com/a?b=${user}"
form = { user = "${user}" }
capture = [{ name = "sid", cookie = "sid", secret = true }, { name = "room", json = "room.id" }]
json_equal = { "room.open" = true, "room.n" = 3, "room.name" = "${user}" }
json_match = { "room.id" = '^r-' }
json_not_match = { "room.x" = '.' }
json_min = { "room.members" = 1.5 }
json_max = { "room.members" = 10 }
timeout = "2s"
degraded_after = "1s"
optional = true
[[service.check.transaction.step]]
name = "join"
url = "https://www.example.com/${room}"
bearer = "${sid}"
json = '{"a":"${run}"}'
[[service.check.transaction.cleanup]]
name = "leave"
url = "https://www.example.com/"
method = "DELETE"
`

func TestTransactionReadsBack(t *testing.T) {
	c := mustParse(t, "x.toml", anErrand)
	same(t, c, mustParse(t, "dump.toml", c.Redacted()))
}

func TestTransactionHidesSecrets(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	c := mustParse(t, "x.toml", strings.Replace(anErrand, `user = "monitor" }`, `user = { env = "SLAMON_TEST_PASSWORD" } }`, 1))
	if got := c.Redacted(); strings.Contains(got, "hunter2") || !strings.Contains(got, `user = "[hidden]"`) {
		t.Errorf("the dump shows a secret:\n%s", got)
	}
}

func TestTransactionWarnsOfUnused(t *testing.T) {
	c := mustParse(t, "x.toml", strings.Replace(anErrand, "${sid}", "${room}", 1))
	var got []string
	for _, w := range c.Warnings {
		got = append(got, w.Text)
	}
	if all := strings.Join(got, "\n"); !strings.Contains(all, "the variable sid is never used") || strings.Contains(all, "variable run") {
		t.Errorf("warnings:\n%s", all)
	}
}
