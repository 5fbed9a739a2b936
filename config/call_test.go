package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCallReadsBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rooms.pb")
	if err := os.WriteFile(name, []byte("descriptors"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := mustParse(t, "x.toml", `
[[service]]
id = "web"
[[service.check]]
id = "a"
[service.check.grpc]
address = "api.example.com:443"
method = "conference.v1.Rooms/Join"
request = '{"room":"r-1"}'
descriptor_file = "`+name+`"
json_equal = { open = true, "host.name" = "M" }
json_match = { note = 'x' }
json_not_match = { note = 'y' }
json_min = { members = 1 }
json_max = { members = 2 }
[[service.check]]
id = "b"
grpc = { address = "api.example.com:443", method = "Rooms/Join", code = "NOT_FOUND", max_message = "1kB" }
`)
	same(t, c, mustParse(t, "dump.toml", c.Redacted()))
}
