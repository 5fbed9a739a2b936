package config

import (
	"strings"
	"testing"
)

const browsers = `
[[service]]
id = "web"
[[service.check]]
id = "a"
interval = "5m"
timeout = "1m"
[service.check.browser]
user = "nobody"
width = 800
height = 600
max_memory = "512MiB"
dialogs = "accept"
skip_verify = true
proxy = "socks5://proxy.example.net:1080"
variables = { user = "monitor", password = { env = "SLAMON_TEST_PASSWORD" } }
[[service.check.browser.step]]
name = "open"
open = "https://www.example.com/?run=${run}#/start"
[[service.check.browser.step]]
name = "again"
open = "https://www.example.com/#/start"
title_match = ['Sign in']
[[service.check.browser.step]]
name = "user"
type = "${user}"
into = "#user"
[[service.check.browser.step]]
name = "clear"
type = ""
into = "#remark"
[[service.check.browser.step]]
name = "password"
type = "${password}"
into = "#password"
press_enter = true
wait_for = "#room"
text_match = ['members', 'open']
text_not_match = ['error']
url_match = ['/room$']
timeout = "20s"
degraded_after = "5s"
[[service.check.browser.step]]
name = "room"
window = "new"
frame = "#portal >> iframe.conference"
wait_for = "#members"
[[service.check.browser.step]]
name = "back"
window = "first"
[[service.check.browser.step]]
name = "leave"
click = "#leave"
`

func TestBrowserReadsBack(t *testing.T) {
	t.Setenv("SLAMON_TEST_PASSWORD", "hunter2")
	c := mustParse(t, "x.toml", browsers)
	if len(c.Warnings) > 1 { // that there is no anchor
		t.Errorf("warnings: %v", c.Warnings)
	}
	dumped := c.Redacted()
	if strings.Contains(dumped, "hunter2") {
		t.Errorf("the dump shows a secret:\n%s", dumped)
	}
	again := strings.Replace(dumped, `password = "[hidden]"`, `password = { env = "SLAMON_TEST_PASSWORD" }`, 1)
	same(t, c, mustParse(t, "dump.toml", again))
}

// TestBrowserWarnings names what works and is dear.
func TestBrowserWarnings(t *testing.T) {
	c := mustParse(t, "x.toml", `
[[service]]
id = "web"
[[service.check]]
id = "a"
[service.check.browser]
program = "/nowhere/chromium"
no_sandbox = true
step = [{ name = "open", open = "https://www.example.com/" }]
`)
	got := Complaints(c.Warnings).Error()
	for _, s := range []string{"/nowhere/chromium cannot be run", "without its sandbox", "a browser every 10s"} {
		if !strings.Contains(got, s) {
			t.Errorf("no warning with %q:\n%s", s, got)
		}
	}
}
