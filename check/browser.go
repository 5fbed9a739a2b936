package check

import (
	"strings"
	"time"
)

// Browser does what a user does in a real browser: Chromium, without a window.
type Browser struct {
	Program       string // path of Chromium; looked for when empty
	NoSandbox     bool   // run without Chromium's sandbox, as root has to
	User          string // to run as; the daemon's own when empty
	Width, Height int    // of the page in pixels; 1280 and 800 when zero
	MaxMemory     int64  // bytes of all its processes together; 1 GiB when zero
	AcceptDialogs bool   // answer confirm() and prompt() with OK instead of Cancel
	SkipVerify    bool   // take any certificate
	CAFile        string // where Authorities come from
	Authorities   []byte // PEM; trusted besides those that Chromium brings
	Proxy         string // http://host:port or socks5://host:port; none when empty
	Variables     []Variable
	Steps         []BrowserStep
}

// BrowserStep does one thing at most, Open, Click or Type, and then waits until all
// that it expects is there at the same time. One that opens a page and expects
// nothing waits until the page has loaded. It stays in the window of the step before it,
// unless it says otherwise.
type BrowserStep struct {
	Name   string
	Window string   // BrowserNew, BrowserFirst, or empty to stay
	Frame  []string // CSS selectors of a frame, of a frame in that, …; none for the page
	Open   Text     // URL
	Click  string   // CSS selector
	Type   Text     // what is typed instead of what stands there
	Into   string   // CSS selector of the field
	Enter  bool     // press Enter behind what was typed

	WaitFor string  // CSS selector of what must be visible
	Text    []Match // on the visible text of the page
	Title   []Match
	URL     []Match // of the page that is shown

	Timeout       time.Duration // 0 for what is left of the check's
	DegradedAfter time.Duration // a slower step makes the check Degraded; 0 for no limit
}

// Windows that a step goes to.
const (
	BrowserNew   = "new"   // that was opened last, and not yet gone to
	BrowserFirst = "first" // that there was at first
)

// BrowserFrameIn stands between the selectors of a frame and of a frame in it.
const BrowserFrameIn = " >> "

// Kind returns "browser".
func (Browser) Kind() string { return "browser" }

// Target names the steps, and the host of the first page.
func (p Browser) Target() string {
	names := make([]string, len(p.Steps))
	at := ""
	for i, s := range p.Steps {
		names[i] = s.Name
		if _, rest, ok := strings.Cut(string(s.Open), "://"); ok && at == "" {
			host, _, _ := strings.Cut(rest, "/")
			at = " at " + host
		}
	}
	return strings.Join(names, ", ") + at
}
