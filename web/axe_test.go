package web_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe returns the script of axe-core, which .ci/peers installs where there is npm.
func axe(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("there is no cache directory, so axe-core is not installed")
	}
	script, err := os.ReadFile(filepath.Join(cache, "slamon-peers", "node_modules", "axe-core", "axe.min.js"))
	if err == nil {
		return string(script)
	}
	if _, npm := exec.LookPath("npm"); npm == nil && os.Getenv("CI") == "true" {
		t.Fatalf("axe-core is not installed: %v", err)
	}
	t.Skip("axe-core is not installed: run .ci/peers")
	return ""
}

// finding is what axe-core holds against a page.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target         []any
		FailureSummary string
	}
}

// runAxe looks at the page by all rules: those of WCAG and those of good practice.
// Other colours need no more than a look at the colours.
const (
	runAxe    = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`
	runColour = `axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`
)

// TestAccessibility looks at every page with axe-core, light and dark, on a screen and
// on a phone, with every form open: nothing may be found at all, however minor.
func TestAccessibility(t *testing.T) {
	script := axe(t)
	b := startBrowser(t)
	o, s := stated()
	state(t, s)
	server := httptest.NewServer(handler(t, o))
	defer server.Close()
	defer server.CloseClientConnections()
	pages := []string{}
	for address := range addresses(t) {
		if !strings.Contains(address, "range=") && !strings.HasPrefix(address, "/?") {
			pages = append(pages, address)
		}
	}
	pages = append(pages, "/devices", "/devices/meeting-gateway", "/incidents/nope", "/acknowledge?key=x&sig=made-token", "/services/meeting?range=claim&lang=ja")
	slices.Sort(pages)
	look := func(page, run string) []finding {
		b.do(t, chromedp.Navigate(server.URL+page), chromedp.WaitReady(chromedp.CSS("main")))
		b.evaluate(t, `document.querySelectorAll("details").forEach(d => d.open = true); ""`)
		b.evaluate(t, script+`; ""`)
		var found []finding
		if err := json.Unmarshal([]byte(b.evaluate(t, run)), &found); err != nil {
			t.Fatal(err)
		}
		return found
	}
	for _, c := range []struct {
		scheme string
		width  int
		run    string
	}{{"light", 1280, runAxe}, {"light", 390, runAxe}, {"dark", 1280, runColour}} {
		emulate(t, b, c.scheme, c.width)
		for n, page := range pages {
			if c.width < 500 && n%3 != 0 {
				continue // a third of the pages has all their parts
			}
			for _, f := range look(page, c.run) {
				t.Errorf("%s, %s, %d px: %s %s: %s at %v, and %d more: %s", page, c.scheme, c.width, f.Impact, f.ID, f.Help, f.Nodes[0].Target, len(f.Nodes)-1, f.Nodes[0].FailureSummary)
			}
		}
	}
	if dark := b.evaluate(t, `String(matchMedia("(prefers-color-scheme: dark)").matches)`); dark != "true" {
		t.Errorf("the page is dark: %s", dark)
	}
	b.evaluate(t, `document.querySelector("main").insertAdjacentHTML("afterbegin", "<p class='quiet'>hard to read</p>"); document.querySelector("main .quiet").style.color = "#2a2a2a"; ""`)
	var found []finding
	if err := json.Unmarshal([]byte(b.evaluate(t, runColour)), &found); err != nil || len(found) != 1 {
		t.Errorf("dark grey on dark is not found: %v, %v; the test cannot fail", found, err)
	}
}

func emulate(t *testing.T, b *browser, scheme string, width int) {
	t.Helper()
	_, err1 := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	_, err2 := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
}

// evaluate runs a script and waits for what it promises.
func (b *browser) evaluate(t testing.TB, script string) string {
	t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(fmt.Errorf("%.60s: %w", script, err))
	}
	return text
}
